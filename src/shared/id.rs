//! Typed ids: one newtype per table, the same on the wire, in the database and in code.

/// Declares an integer id: `id!(CustomerId, "a customer")`.
macro_rules! id {
    ($name:ident, $what:literal) => {
        #[doc = concat!("The id of ", $what, ".")]
        #[derive(
            Clone,
            Copy,
            Debug,
            Default,
            PartialEq,
            Eq,
            PartialOrd,
            Ord,
            Hash,
            serde::Serialize,
            serde::Deserialize,
            utoipa::ToSchema,
        )]
        #[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(transparent))]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

id!(CustomerId, "a customer");
id!(PartnerId, "a partner: the reseller or brand a customer belongs to");
id!(LocationId, "a location: the site a customer belongs to");
id!(StaffId, "a member of staff");
id!(JobId, "a background job");
id!(ImportId, "an import of customers from a file");
id!(RoleId, "a role");
id!(OAuthClientId, "an API client");
id!(TokenFamilyId, "what was once granted, with every token issued under it");
id!(ContactId, "a contact of a customer");
id!(AddressId, "an address of a customer");
id!(CustomFieldId, "a field that the operator added to the record");
id!(HoldId, "a hold that keeps a customer suspended");
id!(ScheduledChangeId, "a change of status set for a later day");
id!(LabelId, "a label");
id!(LabelCategoryId, "a category of labels");
id!(AssignmentId, "a label on a customer, now or once");
