//! Who started something that goes on without them: a job, or what a job works on.

use crate::database::{FromRow, Json};
use crate::shared::actor::{Actor, ActorKind, Proof};
use crate::shared::id::{OAuthClientId, StaffId};
use crate::shared::permission::Scope;

/// Who started something, and which records they could see then; a part of its row.
#[derive(Clone, Debug, FromRow)]
pub struct Owner {
    /// Their name.
    #[sqlx(rename = "created_by")]
    pub name: String,
    /// The member of staff.
    #[sqlx(rename = "created_by_staff_id")]
    pub staff_id: Option<StaffId>,
    /// The client that acted, for the member of staff or for itself.
    #[sqlx(rename = "created_by_client_id")]
    pub client_id: Option<OAuthClientId>,
    /// What they could see; unknown where it was not written down.
    pub scope: Option<Json<Scope>>,
}

impl From<&Actor> for Owner {
    fn from(actor: &Actor) -> Self {
        let client_id = match (&actor.kind, &actor.proof) {
            (ActorKind::Client(id), _) => Some(*id),
            (_, Proof::Token { client, .. }) => *client,
            _ => None,
        };
        let scope = Some(Json(actor.scope.clone()));
        Self { name: actor.name.clone(), staff_id: actor.staff_id(), client_id, scope }
    }
}

impl Owner {
    /// What kind of caller it was.
    pub fn kind(&self) -> ActorKind {
        let client = self.client_id.map_or(ActorKind::System, ActorKind::Client);
        self.staff_id.map_or(client, ActorKind::Staff)
    }

    /// Is it this very caller? A client that acts for a person is not that person.
    pub fn is(&self, actor: &Actor) -> bool {
        let other = Self::from(actor);
        (self.staff_id, self.client_id) == (other.staff_id, other.client_id)
    }

    /// May this caller see what was started? People and clients see what is their own, and what belongs to those
    /// who see no more than they do. Where that is not known, it takes somebody who sees everything.
    pub fn is_visible_to(&self, actor: &Actor) -> bool {
        let scope = self.scope.as_ref().map(|scope| scope.0.clone()).unwrap_or_default();
        self.is(actor) || scope.is_within(&actor.scope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::id::PartnerId;

    fn person(id: i64, client: Option<i64>, partners: Option<&[i64]>) -> Actor {
        let partners = partners.map(|ids| ids.iter().copied().map(PartnerId).collect());
        let client = client.map(OAuthClientId);
        Actor {
            kind: ActorKind::Staff(StaffId(id)),
            scope: Scope { partners, locations: None },
            proof: Proof::Token { token_hash: String::new(), client, scope: String::new() },
            ..Actor::system("Ana")
        }
    }

    #[test]
    fn everybody_sees_their_own_and_what_lies_within_their_scope() {
        let owner = Owner::from(&person(1, None, Some(&[1, 2])));
        assert!(owner.is_visible_to(&person(1, None, Some(&[3]))), "their own");
        assert!(owner.is_visible_to(&person(2, None, Some(&[1, 2, 3]))));
        assert!(owner.is_visible_to(&person(2, None, None)));
        assert!(!owner.is_visible_to(&person(2, None, Some(&[1]))));
        assert!(!owner.is_visible_to(&person(1, Some(7), Some(&[1]))), "through a client that sees less");
    }

    #[test]
    fn without_a_scope_only_those_see_it_who_see_everything() {
        let owner = Owner { scope: None, ..Owner::from(&Actor::system("old")) };
        assert!(owner.is_visible_to(&person(1, None, None)));
        assert!(!owner.is_visible_to(&person(1, None, Some(&[1]))));
    }

    #[test]
    fn a_client_acts_in_its_own_name_or_in_that_of_a_person() {
        assert_eq!(Owner::from(&person(1, Some(7), None)).kind(), ActorKind::Staff(StaffId(1)));
        let client = Actor { kind: ActorKind::Client(OAuthClientId(7)), ..Actor::system("Sync") };
        assert_eq!(Owner::from(&client).kind(), ActorKind::Client(OAuthClientId(7)));
        assert_eq!(Owner::from(&Actor::system("scheduler")).kind(), ActorKind::System);
    }
}
