//! What pages read: the filter of the URL, the customer of the path, the choices of a form.

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use crate::customers::search::CustomerFilter;
use crate::customers::{Customer, CustomerChoices, get_customer, load_customer_choices};
use crate::shared::id::CustomerId;
use crate::shared::problem::Problem;

/// The filter in the URL, of the living or of the trash.
pub fn use_filter(deleted: bool) -> Memo<CustomerFilter> {
    let query = use_query_map();
    Memo::new(move |_| {
        query.with(|query| {
            let filter = CustomerFilter::from_url(|name| query.get_all(name).unwrap_or_default());
            CustomerFilter { deleted, ..filter }
        })
    })
}

/// What a list asks for: a page of 25 unless the URL says otherwise, and no count beyond 10,000.
pub fn asked(filter: CustomerFilter) -> CustomerFilter {
    CustomerFilter { limit: Some(filter.limit.unwrap_or(25)), count: Some("capped".to_owned()), ..filter }
}

/// The id in the path; `None` when it is none.
pub fn use_customer_id() -> Memo<Option<CustomerId>> {
    let params = use_params_map();
    Memo::new(move |_| params.with(|params| params.get_str("id").and_then(|id| id.parse().ok())))
}

/// The customer of the path. Errors: as [`get_customer`]; `NotFound` when the path holds no id.
pub async fn read_customer(id: Option<CustomerId>) -> Result<Customer, Problem> {
    match id {
        Some(id) => get_customer(id).await,
        None => Err(Problem::not_found("customer")),
    }
}

/// Partners and locations by name; none when they cannot be read, so that ids stand for them.
pub fn names_of_choices() -> Resource<CustomerChoices> {
    Resource::new(|| (), |()| async { load_customer_choices().await.unwrap_or_default() })
}
