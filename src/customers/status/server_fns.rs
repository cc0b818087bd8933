//! The pages' door to the status of a customer.

use leptos::prelude::*;

use super::{Hold, HoldInput, HoldReason, StatusChange, StatusEntry, StatusOutcome, StatusView};
use crate::shared::id::CustomerId;
use crate::shared::problem::Problem;

/// Where a customer stands, and what the caller may do now.
#[server(prefix = "/api/fn", endpoint = "status/get")]
pub async fn customer_status(customer_id: CustomerId) -> Result<StatusView, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.customers.status(&caller.actor, customer_id).await
}

/// Changes of status before the one of this id, newest first, a page of them.
#[server(prefix = "/api/fn", endpoint = "status/history")]
pub async fn status_history(
    customer_id: CustomerId,
    #[server(default)] before: Option<i64>,
) -> Result<Vec<StatusEntry>, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.customers.status_history(&caller.actor, customer_id, before).await
}

/// Holds before the one of this id, open and closed, newest first, a page of them.
#[server(prefix = "/api/fn", endpoint = "status/holds")]
pub async fn list_holds(customer_id: CustomerId, #[server(default)] before: Option<i64>) -> Result<Vec<Hold>, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.customers.holds(&caller.actor, customer_id, before).await
}

/// Changes the status, now or on a later day.
#[server(prefix = "/api/fn", endpoint = "status/change")]
pub async fn change_status(
    customer_id: CustomerId,
    #[server(default)] change: StatusChange,
) -> Result<StatusOutcome, Problem> {
    let caller = crate::server::signed_in().await?;
    let outcome = caller.services.customers.change_status(&caller.actor, customer_id, &change).await?;
    let done = if outcome.scheduled.is_some() { "scheduled" } else { outcome.customer.status.as_str() };
    crate::server::go_to(&format!("/customers/{customer_id}?done={done}"));
    Ok(outcome)
}

/// Opens a hold; an active customer becomes suspended.
#[server(prefix = "/api/fn", endpoint = "status/hold")]
pub async fn open_hold(customer_id: CustomerId, #[server(default)] hold: HoldInput) -> Result<StatusOutcome, Problem> {
    let caller = crate::server::signed_in().await?;
    let outcome = caller.services.customers.open_hold(&caller.actor, customer_id, &hold).await?;
    crate::server::go_to(&format!("/customers/{customer_id}?done=held"));
    Ok(outcome)
}

/// Closes the open hold of one reason; with the last one a suspended customer becomes active.
#[server(prefix = "/api/fn", endpoint = "status/release")]
pub async fn release_hold(
    customer_id: CustomerId,
    reason: HoldReason,
    #[server(default)] note: Option<String>,
) -> Result<StatusOutcome, Problem> {
    let caller = crate::server::signed_in().await?;
    let outcome = caller.services.customers.release_hold(&caller.actor, customer_id, reason, note).await?;
    crate::server::go_to(&format!("/customers/{customer_id}?done=released"));
    Ok(outcome)
}

/// Cancels the change that waits for its day.
#[server(prefix = "/api/fn", endpoint = "status/cancel")]
pub async fn cancel_scheduled_change(customer_id: CustomerId) -> Result<(), Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.customers.cancel_scheduled(&caller.actor, customer_id).await?;
    crate::server::go_to(&format!("/customers/{customer_id}?done=cancelled"));
    Ok(())
}
