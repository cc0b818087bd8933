//! What partners and locations have in common, and the words by which they differ.

use crate::shared::permission::Permission;
use crate::ui::format::plural;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Partner,
    Location,
}

impl Kind {
    /// What belongs to this kind.
    pub(super) fn pick<T>(self, partner: T, location: T) -> T {
        match self {
            Self::Partner => partner,
            Self::Location => location,
        }
    }

    /// The name of one: in problems, in the audit log, in forms.
    pub(super) fn name(self) -> &'static str {
        self.pick("partner", "location")
    }

    /// What changing them needs.
    pub(super) fn permission(self) -> Permission {
        self.pick(Permission::PartnersManage, Permission::LocationsManage)
    }
}

/// Why the default cannot be deleted, and what to do about it.
pub(super) const DEFAULT_STAYS: &str =
    "New customers belong to it unless they say otherwise. Make another one the default first.";

/// Why one with customers cannot be deleted, and what to do instead; of those in the trash, or elsewhere, there may
/// be more than the reader sees.
pub(super) fn in_use(customers: i64) -> String {
    let who = match customers {
        0 => "Customers in the trash, or ones that you may not see, belong to it.".to_owned(),
        1 => "1 customer belongs to it.".to_owned(),
        many => format!("{} belong to it.", plural(many, "customer", "customers")),
    };
    format!("{who} Make it inactive instead: it keeps its customers and takes no new ones.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_cannot_delete_learns_how_many_customers_there_are() {
        assert!(in_use(1).starts_with("1 customer belongs to it. Make it inactive"));
        assert!(in_use(1_200).starts_with("1,200 customers belong to it."));
        assert!(in_use(0).contains("in the trash"));
    }
}
