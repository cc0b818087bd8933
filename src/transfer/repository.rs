//! The rows of imports, their rejections and the saved mappings.

use chrono::{DateTime, Utc};

use super::mapping::{Mapping, SavedMapping};
use super::model::{BadRow, ImportState, ImportSummary, Reason, Report};
use crate::database::{DatabaseError, FromRow, Json, Transaction};
use crate::jobs::Owner;
use crate::shared::id::{ImportId, JobId};

/// Everything of an import but its file.
#[derive(FromRow)]
pub(super) struct ImportRow {
    pub id: ImportId,
    file_name: String,
    state: String,
    pub mapping: Option<Json<Mapping>>,
    pub report: Option<Json<Report>>,
    pub job_id: Option<JobId>,
    pub position: i64,
    pub created_count: i64,
    pub skipped_count: i64,
    pub rejected_count: i64,
    created_at: DateTime<Utc>,
    #[sqlx(flatten)]
    pub owner: Owner,
}

impl ImportRow {
    pub fn state(&self) -> Result<ImportState, DatabaseError> {
        ImportState::parse(&self.state).ok_or_else(|| DatabaseError::Corrupt {
            table: "imports",
            column: "state",
            value: self.state.clone(),
        })
    }

    pub fn summary(&self) -> Result<ImportSummary, DatabaseError> {
        Ok(ImportSummary {
            id: self.id,
            file_name: self.file_name.clone(),
            state: self.state()?,
            created: self.created_count,
            skipped: self.skipped_count,
            rejected: self.rejected_count,
            created_by: self.owner.name.clone(),
            created_at: self.created_at,
        })
    }

    /// What is stored of the mapping; the default would import nothing.
    pub fn mapping(&self) -> Mapping {
        self.mapping.as_ref().map(|mapping| mapping.0.clone()).unwrap_or_default()
    }
}

#[derive(FromRow)]
struct RejectionRow {
    line: i64,
    reasons: Json<Vec<Reason>>,
}

#[derive(FromRow)]
struct MappingRow {
    name: String,
    mapping: Json<Mapping>,
}

impl From<MappingRow> for SavedMapping {
    fn from(row: MappingRow) -> Self {
        Self { name: row.name, mapping: row.mapping.0 }
    }
}

/// A file that was uploaded.
pub(super) struct NewImport<'a> {
    pub file_name: &'a str,
    pub content: &'a [u8],
    pub sha256: &'a str,
    pub mapping: &'a Mapping,
    pub owner: &'a Owner,
}

/// What a batch of rows came to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub created: i64,
    pub skipped: i64,
    pub rejected: i64,
}

pub(super) struct ImportRepository<'t>(&'t mut Transaction);

impl Transaction {
    pub(super) fn imports(&mut self) -> ImportRepository<'_> {
        ImportRepository(self)
    }
}

impl ImportRepository<'_> {
    pub(super) async fn insert(
        &mut self,
        import: &NewImport<'_>,
        now: DateTime<Utc>,
    ) -> Result<ImportId, DatabaseError> {
        self.0
            .query(
                "INSERT INTO imports (file_name, content, sha256, mapping, state, position, created_count, skipped_count, \
                 rejected_count, created_by, created_by_staff_id, created_by_client_id, scope, created_at, updated_at) \
                 VALUES ($1, $2, $3, $4, 'uploaded', 0, 0, 0, 0, $5, $6, $7, $8, $9, $9) RETURNING id",
            )
            .bind(import.file_name)
            .bind(import.content)
            .bind(import.sha256)
            .bind(Json(import.mapping))
            .bind(&import.owner.name)
            .bind(import.owner.staff_id)
            .bind(import.owner.client_id)
            .bind(import.owner.scope.as_ref().map(|scope| Json(&scope.0)))
            .bind(now)
            .fetch_value()
            .await
    }

    pub(super) async fn find(&mut self, id: ImportId) -> Result<Option<ImportRow>, DatabaseError> {
        self.0
            .query(
                "SELECT id, file_name, state, mapping, report, job_id, position, created_count, skipped_count, \
                 rejected_count, created_at, created_by, created_by_staff_id, created_by_client_id, scope \
                 FROM imports WHERE id = $1",
            )
            .bind(id)
            .fetch_optional()
            .await
    }

    /// The latest before one of them, newest first, without their reports.
    pub(super) async fn list(&mut self, before: ImportId, limit: i64) -> Result<Vec<ImportRow>, DatabaseError> {
        self.0
            .query(
                "SELECT id, file_name, state, NULL AS mapping, NULL AS report, job_id, position, created_count, \
                 skipped_count, rejected_count, created_at, created_by, created_by_staff_id, created_by_client_id, \
                 scope FROM imports WHERE id < $1 ORDER BY id DESC LIMIT $2",
            )
            .bind(before)
            .bind(limit)
            .fetch_all()
            .await
    }

    /// The bytes of the file.
    pub(super) async fn content(&mut self, id: ImportId) -> Result<Vec<u8>, DatabaseError> {
        self.0.query("SELECT content FROM imports WHERE id = $1").bind(id).fetch_value().await
    }

    /// The first 64 KB of the file: headers and samples.
    pub(super) async fn head(&mut self, id: ImportId) -> Result<Vec<u8>, DatabaseError> {
        self.0.query("SELECT substr(content, 1, 65536) FROM imports WHERE id = $1").bind(id).fetch_value().await
    }

    /// Stores a dry run and forgets an earlier attempt; 0 when the import runs or is done.
    pub(super) async fn check(
        &mut self,
        id: ImportId,
        mapping: &Mapping,
        report: &Report,
        now: DateTime<Utc>,
    ) -> Result<u64, DatabaseError> {
        let changed = self
            .0
            .query(
                "UPDATE imports SET mapping = $2, report = $3, state = 'checked', job_id = NULL, position = 0, \
                 created_count = 0, skipped_count = 0, rejected_count = 0, updated_at = $4 \
                 WHERE id = $1 AND state IN ('uploaded', 'checked', 'cancelled', 'failed')",
            )
            .bind(id)
            .bind(Json(mapping))
            .bind(Json(report))
            .bind(now)
            .execute()
            .await?;
        if changed > 0 {
            self.0.query("DELETE FROM import_rejections WHERE import_id = $1").bind(id).execute().await?;
        }
        Ok(changed)
    }

    /// 0 when it was not checked, or somebody was faster.
    pub(super) async fn start(&mut self, id: ImportId, job: JobId, now: DateTime<Utc>) -> Result<u64, DatabaseError> {
        self.0
            .query("UPDATE imports SET state = 'committing', job_id = $2, updated_at = $3 WHERE id = $1 AND state = 'checked'")
            .bind(id)
            .bind(job)
            .bind(now)
            .execute()
            .await
    }

    /// Moves the position over a batch; 0 when it does not stand where the batch begins.
    pub(super) async fn advance(
        &mut self,
        id: ImportId,
        from: i64,
        to: i64,
        tally: Tally,
        now: DateTime<Utc>,
    ) -> Result<u64, DatabaseError> {
        self.0
            .query(
                "UPDATE imports SET position = $3, created_count = created_count + $4, \
                 skipped_count = skipped_count + $5, rejected_count = rejected_count + $6, updated_at = $7 \
                 WHERE id = $1 AND position = $2 AND state = 'committing'",
            )
            .bind(id)
            .bind(from)
            .bind(to)
            .bind(tally.created)
            .bind(tally.skipped)
            .bind(tally.rejected)
            .bind(now)
            .execute()
            .await
    }

    /// Stores what a batch has added to the report.
    pub(super) async fn put_report(&mut self, id: ImportId, report: &Report) -> Result<(), DatabaseError> {
        let update = self.0.query("UPDATE imports SET report = $2 WHERE id = $1").bind(id).bind(Json(report));
        update.execute().await?;
        Ok(())
    }

    pub(super) async fn end(
        &mut self,
        id: ImportId,
        state: ImportState,
        now: DateTime<Utc>,
    ) -> Result<u64, DatabaseError> {
        self.0
            .query("UPDATE imports SET state = $2, updated_at = $3 WHERE id = $1 AND state = 'committing'")
            .bind(id)
            .bind(state.as_str())
            .bind(now)
            .execute()
            .await
    }

    pub(super) async fn insert_rejections(&mut self, id: ImportId, rows: &[BadRow]) -> Result<(), DatabaseError> {
        for chunk in rows.chunks(500) {
            let mut insert = self.0.build("INSERT INTO import_rejections (import_id, line, reasons) VALUES ");
            for (i, row) in chunk.iter().enumerate() {
                insert.push(if i == 0 { "(" } else { ", (" });
                insert.push_bind(id).push(", ").push_bind(row.line).push(", ");
                insert.push_bind(Json(&row.reasons)).push(")");
            }
            insert.finish()?.execute().await?;
        }
        Ok(())
    }

    pub(super) async fn rejections(&mut self, id: ImportId) -> Result<Vec<BadRow>, DatabaseError> {
        let rows: Vec<RejectionRow> = self
            .0
            .query("SELECT line, reasons FROM import_rejections WHERE import_id = $1 ORDER BY line")
            .bind(id)
            .fetch_all()
            .await?;
        Ok(rows.into_iter().map(|row| BadRow { line: row.line, reasons: row.reasons.0 }).collect())
    }

    pub(super) async fn mappings(&mut self) -> Result<Vec<SavedMapping>, DatabaseError> {
        let rows: Vec<MappingRow> =
            self.0.query("SELECT name, mapping FROM import_mappings ORDER BY name").fetch_all().await?;
        Ok(rows.into_iter().map(SavedMapping::from).collect())
    }

    pub(super) async fn find_mapping(&mut self, name: &str) -> Result<Option<SavedMapping>, DatabaseError> {
        let row: Option<MappingRow> = self
            .0
            .query("SELECT name, mapping FROM import_mappings WHERE name = $1")
            .bind(name)
            .fetch_optional()
            .await?;
        Ok(row.map(SavedMapping::from))
    }

    pub(super) async fn save_mapping(
        &mut self,
        name: &str,
        mapping: &Mapping,
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<(), DatabaseError> {
        self.0
            .query(
                "INSERT INTO import_mappings (name, mapping, created_by, created_at, updated_at) \
                 VALUES ($1, $2, $3, $4, $5) ON CONFLICT (name) DO UPDATE \
                 SET mapping = excluded.mapping, updated_at = excluded.updated_at",
            )
            .bind(name)
            .bind(Json(mapping))
            .bind(by)
            .bind(now)
            .bind(now)
            .execute()
            .await?;
        Ok(())
    }
}
