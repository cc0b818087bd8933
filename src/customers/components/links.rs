//! Addresses of lists: every state of a list is in its URL.

use std::fmt::Write as _;

use crate::customers::search::{CustomerFilter, CustomerPage, MAX_OFFSET};
use crate::ui::Direction;

/// The page at `path` with the filter in its query.
pub fn href(path: &str, filter: &CustomerFilter) -> String {
    let mut href = path.to_owned();
    for (index, (name, value)) in filter.url_pairs().iter().enumerate() {
        href.push(if index == 0 { '?' } else { '&' });
        href.push_str(name);
        href.push('=');
        encode(&mut href, value);
    }
    href
}

/// Percent-encodes everything but the unreserved characters (RFC 3986 §2.3).
fn encode(href: &mut String, value: &str) {
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            href.push(char::from(byte));
        } else {
            let _ = write!(href, "%{byte:02X}");
        }
    }
}

/// The same list from its beginning.
pub fn first_page(filter: &CustomerFilter) -> CustomerFilter {
    CustomerFilter { offset: None, cursor: None, ..filter.clone() }
}

/// The whole list in the same order.
pub fn unfiltered(filter: &CustomerFilter) -> CustomerFilter {
    CustomerFilter {
        sort: filter.sort.clone(),
        limit: filter.limit,
        deleted: filter.deleted,
        ..CustomerFilter::default()
    }
}

/// The page before. Behind a cursor nobody knows where that begins: the browser's way back leads there.
pub fn previous_page(path: &str, filter: &CustomerFilter, page: &CustomerPage) -> Option<String> {
    let before = (page.offset - page.limit).max(0);
    (page.offset > 0 && filter.cursor.is_none())
        .then(|| href(path, &CustomerFilter { offset: Some(before), ..first_page(filter) }))
}

/// The page after: by offset as far as that goes, then by cursor.
pub fn next_page(path: &str, filter: &CustomerFilter, page: &CustomerPage) -> Option<String> {
    if !page.has_more {
        return None;
    }
    let after = page.offset + page.limit;
    if filter.cursor.is_none() && after <= MAX_OFFSET {
        return Some(href(path, &CustomerFilter { offset: Some(after), ..first_page(filter) }));
    }
    let cursor = page.next_cursor.clone()?;
    Some(href(path, &CustomerFilter { cursor: Some(cursor), ..first_page(filter) }))
}

/// The list sorted by `key`, or turned round when it already is, and how it is sorted by it now.
pub fn sorted(path: &str, filter: &CustomerFilter, key: &str, greatest_first: bool) -> (String, Option<Direction>) {
    let direction = match filter.sort.as_deref() {
        Some(sort) if sort == key => Some(Direction::Ascending),
        Some(sort) if sort.strip_prefix('-') == Some(key) => Some(Direction::Descending),
        _ => None,
    };
    let descending = direction.map_or(greatest_first, |now| now == Direction::Ascending);
    let sort = if descending { format!("-{key}") } else { key.to_owned() };
    (href(path, &CustomerFilter { sort: Some(sort), ..first_page(filter) }), direction)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(offset: i64) -> CustomerPage {
        CustomerPage { offset, limit: 25, has_more: true, next_cursor: Some("next".into()), ..CustomerPage::default() }
    }

    #[test]
    fn values_are_percent_encoded() {
        let filter = CustomerFilter {
            query: Some("ana & zoë+1".into()),
            status: vec!["new".into(), "active".into()],
            ..CustomerFilter::default()
        };
        assert_eq!(href("/customers", &filter), "/customers?q=ana%20%26%20zo%C3%AB%2B1&status=new&status=active");
        assert_eq!(href("/customers", &CustomerFilter::default()), "/customers");
    }

    #[test]
    fn a_column_turns_round_and_begins_again() {
        let by_name = CustomerFilter { sort: Some("name".into()), offset: Some(50), ..CustomerFilter::default() };
        let expected = ("/customers?sort=-name".to_owned(), Some(Direction::Ascending));
        assert_eq!(sorted("/customers", &by_name, "name", false), expected);
        assert_eq!(
            sorted("/customers", &by_name, "created_at", true),
            ("/customers?sort=-created_at".to_owned(), None)
        );
    }

    #[test]
    fn pages_go_on_by_cursor_where_the_offset_ends() {
        let filter = CustomerFilter::default();
        assert_eq!(next_page("/customers", &filter, &page(0)).as_deref(), Some("/customers?offset=25"));
        assert_eq!(next_page("/customers", &filter, &page(10_000)).as_deref(), Some("/customers?cursor=next"));
        assert_eq!(previous_page("/customers", &filter, &page(25)).as_deref(), Some("/customers"));
        assert_eq!(previous_page("/customers", &filter, &page(0)), None);
        let behind = CustomerFilter { cursor: Some("here".into()), ..CustomerFilter::default() };
        assert_eq!(previous_page("/customers", &behind, &page(0)), None);
        assert_eq!(next_page("/customers", &behind, &page(0)).as_deref(), Some("/customers?cursor=next"));
    }
}
