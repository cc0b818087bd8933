//! The job that imports rows: one transaction for each batch, which moves the position as well, so that a
//! process that dies leaves neither a gap nor a duplicate.

use std::collections::HashMap;

use futures::future::BoxFuture;
use serde_json::{Value, json};

use super::examine::{Examined, Examiner, Finding};
use super::extras::{Extras, Incoming};
use super::mapping::{Mapping, OnBadRows};
use super::model::{BadRow, ImportState, Report};
use super::reader::Table;
use super::repository::{ImportRow, Tally};
use super::row::reasons_of;
use super::service::{ImportService, KIND, Payload, find, has_bad_rows, id_of, importer, off_thread};
use crate::customers::{CheckedCustomer, Customer};
use crate::database::Transaction;
use crate::jobs::{Job, JobHandler, JobOutcome};
use crate::shared::actor::Actor;
use crate::shared::id::{ImportId, LabelId};
use crate::shared::problem::Problem;

/// Hears how many of how many rows are dealt with.
pub(super) type Progress<'p> = &'p mut (dyn FnMut(i64, i64) + Send);

impl JobHandler for ImportService {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn run(&self, job: Job) -> BoxFuture<'_, Result<JobOutcome, Problem>> {
        Box::pin(async move { self.run_import(&job, &mut |_, _| {}).await })
    }
}

/// One run of the job.
pub(super) struct Run<'r> {
    job: &'r Job,
    import: ImportId,
    pub actor: &'r Actor,
    mapping: &'r Mapping,
    /// The labels that were there or made at the beginning, by folded name.
    pub labels: HashMap<String, LabelId>,
}

/// What a batch came to, and which of its rows were refused.
#[derive(Default)]
struct Sorted {
    tally: Tally,
    bad: Vec<BadRow>,
    good: Vec<(i64, Incoming)>,
}

impl ImportService {
    /// Imports what is left of a file.
    pub(super) async fn run_import(&self, job: &Job, progress: Progress<'_>) -> Result<JobOutcome, Problem> {
        let payload: Payload = serde_json::from_value(job.payload.clone()).map_err(|_| Problem::Internal)?;
        let id = payload.import_id;
        let actor = importer(&job.owner, payload.scope, payload.permissions);
        let outcome = self.import_rest(job, id, &actor, progress).await;
        let state = match &outcome {
            Ok(JobOutcome::Done(_)) => ImportState::Done,
            Ok(JobOutcome::Cancelled(_)) => ImportState::Cancelled,
            // Somebody goes on with it later.
            Ok(JobOutcome::Interrupted) | Err(Problem::Unavailable) => return outcome,
            Err(Problem::Conflict { code, .. }) if code == "job_lost" => return outcome,
            Err(_) => ImportState::Failed,
        };
        let mut tx = self.database.begin().await?;
        tx.imports().end(id, state, self.clock.now()).await?;
        tx.commit().await?;
        outcome
    }

    async fn import_rest(
        &self,
        job: &Job,
        id: ImportId,
        actor: &Actor,
        progress: Progress<'_>,
    ) -> Result<JobOutcome, Problem> {
        let mut tx = self.database.snapshot().await?;
        let row = find(&mut tx, id).await?;
        if row.state()? != ImportState::Committing {
            return ended(&row);
        }
        let content = tx.imports().content(id).await?;
        drop(tx);
        let mapping = row.mapping();
        let mut report = row.report.map(|report| report.0).unwrap_or_default();
        if mapping.on_bad_rows == OnBadRows::Stop && row.position == 0 {
            let examiner = self.examiner(mapping.clone(), content.clone()).await?;
            self.require_no_bad_row(actor, &mapping, examiner).await?;
        }
        let labels = self.prepare(actor, &mapping, &report).await?;
        let examiner = self.examiner(mapping.clone(), content).await?;
        let total = report.total;
        let run = Run { job, import: id, actor, mapping: &mapping, labels };
        let mut position = row.position;
        progress(position, total);
        let mut batches = examiner.batches(usize::try_from(position).unwrap_or_default());
        while let Some(batch) = batches.recv().await {
            if job.stop.is_cancelled() {
                return Ok(JobOutcome::Interrupted);
            }
            let rows = i64::try_from(batch.len()).unwrap_or(i64::MAX);
            if !self.import_batch(&run, batch, position, &mut report).await? {
                return Ok(JobOutcome::Cancelled(self.result(id).await?));
            }
            position += rows;
            progress(position, total);
        }
        // The reader's thread ends early only by a defect; the rest of the rows must not be lost silently.
        if position == total { Ok(JobOutcome::Done(self.result(id).await?)) } else { Err(Problem::Internal) }
    }

    async fn examiner(&self, mapping: Mapping, content: Vec<u8>) -> Result<Examiner, Problem> {
        let (customers, today) = (self.customers.clone(), self.today());
        off_thread(move || {
            let table = Table::new(&content, mapping.encoding, mapping.delimiter);
            Examiner::new(table, mapping, customers, today)
        })
        .await
    }

    /// All or nothing: what the dry run promised must still hold when the first row is imported.
    async fn require_no_bad_row(&self, actor: &Actor, mapping: &Mapping, examiner: Examiner) -> Result<(), Problem> {
        let survey = off_thread(move || examiner.survey()).await?;
        if self.report(actor, mapping, survey).await?.bad > 0 { Err(has_bad_rows()) } else { Ok(()) }
    }

    /// Imports the rows from `position` on in one transaction; `false`, and nothing done, when the end of
    /// the job was asked for.
    async fn import_batch(
        &self,
        run: &Run<'_>,
        batch: Vec<Examined>,
        position: i64,
        report: &mut Report,
    ) -> Result<bool, Problem> {
        let end = position + i64::try_from(batch.len()).unwrap_or(i64::MAX);
        let Sorted { mut tally, mut bad, good } = sorted(batch);
        let mut tx = self.database.begin().await?;
        if self.jobs.progress(&mut tx, run.job.id, end).await? {
            return Ok(false);
        }
        let rows = self.import_rows(&mut tx, run, good, &mut tally, &mut bad).await?;
        let brought = self.bring(&mut tx, run, &rows).await?;
        if !brought.is_empty() {
            report.brought.extend(&brought);
            tx.imports().put_report(run.import, report).await?;
        }
        tally.rejected = i64::try_from(bad.len()).unwrap_or(i64::MAX);
        tx.imports().insert_rejections(run.import, &bad).await?;
        if tx.imports().advance(run.import, position, end, tally, self.clock.now()).await? == 0 {
            return Err(Problem::conflict("job_lost", "Another process has taken over this import."));
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Creates the customers of good rows, and gives those that are new with what else their rows say.
    async fn import_rows(
        &self,
        tx: &mut Transaction,
        run: &Run<'_>,
        rows: Vec<(i64, Incoming)>,
        tally: &mut Tally,
        bad: &mut Vec<BadRow>,
    ) -> Result<Vec<(Customer, Extras)>, Problem> {
        let ids: Vec<String> = rows.iter().map(|(_, row)| id_of(&row.customer).to_owned()).collect();
        let known = self.customers.known_external_ids(tx, &run.mapping.source, &ids).await?;
        tally.skipped += i64::try_from(known.len()).unwrap_or(i64::MAX);
        let fresh = rows.into_iter().filter(|(_, row)| !known.contains(id_of(&row.customer)));
        let (rests, customers): (Vec<(i64, Extras)>, Vec<CheckedCustomer>) =
            fresh.map(|(line, row)| ((line, row.extras), row.customer)).unzip();
        let answers = self.customers.create_many(tx, run.actor, customers).await?;
        let mut created = Vec::with_capacity(answers.len());
        for ((line, extras), answer) in rests.into_iter().zip(answers) {
            match answer {
                Ok(customer) => {
                    tally.created += 1;
                    created.push((customer, extras));
                }
                // Another import was faster with the same row.
                Err(Problem::Conflict { code, .. }) if code == "external_id_taken" => tally.skipped += 1,
                Err(problem) => bad.push(BadRow { line, reasons: reasons_of(run.mapping, &problem) }),
            }
        }
        Ok(created)
    }

    async fn result(&self, id: ImportId) -> Result<Value, Problem> {
        Ok(counts(&find(&mut self.database.read().await?, id).await?))
    }
}

fn sorted(batch: Vec<Examined>) -> Sorted {
    let mut sorted = Sorted::default();
    for Examined { line, finding } in batch {
        match finding {
            Finding::Good(row) => sorted.good.push((line, *row)),
            Finding::Repeated => sorted.tally.skipped += 1,
            Finding::Bad(reasons) => sorted.bad.push(BadRow { line, reasons }),
        }
    }
    sorted
}

/// The outcome of an import whose end was written down, while that of its job was not.
fn ended(row: &ImportRow) -> Result<JobOutcome, Problem> {
    match row.state()? {
        ImportState::Done => Ok(JobOutcome::Done(counts(row))),
        ImportState::Cancelled => Ok(JobOutcome::Cancelled(counts(row))),
        _ => Err(Problem::conflict("import_over", "This import has ended.")),
    }
}

fn counts(row: &ImportRow) -> Value {
    json!({ "created": row.created_count, "skipped": row.skipped_count, "rejected": row.rejected_count })
}
