//! What a person typed into a form that failed without JavaScript: kept for the next page, so nothing is lost.

use std::collections::BTreeMap;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::shared::problem::Problem;

/// Names and values of a form's fields, without anything secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypedValues(pub BTreeMap<String, String>);

impl TypedValues {
    /// Was anything kept?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of a field by its full name, such as `customer[email]`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

/// What was typed into a form such as `staff/invite` before the failure that this page reports; else nothing.
pub fn recalled_after(failed: bool, form: &'static str) -> Resource<TypedValues> {
    Resource::new(
        || (),
        move |()| async move {
            if failed { recall_form(form.to_owned()).await.unwrap_or_default() } else { TypedValues::default() }
        },
    )
}

/// What was typed into the form of this server function (`customers/create`) when it failed last; once.
#[server(prefix = "/api/fn", endpoint = "forms/recall")]
pub async fn recall_form(form: String) -> Result<TypedValues, Problem> {
    crate::server::forms::recall(&form).await
}
