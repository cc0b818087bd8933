//! One further condition of a filter as it travels: `field:op:value|value`, or an object in JSON.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A field, an operator, and what to compare with. Whether they exist is checked with the filter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, utoipa::ToSchema)]
pub struct FieldCondition {
    /// A field of the record, or `custom.` and the key of a custom field.
    pub field: String,
    /// `eq ne in nin contains starts_with lt lte gt gte between is_null not_null`.
    pub op: String,
    /// None for `is_null` and `not_null`, two for `between`, any number for `in` and `nin`, else one.
    pub value: Vec<String>,
}

impl FieldCondition {
    /// Reads `field:op:value|value`; `\\|` is a bar and `\\\\` a backslash in a value. Anything is a condition;
    /// a filter with one that means nothing is refused later.
    pub fn parse(text: &str) -> Self {
        let mut parts = text.splitn(3, ':');
        let mut part = || parts.next().unwrap_or_default().trim().to_owned();
        let (field, op) = (part(), part());
        Self { field, op, value: parts.next().map(split).unwrap_or_default() }
    }
}

fn split(text: &str) -> Vec<String> {
    let mut values = vec![String::new()];
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '|' => values.push(String::new()),
            other => {
                let taken = if other == '\\' { characters.next().unwrap_or(other) } else { other };
                if let Some(last) = values.last_mut() {
                    last.push(taken);
                }
            }
        }
    }
    values
}

impl fmt::Display for FieldCondition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.field, self.op)?;
        for (i, value) in self.value.iter().enumerate() {
            f.write_str(if i == 0 { ":" } else { "|" })?;
            f.write_str(&value.replace('\\', "\\\\").replace('|', "\\|"))?;
        }
        Ok(())
    }
}

impl Serialize for FieldCondition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FieldCondition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Wire {
            Text(String),
            Object(Object),
        }
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Object {
            field: String,
            op: String,
            #[serde(default)]
            value: Option<Values>,
        }
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Values {
            Many(Vec<Value>),
            One(Value),
        }
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Value {
            Bool(bool),
            Integer(i64),
            Float(f64),
            Text(String),
        }
        let text = |value: Value| match value {
            Value::Bool(yes) => yes.to_string(),
            Value::Integer(number) => number.to_string(),
            Value::Float(number) => number.to_string(),
            Value::Text(text) => text,
        };
        Ok(match Wire::deserialize(deserializer)? {
            Wire::Text(condition) => Self::parse(&condition),
            Wire::Object(object) => Self {
                field: object.field,
                op: object.op,
                value: match object.value {
                    None => Vec::new(),
                    Some(Values::One(value)) => vec![text(value)],
                    Some(Values::Many(values)) => values.into_iter().map(text).collect(),
                },
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_survives_the_url_whatever_its_values_hold() {
        let condition = FieldCondition {
            field: "custom.mac".into(),
            op: "in".into(),
            value: vec!["a|b\\c".into(), "00:11".into(), String::new()],
        };
        assert_eq!(FieldCondition::parse(&condition.to_string()), condition);
        let bare = FieldCondition { field: "email".into(), op: "is_null".into(), value: Vec::new() };
        assert_eq!(bare.to_string(), "email:is_null");
        assert_eq!(FieldCondition::parse("email:is_null"), bare);
    }

    #[test]
    fn json_takes_texts_and_objects() {
        let read = |json: &str| serde_json::from_str::<FieldCondition>(json).expect("a condition");
        assert_eq!(read(r#""city:eq:Oslo""#), read(r#"{"field": "city", "op": "eq", "value": "Oslo"}"#));
        assert_eq!(read(r#"{"field": "id", "op": "between", "value": [1, 2]}"#).value, ["1", "2"]);
        assert!(serde_json::from_str::<FieldCondition>(r#"{"field": "id", "operator": "eq"}"#).is_err());
    }
}
