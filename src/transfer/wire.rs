//! Mappings as forms carry them: lists as one text, and a whole mapping as one field.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use super::mapping::{Mapping, ValueMapping};
use crate::customers::custom_fields::CustomFieldInput;

/// A mapping on its way to the server. A form sends its fields one by one; the browser's half sends it as one JSON
/// text, because it lies too deep for the encoding of forms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SentMapping(pub Mapping);

impl Serialize for SentMapping {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let json = serde_json::to_string(&self.0).map_err(serde::ser::Error::custom)?;
        serializer.serialize_str(&json)
    }
}

impl<'de> Deserialize<'de> for SentMapping {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Sent)
    }
}

struct Sent;

impl<'de> Visitor<'de> for Sent {
    type Value = SentMapping;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mapping")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<SentMapping, E> {
        serde_json::from_str(text).map(SentMapping).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<SentMapping, A::Error> {
        Mapping::deserialize(MapAccessDeserializer::new(map)).map(SentMapping)
    }
}

/// How a text is read as a list.
type Lines<T> = fn(&str) -> Result<Vec<T>, String>;

/// A list, or the text that stands for it in a form.
struct ListOrText<T>(Lines<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ListOrText<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_unit<E: Error>(self) -> Result<Vec<T>, E> {
        Ok(Vec::new())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Vec<T>, E> {
        (self.0)(text).map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<T>, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(list)
    }
}

/// What values stand for: a list, or a text with `Yes = terminated` on each line.
pub(super) fn value_list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ValueMapping>, D::Error> {
    deserializer.deserialize_any(ListOrText(|text| Ok(values_of_text(text))))
}

/// Custom fields: a list, or its JSON as a text.
pub(super) fn field_list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<CustomFieldInput>, D::Error> {
    let read = |text: &str| match text.trim() {
        "" => Ok(Vec::new()),
        json => serde_json::from_str(json).map_err(|error| error.to_string()),
    };
    deserializer.deserialize_any(ListOrText(read))
}

/// A line without `=` drops its value.
fn values_of_text(text: &str) -> Vec<ValueMapping> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let read = |line: &str| {
        let (from, to) = line.split_once('=').unwrap_or((line, ""));
        ValueMapping { from: from.trim().to_owned(), to: to.trim().to_owned() }
    };
    lines.map(read).collect()
}

/// What values stand for, as a text area shows it.
pub fn text_of_values(values: &[ValueMapping]) -> String {
    values.iter().map(|one| format!("{} = {}", one.from, one.to).trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::super::mapping::{ColumnMapping, Target};
    use super::*;

    fn value(from: &str, to: &str) -> ValueMapping {
        ValueMapping { from: from.into(), to: to.into() }
    }

    #[test]
    fn values_are_a_list_or_lines() {
        let of = |values: &str| {
            let json = format!(r#"{{"column":"Churn","target":"status","values":{values}}}"#);
            serde_json::from_str::<ColumnMapping>(&json).expect("readable").values
        };
        let expected = [value("Yes", "terminated"), value("No", "")];
        assert_eq!(of(r#""Yes = terminated\r\n\r\nNo =""#), expected);
        assert_eq!(of(r#"[{"from":"Yes","to":"terminated"},{"from":"No"}]"#), expected);
        assert_eq!(values_of_text(&text_of_values(&expected)), expected);
    }

    #[test]
    fn a_mapping_is_sent_as_one_text_and_read_field_by_field() {
        let column = ColumnMapping { values: vec![value("Yes", "x")], ..ColumnMapping::new("A", Target::Label) };
        let sent = SentMapping(Mapping { columns: vec![column], ..Mapping::default() });
        let json = serde_json::to_string(&sent).expect("writable");
        assert!(json.starts_with('"'));
        assert_eq!(serde_json::from_str::<SentMapping>(&json).expect("readable"), sent);
        let fields = serde_json::to_string(&sent.0).expect("writable");
        assert_eq!(serde_json::from_str::<SentMapping>(&fields).expect("readable"), sent);
    }
}
