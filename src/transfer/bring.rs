//! What rows bring to the customers that they have just created: a status, an address, labels.

use std::collections::BTreeMap;

use chrono::NaiveTime;

use super::extras::{Destination, Extras};
use super::jobs::Run;
use super::model::{Brought, LabelName};
use super::service::ImportService;
use crate::customers::addresses::CheckedAddress;
use crate::customers::status::{Placing, TerminationReason};
use crate::customers::{Customer, Status};
use crate::database::Transaction;
use crate::shared::id::CustomerId;
use crate::shared::problem::Problem;
use crate::shared::text::fold;

/// What the history gives as the reason of a status.
const IMPORTED: &str = "Imported";

impl ImportService {
    /// Adds what hangs on the customers of a batch, in its transaction. The status comes first: it is written over the
    /// version that was created, which an address moves on. Labels come last: they are counted by status.
    pub(super) async fn bring(
        &self,
        tx: &mut Transaction,
        run: &Run<'_>,
        rows: &[(Customer, Extras)],
    ) -> Result<Brought, Problem> {
        let addresses: Vec<(&Customer, &CheckedAddress)> =
            rows.iter().filter_map(|(customer, extras)| Some((customer, extras.address.as_ref()?))).collect();
        let mut brought = Brought { addresses: length(addresses.len()), ..Brought::default() };
        for (customer, extras) in rows {
            self.bring_status(tx, run, customer, extras, &mut brought).await?;
        }
        self.customers.add_addresses_step(tx, run.actor, &addresses).await?;
        self.bring_labels(tx, run, rows).await?;
        brought.labelled = length(rows.iter().filter(|(_, extras)| !extras.labels.is_empty()).count());
        Ok(brought)
    }

    async fn bring_status(
        &self,
        tx: &mut Transaction,
        run: &Run<'_>,
        customer: &Customer,
        extras: &Extras,
        brought: &mut Brought,
    ) -> Result<(), Problem> {
        // A customer that was created a moment ago has no contacts yet.
        let ways = [&customer.email, &customer.phone, &customer.mobile];
        let status = match extras.destination(ways.into_iter().any(Option::is_some)) {
            Destination::IsNew => return Ok(()),
            Destination::StaysNew => {
                brought.stay_new += 1;
                return Ok(());
            }
            Destination::Becomes(status) => status,
        };
        let since = extras.status_since.map(|day| day.and_time(NaiveTime::MIN).and_utc());
        let since = since.unwrap_or_else(|| self.clock.now());
        let reason = if status == Status::Terminated { TerminationReason::Other.as_str() } else { IMPORTED };
        let placing = Placing { to: status, reason, note: Some(IMPORTED), since };
        self.customers.place_status(tx, run.actor, customer, placing).await?;
        brought.count(status);
        Ok(())
    }

    /// One statement for each label, however many customers get it.
    async fn bring_labels(
        &self,
        tx: &mut Transaction,
        run: &Run<'_>,
        rows: &[(Customer, Extras)],
    ) -> Result<(), Problem> {
        let mut wearers: BTreeMap<&LabelName, Vec<CustomerId>> = BTreeMap::new();
        for (customer, extras) in rows {
            for label in &extras.labels {
                wearers.entry(label).or_default().push(customer.id);
            }
        }
        for (label, customers) in wearers {
            let id = match run.labels.get(&fold(&label.name)) {
                Some(id) => *id,
                // Of a row that was bad or known when the file was checked.
                None => self.customers.ensure_label(tx, run.actor, &label.name, label.category.as_deref()).await?,
            };
            self.customers.assign_step(tx, run.actor, id, &customers, None, None).await?;
        }
        Ok(())
    }
}

fn length(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
