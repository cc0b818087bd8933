//! Who may do what, and to which records: the one list of permissions, and the data scope.

use serde::de::DeserializeOwned;
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
    CustomersActivate = "customers.activate", "Activate customers";
    CustomersSuspend = "customers.suspend", "Suspend and deactivate customers";
    CustomersReleaseHold = "customers.release_hold", "Close holds on customers";
    CustomersReleaseSeriousHold = "customers.release_serious_hold", "Close holds for abuse, fraud and by the administration";
    CustomersTerminate = "customers.terminate", "Terminate customers";
    CustomersReinstate = "customers.reinstate", "Take terminated customers back";
    CustomersMove = "customers.move", "Move customers within the hierarchy";
    CustomersImport = "customers.import", "Import customers from files";
    CustomersExport = "customers.export", "Export customers to files";
    CustomersCrossPartner = "customers.cross_partner", "Move customers between partners";
    CustomersChangePortalId = "customers.change_portal_id", "Change the portal id of a customer";
    LabelsRead = "labels.read", "See labels";
    LabelsAssign = "labels.assign", "Put labels on customers and take them off";
    LabelsManage = "labels.manage", "Create and change labels and their categories";
    CustomFieldsManage = "custom_fields.manage", "Create and change custom fields";
    PartnersManage = "partners.manage", "Create and change partners";
    LocationsManage = "locations.manage", "Create and change locations";
    AuditRead = "audit.read", "Read the audit log";
    StaffRead = "staff.read", "See staff accounts";
    StaffManage = "staff.manage", "Create and change staff accounts";
    RolesRead = "roles.read", "See roles and their permissions";
    RolesManage = "roles.manage", "Create and change roles";
    ClientsRead = "clients.read", "See API clients";
    ClientsManage = "clients.manage", "Create, change and revoke API clients";
    SettingsRead = "settings.read", "See the settings";
    SettingsUpdate = "settings.update", "Change the settings";
}

impl Permission {
    /// The part before the dot: `customers`.
    pub fn resource(self) -> &'static str {
        self.as_str().split_once('.').map_or("", |(resource, _)| resource)
    }

    /// The part after the dot: `read`.
    pub fn action(self) -> &'static str {
        self.as_str().split_once('.').map_or("", |(_, action)| action)
    }
}

/// Shorthands that stand for many permissions in an OAuth scope (spec: Access → OAuth 2.0).
pub const SCOPE_SHORTHANDS: [(&str, &str); 3] =
    [("read", "See everything"), ("write", "See everything and change customers"), ("admin", "Do everything")];

/// The permissions of one scope value: of a permission itself, or of a shorthand; `None` when it is neither.
/// `write` leaves out what administers the installation.
pub fn scope_permissions(scope: &str) -> Option<PermissionSet> {
    let all = || Permission::ALL.iter().copied();
    let is_read = |permission: &Permission| permission.action() == "read";
    let administers = |permission: &Permission| {
        matches!(
            permission.resource(),
            "staff" | "roles" | "clients" | "settings" | "audit" | "custom_fields" | "partners" | "locations"
        )
    };
    match scope {
        "read" => Some(all().filter(is_read).collect()),
        "write" => Some(all().filter(|one| is_read(one) || !administers(one)).collect()),
        "admin" => Some(PermissionSet::all()),
        name => Permission::parse(name).map(|permission| [permission].into_iter().collect()),
    }
}

/// The permissions of a list of scope values separated by spaces; unknown ones give nothing.
pub fn scopes_permissions(scopes: &str) -> PermissionSet {
    scopes.split_ascii_whitespace().filter_map(scope_permissions).fold(PermissionSet::default(), PermissionSet::union)
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

    /// What both sets hold.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Does it hold all of the other?
    pub fn contains(self, other: Self) -> bool {
        other.0 & !self.0 == 0
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

/// The data scope as a form or a machine gives it. What is not said is not granted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ScopeInput {
    /// Every partner, now and later.
    pub all_partners: bool,
    /// Else these.
    pub partners: Vec<PartnerId>,
    /// Every location, now and later.
    pub all_locations: bool,
    /// Else these.
    pub locations: Vec<LocationId>,
}

impl ScopeInput {
    /// Every record.
    pub fn all() -> Self {
        Self { all_partners: true, all_locations: true, ..Self::default() }
    }
}

impl From<ScopeInput> for Scope {
    fn from(input: ScopeInput) -> Self {
        Self {
            partners: (!input.all_partners).then_some(input.partners),
            locations: (!input.all_locations).then_some(input.locations),
        }
    }
}

impl From<Scope> for ScopeInput {
    fn from(scope: Scope) -> Self {
        Self {
            all_partners: scope.partners.is_none(),
            partners: scope.partners.unwrap_or_default(),
            all_locations: scope.locations.is_none(),
            locations: scope.locations.unwrap_or_default(),
        }
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

    /// Reads the two columns in which a row holds its scope: JSON arrays of ids, `NULL` being every one. Errors: the
    /// column and its text when that cannot be read; it must not mean "everything".
    pub fn from_columns(partners: Option<&str>, locations: Option<&str>) -> Result<Self, (&'static str, String)> {
        fn ids<T: DeserializeOwned>(
            column: &'static str,
            text: Option<&str>,
        ) -> Result<Option<Vec<T>>, (&'static str, String)> {
            text.map(|text| serde_json::from_str(text).map_err(|_| (column, text.to_owned()))).transpose()
        }
        Ok(Self { partners: ids("scope_partners", partners)?, locations: ids("scope_locations", locations)? })
    }

    /// Partners and locations as those columns hold them. Ids that could not be written would mean "nothing".
    pub fn to_columns(&self) -> (Option<String>, Option<String>) {
        fn text<T: Serialize>(ids: Option<&Vec<T>>) -> Option<String> {
            ids.map(|ids| serde_json::to_string(ids).unwrap_or_else(|_| "[]".to_owned()))
        }
        (text(self.partners.as_ref()), text(self.locations.as_ref()))
    }

    /// Does it lie within the other? Nobody grants more than they see.
    pub fn is_within(&self, other: &Self) -> bool {
        fn within<T: PartialEq>(inner: Option<&Vec<T>>, outer: Option<&Vec<T>>) -> bool {
            match (inner, outer) {
                (_, None) => true,
                (None, Some(_)) => false,
                (Some(inner), Some(outer)) => inner.iter().all(|one| outer.contains(one)),
            }
        }
        within(self.partners.as_ref(), other.partners.as_ref())
            && within(self.locations.as_ref(), other.locations.as_ref())
    }

    /// What both cover: a token of a client sees what the client and the person may see.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        fn both<T: PartialEq + Copy>(one: Option<&Vec<T>>, two: Option<&Vec<T>>) -> Option<Vec<T>> {
            match (one, two) {
                (None, None) => None,
                (Some(only), None) | (None, Some(only)) => Some(only.clone()),
                (Some(one), Some(two)) => Some(one.iter().copied().filter(|id| two.contains(id)).collect()),
            }
        }
        Self {
            partners: both(self.partners.as_ref(), other.partners.as_ref()),
            locations: both(self.locations.as_ref(), other.locations.as_ref()),
        }
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
    fn shorthands_stand_for_permissions() {
        assert!(scopes_permissions("read").iter().all(|permission| permission.action() == "read"));
        assert!(scopes_permissions("write").has(Permission::CustomersDelete));
        assert!(!scopes_permissions("write").has(Permission::StaffManage));
        assert_eq!(scopes_permissions("admin"), PermissionSet::all());
        assert_eq!(scopes_permissions("customers.read nonsense").to_string(), "customers.read");
    }

    #[test]
    fn scopes_lie_within_each_other_or_not() {
        let some =
            |ids: &[i64]| Scope { partners: Some(ids.iter().copied().map(PartnerId).collect()), locations: None };
        assert!(some(&[1]).is_within(&some(&[1, 2])) && some(&[1]).is_within(&Scope::all()));
        assert!(!some(&[3]).is_within(&some(&[1, 2])) && !Scope::all().is_within(&some(&[1])));
        assert_eq!(some(&[1, 2]).intersection(&some(&[2, 3])), some(&[2]));
        assert_eq!(some(&[1]).intersection(&Scope::all()), some(&[1]));
        assert_eq!(Scope::from(ScopeInput::default()), Scope { partners: Some(vec![]), locations: Some(vec![]) });
    }

    #[test]
    fn columns_hold_a_scope_and_what_cannot_be_read_is_an_error() {
        let scope = Scope { partners: Some(vec![PartnerId(1), PartnerId(2)]), locations: None };
        let (partners, locations) = scope.to_columns();
        assert_eq!((partners.as_deref(), locations.as_deref()), (Some("[1,2]"), None));
        assert_eq!(Scope::from_columns(partners.as_deref(), locations.as_deref()), Ok(scope));
        let unreadable = Scope::from_columns(None, Some("everywhere"));
        assert_eq!(unreadable, Err(("scope_locations", "everywhere".to_owned())));
    }

    #[test]
    fn an_empty_scope_covers_nothing() {
        let scope = Scope { partners: Some(vec![]), locations: None };
        assert!(!scope.covers(PartnerId(1), LocationId(1)));
        assert!(Scope::all().covers(PartnerId(1), LocationId(1)));
    }
}
