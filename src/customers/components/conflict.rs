//! Two versions of a customer side by side, when somebody else saved first.

use leptos::html::Div;
use leptos::prelude::*;
use serde_json::Value;

use super::diff_rows;
use crate::audit::Change;
use crate::customers::{Customer, CustomerChoices, CustomerInput};
use crate::ui::{Banner, DiffRow, DiffTable, FormActions, SubmitButton, Tone, When};

/// What both sides of a conflict want.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    /// What was typed here.
    pub mine: CustomerInput,
    /// What is stored now.
    pub theirs: Customer,
}

impl Conflict {
    /// The fields that differ, theirs first.
    pub fn rows(&self, choices: &CustomerChoices) -> Vec<DiffRow> {
        let stored = self.theirs.input();
        // What the form does not send stays as it is.
        let mut mine = CustomerInput {
            parent_id: stored.parent_id,
            billing_mode: stored.billing_mode.clone(),
            custom_fields: stored.custom_fields.clone(),
            ..self.mine.clone()
        };
        mine.custom_fields.extend(self.mine.custom_fields.clone());
        let (theirs, mine) = (flat(&stored), flat(&mine));
        let change = Change::new("customer.updated", "customer", self.theirs.id.0).between(&theirs, &mine);
        diff_rows(&change.fields, choices)
    }
}

/// The input with every custom field on its own.
fn flat(input: &CustomerInput) -> Value {
    let mut value = serde_json::to_value(input).unwrap_or_default();
    if let Some(fields) = value.as_object_mut() {
        fields.remove("custom_fields");
        let custom = input.custom_fields.iter();
        fields.extend(custom.map(|(key, value)| (format!("custom_fields.{key}"), value.clone())));
    }
    value
}

/// The conflict with both ways out of it; a part of the form, so that one of them can save.
#[component]
pub fn ConflictPanel(
    /// Both versions.
    conflict: Conflict,
    /// The fields that differ.
    rows: Vec<DiffRow>,
    /// Whether the form is on its way.
    #[prop(into)]
    busy: Signal<bool>,
) -> impl IntoView {
    let node = NodeRef::<Div>::new();
    // The button that was pressed is far below.
    Effect::new(move |_| {
        if let Some(panel) = node.get() {
            let _ = panel.focus();
        }
    });
    let Customer { id, updated_at, updated_by, .. } = conflict.theirs;
    let edit = format!("/customers/{id}/edit");
    view! {
        <div role="alert" class="stack" tabindex="-1" node_ref=node>
            <Banner tone=Tone::Warn title="Somebody else saved a change since you opened this">
                <p>
                    {updated_by} " saved this customer, " <When at=updated_at/>
                    ". Compare the fields that differ: keep yours, take theirs, or go on editing below and save."
                </p>
            </Banner>
            <DiffTable rows=rows caption="Fields that differ" before="Stored now" after="Yours"/>
            <FormActions>
                <SubmitButton label="Keep mine" busy=busy/>
                // A fresh page: the fields start from what is stored.
                <a class="button" href=edit rel="external">"Take theirs"</a>
            </FormActions>
        </div>
    }
}
