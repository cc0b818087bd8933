//! Values of custom fields as facts of a record.

use leptos::prelude::*;
use serde_json::Value;

use crate::customers::custom_fields::{CustomField, CustomValues, FieldKind, shown};
use crate::ui::{Fact, Facts};

/// What a record has in its custom fields. Fields that only some customers have are left out while they are empty,
/// and so are archived ones always.
#[component]
pub fn CustomFacts(
    /// The definitions in their order.
    fields: Vec<CustomField>,
    /// The values of the record.
    values: CustomValues,
) -> impl IntoView {
    let is_shown = |field: &&CustomField| {
        field.archived_at.is_none() && (field.category.is_none() || values.contains_key(&field.key))
    };
    let facts: Vec<AnyView> = fields.iter().filter(is_shown).map(|field| fact(field, values.get(&field.key))).collect();
    if facts.is_empty() {
        return view! { <p class="muted">"There is nothing more about this customer."</p> }.into_any();
    }
    view! { <Facts>{facts}</Facts> }.into_any()
}

fn fact(field: &CustomField, value: Option<&Value>) -> AnyView {
    let text = value.map_or_else(|| "–".to_owned(), |value| shown(field, value));
    let href = value.and_then(Value::as_str).and_then(|value| match field.kind {
        FieldKind::Email => Some(format!("mailto:{value}")),
        FieldKind::Url => Some(value.to_owned()),
        _ => None,
    });
    let text = match href {
        Some(href) => view! { <a href=href rel="external noreferrer">{text}</a> }.into_any(),
        None => text.into_any(),
    };
    view! { <Fact label=field.title.clone()>{text}</Fact> }.into_any()
}
