//! Custom fields that a mapping brings along and that do not exist yet: values are checked against them before they
//! are made.

use chrono::DateTime;

use super::mapping::Mapping;
use crate::customers::custom_fields::{CheckedField, CustomField, CustomFieldInput};
use crate::shared::id::CustomFieldId;
use crate::shared::text::tidy;

/// The key that an input asks for.
pub(super) fn key_of(input: &CustomFieldInput) -> String {
    tidy(input.key.as_deref().unwrap_or_default())
}

/// What the mapping brings along and nobody has made yet.
pub(super) fn missing(mapping: &Mapping, definitions: &[CustomField]) -> Vec<CustomFieldInput> {
    let is_missing = |input: &&CustomFieldInput| {
        let key = key_of(input);
        !definitions.iter().any(|field| field.key == key)
    };
    mapping.custom_fields.iter().filter(is_missing).cloned().collect()
}

/// The same as definitions that values can be checked against.
pub(super) fn future(mapping: &Mapping, definitions: &[CustomField]) -> Vec<CustomField> {
    missing(mapping, definitions).iter().filter_map(|input| input.checked().ok()).map(defined).collect()
}

fn defined(checked: CheckedField) -> CustomField {
    CustomField {
        id: CustomFieldId::default(),
        version: 0,
        key: checked.key.unwrap_or_default(),
        title: checked.title,
        kind: checked.kind,
        hint: checked.hint,
        category: checked.category,
        is_required: checked.is_required,
        is_unique: checked.is_unique,
        minimum: checked.minimum,
        maximum: checked.maximum,
        pattern: checked.pattern,
        options: checked.options,
        is_searchable: checked.is_searchable,
        is_listed: checked.is_listed,
        portal: checked.portal,
        position: 0,
        updated_at: DateTime::default(),
        updated_by: String::new(),
        archived_at: None,
    }
}
