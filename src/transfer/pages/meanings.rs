//! Everything that one column means: a choice for each meaning, and what some of them need besides.

use leptos::prelude::*;

use crate::shared::problem::Problem;
use crate::transfer::{ColumnMapping, Mapping, Target, text_of_values};
use crate::ui::{Hidden, Select, TextArea, TextField};

/// A meaning with its place in the form.
#[derive(Clone)]
pub(super) struct Placed {
    place: usize,
    meaning: ColumnMapping,
}

/// The meanings of every column. The first ones are at the places of their columns; the others follow, with one more
/// for each column, that is free.
pub(super) fn meanings(headers: &[String], mapping: &Mapping) -> Vec<Vec<Placed>> {
    let mut next = headers.len();
    let mut further = |meaning: ColumnMapping| {
        next += 1;
        Placed { place: next - 1, meaning }
    };
    let of_column = |(place, column): (usize, &String)| {
        let free = || ColumnMapping::new(column, Target::Ignore);
        let mut known = mapping.of_column(column).cloned();
        let first = Placed { place, meaning: known.next().unwrap_or_else(free) };
        let rest = known.chain([free()]).map(&mut further);
        std::iter::once(first).chain(rest).collect()
    };
    headers.iter().enumerate().map(of_column).collect()
}

/// The choices for one column.
#[component]
pub(super) fn ColumnFields(
    /// The name of the column.
    column: String,
    /// What it means, the free choice last.
    meanings: Vec<Placed>,
    /// The last problem of the form.
    problem: Signal<Option<Problem>>,
) -> impl IntoView {
    let mut meanings = meanings.into_iter();
    let first = meanings.next().map(|one| view! { <MeaningFields one label=column.clone() problem/> });
    let further: Vec<Placed> = meanings.collect();
    let open = further.len() > 1;
    let further = further
        .into_iter()
        .map(|one| view! { <MeaningFields one label=format!("{column} is also") problem/> })
        .collect_view();
    view! {
        <div class="stack">
            {first}
            <details class="disclosure" open=open>
                <summary>"Also"<span class="visually-hidden">{format!(" from {column}")}</span></summary>
                <div class="stack">{further}</div>
            </details>
        </div>
    }
}

/// One meaning: the choice, and what labels, statuses and custom fields need besides.
#[component]
fn MeaningFields(one: Placed, label: String, problem: Signal<Option<Problem>>) -> impl IntoView {
    let Placed { place, meaning } = one;
    let (name, field) = (format!("mapping[columns][{place}]"), format!("columns.{place}"));
    let needs_more = matches!(meaning.target, Target::Label | Target::Status | Target::CustomField);
    let open = needs_more || meaning.key.is_some() || meaning.category.is_some() || !meaning.values.is_empty();
    let target = meaning.target.as_str();
    let column = meaning.column.clone();
    view! {
        <Hidden name=format!("{name}[column]") value=column.clone()/>
        <Select
            name=format!("{name}[target]")
            label
            options=Target::options()
            value=target
            field=field.clone()
            required=true
            problem
        />
        <details class="disclosure" open=open>
            <summary>
                "Labels, status and custom fields"<span class="visually-hidden">{format!(" from {column}")}</span>
            </summary>
            <MoreFields name field meaning problem/>
        </details>
    }
}

/// What a label, a status or a custom field needs besides the choice.
#[component]
fn MoreFields(name: String, field: String, meaning: ColumnMapping, problem: Signal<Option<Problem>>) -> impl IntoView {
    view! {
        <div class="stack">
            <TextArea
                name=format!("{name}[values]")
                label="What values stand for"
                hint="A line for each, such as Yes = terminated. Others are imported as they are."
                value=text_of_values(&meaning.values)
                rows=2
                field=format!("{field}.values")
                problem
            />
            <TextField
                name=format!("{name}[category]")
                label="Category of new labels"
                value=meaning.category.unwrap_or_default()
                maxlength=50
                field=format!("{field}.category")
                problem
            />
            <TextField
                name=format!("{name}[key]")
                label="Key of the custom field"
                value=meaning.key.unwrap_or_default()
                maxlength=50
                field=format!("{field}.key")
                problem
            />
        </div>
    }
}
