//! Mappings that come with the product: to be used as they are, and to learn from.

use std::sync::LazyLock;

use super::mapping::SavedMapping;

const SHIPPED: [(&str, &str); 1] = [("Telco subscribers (example)", include_str!("examples/telco.json"))];

static EXAMPLES: LazyLock<Vec<SavedMapping>> = LazyLock::new(|| {
    let read = |(name, json): &(&str, &str)| {
        serde_json::from_str(json).ok().map(|mapping| SavedMapping { name: (*name).to_owned(), mapping })
    };
    SHIPPED.iter().filter_map(read).collect()
});

/// The example of this name.
pub(super) fn example(name: &str) -> Option<SavedMapping> {
    EXAMPLES.iter().find(|one| one.name == name).cloned()
}

/// What was saved and the examples, by name; a saved mapping hides the example of its name.
pub(super) fn with_examples(mut saved: Vec<SavedMapping>) -> Vec<SavedMapping> {
    let hidden = |example: &SavedMapping| saved.iter().any(|one| one.name == example.name);
    let shown: Vec<SavedMapping> = EXAMPLES.iter().filter(|one| !hidden(one)).cloned().collect();
    saved.extend(shown);
    saved.sort_by(|a, b| a.name.cmp(&b.name));
    saved
}

#[cfg(test)]
mod tests {
    use super::super::mapping::Mapping;
    use super::*;

    #[test]
    fn every_example_can_be_read_and_is_good() {
        assert_eq!(EXAMPLES.len(), SHIPPED.len());
        for example in EXAMPLES.iter() {
            let headers: Vec<String> = example.mapping.columns.iter().map(|one| one.column.clone()).collect();
            let checked = example.mapping.checked(&headers, &[], "2026-06-01".parse().unwrap());
            assert!(checked.is_ok(), "{}: {checked:?}", example.name);
        }
    }

    #[test]
    fn a_saved_mapping_hides_the_example_of_its_name() {
        let own = SavedMapping { name: SHIPPED[0].0.to_owned(), mapping: Mapping::default() };
        assert_eq!(with_examples(vec![own.clone()]), [own]);
        assert_eq!(with_examples(Vec::new()).len(), SHIPPED.len());
        assert!(example("Telco subscribers (example)").is_some_and(|one| one.mapping.source == "telco"));
    }
}
