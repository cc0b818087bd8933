//! What of an answer counts, in the form in which the oracle says it.

use serde_json::{Value, json};

pub(super) fn items(list: &Value) -> &[Value] {
    list.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// The numbers of a list, sorted.
fn numbers(list: &Value, number: impl Fn(&Value) -> &Value) -> Vec<i64> {
    let mut numbers: Vec<i64> = items(list).iter().filter_map(|item| number(item).as_i64()).collect();
    numbers.sort_unstable();
    numbers
}

pub(super) fn ids(list: &Value) -> Value {
    json!(numbers(list, |item| &item["id"]))
}

pub(super) fn label_ids(list: &Value) -> Value {
    json!(numbers(list, |item| &item["label"]["id"]))
}

pub(super) fn own_id(record: &Value) -> Value {
    record["id"].clone()
}

pub(super) fn page(page: &Value) -> Value {
    json!({ "total": page["total_count"], "ids": ids(&page["customers"]) })
}

/// Counts above nothing by facet and value.
pub(super) fn facet_counts(facets: &Value) -> Value {
    let mut counts = serde_json::Map::new();
    for facet in ["status", "category", "partner", "location", "label"] {
        for one in items(&facets[facet]).iter().filter(|one| one["count"] != 0) {
            counts.insert(format!("{facet}:{}", one["value"].as_str().unwrap_or_default()), one["count"].clone());
        }
    }
    Value::Object(counts)
}

/// Pairs of id and number of customers, by id.
pub(super) fn usage(list: &Value) -> Value {
    let mut pairs: Vec<(i64, i64)> = items(list)
        .iter()
        .map(|one| (one["id"].as_i64().unwrap_or_default(), one["customers"].as_i64().unwrap_or_default()))
        .collect();
    pairs.sort_unstable();
    json!(pairs)
}

/// The same without those that nobody has.
pub(super) fn usage_above_nothing(list: &Value) -> Value {
    let used: Vec<Value> = items(list).iter().filter(|one| one["customers"] != 0).cloned().collect();
    usage(&json!(used))
}

pub(super) fn customers(record: &Value) -> Value {
    record["customers"].clone()
}

pub(super) fn hierarchy(view: &Value) -> Value {
    let ancestors: Vec<&Value> = items(&view["ancestors"]).iter().map(|one| &one["id"]).collect();
    json!([ancestors, view["ancestors_hidden"], view["account_level"], view["children"], view["descendants"]])
}

pub(super) fn node(node: &Value) -> Value {
    json!([node["id"], node["children"], node["descendants"]])
}

pub(super) fn nodes(page: &Value) -> Value {
    let mut nodes: Vec<&Value> = items(&page["nodes"]).iter().collect();
    nodes.sort_by_key(|node| node["id"].as_i64());
    json!(nodes.into_iter().map(node).collect::<Vec<_>>())
}

pub(super) fn details(details: &Value) -> Value {
    let holds = items(&details["status"]["holds"]).len();
    json!([
        details["customer"]["id"],
        holds,
        label_ids(&details["labels"]),
        ids(&details["contacts"]),
        ids(&details["addresses"]),
        hierarchy(&details["hierarchy"]),
    ])
}

pub(super) fn status(view: &Value) -> Value {
    json!([view["status"], items(&view["holds"]).len()])
}

pub(super) fn length(list: &Value) -> Value {
    json!(items(list).len())
}

pub(super) fn is_any(list: &Value) -> Value {
    json!(!items(list).is_empty())
}

pub(super) fn choices(choices: &Value) -> Value {
    json!([ids(&choices["partners"]), ids(&choices["locations"])])
}

pub(super) fn duplicates(list: &Value) -> Value {
    json!(numbers(list, |one| &one["customer"]["id"]))
}

pub(super) fn outcome(outcome: &Value) -> Value {
    json!(items(&outcome["items"]).iter().map(|item| json!([item["customer_id"], item["result"]])).collect::<Vec<_>>())
}

/// The marks in a file.
pub(super) fn sheets(csv: &Value) -> Value {
    let text = csv.as_str().unwrap_or_default();
    json!(text.match_indices("sheet").map(|(at, _)| text[at..].chars().take(8).collect()).collect::<Vec<String>>())
}
