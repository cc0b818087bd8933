//! The words of the state machine: holds, reasons, changes and what is possible now (spec: Customers → Status).
//! The machine itself is in `machine.rs`.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::super::model::{Customer, Status};
use crate::shared::id::{CustomerId, HoldId, ScheduledChangeId};
use crate::shared::words::words;

/// Changes of status, and holds, on one page at most.
pub const STATUS_PAGE: i64 = 100;

words! {
    /// Why a customer is suspended; at most one hold of each is open.
    HoldReason {
        NonPayment = "non_payment", "Unpaid invoices";
        ParentNonPayment = "parent_non_payment", "Unpaid invoices of the parent";
        CustomerRequest = "customer_request", "Asked for by the customer";
        Abuse = "abuse", "Abuse";
        Fraud = "fraud", "Fraud";
        Technical = "technical", "Technical";
        Admin = "admin", "By the administration";
    }
}

words! {
    /// Why a customer left.
    TerminationReason {
        CustomerRequest = "customer_request", "Asked for by the customer";
        NonPayment = "non_payment", "Unpaid invoices";
        Moved = "moved", "Moved away";
        Competitor = "competitor", "Went to a competitor";
        Deceased = "deceased", "Deceased";
        Abuse = "abuse", "Abuse";
        Duplicate = "duplicate", "Duplicate account";
        Other = "other", "Another reason";
    }
}

words! {
    /// What can be done with a customer's status; the Actions menu offers them.
    StatusAction {
        Activate = "activate", "Activate";
        Suspend = "suspend", "Suspend";
        ReleaseHold = "release_hold", "Release a hold";
        Resume = "resume", "Resume";
        Deactivate = "deactivate", "Deactivate";
        Terminate = "terminate", "Terminate";
        Reinstate = "reinstate", "Reinstate";
    }
}

words! {
    /// What becomes of the live children of a customer that is terminated or deleted.
    ChildrenChoice {
        Reparent = "reparent", "Move them under another customer";
        Promote = "promote", "Make them main accounts";
        Terminate = "terminate", "Terminate them too";
    }
}

/// A change of status as it is asked for. Unknown fields are refused; blank means missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StatusChange {
    /// `active`, `suspended`, `inactive`, `terminated`. `inactive` from `terminated` is a reinstatement.
    pub to: Option<String>,
    /// With `suspended`: the reason of the hold.
    pub hold: Option<String>,
    /// With `suspended`: the day on which the hold ends by itself, `YYYY-MM-DD` where the customer is.
    pub resume_on: Option<String>,
    /// With `terminated`: one of the reasons for leaving. With `inactive`: why, 1–200 characters.
    pub reason: Option<String>,
    /// At most 1,000 characters.
    pub note: Option<String>,
    /// With `terminated` and live children: `reparent`, `promote`, `terminate`.
    pub children: Option<String>,
    /// With `reparent`: the new parent.
    pub new_parent: Option<CustomerId>,
    /// A later day, `YYYY-MM-DD` where the customer is, on which the scheduler carries it out; now when missing.
    pub effective_on: Option<String>,
}

/// A hold as it is opened. Unknown fields are refused; blank means missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct HoldInput {
    /// One of the reasons.
    pub reason: Option<String>,
    /// The day on which it ends by itself, `YYYY-MM-DD` where the customer is.
    pub resume_on: Option<String>,
    /// At most 1,000 characters.
    pub note: Option<String>,
}

/// A hold on a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Hold {
    /// The id; never given twice.
    pub id: HoldId,
    /// Why.
    pub reason: HoldReason,
    /// What was said about it.
    pub note: Option<String>,
    /// The day on which it ends by itself.
    pub resume_on: Option<NaiveDate>,
    /// Since when.
    pub opened_at: DateTime<Utc>,
    /// By whom.
    pub opened_by: String,
    /// Until when; open when missing.
    pub closed_at: Option<DateTime<Utc>>,
    /// By whom.
    pub closed_by: Option<String>,
    /// What was said then.
    pub closing_note: Option<String>,
}

/// One change of status that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct StatusEntry {
    /// Its place in the history.
    pub id: i64,
    /// The status before.
    pub from: Status,
    /// The status after.
    pub to: Status,
    /// Why: a word of the holds or of the reasons for leaving, or a text.
    pub reason: Option<String>,
    /// What was said about it.
    pub note: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: String,
}

/// A change of status that waits for its day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ScheduledChange {
    /// The id; never given twice.
    pub id: ScheduledChangeId,
    /// The change as it was asked for.
    pub change: StatusChange,
    /// What the customer becomes.
    pub to: Status,
    /// The day, where the customer is.
    pub effective_on: NaiveDate,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// By whom.
    pub created_by: String,
}

/// What can be done now, or why not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PossibleAction {
    /// What.
    pub action: StatusAction,
    /// Why not, in a sentence; possible when missing. Actions that the status excludes are not listed at all.
    pub obstacle: Option<String>,
}

/// Everything about where a customer stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct StatusView {
    /// The status.
    pub status: Status,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Open holds, the oldest first.
    pub holds: Vec<Hold>,
    /// The change that waits for its day.
    pub scheduled: Option<ScheduledChange>,
    /// What this caller may do now.
    pub actions: Vec<PossibleAction>,
}

/// What a change of status came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct StatusOutcome {
    /// Did anything change? The same status again is no change.
    pub changed: bool,
    /// The customer now.
    pub customer: Customer,
    /// The change that waits for its day, if that is what was asked for.
    pub scheduled: Option<ScheduledChange>,
}
