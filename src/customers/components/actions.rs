//! What forms need to know about their server function: the last problem, what was sent, what was typed before.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde_json::{Map, Value};

use crate::customers::CustomerInput;
use crate::shared::problem::Problem;
use crate::ui::TypedValues;

/// What the page sent last, while it is alive; the action itself forgets it with the answer.
pub fn last_sent<S>(action: ServerAction<S>, customer: fn(&S) -> CustomerInput) -> RwSignal<Option<CustomerInput>>
where
    S: ServerFn<Error = Problem> + Clone + Send + Sync + 'static,
    S::Output: Send + Sync + 'static,
{
    let sent = RwSignal::new(None);
    let input = action.input();
    Effect::new(move |_| {
        if let Some(customer) = input.with(|input| input.as_ref().map(customer)) {
            sent.set(Some(customer));
        }
    });
    sent
}

/// The customer that typed values describe; blank ones are missing.
pub fn typed_customer(typed: &TypedValues) -> CustomerInput {
    let (mut fields, mut custom) = (Map::new(), Map::new());
    for (name, text) in &typed.0 {
        let Some(field) = name.strip_prefix("customer[").and_then(|name| name.strip_suffix(']')) else { continue };
        if let Some(key) = field.strip_prefix("custom_fields][") {
            custom.insert(key.trim_end_matches("][").to_owned(), Value::String(text.clone()));
            continue;
        }
        if text.trim().is_empty() {
            continue;
        }
        let value = match field {
            "partner_id" | "location_id" | "parent_id" => text.parse::<i64>().map_or(Value::Null, Value::from),
            "marketing_consent" => Value::Bool(text == "true"),
            _ => Value::String(text.clone()),
        };
        fields.insert(field.to_owned(), value);
    }
    fields.insert("custom_fields".to_owned(), Value::Object(custom));
    serde_json::from_value(Value::Object(fields)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::id::PartnerId;

    #[test]
    fn typed_values_become_the_input() {
        let typed = [
            ("version", "3"),
            ("customer[first_name]", "Ana"),
            ("customer[last_name]", " "),
            ("customer[partner_id]", "7"),
            ("customer[marketing_consent]", "true"),
        ];
        let typed = TypedValues(typed.map(|(name, text)| (name.to_owned(), text.to_owned())).into());
        let expected = CustomerInput {
            first_name: Some("Ana".into()),
            partner_id: Some(PartnerId(7)),
            marketing_consent: true,
            ..CustomerInput::default()
        };
        assert_eq!(typed_customer(&typed), expected);
    }
}
