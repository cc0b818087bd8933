//! The index of values, which filters look into and which holds what is unique: steps of whoever writes customers.

use std::collections::{BTreeMap, HashSet};

use super::keys::{UniqueValue, sort_keys};
use super::model::CustomField;
use super::repository::IndexedValue;
use super::values::CustomValues;
use crate::database::{DatabaseError, Transaction};
use crate::shared::id::{CustomFieldId, CustomerId};

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

/// Makes the index say what these customers have; `fresh` means that it knows nothing of them yet.
/// Errors: `Unique` when another customer has a value that is unique.
pub(in crate::customers) async fn index_values(
    tx: &mut Transaction,
    definitions: &[CustomField],
    rows: &[(CustomerId, &CustomValues)],
    fresh: bool,
) -> Result<(), DatabaseError> {
    if !fresh {
        let customers: Vec<CustomerId> = rows.iter().map(|(id, _)| *id).collect();
        tx.custom_fields().clear_values(&customers).await?;
    }
    let values: Vec<IndexedValue> = rows.iter().flat_map(|(id, values)| indexed(definitions, *id, values)).collect();
    tx.custom_fields().insert_values(&values).await
}

fn indexed(definitions: &[CustomField], customer_id: CustomerId, values: &CustomValues) -> Vec<IndexedValue> {
    let mut indexed = Vec::new();
    for field in definitions {
        let keys = values.get(&field.key).map(|value| sort_keys(field, value)).unwrap_or_default();
        let of = |(place, sort_key)| IndexedValue {
            customer_id,
            field_id: field.id,
            place,
            sort_key,
            is_unique: field.is_unique,
        };
        indexed.extend((0_i64..).zip(keys).map(of));
    }
    indexed
}
