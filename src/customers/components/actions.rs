//! What forms need to know about their server function: the last problem, what was sent, what was typed before.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde_json::{Map, Value};

use crate::customers::CustomerInput;
use crate::shared::problem::Problem;
use crate::ui::{TypedValues, recalled_after};

/// The last problem of a form; one about something that is taken belongs to its field.
pub fn problem_of<S>(action: ServerAction<S>) -> Signal<Option<Problem>>
where
    S: ServerFn<Error = Problem> + Clone + Send + Sync + 'static,
    S::Output: Send + Sync + 'static,
{
    let value = action.value();
    Signal::derive(move || {
        value.with(|value| value.as_ref().and_then(|result| result.as_ref().err().cloned())).map(tied_to_field)
    })
}

fn tied_to_field(problem: Problem) -> Problem {
    match &problem {
        Problem::Conflict { code, detail } => match code.strip_suffix("_taken") {
            Some(field @ ("email" | "login" | "portal_id")) => Problem::field_error(field, "taken", detail.clone()),
            _ => problem,
        },
        _ => problem,
    }
}

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

/// What was typed into the form `customers/…` before the failure that this page reports; else nothing.
pub fn recalled<S>(action: ServerAction<S>, form: &'static str) -> Resource<TypedValues>
where
    S: ServerFn<Error = Problem> + Clone + Send + Sync + 'static,
    S::Output: Send + Sync + 'static,
{
    recalled_after(problem_of(action).get_untracked().is_some(), form)
}

/// The customer that typed values describe; blank ones are missing.
pub fn typed_customer(typed: &TypedValues) -> CustomerInput {
    let mut fields = Map::new();
    for (name, text) in &typed.0 {
        let Some(field) = name.strip_prefix("customer[").and_then(|name| name.strip_suffix(']')) else { continue };
        if text.trim().is_empty() {
            continue;
        }
        let value = match field {
            "partner_id" | "location_id" => text.parse::<i64>().map_or(Value::Null, Value::from),
            "marketing_consent" => Value::Bool(text == "true"),
            _ => Value::String(text.clone()),
        };
        fields.insert(field.to_owned(), value);
    }
    serde_json::from_value(Value::Object(fields)).unwrap_or_default()
}

/// Asks before typed text is lost by leaving the page.
pub fn guard_unsaved(changed: RwSignal<bool>) {
    Effect::new(move |_| {
        let listener = window_event_listener(leptos::ev::beforeunload, move |event| {
            if changed.try_get_untracked().unwrap_or_default() {
                event.prevent_default();
            }
        });
        on_cleanup(move || listener.remove());
    });
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

    #[test]
    fn what_is_taken_belongs_to_its_field() {
        let problem = tied_to_field(Problem::conflict("email_taken", "Another customer has this e-mail address."));
        assert_eq!(problem.field("email").map(|error| error.code.as_str()), Some("taken"));
        let other = Problem::conflict("possible_duplicates", "There may be one.");
        assert_eq!(tied_to_field(other.clone()), other);
    }
}
