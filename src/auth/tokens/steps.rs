//! Ending tokens inside the transactions of other rooms; dead on the next request.

use chrono::{DateTime, Utc};

use crate::database::{DatabaseError, Lock, Transaction};
use crate::shared::id::{OAuthClientId, StaffId, TokenFamilyId};

/// Ends every token of a person, with every code that could still become one.
pub async fn end_tokens_of_staff(tx: &mut Transaction, staff: StaffId) -> Result<(), DatabaseError> {
    tx.lock(Lock::Changes).await?;
    tx.tokens().delete_of_staff(staff).await
}

/// Ends every token of a client; its codes are the business of its own room.
pub async fn end_tokens_of_client(tx: &mut Transaction, client: OAuthClientId) -> Result<(), DatabaseError> {
    tx.lock(Lock::Changes).await?;
    tx.tokens().delete_of_client(client).await
}

/// Ends one family with every token that was issued under it; nothing happens when it has ended already.
pub async fn end_family(tx: &mut Transaction, family: TokenFamilyId, now: DateTime<Utc>) -> Result<(), DatabaseError> {
    tx.lock(Lock::Changes).await?;
    tx.tokens().revoke_family(family, now).await
}
