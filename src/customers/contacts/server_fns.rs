//! The pages' door to contacts.

use leptos::prelude::*;

use super::{Contact, ContactInput};
use crate::shared::id::{ContactId, CustomerId};
use crate::shared::problem::Problem;

/// The contacts of a customer, the primary one first.
#[server(prefix = "/api/fn", endpoint = "contacts/list")]
pub async fn list_contacts(customer_id: CustomerId) -> Result<Vec<Contact>, Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.customers.contacts(&caller.actor, customer_id).await
}

/// Adds a contact to a customer.
#[server(prefix = "/api/fn", endpoint = "contacts/create")]
pub async fn create_contact(
    customer_id: CustomerId,
    #[server(default)] contact: ContactInput,
) -> Result<Contact, Problem> {
    let caller = crate::server::signed_in().await?;
    let contact = caller.services.customers.add_contact(&caller.actor, customer_id, contact).await?;
    crate::server::go_to(&format!("/customers/{customer_id}/contacts?done=contact-added"));
    Ok(contact)
}

/// Saves a contact over the version that was read (412 when it is not the latest).
#[server(prefix = "/api/fn", endpoint = "contacts/update")]
pub async fn update_contact(
    customer_id: CustomerId,
    id: ContactId,
    version: i64,
    #[server(default)] contact: ContactInput,
) -> Result<Contact, Problem> {
    let caller = crate::server::signed_in().await?;
    let contact = caller.services.customers.update_contact(&caller.actor, customer_id, id, version, contact).await?;
    crate::server::go_to(&format!("/customers/{customer_id}/contacts?done=contact-saved"));
    Ok(contact)
}

/// Removes a contact.
#[server(prefix = "/api/fn", endpoint = "contacts/delete")]
pub async fn delete_contact(customer_id: CustomerId, id: ContactId, version: i64) -> Result<(), Problem> {
    let caller = crate::server::signed_in().await?;
    caller.services.customers.remove_contact(&caller.actor, customer_id, id, version).await?;
    crate::server::go_to(&format!("/customers/{customer_id}/contacts?done=contact-removed"));
    Ok(())
}

/// Makes a contact the primary one; the one that was primary becomes one of the others.
#[server(prefix = "/api/fn", endpoint = "contacts/make-primary")]
pub async fn make_contact_primary(customer_id: CustomerId, id: ContactId, version: i64) -> Result<Contact, Problem> {
    let caller = crate::server::signed_in().await?;
    let contact = caller.services.customers.make_primary(&caller.actor, customer_id, id, version).await?;
    crate::server::go_to(&format!("/customers/{customer_id}/contacts?done=contact-primary"));
    Ok(contact)
}
