//! Reading a change of status and a hold as people and machines write them: every wrong field at once.

use chrono::{Datelike, NaiveDate};

use super::super::model::Status;
use super::{ChildrenChoice, HoldInput, HoldReason, StatusChange, TerminationReason};
use crate::shared::id::CustomerId;
use crate::shared::problem::Problem;
use crate::shared::validation::Checks;

/// Characters of a reason at most.
pub const MAX_REASON: usize = 200;

/// Characters of a note at most.
pub const MAX_NOTE: usize = 1_000;

/// A hold whose every field was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedHold {
    /// Why.
    pub reason: HoldReason,
    /// The day on which it ends by itself.
    pub resume_on: Option<NaiveDate>,
    /// What was said about it.
    pub note: Option<String>,
}

/// What a customer is to become, with what that takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Ready for service; why, if somebody said so.
    Active(Option<String>),
    /// With a hold.
    Suspended(CheckedHold),
    /// Why.
    Inactive(String),
    /// Gone.
    Terminated {
        /// Why.
        reason: TerminationReason,
        /// What becomes of the children.
        children: Option<ChildrenChoice>,
        /// Where they go.
        new_parent: Option<CustomerId>,
    },
}

/// A change of status whose every field was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedChange {
    /// What the customer is to become.
    pub target: Target,
    /// What was said about it.
    pub note: Option<String>,
    /// A later day on which it is to happen; now when missing.
    pub effective_on: Option<NaiveDate>,
}

impl StatusChange {
    /// The status that is asked for, when it is one.
    pub fn asked(&self) -> Option<Status> {
        Status::parse(self.to.as_deref().unwrap_or_default().trim())
    }

    /// Does it ask for nothing but the status that the customer has? A hold is something more.
    pub fn asks_nothing(&self, status: Status) -> bool {
        self.asked() == Some(status) && !is_said(self.hold.as_deref())
    }

    /// Checks every field at once; `today` is the day where the customer is.
    /// Errors: `Invalid` with every wrong field.
    pub fn checked(&self, today: NaiveDate) -> Result<CheckedChange, Problem> {
        let mut checks = Checks::default();
        let to = required_word(&mut checks, "to", self.to.as_deref(), Status::parse);
        let effective_on = day(&mut checks, "effective_on", self.effective_on.as_deref());
        if effective_on.is_some_and(|day| day < today) {
            checks.add("effective_on", "past", "This day is over. Choose today or a later day.");
        }
        let note = checks.text("note", self.note.as_deref(), MAX_NOTE);
        self.refuse_strays(&mut checks, to);
        let first_day = effective_on.unwrap_or(today);
        let target = to.and_then(|to| self.target(&mut checks, to, note.clone(), first_day));
        checks.finish()?;
        let target = target.ok_or(Problem::Internal)?;
        Ok(CheckedChange { target, note, effective_on: effective_on.filter(|day| *day > today) })
    }

    /// Fields that mean something with another status only.
    fn refuse_strays(&self, checks: &mut Checks, to: Option<Status>) {
        let Some(to) = to else { return };
        let strays = [
            ("hold", is_said(self.hold.as_deref()), Status::Suspended),
            ("resume_on", is_said(self.resume_on.as_deref()), Status::Suspended),
            ("children", is_said(self.children.as_deref()), Status::Terminated),
            ("new_parent", self.new_parent.is_some(), Status::Terminated),
        ];
        for (field, _, of) in strays.into_iter().filter(|(_, said, of)| *said && *of != to) {
            checks.add(field, "not_allowed", format!("This goes with {} only.", of.as_str()));
        }
        if to == Status::Suspended && is_said(self.reason.as_deref()) {
            checks.add("reason", "not_allowed", "The reason of a suspension is that of its hold.");
        }
    }

    fn target(&self, checks: &mut Checks, to: Status, note: Option<String>, first_day: NaiveDate) -> Option<Target> {
        let reason = self.reason.as_deref();
        match to {
            Status::New => None,
            Status::Active => Some(Target::Active(checks.optional("reason", reason, MAX_REASON))),
            Status::Suspended => {
                let resume_on = resume_day(checks, self.resume_on.as_deref(), first_day);
                let reason = required_word(checks, "hold", self.hold.as_deref(), HoldReason::parse)?;
                Some(Target::Suspended(CheckedHold { reason, resume_on, note }))
            }
            Status::Inactive => Some(Target::Inactive(checks.required("reason", reason, MAX_REASON))),
            Status::Terminated => {
                let children = checks.choice("children", self.children.as_deref(), ChildrenChoice::parse);
                if children == Some(ChildrenChoice::Reparent) && self.new_parent.is_none() {
                    checks.add("new_parent", "required", "Say under which customer they go.");
                }
                let reason = required_word(checks, "reason", reason, TerminationReason::parse)?;
                Some(Target::Terminated { reason, children, new_parent: self.new_parent })
            }
        }
    }
}

impl HoldInput {
    /// Checks every field at once; `today` is the day where the customer is.
    /// Errors: `Invalid` with every wrong field.
    pub fn checked(&self, today: NaiveDate) -> Result<CheckedHold, Problem> {
        let mut checks = Checks::default();
        let reason = required_word(&mut checks, "reason", self.reason.as_deref(), HoldReason::parse);
        let resume_on = resume_day(&mut checks, self.resume_on.as_deref(), today);
        let note = checks.text("note", self.note.as_deref(), MAX_NOTE);
        checks.finish()?;
        Ok(CheckedHold { reason: reason.ok_or(Problem::Internal)?, resume_on, note })
    }
}

fn is_said(text: Option<&str>) -> bool {
    text.is_some_and(|text| !text.trim().is_empty())
}

fn required_word<T>(
    checks: &mut Checks,
    field: &str,
    value: Option<&str>,
    parse: impl Fn(&str) -> Option<T>,
) -> Option<T> {
    if !is_said(value) {
        checks.add(field, "required", "Please choose one.");
        return None;
    }
    checks.choice(field, value, parse)
}

/// A day that both engines keep and sort alike: its year has four digits, and so has that of the day after.
fn day(checks: &mut Checks, field: &str, value: Option<&str>) -> Option<NaiveDate> {
    let text = value.map(str::trim).filter(|text| !text.is_empty())?;
    let day = text.parse().ok().filter(|day: &NaiveDate| (1..9_999).contains(&day.year()));
    if day.is_none() {
        checks.add(field, "invalid", "Please write a day such as 2026-12-31.");
    }
    day
}

/// The day on which a hold ends by itself: after the first one.
fn resume_day(checks: &mut Checks, value: Option<&str>, first_day: NaiveDate) -> Option<NaiveDate> {
    let resume_on = day(checks, "resume_on", value)?;
    if resume_on <= first_day {
        checks.add("resume_on", "past", "Choose a day after the one on which the hold begins.");
    }
    Some(resume_on)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> NaiveDate {
        "2026-06-01".parse().unwrap()
    }

    fn wrong(change: &StatusChange) -> Vec<(String, String)> {
        let Err(problem) = change.checked(today()) else { return Vec::new() };
        problem.errors().iter().map(|error| (error.field.clone(), error.code.clone())).collect()
    }

    fn change(to: &str) -> StatusChange {
        StatusChange { to: Some(to.to_owned()), ..StatusChange::default() }
    }

    fn pairs(errors: &[(&str, &str)]) -> Vec<(String, String)> {
        errors.iter().map(|(field, code)| ((*field).to_owned(), (*code).to_owned())).collect()
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let all = StatusChange {
            note: Some("x".repeat(1_001)),
            effective_on: Some("2026-05-31".into()),
            resume_on: Some("soon".into()),
            hold: Some("weather".into()),
            children: Some("promote".into()),
            reason: Some("because".into()),
            ..change("suspended")
        };
        let expected = [
            ("effective_on", "past"),
            ("note", "too_long"),
            ("children", "not_allowed"),
            ("reason", "not_allowed"),
            ("resume_on", "invalid"),
            ("hold", "invalid"),
        ];
        assert_eq!(wrong(&all), pairs(&expected));
        assert_eq!(wrong(&StatusChange::default()), pairs(&[("to", "required")]));
        assert_eq!(wrong(&change("asleep")), pairs(&[("to", "invalid")]));
        assert_eq!(wrong(&change("inactive")), pairs(&[("reason", "required")]));
        assert_eq!(wrong(&change("terminated")), pairs(&[("reason", "required")]));
        let long = StatusChange { reason: Some("x".repeat(201)), ..change("inactive") };
        assert_eq!(wrong(&long), pairs(&[("reason", "too_long")]));
    }

    #[test]
    fn today_is_now_and_tomorrow_is_later() {
        let on = |day: &str| StatusChange { effective_on: Some(day.into()), ..change("active") };
        assert_eq!(on("2026-06-01").checked(today()).unwrap().effective_on, None);
        assert_eq!(
            on("2026-06-02").checked(today()).unwrap().effective_on.map(|day| day.to_string()),
            Some("2026-06-02".into())
        );
    }

    #[test]
    fn years_have_four_digits() {
        for (day, code) in [("9998-12-31", None), ("9999-01-01", Some("invalid")), ("+12026-01-01", Some("invalid"))] {
            let later = StatusChange { effective_on: Some(day.into()), ..change("active") };
            let expected: Vec<_> = code.into_iter().map(|code| ("effective_on", code)).collect();
            assert_eq!(wrong(&later), pairs(&expected), "{day}");
            let hold =
                HoldInput { reason: Some("technical".into()), resume_on: Some(day.into()), ..HoldInput::default() };
            assert_eq!(hold.checked(today()).is_err(), code.is_some(), "{day}");
        }
    }

    #[test]
    fn a_hold_ends_after_it_begins() {
        let until = |day: &str| HoldInput {
            reason: Some("technical".into()),
            resume_on: Some(day.into()),
            ..HoldInput::default()
        };
        assert!(until("2026-06-01").checked(today()).is_err());
        assert!(until("2026-06-02").checked(today()).is_ok());
    }
}
