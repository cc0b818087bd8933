//! Names behind the ids in a filter: of partners, locations, labels and custom fields.

use leptos::prelude::*;

use crate::customers::custom_fields::CustomField;
use crate::customers::labels::{Label, list_labels};
use crate::customers::load_customer_choices;
use crate::places::Choice;
use crate::shared::permission::{Permission, PermissionSet};

/// What a list needs to speak of its filter in words.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct FilterNames {
    /// Partners the caller may see.
    pub partners: Vec<Choice>,
    /// Locations the caller may see.
    pub locations: Vec<Choice>,
    /// Labels; none for those who may not see them.
    pub labels: Vec<Label>,
    /// Every custom field, archived ones included.
    pub fields: Vec<CustomField>,
}

impl FilterNames {
    /// Custom fields that are columns of the list.
    pub fn listed(&self) -> Vec<CustomField> {
        self.fields.iter().filter(|field| field.is_listed && field.archived_at.is_none()).cloned().collect()
    }

    /// The name of a label; its number when nobody knows it.
    pub fn label(&self, id: i64) -> String {
        let known = self.labels.iter().find(|label| label.id.0 == id);
        known.map_or_else(|| format!("#{id}"), |label| label.shown().to_owned())
    }

    /// What a field of a condition is called.
    pub fn field<'n>(&'n self, field: &'n str) -> &'n str {
        let custom = field.strip_prefix("custom.");
        match custom.and_then(|key| self.fields.iter().find(|known| known.key == key)) {
            Some(known) => &known.title,
            None => super::field_label(field),
        }
    }
}

/// The names, as far as they can be read: without them numbers stand for themselves.
pub fn filter_names(permissions: PermissionSet) -> Resource<FilterNames> {
    Resource::new(
        || (),
        move |()| async move {
            let choices = load_customer_choices().await.unwrap_or_default();
            let may_see = permissions.has(Permission::LabelsRead);
            let labels = if may_see { list_labels().await.unwrap_or_default() } else { Vec::new() };
            FilterNames {
                partners: choices.partners,
                locations: choices.locations,
                labels,
                fields: choices.custom_fields,
            }
        },
    )
}
