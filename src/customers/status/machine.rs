//! The state machine: which change is possible from where, and what it needs (spec: Customers → Status).

use super::super::model::Status;
use super::{HoldReason, PossibleAction, StatusAction};
use crate::shared::permission::{Permission, PermissionSet};
use crate::shared::problem::Problem;

/// What a customer can be asked to become. Asked to be `active`, one with open holds may end up `suspended`.
pub fn allowed(from: Status) -> &'static [Status] {
    match from {
        Status::New | Status::Inactive => &[Status::Active, Status::Terminated],
        Status::Active => &[Status::Suspended, Status::Inactive, Status::Terminated],
        Status::Suspended => &[Status::Active, Status::Inactive, Status::Terminated],
        Status::Terminated => &[Status::Inactive],
    }
}

/// The permission that a change needs. Serious holds need one more, see [`may_close`].
pub fn needed(from: Status, to: Status) -> Permission {
    match (from, to) {
        (Status::Suspended, Status::Active) => Permission::CustomersReleaseHold,
        (Status::Terminated, Status::Inactive) => Permission::CustomersReinstate,
        (_, Status::New | Status::Active) => Permission::CustomersActivate,
        (_, Status::Suspended | Status::Inactive) => Permission::CustomersSuspend,
        (_, Status::Terminated) => Permission::CustomersTerminate,
    }
}

/// Does any of the ways to `to` lie open with these permissions?
pub fn may_reach(to: Status, permissions: PermissionSet) -> bool {
    Status::ALL.iter().any(|from| permissions.has(needed(*from, to)))
}

/// What active and suspended customers are by the number of their open holds; others stay what they are.
pub fn by_holds(status: Status, open: usize) -> Status {
    match status {
        Status::Active | Status::Suspended if open > 0 => Status::Suspended,
        Status::Active | Status::Suspended => Status::Active,
        other => other,
    }
}

/// Can a hold be opened on a customer of this status?
pub fn takes_holds(status: Status) -> bool {
    matches!(status, Status::Active | Status::Suspended)
}

impl HoldReason {
    /// Does it take [`Permission::CustomersReleaseSeriousHold`] to close such a hold? Serious ones outlast termination.
    pub fn is_serious(self) -> bool {
        matches!(self, Self::Abuse | Self::Fraud | Self::Admin)
    }
}

/// The permission that is missing to close a hold; `None` when it may be closed.
pub fn missing_to_close(reason: HoldReason, permissions: PermissionSet) -> Option<Permission> {
    let serious = reason.is_serious().then_some(Permission::CustomersReleaseSeriousHold);
    [Some(Permission::CustomersReleaseHold), serious].into_iter().flatten().find(|one| !permissions.has(*one))
}

/// May somebody with these permissions close a hold?
pub fn may_close(reason: HoldReason, permissions: PermissionSet) -> bool {
    missing_to_close(reason, permissions).is_none()
}

/// A change that the status does not allow.
pub fn invalid_transition(from: Status, to: Status) -> Problem {
    let ways: Vec<&str> = allowed(from).iter().map(|one| one.as_str()).collect();
    let (from, to) = (from.as_str(), to.as_str());
    let detail = format!("A customer cannot go from {from} to {to}. From {from} it can become: {}.", ways.join(", "));
    Problem::conflict("invalid_transition", detail)
}

/// The reasons as people list them: `abuse, fraud`.
pub fn name_reasons(reasons: impl IntoIterator<Item = HoldReason>) -> String {
    reasons.into_iter().map(|reason| reason.label().to_lowercase()).collect::<Vec<_>>().join(", ")
}

/// What the machine has to know about a customer besides its status and holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusFacts {
    /// Is there an e-mail address or a phone number, of the customer or of a contact?
    pub can_be_reached: bool,
    /// Whole days in the present status.
    pub days: i64,
    /// Days after which a terminated customer does not come back.
    pub reinstate_days: i64,
}

/// Without a way to reach the customer it cannot be activated.
pub const NO_CONTACT: &str = "There is no way to reach the customer: add an e-mail address or a phone number first.";

/// Why a terminated customer does not come back.
pub fn too_late(facts: StatusFacts) -> Option<String> {
    let limit = facts.reinstate_days;
    (facts.days > limit)
        .then(|| format!("It was terminated more than {limit} days ago. Create a new customer instead."))
}

/// What the status allows, and what stands in the way of it for somebody with these permissions. A change that
/// waits for its day is no obstacle to one made now, nor are children, about which the form asks.
pub fn actions(
    status: Status,
    open: &[HoldReason],
    permissions: PermissionSet,
    facts: StatusFacts,
) -> Vec<PossibleAction> {
    let holds = (!open.is_empty()).then_some(StatusAction::ReleaseHold);
    let listed: Vec<StatusAction> = match status {
        Status::New => vec![StatusAction::Activate, StatusAction::Terminate],
        Status::Active => vec![StatusAction::Suspend, StatusAction::Deactivate, StatusAction::Terminate],
        Status::Suspended => {
            let another = (open.len() < HoldReason::ALL.len()).then_some(StatusAction::Suspend);
            let rest = [StatusAction::Deactivate, StatusAction::Terminate];
            [StatusAction::Resume].into_iter().chain(holds).chain(another).chain(rest).collect()
        }
        Status::Inactive => {
            [StatusAction::Activate].into_iter().chain(holds).chain([StatusAction::Terminate]).collect()
        }
        Status::Terminated => [StatusAction::Reinstate].into_iter().chain(holds).collect(),
    };
    let obstacle = |action| obstacle(action, open, permissions, facts);
    listed.into_iter().map(|action| PossibleAction { action, obstacle: obstacle(action) }).collect()
}

fn obstacle(
    action: StatusAction,
    open: &[HoldReason],
    permissions: PermissionSet,
    facts: StatusFacts,
) -> Option<String> {
    let missing = Some(permission_of(action)).filter(|permission| !permissions.has(*permission));
    let closed: Vec<HoldReason> = open.iter().copied().filter(|reason| !may_close(*reason, permissions)).collect();
    match action {
        _ if missing.is_some() => missing.map(|one| format!("This needs the permission {}.", one.as_str())),
        StatusAction::Activate if !facts.can_be_reached => Some(NO_CONTACT.to_owned()),
        StatusAction::Resume if !closed.is_empty() => Some(holds_remaining(closed)),
        StatusAction::ReleaseHold if closed.len() == open.len() => Some(holds_remaining(closed)),
        StatusAction::Reinstate => too_late(facts),
        _ => None,
    }
}

/// Says which holds the caller may not close.
pub fn holds_remaining(reasons: impl IntoIterator<Item = HoldReason>) -> String {
    let permission = Permission::CustomersReleaseSeriousHold.as_str();
    format!("These holds need the permission {permission} to be closed: {}.", name_reasons(reasons))
}

/// The permission that an action needs at least.
pub fn permission_of(action: StatusAction) -> Permission {
    match action {
        StatusAction::Activate => Permission::CustomersActivate,
        StatusAction::Resume | StatusAction::ReleaseHold => Permission::CustomersReleaseHold,
        StatusAction::Suspend | StatusAction::Deactivate => Permission::CustomersSuspend,
        StatusAction::Terminate => Permission::CustomersTerminate,
        StatusAction::Reinstate => Permission::CustomersReinstate,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    const REACHABLE: StatusFacts = StatusFacts { can_be_reached: true, days: 10, reinstate_days: 365 };

    fn offered(status: Status, open: &[HoldReason], permissions: PermissionSet, facts: StatusFacts) -> Vec<String> {
        let listed = actions(status, open, permissions, facts);
        let word = |one: PossibleAction| match one.obstacle {
            Some(_) => format!("({})", one.action.as_str()),
            None => one.action.as_str().to_owned(),
        };
        listed.into_iter().map(word).collect()
    }

    #[test]
    fn the_status_decides_what_is_listed() {
        let all = PermissionSet::all();
        let abuse = [HoldReason::Abuse];
        assert_eq!(offered(Status::New, &[], all, REACHABLE), ["activate", "terminate"]);
        assert_eq!(offered(Status::Active, &[], all, REACHABLE), ["suspend", "deactivate", "terminate"]);
        let suspended = ["resume", "release_hold", "suspend", "deactivate", "terminate"];
        assert_eq!(offered(Status::Suspended, &abuse, all, REACHABLE), suspended);
        assert_eq!(offered(Status::Inactive, &[], all, REACHABLE), ["activate", "terminate"]);
        assert_eq!(offered(Status::Terminated, &[], all, REACHABLE), ["reinstate"]);
        assert_eq!(offered(Status::Terminated, &abuse, all, REACHABLE), ["reinstate", "release_hold"]);
    }

    #[test]
    fn what_stands_in_the_way_is_said() {
        let all = PermissionSet::all();
        let unreachable = StatusFacts { can_be_reached: false, ..REACHABLE };
        for status in [Status::New, Status::Inactive] {
            assert_eq!(offered(status, &[], all, unreachable), ["(activate)", "terminate"]);
        }
        let long_ago = StatusFacts { days: 366, ..REACHABLE };
        assert_eq!(offered(Status::Terminated, &[], all, long_ago), ["(reinstate)"]);
        let clerk: PermissionSet = [Permission::CustomersReleaseHold].into_iter().collect();
        let holds = [HoldReason::Fraud, HoldReason::NonPayment];
        let seen = ["(resume)", "release_hold", "(suspend)", "(deactivate)", "(terminate)"];
        assert_eq!(offered(Status::Suspended, &holds, clerk, REACHABLE), seen);
        assert_eq!(offered(Status::Suspended, &holds[..1], clerk, REACHABLE)[1], "(release_hold)");
        let nobody = offered(Status::Active, &[], PermissionSet::default(), REACHABLE);
        assert!(nobody.iter().all(|one| one.starts_with('(')));
    }

    #[test]
    fn a_refused_change_names_what_is_allowed() {
        let problem = invalid_transition(Status::Inactive, Status::Suspended);
        assert_eq!(problem.code(), "invalid_transition");
        assert!(problem.detail().contains("inactive") && problem.detail().contains("active, terminated"));
    }

    #[derive(Clone, Copy, Debug)]
    enum Step {
        Become(Status, HoldReason),
        Open(HoldReason),
        Close(HoldReason),
    }

    fn step() -> impl Strategy<Value = Step> {
        let status = prop::sample::select(Status::ALL);
        let reason = || prop::sample::select(HoldReason::ALL);
        prop_oneof![
            3 => (status, reason()).prop_map(|(to, reason)| Step::Become(to, reason)),
            2 => reason().prop_map(Step::Open),
            2 => reason().prop_map(Step::Close),
        ]
    }

    fn is_serious(word: &str) -> bool {
        HoldReason::parse(word).is_some_and(HoldReason::is_serious)
    }

    /// A customer as the service moves it.
    #[derive(Default)]
    struct Moved {
        status: Option<Status>,
        open: BTreeSet<&'static str>,
    }

    impl Moved {
        fn status(&self) -> Status {
            self.status.unwrap_or(Status::New)
        }

        fn take(&mut self, step: Step) {
            let from = self.status();
            match step {
                Step::Become(to, reason) if allowed(from).contains(&to) => self.become_(from, to, reason),
                Step::Open(reason) if takes_holds(from) => {
                    self.open.insert(reason.as_str());
                    self.status = Some(by_holds(from, self.open.len()));
                }
                Step::Close(reason) => {
                    self.open.remove(reason.as_str());
                    self.status = Some(by_holds(from, self.open.len()));
                }
                Step::Become(..) | Step::Open(_) => {}
            }
        }

        fn become_(&mut self, from: Status, to: Status, reason: HoldReason) {
            match to {
                Status::Suspended => {
                    self.open.insert(reason.as_str());
                }
                Status::Active if from == Status::Suspended => self.open.clear(),
                Status::Terminated => self.open.retain(|word| is_serious(word)),
                Status::New | Status::Active | Status::Inactive => {}
            }
            self.status = Some(by_holds(to, self.open.len()));
        }
    }

    proptest! {
        #[test]
        fn a_customer_is_suspended_while_a_hold_is_open(steps in prop::collection::vec(step(), 1..60)) {
            let mut customer = Moved::default();
            for step in steps {
                let from = customer.status();
                customer.take(step);
                let to = customer.status();
                let held = from == Status::Inactive && to == Status::Suspended;
                prop_assert!(from == to || held || allowed(from).contains(&to), "{from:?} to {to:?}");
                match to {
                    Status::Suspended => prop_assert!(!customer.open.is_empty()),
                    Status::Inactive => {}
                    Status::Terminated => prop_assert!(customer.open.iter().all(|word| is_serious(word))),
                    Status::New | Status::Active => prop_assert!(customer.open.is_empty()),
                }
            }
        }
    }
}
