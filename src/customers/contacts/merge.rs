//! Merge patches (RFC 7396) over the input of a record; its fields are all at the first level.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::shared::problem::{FieldError, Problem};

/// The input that a patch makes of the one before; null takes a field away. Errors: `Malformed`, `Invalid` naming
/// every unknown field.
pub(in crate::customers) fn merge_patch<T: Serialize + DeserializeOwned>(
    input: &T,
    patch: &Value,
) -> Result<T, Problem> {
    let mut merged = serde_json::to_value(input).unwrap_or_default();
    let (Some(fields), Some(patch)) = (merged.as_object_mut(), patch.as_object()) else {
        return Err(Problem::malformed("A merge patch is a JSON object."));
    };
    let unknown: Vec<FieldError> = patch
        .keys()
        .filter(|key| !fields.contains_key(*key))
        .map(|key| FieldError::new(key, "unknown_field", format!("There is no field {key}.")))
        .collect();
    if !unknown.is_empty() {
        return Err(Problem::Invalid(unknown));
    }
    fields.extend(patch.iter().map(|(key, value)| (key.clone(), value.clone())));
    fields.retain(|_, value| !value.is_null());
    serde_json::from_value(merged).map_err(|error| Problem::malformed(error.to_string()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::customers::contacts::ContactInput;

    #[test]
    fn a_patch_changes_what_it_names_and_null_clears() {
        let before = ContactInput {
            name: Some("Ana".into()),
            email: Some("ana@example.net".into()),
            notices: vec!["billing".into()],
            ..ContactInput::default()
        };
        let after = merge_patch(&before, &json!({ "email": null, "phone": "4711", "notices": null })).expect("good");
        assert_eq!((after.name.as_deref(), after.email.as_deref()), (Some("Ana"), None));
        assert_eq!((after.phone.as_deref(), after.notices.len()), (Some("4711"), 0));
    }

    #[test]
    fn unknown_fields_and_other_json_are_refused() {
        let input = ContactInput::default();
        let unknown = merge_patch(&input, &json!({ "id": 1, "wings": 2 }));
        assert_eq!(unknown.map_err(|problem| problem.errors().len()), Err(2));
        assert_eq!(merge_patch(&input, &json!([1])).map_err(|problem| problem.status()), Err(400));
        assert_eq!(merge_patch(&input, &json!({ "name": 7 })).map_err(|problem| problem.status()), Err(400));
    }
}
