//! The pages' door to what a person has granted.

use leptos::prelude::*;

use super::model::TokenFamily;
use crate::shared::id::TokenFamilyId;
use crate::shared::problem::Problem;

/// One's own grants and token pairs that still live, the last used first.
#[server(prefix = "/api/fn", endpoint = "account/tokens")]
pub async fn list_tokens() -> Result<Vec<TokenFamily>, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.tokens.list(&caller.actor).await
}

/// Ends one of one's own grants with every token issued under it.
#[server(prefix = "/api/fn", endpoint = "account/end-token")]
pub async fn end_token(id: TokenFamilyId) -> Result<(), Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.tokens.end(&caller.actor, id).await?;
    crate::server::go_to("/account/api?done=ended");
    Ok(())
}
