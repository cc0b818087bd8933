//! The pages' door to customers; machines use it too, in JSON.

use leptos::prelude::*;

use super::input::CustomerInput;
use super::model::{Customer, CustomerChoices, CustomerDetails, PossibleDuplicate};
use super::search::{CustomerFilter, CustomerPage, Facets};
use crate::audit::AuditEntry;
use crate::shared::id::CustomerId;
use crate::shared::problem::Problem;

/// Finds customers.
#[server(prefix = "/api/fn", endpoint = "customers/search")]
pub async fn search_customers(#[server(default)] filter: CustomerFilter) -> Result<CustomerPage, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.customers.search(&caller.actor, &filter).await
}

/// How the customers that a filter finds divide by status, category, partner, location and label.
#[server(prefix = "/api/fn", endpoint = "customers/facets")]
pub async fn customer_facets(#[server(default)] filter: CustomerFilter) -> Result<Facets, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.customers.facets(&caller.actor, &filter).await
}

/// Everything about one customer, also a deleted one, from one moment.
#[server(prefix = "/api/fn", endpoint = "customers/details")]
pub async fn load_customer_details(id: CustomerId) -> Result<CustomerDetails, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.customers.details(&caller.actor, id).await
}

/// One customer, also a deleted one.
#[server(prefix = "/api/fn", endpoint = "customers/get")]
pub async fn get_customer(id: CustomerId) -> Result<Customer, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.customers.get(&caller.actor, id).await
}

/// What happened to a customer, newest first, before the entry `before`.
#[server(prefix = "/api/fn", endpoint = "customers/history")]
pub async fn customer_history(
    id: CustomerId,
    #[server(default)] before: Option<i64>,
) -> Result<Vec<AuditEntry>, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.customers.history(&caller.actor, id, before).await
}

/// Partners and locations to choose from, and an input with the defaults filled in.
#[server(prefix = "/api/fn", endpoint = "customers/choices")]
pub async fn load_customer_choices() -> Result<CustomerChoices, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.customers.choices(&caller.actor).await
}

/// Customers that may be the same as this one.
#[server(prefix = "/api/fn", endpoint = "customers/duplicates")]
pub async fn possible_duplicates(customer: CustomerInput) -> Result<Vec<PossibleDuplicate>, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.customers.possible_duplicates(&caller.actor, &customer).await
}

/// Opens an account; with `warn` it stops at possible duplicates (409 `possible_duplicates`).
#[server(prefix = "/api/fn", endpoint = "customers/create")]
pub async fn create_customer(customer: CustomerInput, #[server(default)] warn: bool) -> Result<Customer, Problem> {
    let caller = crate::server::signed_in().await?;
    let customer = caller.services.customers.create_unless_duplicate(&caller.actor, customer, warn).await?;
    crate::server::go_to(&format!("/customers/{}?done=created", customer.id));
    Ok(customer)
}

/// Saves the whole input over the version that was read (412 when it is not the latest).
#[server(prefix = "/api/fn", endpoint = "customers/update")]
pub async fn update_customer(id: CustomerId, version: i64, customer: CustomerInput) -> Result<Customer, Problem> {
    let caller = crate::server::signed_in().await?;
    let customer = caller.services.customers.update(&caller.actor, id, version, customer).await?;
    crate::server::go_to(&format!("/customers/{id}?done=updated"));
    Ok(customer)
}

/// Puts a customer into the trash; live children need a choice.
#[server(prefix = "/api/fn", endpoint = "customers/delete")]
pub async fn delete_customer(
    id: CustomerId,
    version: i64,
    #[server(default)] children: Option<String>,
    #[server(default)] new_parent: Option<CustomerId>,
) -> Result<(), Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.customers.delete(&caller.actor, id, version, children.as_deref(), new_parent).await?;
    crate::server::go_to(&format!("/customers/{id}?done=deleted"));
    Ok(())
}

/// Takes a customer out of the trash; it comes back as `inactive`.
#[server(prefix = "/api/fn", endpoint = "customers/restore")]
pub async fn restore_customer(id: CustomerId) -> Result<Customer, Problem> {
    let caller = crate::server::signed_in().await?;
    let customer = caller.services.customers.restore(&caller.actor, id).await?;
    crate::server::go_to(&format!("/customers/{id}?done=restored"));
    Ok(customer)
}
