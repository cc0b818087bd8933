//! What an import needs before its first row: labels, custom fields, and the right to make and to use them.

use std::collections::{BTreeMap, HashMap};

use super::extras::Extras;
use super::fields::missing;
use super::mapping::Mapping;
use super::model::{Brought, LabelName, Report};
use super::service::ImportService;
use crate::customers::status::needed;
use crate::customers::{CheckedCustomer, Status};
use crate::database::Lock;
use crate::shared::actor::Actor;
use crate::shared::id::LabelId;
use crate::shared::permission::Permission;
use crate::shared::problem::Problem;
use crate::shared::text::fold;
use crate::shared::validation::Checks;

/// Labels that one import makes at most: more come from a column that was taken for labels by mistake.
const MAX_NEW_LABELS: usize = 200;

/// What good rows ask for, collected.
#[derive(Default)]
pub(super) struct Wanted {
    labels: BTreeMap<String, LabelName>,
    pub brings: Brought,
}

impl Wanted {
    /// Adds what one more row asks for.
    pub fn add(&mut self, customer: &CheckedCustomer, extras: &Extras) {
        extras.count(customer, &mut self.brings);
        for label in &extras.labels {
            self.labels.entry(fold(&label.name)).or_insert_with(|| label.clone());
        }
    }

    /// The labels, each once.
    pub fn labels(&self) -> Vec<LabelName> {
        self.labels.values().cloned().collect()
    }
}

impl ImportService {
    /// Says in the report what is made before the first row. Errors: `Invalid` with everything that the caller may
    /// not do, and with labels that cannot be used.
    pub(super) async fn plan(&self, actor: &Actor, mapping: &Mapping, report: &mut Report) -> Result<(), Problem> {
        let mut checks = Checks::default();
        report.new_labels = self.new_labels(&mut checks, &report.labels).await?;
        let fields = missing(mapping, &self.customers.definitions());
        report.new_fields = fields.into_iter().filter_map(|input| input.title).collect();
        for (permission, what) in rights(report) {
            if !actor.may(permission) {
                let message = format!("{what}: this needs the permission {}.", permission.as_str());
                checks.add("columns", "forbidden", message);
            }
        }
        checks.finish()
    }

    /// Those that do not exist, by name.
    async fn new_labels(&self, checks: &mut Checks, wanted: &[LabelName]) -> Result<Vec<String>, Problem> {
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        // What exists does not depend on who asks.
        let labels = self.customers.labels(&Actor::system("import")).await?;
        let known: HashMap<String, bool> = labels.iter().map(|label| (fold(&label.name), label.is_active)).collect();
        let mut fresh = Vec::new();
        for label in wanted {
            match known.get(&fold(&label.name)) {
                Some(true) => {}
                Some(false) => {
                    checks.add("columns", "label_inactive", format!("The label {} is inactive.", label.name));
                }
                None => fresh.push(label.name.clone()),
            }
        }
        if fresh.len() > MAX_NEW_LABELS {
            let number = fresh.len();
            let message = format!("It would make {number} labels: at most {MAX_NEW_LABELS}. Is it the right column?");
            checks.add("columns", "too_many_labels", message);
        }
        Ok(fresh)
    }

    /// Makes what the report promised, and gives the ids of its labels by folded name. What exists is used as it is,
    /// so that an import which was interrupted makes nothing twice.
    pub(super) async fn prepare(
        &self,
        actor: &Actor,
        mapping: &Mapping,
        report: &Report,
    ) -> Result<HashMap<String, LabelId>, Problem> {
        if !mapping.custom_fields.is_empty() {
            self.customers.load_custom_fields().await?;
        }
        for input in missing(mapping, &self.customers.definitions()) {
            match self.customers.create_custom_field(actor, input).await {
                // Another process was faster.
                Err(Problem::Conflict { code, .. }) if code == "key_taken" => {
                    self.customers.load_custom_fields().await?;
                }
                Err(problem) => return Err(problem),
                Ok(_) => {}
            }
        }
        let mut ids = HashMap::new();
        if report.labels.is_empty() {
            return Ok(ids);
        }
        let mut tx = self.database.begin().await?;
        tx.lock(Lock::Changes).await?;
        for label in &report.labels {
            let id = self.customers.ensure_label(&mut tx, actor, &label.name, label.category.as_deref()).await?;
            ids.insert(fold(&label.name), id);
        }
        tx.commit().await?;
        Ok(ids)
    }
}

/// What the import does besides creating customers, and the permission for it.
fn rights(report: &Report) -> Vec<(Permission, String)> {
    let mut rights = Vec::new();
    if !report.labels.is_empty() {
        rights.push((Permission::LabelsAssign, "Customers get labels".to_owned()));
    }
    if !report.new_labels.is_empty() {
        let names = report.new_labels.iter().take(5).map(String::as_str).collect::<Vec<_>>().join(", ");
        rights.push((Permission::LabelsManage, format!("Labels are made ({names})")));
    }
    if !report.new_fields.is_empty() {
        let titles = report.new_fields.join(", ");
        rights.push((Permission::CustomFieldsManage, format!("Custom fields are made ({titles})")));
    }
    for one in &report.brings.statuses {
        let what = format!("Customers become {}", one.status.label().to_lowercase());
        rights.push((needed(Status::New, one.status), what));
    }
    rights
}
