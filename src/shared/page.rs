//! Pages of lists: limits, keyset cursors and the form of an answer.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

/// A place in a sorted list: the sort key and the id of the last row before it. Opaque on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The sort that it belongs to; a cursor of another sort is refused.
    pub sort: String,
    /// The sort key of the last row.
    pub key: String,
    /// The id of the last row.
    pub id: i64,
}

impl Cursor {
    /// The opaque text.
    pub fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    /// Reads the opaque text; `None` when it is not one of ours.
    pub fn decode(text: &str) -> Option<Self> {
        serde_json::from_slice::<Self>(&URL_SAFE_NO_PAD.decode(text).ok()?).ok().filter(|it| !it.key.contains('\0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_round_trips_and_junk_is_refused() {
        let cursor = Cursor { sort: "name".into(), key: "müller".into(), id: 7 };
        assert_eq!(Cursor::decode(&cursor.encode()), Some(cursor));
        assert_eq!(Cursor::decode("%%%"), None);
        assert_eq!(Cursor::decode("e30"), None);
    }
}
