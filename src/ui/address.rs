//! Addresses: where the product is reached, and what stands behind the question mark.

use leptos_router::location::Url;
use serde::{Deserialize, Serialize};

/// The public address without a slash at the end; provided by the server, taken over by the browser.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaseUrl(pub String);

/// A parameter of the query as it was sent. The router's own map decodes values twice, which changes one that
/// holds a percent sign.
pub fn query_parameter(search: &str, name: &str) -> Option<String> {
    let mut pairs = search.trim_start_matches('?').split('&').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(key, _)| *key == name)?;
    Some(Url::unescape(&value.replace('+', " "))).filter(|value| !value.is_empty())
}
