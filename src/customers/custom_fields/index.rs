//! The index of values, which filters look into and which holds what is unique: steps of whoever writes customers.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::super::phones::parse_phone;
use super::keys::{KEY_LENGTH, sort_keys};
use super::model::{CustomField, FieldKind};
use super::repository::IndexedValue;
use super::values::CustomValues;
use crate::database::{DatabaseError, Transaction};
use crate::shared::id::{CustomFieldId, CustomerId};
use crate::shared::text::{digits, fold};
use crate::shared::validation::split_extension;

/// The value of a field that no two customers may share.
pub(in crate::customers) type UniqueValue = (CustomFieldId, String);

/// Every definition that holds in this transaction. Whoever holds the lock for changes checks and indexes by these:
/// what the process read last may be older, when another server has changed a definition.
pub(in crate::customers) async fn definitions_in(tx: &mut Transaction) -> Result<Vec<CustomField>, DatabaseError> {
    tx.custom_fields().list().await
}

/// The values that no other customer may have; phone numbers without a country code are read in the region.
pub(in crate::customers) fn unique_values(
    definitions: &[CustomField],
    region: &str,
    values: &CustomValues,
) -> Vec<UniqueValue> {
    let unique = definitions.iter().filter(|field| field.is_unique);
    unique.filter_map(|field| Some((field.id, unique_key(field, values.get(&field.key)?, region)?))).collect()
}

/// Which of these values other customers have; `except` is the one who may have them.
pub(in crate::customers) async fn taken_values(
    tx: &mut Transaction,
    values: &[UniqueValue],
    except: CustomerId,
) -> Result<HashSet<UniqueValue>, DatabaseError> {
    let mut by_field: BTreeMap<CustomFieldId, Vec<&str>> = BTreeMap::new();
    for (field, key) in values {
        by_field.entry(*field).or_default().push(key);
    }
    let mut taken = HashSet::new();
    for (field, keys) in by_field {
        let found = tx.custom_fields().taken(field, &keys, except).await?;
        taken.extend(found.into_iter().map(|key| (field, key)));
    }
    Ok(taken)
}

/// Makes the index say what these customers have; `fresh` means that it knows nothing else of them. The definitions
/// must be those of the transaction. Errors: `Unique` when another customer has a value that is unique.
pub(in crate::customers) async fn index_values(
    tx: &mut Transaction,
    definitions: &[CustomField],
    region: &str,
    rows: &[(CustomerId, &CustomValues)],
    fresh: bool,
) -> Result<(), DatabaseError> {
    if !fresh {
        let customers: Vec<CustomerId> = rows.iter().map(|(id, _)| *id).collect();
        tx.custom_fields().clear_values(&customers).await?;
    }
    let values: Vec<IndexedValue> =
        rows.iter().flat_map(|(id, values)| indexed(definitions, region, *id, values)).collect();
    tx.custom_fields().put_values(&values).await
}

fn indexed(
    definitions: &[CustomField],
    region: &str,
    customer_id: CustomerId,
    values: &CustomValues,
) -> Vec<IndexedValue> {
    let mut indexed = Vec::new();
    for field in definitions {
        let Some(value) = values.get(&field.key) else { continue };
        let unique_key = if field.is_unique { unique_key(field, value, region) } else { None };
        let of = |(place, sort_key)| IndexedValue {
            customer_id,
            field_id: field.id,
            place,
            sort_key,
            unique_key: unique_key.clone(),
        };
        indexed.extend((0_i64..).zip(sort_keys(field, value)).map(of));
    }
    indexed
}

/// What tells one value of a unique field from another: of a text all of it, of a phone number the digits of its
/// international form with the extension, of anything else what it sorts by.
fn unique_key(field: &CustomField, value: &Value, region: &str) -> Option<String> {
    match (field.kind, value) {
        (FieldKind::Phone, Value::String(text)) => Some(phone_key(text, region)),
        (FieldKind::Text | FieldKind::Email | FieldKind::Url, Value::String(text)) => Some(whole_key(text)),
        _ => sort_keys(field, value).pop(),
    }
}

/// A folded text has no capital letters, so that none can be mistaken for a hash.
fn whole_key(text: &str) -> String {
    let folded = fold(text);
    if folded.chars().count() <= KEY_LENGTH {
        return folded;
    }
    format!("SHA256:{}", hex::encode(Sha256::digest(folded.as_bytes())))
}

fn phone_key(text: &str, region: &str) -> String {
    let (number, extension) = split_extension(text);
    let number = parse_phone(number, region).map_or_else(|| digits(number), |international| digits(&international));
    extension.map_or_else(|| number.clone(), |extension| format!("{number}x{extension}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::model::tests_support::field;
    use super::*;

    fn key(kind: FieldKind, value: &Value) -> String {
        unique_key(&field(kind), value, "NO").unwrap()
    }

    #[test]
    fn the_whole_of_a_text_is_compared() {
        let long = |end: &str| json!(format!("{}{end}", "x".repeat(220)));
        assert_eq!(key(FieldKind::Text, &json!("AA:Bb")), "aa:bb");
        assert_ne!(key(FieldKind::Text, &long("a")), key(FieldKind::Text, &long("b")));
        assert_eq!(key(FieldKind::Text, &long("a")), key(FieldKind::Text, &long("A")));
        assert!(key(FieldKind::Text, &long("a")).len() <= 100);
    }

    #[test]
    fn phone_numbers_are_compared_in_their_international_form() {
        for typed in ["+47 22 12 34 56", "22123456", "22 12 34 56", "+4722123456"] {
            assert_eq!(key(FieldKind::Phone, &json!(typed)), "4722123456", "{typed}");
        }
        assert_eq!(key(FieldKind::Phone, &json!("+47 22 12 34 56 x7")), "4722123456x7");
        assert_eq!(key(FieldKind::Phone, &json!("12-34")), "1234");
    }

    #[test]
    fn other_kinds_are_compared_as_they_sort() {
        let number = field(FieldKind::Decimal);
        assert_eq!(unique_key(&number, &json!("7.50"), "NO"), sort_keys(&number, &json!("7.5")).pop());
    }
}
