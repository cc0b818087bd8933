//! SQL of contacts.

use chrono::{DateTime, Utc};

use super::model::{Contact, ContactKind, Notice, PortalRole};
use crate::database::{DatabaseError, FromRow, Transaction};
use crate::shared::id::{ContactId, CustomerId};

#[derive(FromRow)]
struct ContactRow {
    id: ContactId,
    customer_id: CustomerId,
    version: i64,
    kind: String,
    name: String,
    email: Option<String>,
    phone: Option<String>,
    phone_e164: Option<String>,
    mobile: Option<String>,
    mobile_e164: Option<String>,
    position: Option<String>,
    department: Option<String>,
    notes: Option<String>,
    notices: String,
    portal_role: String,
    updated_at: DateTime<Utc>,
    updated_by: String,
}

impl TryFrom<ContactRow> for Contact {
    type Error = DatabaseError;

    fn try_from(row: ContactRow) -> Result<Self, DatabaseError> {
        Ok(Self {
            id: row.id,
            customer_id: row.customer_id,
            version: row.version,
            kind: word("kind", row.kind, ContactKind::parse)?,
            name: row.name,
            email: row.email,
            phone: row.phone,
            phone_e164: row.phone_e164,
            mobile: row.mobile,
            mobile_e164: row.mobile_e164,
            position: row.position,
            department: row.department,
            notes: row.notes,
            notices: row.notices.split_whitespace().filter_map(Notice::parse).collect(),
            portal_role: word("portal_role", row.portal_role, PortalRole::parse)?,
            updated_at: row.updated_at,
            updated_by: row.updated_by,
        })
    }
}

fn word<T>(column: &'static str, value: String, parse: fn(&str) -> Option<T>) -> Result<T, DatabaseError> {
    parse(&value).ok_or(DatabaseError::Corrupt { table: "contacts", column, value })
}

/// What the search knows of a contact.
#[derive(FromRow)]
struct LinesRow {
    name: String,
    email: Option<String>,
    phone: Option<String>,
    mobile: Option<String>,
    phone_e164: Option<String>,
    mobile_e164: Option<String>,
}

const SELECT_ALL: &str = "SELECT id, customer_id, version, kind, name, email, phone, phone_e164, mobile, mobile_e164, \
    position, department, notes, notices, portal_role, updated_at, updated_by FROM contacts \
    WHERE customer_id = $1 ORDER BY id";

const SELECT_ONE: &str = "SELECT id, customer_id, version, kind, name, email, phone, phone_e164, mobile, mobile_e164, \
    position, department, notes, notices, portal_role, updated_at, updated_by FROM contacts \
    WHERE customer_id = $1 AND id = $2";

pub(in crate::customers) struct ContactRepository<'t>(&'t mut Transaction);

impl Transaction {
    /// The contacts of customers.
    pub(in crate::customers) fn contacts(&mut self) -> ContactRepository<'_> {
        ContactRepository(self)
    }
}

impl ContactRepository<'_> {
    /// The contacts of a customer: the primary one first, then in the order of the kinds, then as they were added.
    pub(in crate::customers) async fn list(&mut self, customer_id: CustomerId) -> Result<Vec<Contact>, DatabaseError> {
        let rows: Vec<ContactRow> = self.0.query(SELECT_ALL).bind(customer_id).fetch_all().await?;
        let mut contacts = rows.into_iter().map(Contact::try_from).collect::<Result<Vec<_>, _>>()?;
        contacts.sort_by_key(|contact| ContactKind::ALL.iter().position(|kind| *kind == contact.kind));
        Ok(contacts)
    }

    /// Every text that a search finds the customer by, as it was written.
    pub(in crate::customers) async fn search_lines(
        &mut self,
        customer_id: CustomerId,
    ) -> Result<Vec<String>, DatabaseError> {
        let select = self.0.query(
            "SELECT name, email, phone, mobile, phone_e164, mobile_e164 FROM contacts \
             WHERE customer_id = $1 ORDER BY id",
        );
        let rows: Vec<LinesRow> = select.bind(customer_id).fetch_all().await?;
        let lines = rows.into_iter().flat_map(|row| {
            [Some(row.name), row.email, row.phone, row.mobile, row.phone_e164, row.mobile_e164].into_iter().flatten()
        });
        Ok(lines.collect())
    }

    pub(super) async fn find(
        &mut self,
        customer_id: CustomerId,
        id: ContactId,
    ) -> Result<Option<Contact>, DatabaseError> {
        let row: Option<ContactRow> = self.0.query(SELECT_ONE).bind(customer_id).bind(id).fetch_optional().await?;
        row.map(Contact::try_from).transpose()
    }

    pub(super) async fn insert(&mut self, contact: &Contact) -> Result<ContactId, DatabaseError> {
        let insert = self.0.query(
            "INSERT INTO contacts (customer_id, version, kind, name, email, phone, phone_e164, mobile, mobile_e164, \
             position, department, notes, notices, portal_role, created_at, created_by, updated_at, updated_by) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $15, $16) RETURNING id",
        );
        let insert = insert.bind(contact.customer_id).bind(contact.version).bind(contact.kind.as_str());
        let insert = insert.bind(&contact.name).bind(&contact.email).bind(&contact.phone).bind(&contact.phone_e164);
        let insert = insert.bind(&contact.mobile).bind(&contact.mobile_e164).bind(&contact.position);
        let insert = insert.bind(&contact.department).bind(&contact.notes).bind(words(&contact.notices));
        let insert = insert.bind(contact.portal_role.as_str()).bind(contact.updated_at).bind(&contact.updated_by);
        insert.fetch_value().await
    }

    /// Writes a contact over the version before its own; `false` when that is not what is stored.
    pub(super) async fn update(&mut self, contact: &Contact) -> Result<bool, DatabaseError> {
        let update = self.0.query(
            "UPDATE contacts SET kind = $3, name = $4, email = $5, phone = $6, phone_e164 = $7, mobile = $8, \
             mobile_e164 = $9, position = $10, department = $11, notes = $12, notices = $13, portal_role = $14, \
             updated_at = $15, updated_by = $16, version = version + 1 WHERE id = $1 AND version = $2",
        );
        let update = update.bind(contact.id).bind(contact.version - 1).bind(contact.kind.as_str());
        let update = update.bind(&contact.name).bind(&contact.email).bind(&contact.phone).bind(&contact.phone_e164);
        let update = update.bind(&contact.mobile).bind(&contact.mobile_e164).bind(&contact.position);
        let update = update.bind(&contact.department).bind(&contact.notes).bind(words(&contact.notices));
        let update = update.bind(contact.portal_role.as_str()).bind(contact.updated_at).bind(&contact.updated_by);
        Ok(update.execute().await? > 0)
    }

    pub(super) async fn delete(&mut self, id: ContactId) -> Result<(), DatabaseError> {
        self.0.query("DELETE FROM contacts WHERE id = $1").bind(id).execute().await?;
        Ok(())
    }
}

/// Words separated by spaces.
fn words(notices: &[Notice]) -> String {
    notices.iter().map(|notice| notice.as_str()).collect::<Vec<_>>().join(" ")
}
