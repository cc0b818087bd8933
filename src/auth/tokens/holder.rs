//! Those behind a token, and what they may do now.

use chrono::{DateTime, Utc};

use crate::auth::permissions_of;
use crate::database::{DatabaseError, FromRow};
use crate::shared::actor::{Actor, ActorKind, Origin, Proof};
use crate::shared::id::{OAuthClientId, StaffId};
use crate::shared::permission::{PermissionSet, Scope, scopes_permissions};

/// Those behind a token as they are now: a client, a person, or a client that acts for a person.
#[derive(FromRow)]
pub(super) struct HolderRow {
    pub client: Option<OAuthClientId>,
    pub client_id: Option<String>,
    client_name: Option<String>,
    client_scopes: Option<String>,
    client_is_active: Option<bool>,
    client_partners: Option<String>,
    client_locations: Option<String>,
    pub staff_id: Option<StaffId>,
    pub username: Option<String>,
    full_name: Option<String>,
    staff_is_active: Option<bool>,
    staff_partners: Option<String>,
    staff_locations: Option<String>,
    permissions: Option<String>,
    requires_second_factor: Option<bool>,
    second_factor_since: Option<DateTime<Utc>>,
}

impl HolderRow {
    /// May they use and obtain tokens now?
    pub(super) fn is_admitted(&self) -> bool {
        let is_enrolled = self.second_factor_since.is_some() || !self.requires_second_factor.unwrap_or(false);
        (self.client.is_some() || self.staff_id.is_some())
            && self.client_is_active.unwrap_or(true)
            && self.staff_is_active.unwrap_or(true)
            && is_enrolled
    }

    /// The name of the person, else of the client.
    pub(super) fn name(&self) -> &str {
        self.full_name.as_deref().or(self.client_name.as_deref()).unwrap_or_default()
    }

    /// What a token of this scope allows now: never more than the client and the person may do.
    pub(super) fn permissions(&self, scope: &str) -> PermissionSet {
        let of_client = self.client_scopes.as_deref().map(scopes_permissions);
        let of_person = self.permissions.as_deref().map(permissions_of);
        of_client.into_iter().chain(of_person).fold(scopes_permissions(scope), PermissionSet::intersection)
    }

    /// What the person and the client may both see; one that is not there limits nothing.
    fn data_scope(&self) -> Result<Scope, DatabaseError> {
        let of_person = scope("staff", self.staff_partners.as_deref(), self.staff_locations.as_deref())?;
        let of_client = scope("oauth_clients", self.client_partners.as_deref(), self.client_locations.as_deref())?;
        Ok(of_person.intersection(&of_client))
    }

    pub(super) fn into_actor(self, token_hash: String, scope: String, origin: Origin) -> Result<Actor, DatabaseError> {
        let (permissions, data_scope) = (self.permissions(&scope), self.data_scope()?);
        let kind = match (self.staff_id, self.client) {
            (Some(id), _) => ActorKind::Staff(id),
            (None, client) => ActorKind::Client(client.unwrap_or_default()),
        };
        let name = match (&self.full_name, &self.client_name) {
            (Some(person), Some(client)) => format!("{person} (via {client})"),
            _ => self.name().to_owned(),
        };
        let username = self.username.or(self.client_id).unwrap_or_default();
        let proof = Proof::Token { token_hash, client: self.client, scope };
        Ok(Actor { kind, name, username, permissions, scope: data_scope, proof, origin })
    }
}

fn scope(table: &'static str, partners: Option<&str>, locations: Option<&str>) -> Result<Scope, DatabaseError> {
    let scope = Scope::from_columns(partners, locations);
    scope.map_err(|(column, value)| DatabaseError::Corrupt { table, column, value })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::id::{LocationId, PartnerId};

    fn client() -> HolderRow {
        HolderRow {
            client: Some(OAuthClientId(3)),
            client_id: Some("isp_billing".into()),
            client_name: Some("Billing sync".into()),
            client_scopes: Some("read customers.update".into()),
            client_is_active: Some(true),
            client_partners: Some("[1,2]".into()),
            client_locations: None,
            staff_id: None,
            username: None,
            full_name: None,
            staff_is_active: None,
            staff_partners: None,
            staff_locations: None,
            permissions: None,
            requires_second_factor: None,
            second_factor_since: None,
        }
    }

    fn person() -> HolderRow {
        HolderRow {
            client: None,
            client_id: None,
            client_name: None,
            client_scopes: None,
            client_is_active: None,
            client_partners: None,
            staff_id: Some(StaffId(7)),
            username: Some("ana".into()),
            full_name: Some("Ana Reis".into()),
            staff_is_active: Some(true),
            staff_partners: Some("[2]".into()),
            permissions: Some("customers.read customers.delete".into()),
            requires_second_factor: Some(false),
            ..client()
        }
    }

    fn person_by_client() -> HolderRow {
        let HolderRow { client, client_id, client_name, client_scopes, client_is_active, client_partners, .. } =
            client();
        HolderRow { client, client_id, client_name, client_scopes, client_is_active, client_partners, ..person() }
    }

    fn actor(holder: HolderRow) -> Actor {
        holder.into_actor("hash".into(), "admin".into(), Origin::default()).unwrap()
    }

    #[test]
    fn nobody_gains_rights_by_a_token() {
        assert_eq!(client().permissions("customers.update staff.manage").to_string(), "customers.update");
        assert_eq!(person().permissions("admin").to_string(), "customers.read customers.delete");
        assert_eq!(person_by_client().permissions("admin").to_string(), "customers.read");
        assert_eq!(person_by_client().permissions("nonsense").to_string(), "");
    }

    #[test]
    fn histories_name_the_person_and_the_client() {
        assert_eq!(actor(client()).name, "Billing sync");
        assert_eq!(actor(client()).kind, ActorKind::Client(OAuthClientId(3)));
        assert_eq!(actor(person()).name, "Ana Reis");
        assert_eq!(actor(person_by_client()).name, "Ana Reis (via Billing sync)");
        assert_eq!(actor(person_by_client()).kind, ActorKind::Staff(StaffId(7)));
    }

    #[test]
    fn a_person_sees_what_is_theirs_and_a_client_what_is_its_own() {
        assert_eq!(actor(client()).scope.partners, Some(vec![PartnerId(1), PartnerId(2)]));
        assert_eq!(actor(person()).scope, Scope { partners: Some(vec![PartnerId(2)]), locations: None });
        for unreadable in [
            HolderRow { staff_partners: Some("everything".into()), ..person() },
            HolderRow { client_locations: Some("everywhere".into()), ..person_by_client() },
        ] {
            assert!(unreadable.into_actor(String::new(), String::new(), Origin::default()).is_err());
        }
    }

    #[test]
    fn a_client_that_acts_for_a_person_sees_what_both_see() {
        assert_eq!(actor(person_by_client()).scope.partners, Some(vec![PartnerId(2)]));
        let wide = HolderRow { staff_partners: None, ..person_by_client() };
        assert_eq!(actor(wide).scope.partners, Some(vec![PartnerId(1), PartnerId(2)]));
        let narrow = HolderRow { client_partners: None, client_locations: Some("[5]".into()), ..person_by_client() };
        let seen = Scope { partners: Some(vec![PartnerId(2)]), locations: Some(vec![LocationId(5)]) };
        assert_eq!(actor(narrow).scope, seen);
        let apart = HolderRow { client_partners: Some("[3]".into()), ..person_by_client() };
        assert_eq!(actor(apart).scope.partners, Some(vec![]));
    }

    #[test]
    fn who_is_disabled_or_not_enrolled_is_not_admitted() {
        assert!(client().is_admitted() && person().is_admitted() && person_by_client().is_admitted());
        let refused = [
            HolderRow { client: None, ..client() },
            HolderRow { client_is_active: Some(false), ..client() },
            HolderRow { client_is_active: Some(false), ..person_by_client() },
            HolderRow { staff_is_active: Some(false), ..person_by_client() },
            HolderRow { requires_second_factor: Some(true), ..person() },
        ];
        assert!(refused.iter().all(|holder| !holder.is_admitted()));
        let enrolled = Some(DateTime::<Utc>::UNIX_EPOCH);
        assert!(
            HolderRow { requires_second_factor: Some(true), second_factor_since: enrolled, ..person() }.is_admitted()
        );
    }
}
