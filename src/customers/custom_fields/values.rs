//! Values of custom fields: how they are read by their definitions, shown, and compared.

use std::collections::BTreeMap;

use serde_json::Value;

/// Values by the key of their field; empty ones are absent. Texts, dates, decimals and choices are strings, whole
/// numbers are numbers, yes or no is a boolean, and some of several is an array of strings.
pub type CustomValues = BTreeMap<String, Value>;
