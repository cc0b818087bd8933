//! Who may do what, and to which records: the one list of permissions, and the data scope.

use serde::{Deserialize, Serialize};

use super::id::{LocationId, PartnerId};

macro_rules! permissions {
    ($($name:ident = $text:literal, $what:literal;)*) => {
        /// A right to one kind of action, `resource.action` (spec: Access → Roles).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Permission { $(#[doc = $what] $name,)* }

        impl Permission {
            /// Every permission there is, in the order of the list.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The name on the wire: `customers.read`.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }

            /// What it allows, for people.
            pub fn describe(self) -> &'static str {
                match self { $(Self::$name => $what),* }
            }

            /// Reads a name such as `customers.read`.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$name),)* _ => None }
            }
        }
    };
}

permissions! {
    CustomersRead = "customers.read", "See customers";
    CustomersCreate = "customers.create", "Create customers";
    CustomersUpdate = "customers.update", "Change customers";
    CustomersDelete = "customers.delete", "Delete and restore customers";
    CustomersImport = "customers.import", "Import customers from files";
    CustomersExport = "customers.export", "Export customers to files";
    CustomersCrossPartner = "customers.cross_partner", "Move customers between partners";
    CustomersChangePortalId = "customers.change_portal_id", "Change the portal id of a customer";
    AuditRead = "audit.read", "Read the audit log";
    StaffRead = "staff.read", "See staff accounts";
    StaffManage = "staff.manage", "Create and change staff accounts";
    SettingsRead = "settings.read", "See the settings";
    SettingsUpdate = "settings.update", "Change the settings";
}

/// A set of permissions; small enough to copy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PermissionSet(u128);

impl PermissionSet {
    /// Every permission.
    pub fn all() -> Self {
        Permission::ALL.iter().copied().collect()
    }

    /// Is it in the set?
    pub fn has(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u8) != 0
    }

    /// Both sets together.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The members in the order of the list.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |permission| self.has(*permission))
    }

    /// Reads names separated by spaces; unknown ones, from a newer version, are left out.
    pub fn parse(text: &str) -> Self {
        text.split_whitespace().filter_map(Permission::parse).collect()
    }
}

impl std::fmt::Display for PermissionSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.iter().map(Permission::as_str).collect();
        f.write_str(&names.join(" "))
    }
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(permissions.into_iter().fold(0, |set, permission| set | (1 << permission as u8)))
    }
}

impl Serialize for PermissionSet {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PermissionSet {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self::parse(&text))
    }
}

/// Which records a caller may see at all; outside of it a record does not exist (404).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// Only customers of these partners; `None` means every partner.
    pub partners: Option<Vec<PartnerId>>,
    /// Only customers of these locations; `None` means every location.
    pub locations: Option<Vec<LocationId>>,
}

impl Scope {
    /// Every record.
    pub fn all() -> Self {
        Self::default()
    }

    /// May a record of this partner and location be seen?
    pub fn covers(&self, partner: PartnerId, location: LocationId) -> bool {
        self.partners.as_ref().is_none_or(|partners| partners.contains(&partner))
            && self.locations.as_ref().is_none_or(|locations| locations.contains(&location))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_sets_round_trip() {
        for permission in Permission::ALL {
            assert_eq!(Permission::parse(permission.as_str()), Some(*permission));
        }
        let set: PermissionSet = [Permission::CustomersRead, Permission::AuditRead].into_iter().collect();
        assert_eq!(PermissionSet::parse(&set.to_string()), set);
        assert!(!set.has(Permission::CustomersDelete));
    }

    #[test]
    fn an_empty_scope_covers_nothing() {
        let scope = Scope { partners: Some(vec![]), locations: None };
        assert!(!scope.covers(PartnerId(1), LocationId(1)));
        assert!(Scope::all().covers(PartnerId(1), LocationId(1)));
    }
}
