//! The use cases of an import: upload, look at it, check it, commit it, fetch what was rejected.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use super::examine::{Examiner, Survey};
use super::examples::{example, with_examples};
use super::extras::Extras;
use super::file::{plain_name, seen, understood};
use super::mapping::{Mapping, OnBadRows, Reading, SavedMapping};
use super::model::{BadRow, ImportDetails, ImportState, ImportSummary, MAX_SHOWN, Report};
use super::plan::Wanted;
use super::reader::Table;
use super::rejected::{rejected_csv, template_csv};
use super::repository::{ImportRow, NewImport};
use super::row::reasons_of;
use crate::audit::{AuditLog, Change};
use crate::customers::{CheckedCustomer, CustomerService};
use crate::database::{Database, Transaction};
use crate::jobs::{Job, JobService, JobView, Owner};
use crate::shared::actor::{Actor, Origin, Proof};
use crate::shared::clock::Clock;
use crate::shared::id::{ImportId, JobId};
use crate::shared::permission::{Permission, PermissionSet, Scope};
use crate::shared::problem::Problem;
use crate::shared::text::tidy;
use crate::shared::validation::Checks;

/// The kind of job that imports rows.
pub(super) const KIND: &str = "import";
/// Imports in the list.
const LATEST: u8 = 20;

/// What the job needs to know beside who started it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Payload {
    pub import_id: ImportId,
    /// What the one who started it may see: rows for other partners are rejected.
    pub scope: Scope,
    /// What they may do besides: labels and custom fields are made in their name.
    #[serde(default)]
    pub permissions: PermissionSet,
}

/// The use cases of imports; cheap to clone.
#[derive(Clone, Debug)]
pub struct ImportService {
    pub(super) database: Database,
    pub(super) clock: Clock,
    audit: AuditLog,
    pub(super) customers: CustomerService,
    pub(super) jobs: JobService,
}

impl ImportService {
    /// The service over its neighbours of lower tiers.
    pub fn new(
        database: Database,
        clock: Clock,
        audit: AuditLog,
        customers: CustomerService,
        jobs: JobService,
    ) -> Self {
        Self { database, clock, audit, customers, jobs }
    }

    /// Keeps a file and guesses how to read it. Errors: `Forbidden`; `Invalid` for the field `file` when it
    /// is too large, no text, or has no rows.
    pub async fn upload(&self, actor: &Actor, file_name: &str, bytes: Vec<u8>) -> Result<ImportId, Problem> {
        actor.require(Permission::CustomersImport)?;
        let known = self.mappings(actor).await?;
        let (bytes, sha256, mapping) = off_thread(move || {
            let mapping = understood(&bytes, &known)?;
            let sha256 = hex::encode(Sha256::digest(&bytes));
            Ok::<_, Problem>((bytes, sha256, mapping))
        })
        .await??;
        let (file_name, owner) = (plain_name(file_name), Owner::from(actor));
        let import =
            NewImport { file_name: &file_name, content: &bytes, sha256: &sha256, mapping: &mapping, owner: &owner };
        let mut tx = self.database.begin().await?;
        let id = tx.imports().insert(&import, self.clock.now()).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// One import, read as stored or in another way. Errors: `Forbidden`, `NotFound`.
    pub async fn get(&self, actor: &Actor, id: ImportId, reading: &Reading) -> Result<ImportDetails, Problem> {
        actor.require(Permission::CustomersImport)?;
        let mut tx = self.database.snapshot().await?;
        let row = visible(&mut tx, actor, id).await?;
        let head = tx.imports().head(id).await?;
        let saved = match &reading.saved {
            Some(name) => tx.imports().find_mapping(&tidy(name)).await?.or_else(|| example(&tidy(name))),
            None => None,
        };
        drop(tx);
        let job = match row.job_id {
            Some(job) => self.seen_job(actor, job).await?,
            None => None,
        };
        let saved = saved.map(|saved| saved.mapping);
        let (headers, samples, mapping) = seen(&head, &row.mapping(), saved.as_ref(), reading);
        let report = row.report.as_ref().map(|report| report.0.clone());
        Ok(ImportDetails { summary: row.summary()?, headers, samples, mapping, report, job })
    }

    /// The job of an import that the caller may see; `None` when somebody who sees more has started it.
    async fn seen_job(&self, actor: &Actor, id: JobId) -> Result<Option<JobView>, Problem> {
        match self.jobs.get(actor, id).await {
            Err(Problem::NotFound { .. }) => Ok(None),
            found => found.map(Some),
        }
    }

    /// The latest imports that the caller may see, newest first. Errors: `Forbidden`.
    pub async fn list(&self, actor: &Actor) -> Result<Vec<ImportSummary>, Problem> {
        actor.require(Permission::CustomersImport)?;
        let mut tx = self.database.read().await?;
        let (mut seen, mut before) = (Vec::new(), Some(ImportId(i64::MAX)));
        while let Some(id) = before.filter(|_| seen.len() < usize::from(LATEST)) {
            let rows = tx.imports().list(id, LATEST.into()).await?;
            before = rows.last().map(|row| row.id);
            seen.extend(rows.into_iter().filter(|row| row.owner.is_visible_to(actor)));
        }
        seen.truncate(LATEST.into());
        Ok(seen.iter().map(ImportRow::summary).collect::<Result<_, _>>()?)
    }

    /// Mappings that were saved and those that come with the product, by name. Errors: `Forbidden`.
    pub async fn mappings(&self, actor: &Actor) -> Result<Vec<SavedMapping>, Problem> {
        actor.require(Permission::CustomersImport)?;
        Ok(with_examples(self.database.read().await?.imports().mappings().await?))
    }

    /// The dry run: reads every row and writes no customer. Without a mapping the stored one is used; under
    /// a name it is saved for other files. Errors: `Forbidden`, `NotFound`, `Invalid` for the mapping,
    /// `Conflict("import_over")` once the import runs or is done.
    pub async fn check(
        &self,
        actor: &Actor,
        id: ImportId,
        mapping: Option<Mapping>,
        save_as: Option<String>,
    ) -> Result<Report, Problem> {
        actor.require(Permission::CustomersImport)?;
        let mut checks = Checks::default();
        let name = checks.optional("save_as", save_as.as_deref(), 100);
        checks.finish()?;
        let mut tx = self.database.snapshot().await?;
        let row = visible(&mut tx, actor, id).await?;
        let content = tx.imports().content(id).await?;
        drop(tx);
        let (mapping, survey) = self.surveyed(mapping.unwrap_or_else(|| row.mapping()), content).await?;
        let mut report = self.report(&acting(actor), &mapping, survey).await?;
        self.plan(actor, &mapping, &mut report).await?;
        report.bad_rows.truncate(MAX_SHOWN);
        let now = self.clock.now();
        let dated = self.dated(&mapping);
        let mut tx = self.database.begin().await?;
        if tx.imports().check(id, &dated, &report, now).await? == 0 {
            return Err(Problem::conflict("import_over", "This import runs or is done. Upload the file again."));
        }
        if let Some(name) = name {
            tx.imports().save_mapping(&name, &mapping, &actor.name, now).await?;
        }
        tx.commit().await?;
        Ok(report)
    }

    /// The day the file tells of is that of the check, also when the rows are imported later.
    fn dated(&self, mapping: &Mapping) -> Mapping {
        let today = mapping.needs_day().then(|| self.today().to_string());
        Mapping { as_of: mapping.as_of.clone().or(today), ..mapping.clone() }
    }

    pub(super) fn today(&self) -> NaiveDate {
        self.clock.now().date_naive()
    }

    /// Reads a whole file under a mapping that is checked against its columns.
    async fn surveyed(&self, mapping: Mapping, content: Vec<u8>) -> Result<(Mapping, Survey), Problem> {
        let (customers, today) = (self.customers.clone(), self.today());
        off_thread(move || {
            let table = Table::new(&content, mapping.encoding, mapping.delimiter);
            let mapping = mapping.checked(&table.headers(), &customers.definitions(), today)?;
            Ok::<_, Problem>((mapping.clone(), Examiner::new(table, mapping, customers, today).survey()))
        })
        .await?
    }

    /// What would become of the rows now, with every bad one.
    pub(super) async fn report(&self, actor: &Actor, mapping: &Mapping, survey: Survey) -> Result<Report, Problem> {
        let Survey { total, repeated, mut bad, good } = survey;
        let mut tx = self.database.snapshot().await?;
        let ids: Vec<String> = good.iter().map(|(_, row)| id_of(&row.customer).to_owned()).collect();
        let known = self.customers.known_external_ids(&mut tx, &mapping.source, &ids).await?;
        let fresh = good.into_iter().filter(|(_, row)| !known.contains(id_of(&row.customer)));
        let (rests, customers): (Vec<(i64, Extras)>, Vec<CheckedCustomer>) =
            fresh.map(|(line, row)| ((line, row.extras), row.customer)).unzip();
        let findings = self.customers.check_many(&mut tx, actor, &customers).await?;
        let mut wanted = Wanted::default();
        for (((line, extras), customer), found) in rests.into_iter().zip(&customers).zip(findings) {
            match found {
                Some(problem) => bad.push(BadRow { line, reasons: reasons_of(mapping, &problem) }),
                None => wanted.add(customer, &extras),
            }
        }
        bad.sort_by_key(|row| row.line);
        let bad_count = i64::try_from(bad.len()).unwrap_or(i64::MAX);
        let known = repeated + i64::try_from(known.len()).unwrap_or(i64::MAX);
        Ok(Report {
            total,
            to_create: total - known - bad_count,
            known,
            bad: bad_count,
            bad_rows: bad,
            labels: wanted.labels(),
            brings: wanted.brings,
            ..Report::default()
        })
    }

    /// Starts the job that imports the rows. Errors: `Forbidden`, `NotFound`, `Invalid` for what the caller may not
    /// do, `Conflict` (`import_not_checked`, `import_has_bad_rows`).
    pub async fn commit(&self, actor: &Actor, id: ImportId) -> Result<JobId, Problem> {
        self.require_rights(actor, id).await?;
        let mut tx = self.database.begin().await?;
        let job = self.enqueue(&mut tx, actor, id).await?;
        tx.commit().await?;
        self.jobs.wake();
        Ok(job)
    }

    /// The same, with the job in the hands of this very caller.
    pub(super) async fn commit_here(&self, actor: &Actor, id: ImportId) -> Result<Job, Problem> {
        self.require_rights(actor, id).await?;
        let mut tx = self.database.begin().await?;
        let job = self.enqueue(&mut tx, actor, id).await?;
        let job = self.jobs.claim(&mut tx, job, &CancellationToken::new()).await?;
        tx.commit().await?;
        Ok(job)
    }

    /// Whoever commits may do all that the import does, whoever has checked it. Errors: as [`Self::check`].
    async fn require_rights(&self, actor: &Actor, id: ImportId) -> Result<(), Problem> {
        actor.require(Permission::CustomersImport)?;
        let row = visible(&mut self.database.read().await?, actor, id).await?;
        match &row.report {
            Some(report) => self.plan(actor, &row.mapping(), &mut report.0.clone()).await,
            None => Ok(()),
        }
    }

    async fn enqueue(&self, tx: &mut Transaction, actor: &Actor, id: ImportId) -> Result<JobId, Problem> {
        actor.require(Permission::CustomersImport)?;
        let row = visible(tx, actor, id).await?;
        let not_checked = || Problem::conflict("import_not_checked", "Check the file first.");
        let Some(report) = &row.report else { return Err(not_checked()) };
        if row.mapping().on_bad_rows == OnBadRows::Stop && report.bad > 0 {
            return Err(has_bad_rows());
        }
        let title = format!("Import of {}", row.summary()?.file_name);
        let payload = Payload { import_id: id, scope: actor.scope.clone(), permissions: actor.permissions };
        let payload = serde_json::to_value(payload).map_err(|_| Problem::Internal)?;
        // Whoever sees the import may see its job, whoever started that.
        let owner = Owner { scope: row.owner.scope.clone(), ..Owner::from(actor) };
        let job = self.jobs.enqueue(tx, &owner, KIND, &title, &payload, report.total).await?;
        let now = self.clock.now();
        if tx.imports().start(id, job, now).await? == 0 {
            return Err(not_checked());
        }
        self.audit.record(tx, actor, now, Change::new("import.committed", "import", id.0)).await?;
        Ok(job)
    }

    /// Asks for the end of a running import; what is imported stays. Errors: `Forbidden`, `NotFound`,
    /// `Conflict` (`import_not_running`, `job_over`).
    pub async fn cancel(&self, actor: &Actor, id: ImportId) -> Result<JobView, Problem> {
        actor.require(Permission::CustomersImport)?;
        let row = visible(&mut self.database.read().await?, actor, id).await?;
        match (row.state()?, row.job_id) {
            (ImportState::Committing, Some(job)) => self.jobs.request_cancel(actor, job).await,
            _ => Err(Problem::conflict("import_not_running", "This import does not run.")),
        }
    }

    /// Every bad row as a CSV with its line and reasons: of the dry run before the import, else of the
    /// import itself. Errors: `Forbidden`, `NotFound`, `Conflict("import_not_checked")`.
    pub async fn rejected_csv(&self, actor: &Actor, id: ImportId) -> Result<Vec<u8>, Problem> {
        actor.require(Permission::CustomersImport)?;
        let mut tx = self.database.snapshot().await?;
        let row = visible(&mut tx, actor, id).await?;
        let content = tx.imports().content(id).await?;
        let stored = tx.imports().rejections(id).await?;
        drop(tx);
        let mapping = row.mapping();
        let rows = match row.state()? {
            ImportState::Uploaded => return Err(Problem::conflict("import_not_checked", "Check the file first.")),
            ImportState::Checked => {
                let (mapping, survey) = self.surveyed(mapping.clone(), content.clone()).await?;
                self.report(&acting(actor), &mapping, survey).await?.bad_rows
            }
            _ => stored,
        };
        off_thread(move || {
            let reasons: HashMap<_, _> = rows.into_iter().map(|row| (row.line, row.reasons)).collect();
            rejected_csv(&Table::new(&content, mapping.encoding, mapping.delimiter), &reasons)
        })
        .await
    }

    /// An empty file with every column that can be imported. Errors: `Forbidden`.
    pub fn template(&self, actor: &Actor) -> Result<Vec<u8>, Problem> {
        actor.require(Permission::CustomersImport)?;
        Ok(template_csv())
    }
}

/// An import that the caller may see. Errors: `NotFound`.
async fn visible(tx: &mut Transaction, actor: &Actor, id: ImportId) -> Result<ImportRow, Problem> {
    let row = find(tx, id).await?;
    if row.owner.is_visible_to(actor) { Ok(row) } else { Err(Problem::not_found("import")) }
}

/// An import, for its own job: whoever started that was asked. Errors: `NotFound`.
pub(super) async fn find(tx: &mut Transaction, id: ImportId) -> Result<ImportRow, Problem> {
    tx.imports().find(id).await?.ok_or_else(|| Problem::not_found("import"))
}

pub(super) fn has_bad_rows() -> Problem {
    Problem::conflict("import_has_bad_rows", "There are bad rows. Mend the file, or choose to leave them out.")
}

/// The id that makes repeating safe; every row has one.
pub(super) fn id_of(customer: &CheckedCustomer) -> &str {
    customer.external_id.as_deref().unwrap_or_default()
}

/// What an import does in the name of its caller if they may, besides creating customers.
const CARRIED: [Permission; 3] = [Permission::LabelsAssign, Permission::LabelsManage, Permission::CustomFieldsManage];

/// The caller in whose name rows become customers. Whoever may import may create by importing, within their scope.
/// Labels and custom fields take their own permissions; all of them were proved when the import was checked and
/// committed.
pub(super) fn importer(owner: &Owner, scope: Scope, permissions: PermissionSet) -> Actor {
    let carried = permissions.intersection(CARRIED.into_iter().collect());
    let own: PermissionSet = [Permission::CustomersImport, Permission::CustomersCreate].into_iter().collect();
    Actor {
        proof: Proof::Inside,
        kind: owner.kind(),
        name: owner.name.clone(),
        username: String::new(),
        permissions: own.union(carried),
        scope,
        origin: Origin::default(),
    }
}

/// The same for a caller who is here.
fn acting(actor: &Actor) -> Actor {
    importer(&Owner::from(actor), actor.scope.clone(), actor.permissions)
}

/// Runs hard work where it holds up nobody.
pub(super) async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        tracing::error!(%error, "reading a file has failed");
        Problem::Internal
    })
}
