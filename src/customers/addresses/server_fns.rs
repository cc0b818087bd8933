//! The pages' door to addresses.

use leptos::prelude::*;

use super::{Address, AddressInput};
use crate::shared::id::{AddressId, CustomerId};
use crate::shared::problem::Problem;

/// The addresses of a customer: service, billing, postal, each in the order they were added.
#[server(prefix = "/api/fn", endpoint = "addresses/list")]
pub async fn list_addresses(customer_id: CustomerId) -> Result<Vec<Address>, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.customers.addresses(&caller.actor, customer_id).await
}

/// Adds an address to a customer.
#[server(prefix = "/api/fn", endpoint = "addresses/create")]
pub async fn create_address(
    customer_id: CustomerId,
    #[server(default)] address: AddressInput,
) -> Result<Address, Problem> {
    let caller = crate::server::signed_in().await?;
    let address = caller.services.customers.add_address(&caller.actor, customer_id, address).await?;
    crate::server::go_to(&format!("/customers/{customer_id}/contacts?done=address-added"));
    Ok(address)
}

/// Saves an address over the version that was read (412 when it is not the latest).
#[server(prefix = "/api/fn", endpoint = "addresses/update")]
pub async fn update_address(
    customer_id: CustomerId,
    id: AddressId,
    version: i64,
    #[server(default)] address: AddressInput,
) -> Result<Address, Problem> {
    let caller = crate::server::signed_in().await?;
    let address = caller.services.customers.update_address(&caller.actor, customer_id, id, version, address).await?;
    crate::server::go_to(&format!("/customers/{customer_id}/contacts?done=address-saved"));
    Ok(address)
}

/// Removes an address.
#[server(prefix = "/api/fn", endpoint = "addresses/delete")]
pub async fn delete_address(customer_id: CustomerId, id: AddressId, version: i64) -> Result<(), Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.customers.remove_address(&caller.actor, customer_id, id, version).await?;
    crate::server::go_to(&format!("/customers/{customer_id}/contacts?done=address-removed"));
    Ok(())
}
