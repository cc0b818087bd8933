//! What other rooms ask of partners and locations inside their own transactions.

use super::kind::Kind;
use super::repository::NameRow;
use crate::database::Transaction;
use crate::shared::id::{LocationId, PartnerId};
use crate::shared::permission::Scope;
use crate::shared::problem::{FieldError, Problem};
use crate::shared::text::fold;

/// Partners and locations, id and name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlaceNames {
    /// The partners.
    pub partners: Vec<(PartnerId, String)>,
    /// The locations.
    pub locations: Vec<(LocationId, String)>,
}

/// Every partner and location in a scope, inactive ones too: the default first, then by name.
pub async fn names(tx: &mut Transaction, scope: &Scope) -> Result<PlaceNames, Problem> {
    let (partners, locations) = listed(tx, scope).await?.into_iter().partition::<Vec<_>, _>(|row| row.is_partner);
    Ok(PlaceNames {
        partners: partners.into_iter().map(|row| (PartnerId(row.id), row.name)).collect(),
        locations: locations.into_iter().map(|row| (LocationId(row.id), row.name)).collect(),
    })
}

/// Errors: `Invalid` (`scope.partners`, `scope.locations`) when a scope to be granted names what there is not.
pub async fn check_scope(tx: &mut Transaction, scope: &Scope) -> Result<(), Problem> {
    let known = tx.places().names(&Scope::all()).await?;
    let mut errors = Vec::new();
    for kind in [Kind::Partner, Kind::Location] {
        let exists = |id: &i64| known.iter().any(|row| row.is_partner == (kind == Kind::Partner) && row.id == *id);
        if !kind.seen(scope).iter().flatten().all(exists) {
            let message = format!("There is no such {}.", kind.name());
            errors.push(FieldError::new(kind.pick("scope.partners", "scope.locations"), "unknown", message));
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(Problem::Invalid(errors)) }
}

/// The default first, then by name as people sort it.
pub(super) async fn listed(tx: &mut Transaction, scope: &Scope) -> Result<Vec<NameRow>, Problem> {
    let mut rows = tx.places().names(scope).await?;
    rows.sort_by_cached_key(|row| (!row.is_default, fold(&row.name), row.id));
    Ok(rows)
}
