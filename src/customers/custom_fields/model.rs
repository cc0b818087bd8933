//! What a custom field is: its definition, its input and its rules (spec: Customers → Custom field definitions).
//! The rules of values are in `values.rs`.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};

use super::super::model::Category;
use crate::shared::id::CustomFieldId;
use crate::shared::words::words;

words! {
    /// What kind of value a field holds; it cannot change while values exist.
    FieldKind {
        Text = "text", "Text";
        LongText = "long_text", "Long text";
        Integer = "integer", "Whole number";
        Decimal = "decimal", "Decimal number";
        Boolean = "boolean", "Yes or no";
        Date = "date", "Date";
        Select = "select", "One of several";
        MultiSelect = "multi_select", "Some of several";
        Email = "email", "E-mail";
        Phone = "phone", "Phone";
        Url = "url", "Web address";
    }
}

impl FieldKind {
    /// May it have a least and a greatest number, day or length?
    pub fn takes_limits(self) -> bool {
        matches!(self, Self::Text | Self::LongText | Self::Integer | Self::Decimal | Self::Date)
    }

    /// Can its text be asked to match a pattern?
    pub fn takes_pattern(self) -> bool {
        matches!(self, Self::Text | Self::Email | Self::Phone | Self::Url)
    }

    /// Is it chosen from options?
    pub fn takes_options(self) -> bool {
        matches!(self, Self::Select | Self::MultiSelect)
    }

    /// Does it make sense that no two customers share a value?
    pub fn can_be_unique(self) -> bool {
        !matches!(self, Self::LongText | Self::Boolean | Self::Select | Self::MultiSelect)
    }

    /// Can the words of a search be found in it?
    pub fn can_be_searched(self) -> bool {
        self != Self::Boolean
    }
}

words! {
    /// What the customer may do with a field in the portal.
    PortalVisibility {
        None = "none", "Hidden";
        View = "view", "Look";
        Edit = "edit", "Look and change";
    }
}

/// A field that the operator added to the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CustomField {
    /// The id; never given twice.
    pub id: CustomFieldId,
    /// Counts the changes; the `ETag` of REST.
    pub version: i64,
    /// The name in JSON, in filters and in imports; never changes.
    pub key: String,
    /// The name for people.
    pub title: String,
    /// What kind of value it holds.
    pub kind: FieldKind,
    /// A sentence below the field.
    pub hint: Option<String>,
    /// Only customers of this category have it; none: all have.
    pub category: Option<Category>,
    /// May it not be empty? Asked whenever a customer is written.
    pub is_required: bool,
    /// May no two customers have the same value?
    pub is_unique: bool,
    /// The least number or day, or length of a text.
    pub minimum: Option<String>,
    /// The greatest number or day, or length of a text.
    pub maximum: Option<String>,
    /// A regular expression that the whole text must match.
    pub pattern: Option<String>,
    /// The values of a select, in their order.
    pub options: Vec<String>,
    /// Does the search look into it?
    pub is_searchable: bool,
    /// Is it a column of the customer list?
    pub is_listed: bool,
    /// What the customer may do with it in the portal.
    pub portal: PortalVisibility,
    /// Its place among the fields, from 0.
    pub position: i64,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// By whom.
    pub updated_by: String,
    /// Archived since: it is asked for no longer, and its values are kept.
    pub archived_at: Option<DateTime<Utc>>,
}

impl CustomField {
    /// Is the field asked of customers of this category?
    pub fn applies_to(&self, category: Category) -> bool {
        self.archived_at.is_none() && self.category.is_none_or(|only| only == category)
    }

    /// The definition as the input that would lead to it: what a change starts from.
    pub fn input(&self) -> CustomFieldInput {
        CustomFieldInput {
            key: Some(self.key.clone()),
            title: Some(self.title.clone()),
            kind: Some(self.kind.as_str().to_owned()),
            hint: self.hint.clone(),
            category: self.category.map(|category| category.as_str().to_owned()),
            is_required: self.is_required,
            is_unique: self.is_unique,
            minimum: self.minimum.clone(),
            maximum: self.maximum.clone(),
            pattern: self.pattern.clone(),
            options: self.options.clone(),
            is_searchable: self.is_searchable,
            is_listed: self.is_listed,
            portal: Some(self.portal.as_str().to_owned()),
            position: Some(self.position.to_string()),
        }
    }
}

/// Everything about a custom field that a caller may write; unknown fields are refused. Blank means missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CustomFieldInput {
    /// 1–50 of `a–z`, `0–9` and `_`, beginning with a letter; made of the title when missing; never changes.
    pub key: Option<String>,
    /// 1–100 characters.
    pub title: Option<String>,
    /// One of the kinds; it cannot change while values exist.
    pub kind: Option<String>,
    /// At most 200 characters.
    pub hint: Option<String>,
    /// `person` or `company`; both when missing.
    pub category: Option<String>,
    /// May it not be empty?
    pub is_required: bool,
    /// May no two customers have the same value? Not for yes or no, selects and long texts.
    pub is_unique: bool,
    /// The least number or day, or length of a text.
    #[serde(deserialize_with = "written")]
    pub minimum: Option<String>,
    /// The greatest number or day, or length of a text.
    #[serde(deserialize_with = "written")]
    pub maximum: Option<String>,
    /// A regular expression; text, e-mail, phone and web address only.
    pub pattern: Option<String>,
    /// 1–100 values of a select, each 1–100 characters and once; or one text with a value on each line.
    #[serde(deserialize_with = "lines")]
    pub options: Vec<String>,
    /// Does the search look into it?
    pub is_searchable: bool,
    /// Is it a column of the customer list? At most five are.
    pub is_listed: bool,
    /// `none` (default), `view`, `edit`.
    pub portal: Option<String>,
    /// Its place among the fields, from 0; when missing the last one, or the one it has.
    #[serde(deserialize_with = "written")]
    pub position: Option<String>,
}

/// A list, or one text with an item on each line, as a form sends it; blank items are left out.
fn lines<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Lines {
        Text(String),
        List(Vec<String>),
    }
    let items: Vec<String> = match Lines::deserialize(deserializer)? {
        Lines::Text(text) => text.lines().map(str::to_owned).collect(),
        Lines::List(items) => items,
    };
    Ok(items.into_iter().filter(|item| !item.trim().is_empty()).collect())
}

/// A text, or a number as JSON knows it.
fn written<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Text(String),
        Number(serde_json::Number),
    }
    Ok(Option::<Written>::deserialize(deserializer)?.map(|written| match written {
        Written::Text(text) => text,
        Written::Number(number) => number.to_string(),
    }))
}

#[cfg(test)]
pub(super) mod tests_support {
    use super::*;

    /// A field named `field` without any rule.
    pub(in crate::customers::custom_fields) fn field(kind: FieldKind) -> CustomField {
        CustomField {
            id: CustomFieldId(1),
            version: 1,
            key: "field".into(),
            title: "Field".into(),
            kind,
            hint: None,
            category: None,
            is_required: false,
            is_unique: false,
            minimum: None,
            maximum: None,
            pattern: None,
            options: vec!["Fibre".into(), "Copper".into(), "Radio".into()],
            is_searchable: false,
            is_listed: false,
            portal: PortalVisibility::None,
            position: 0,
            updated_at: DateTime::default(),
            updated_by: String::new(),
            archived_at: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_come_as_a_list_or_as_lines() {
        let of = |json: &str| serde_json::from_str::<CustomFieldInput>(json).unwrap();
        assert_eq!(of(r#"{"options": "Fibre\r\n\r\n Copper "}"#).options, ["Fibre", " Copper "]);
        assert_eq!(of(r#"{"options": ["Fibre", " "]}"#).options, ["Fibre"]);
    }

    #[test]
    fn numbers_are_read_as_they_are_written() {
        let of = |json: &str| serde_json::from_str::<CustomFieldInput>(json).unwrap();
        let input = of(r#"{"minimum": 5, "maximum": "7.5", "position": null}"#);
        assert_eq!(
            (input.minimum.as_deref(), input.maximum.as_deref(), input.position),
            (Some("5"), Some("7.5"), None)
        );
    }
}
