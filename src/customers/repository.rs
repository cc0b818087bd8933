//! SQL of the customer record. The search with its plans is in `search/`.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};

use super::model::{Category, CommunicationMethod, Customer, CustomerSummary, Status};
use super::search::search_text;
use crate::database::{Builder, DatabaseError, FromRow, Transaction};
use crate::shared::id::{CustomerId, LocationId, PartnerId};
use crate::shared::permission::Scope;
use crate::shared::text::fold;

#[derive(FromRow)]
struct CustomerRow {
    id: CustomerId,
    version: i64,
    partner_id: PartnerId,
    location_id: LocationId,
    portal_id: String,
    login: String,
    category: String,
    name: String,
    first_name: Option<String>,
    last_name: Option<String>,
    company_name: Option<String>,
    registration_number: Option<String>,
    tax_id: Option<String>,
    email: Option<String>,
    billing_email: Option<String>,
    phone: Option<String>,
    phone_e164: Option<String>,
    mobile: Option<String>,
    mobile_e164: Option<String>,
    status: String,
    status_since: DateTime<Utc>,
    city: Option<String>,
    country: Option<String>,
    date_of_birth: Option<NaiveDate>,
    customer_since: Option<NaiveDate>,
    language: String,
    timezone: String,
    currency: String,
    communication_method: String,
    marketing_consent: bool,
    marketing_consent_at: Option<DateTime<Utc>>,
    marketing_consent_source: Option<String>,
    source: Option<String>,
    external_id: Option<String>,
    created_at: DateTime<Utc>,
    created_by: String,
    updated_at: DateTime<Utc>,
    updated_by: String,
    deleted_at: Option<DateTime<Utc>>,
}

impl TryFrom<CustomerRow> for Customer {
    type Error = DatabaseError;

    fn try_from(row: CustomerRow) -> Result<Self, DatabaseError> {
        Ok(Self {
            id: row.id,
            version: row.version,
            partner_id: row.partner_id,
            location_id: row.location_id,
            portal_id: row.portal_id,
            login: row.login,
            category: word("category", row.category, Category::parse)?,
            name: row.name,
            first_name: row.first_name,
            last_name: row.last_name,
            company_name: row.company_name,
            registration_number: row.registration_number,
            tax_id: row.tax_id,
            email: row.email,
            billing_email: row.billing_email,
            phone: row.phone,
            phone_e164: row.phone_e164,
            mobile: row.mobile,
            mobile_e164: row.mobile_e164,
            status: word("status", row.status, Status::parse)?,
            status_since: row.status_since,
            city: row.city,
            country: row.country,
            date_of_birth: row.date_of_birth,
            customer_since: row.customer_since,
            language: row.language,
            timezone: row.timezone,
            currency: row.currency,
            communication_method: word("communication_method", row.communication_method, CommunicationMethod::parse)?,
            marketing_consent: row.marketing_consent,
            marketing_consent_at: row.marketing_consent_at,
            marketing_consent_source: row.marketing_consent_source,
            source: row.source,
            external_id: row.external_id,
            created_at: row.created_at,
            created_by: row.created_by,
            updated_at: row.updated_at,
            updated_by: row.updated_by,
            deleted_at: row.deleted_at,
        })
    }
}

/// Columns of a list row, the same order everywhere.
#[derive(FromRow)]
pub(super) struct SummaryRow {
    id: CustomerId,
    portal_id: String,
    name: String,
    category: String,
    status: String,
    email: Option<String>,
    phone: Option<String>,
    city: Option<String>,
    country: Option<String>,
    created_at: DateTime<Utc>,
    deleted_at: Option<DateTime<Utc>>,
}

impl TryFrom<SummaryRow> for CustomerSummary {
    type Error = DatabaseError;

    fn try_from(row: SummaryRow) -> Result<Self, DatabaseError> {
        Ok(Self {
            id: row.id,
            portal_id: row.portal_id,
            name: row.name,
            category: word("category", row.category, Category::parse)?,
            status: word("status", row.status, Status::parse)?,
            email: row.email,
            phone: row.phone,
            city: row.city,
            country: row.country,
            created_at: row.created_at,
            deleted_at: row.deleted_at,
        })
    }
}

fn word<T>(column: &'static str, value: String, parse: fn(&str) -> Option<T>) -> Result<T, DatabaseError> {
    parse(&value).ok_or(DatabaseError::Corrupt { table: "customers", column, value })
}

/// A customer ready to be written, with what only Rust can compute.
pub(super) struct Writing<'c> {
    pub customer: &'c Customer,
    pub name_key: String,
    /// The folded address while the policy is "unique".
    pub email_unique: Option<String>,
}

/// An address as it is compared.
pub(super) fn email_key(email: &str) -> String {
    email.to_lowercase()
}

/// What a duplicate would share.
pub(super) struct Likeness<'a> {
    pub email: Option<String>,
    pub phones: Vec<&'a str>,
    pub tax_id: Option<&'a str>,
    pub name_key: String,
}

/// A partner or a location.
pub(super) struct PlaceRow {
    pub id: i64,
    pub name: String,
    pub portal_id_prefix: String,
}

/// Where customers can belong.
#[derive(Default)]
pub(super) struct Places {
    pub partners: Vec<PlaceRow>,
    pub locations: Vec<PlaceRow>,
}

/// Names that must be unique, and the customer who may have them already.
#[derive(Default)]
pub(super) struct Names<'a> {
    pub emails: Vec<String>,
    pub logins: Vec<&'a str>,
    pub portal_ids: Vec<&'a str>,
    pub except: CustomerId,
}

/// What an account must fit in with: the places there are and the names that others have.
#[derive(Default)]
pub(super) struct Standing {
    pub places: Places,
    pub emails: HashSet<String>,
    pub logins: HashSet<String>,
    pub portal_ids: HashSet<String>,
}

#[derive(FromRow)]
struct StandingRow {
    kind: String,
    id: i64,
    name: String,
    other: String,
}

#[derive(FromRow)]
struct NumberRow {
    base: String,
    used: i64,
}

pub(super) struct CustomerRepository<'t>(&'t mut Transaction);

impl Transaction {
    pub(super) fn customers(&mut self) -> CustomerRepository<'_> {
        CustomerRepository(self)
    }
}

/// Narrows a statement on `customers c` to what the caller may see.
pub(super) fn push_scope(sql: &mut Builder<'_>, scope: &Scope) {
    if let Some(partners) = &scope.partners {
        sql.push(" AND c.partner_id IN ").push_list(partners.iter().copied());
    }
    if let Some(locations) = &scope.locations {
        sql.push(" AND c.location_id IN ").push_list(locations.iter().copied());
    }
}

impl CustomerRepository<'_> {
    /// One customer, deleted or not.
    pub(super) async fn find(&mut self, scope: &Scope, id: CustomerId) -> Result<Option<Customer>, DatabaseError> {
        let mut sql = self.0.build(SELECT_CUSTOMER);
        sql.push(" WHERE c.id = ").push_bind(id);
        push_scope(&mut sql, scope);
        sql.finish()?.fetch_optional::<CustomerRow>().await?.map(Customer::try_from).transpose()
    }

    /// Live customers with this login, portal id, e-mail address or phone number; at most ten.
    pub(super) async fn lookup(
        &mut self,
        scope: &Scope,
        field: super::LookupField,
        value: &str,
    ) -> Result<Vec<CustomerId>, DatabaseError> {
        use super::LookupField::{Email, Login, Phone, PortalId};
        let mut sql = self.0.build("SELECT c.id FROM customers c WHERE c.deleted_at IS NULL AND ");
        match field {
            Login => sql.push("c.login = ").push_bind(value),
            PortalId => sql.push("c.portal_id = ").push_bind(value),
            Email => sql.push("c.email_key = ").push_bind(value),
            Phone => {
                sql.push("(c.phone_e164 = ").push_bind(value).push(" OR c.mobile_e164 = ").push_bind(value).push(")")
            }
        };
        push_scope(&mut sql, scope);
        sql.push(" ORDER BY c.id LIMIT 10");
        sql.finish()?.fetch_values().await
    }

    /// Every partner and location, and which of these names other customers have: one statement. E-mail
    /// addresses count for live customers, logins and portal ids for deleted ones too.
    pub(super) async fn standing(&mut self, names: &Names<'_>) -> Result<Standing, DatabaseError> {
        let mut sql = self.0.build(
            "SELECT 'partner' AS kind, id, name, portal_id_prefix AS other FROM partners \
             UNION ALL SELECT 'location', id, name, '' FROM locations",
        );
        if !names.emails.is_empty() {
            sql.push(" UNION ALL SELECT 'email', id, email_key, '' FROM customers WHERE deleted_at IS NULL AND id <> ");
            sql.push_bind(names.except).push(" AND email_key IN ").push_list(&names.emails);
        }
        if !names.logins.is_empty() || !names.portal_ids.is_empty() {
            sql.push(" UNION ALL SELECT 'names', id, login, portal_id FROM customers WHERE id <> ");
            sql.push_bind(names.except).push(" AND (login IN ").push_list(names.logins.iter().copied());
            sql.push(" OR portal_id IN ").push_list(names.portal_ids.iter().copied()).push(")");
        }
        let mut standing = Standing::default();
        for row in sql.finish()?.fetch_all::<StandingRow>().await? {
            let place = |row: StandingRow| PlaceRow { id: row.id, name: row.name, portal_id_prefix: row.other };
            match row.kind.as_str() {
                "partner" => standing.places.partners.push(place(row)),
                "location" => standing.places.locations.push(place(row)),
                "email" => {
                    standing.emails.insert(row.name);
                }
                _ => {
                    standing.logins.insert(row.name);
                    standing.portal_ids.insert(row.other);
                }
            }
        }
        standing.places.partners.sort_by_key(|place| place.id);
        standing.places.locations.sort_by_key(|place| place.id);
        Ok(standing)
    }

    /// Which of these ids of another system are known.
    pub(super) async fn known_external_ids(
        &mut self,
        source: &str,
        ids: &[String],
    ) -> Result<Vec<String>, DatabaseError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = self.0.build("SELECT external_id FROM customers WHERE source = ");
        sql.push_bind(source).push(" AND external_id IN ").push_list(ids);
        sql.finish()?.fetch_values().await
    }

    /// Reserves `count` numbers for each base of a login, or for [`PORTAL_IDS`], and gives how many were
    /// used before. Numbers are never given twice.
    pub(super) async fn reserve(&mut self, bases: &[(&str, i64)]) -> Result<HashMap<String, i64>, DatabaseError> {
        if bases.is_empty() {
            return Ok(HashMap::new());
        }
        let mut sql = self.0.build("INSERT INTO login_bases (base, used) VALUES ");
        for (i, (base, count)) in bases.iter().enumerate() {
            sql.push(if i == 0 { "(" } else { ", (" }).push_bind(*base).push(", ").push_bind(*count).push(")");
        }
        sql.push(" ON CONFLICT (base) DO UPDATE SET used = login_bases.used + excluded.used RETURNING base, used");
        let rows: Vec<NumberRow> = sql.finish()?.fetch_all().await?;
        let reserved: HashMap<_, _> = bases.iter().copied().collect();
        Ok(rows
            .into_iter()
            .map(|row| {
                let before = row.used - reserved.get(row.base.as_str()).copied().unwrap_or_default();
                (row.base, before)
            })
            .collect())
    }

    /// Writes new customers and gives their ids by portal id. One whose names somebody has is left out.
    pub(super) async fn insert(
        &mut self,
        customers: &[Writing<'_>],
    ) -> Result<HashMap<String, CustomerId>, DatabaseError> {
        #[derive(FromRow)]
        struct Inserted {
            id: CustomerId,
            portal_id: String,
        }
        let mut ids = HashMap::with_capacity(customers.len());
        for chunk in customers.chunks(100) {
            let mut sql = self.0.build(INSERT_CUSTOMER);
            for (i, writing) in chunk.iter().enumerate() {
                sql.push(if i == 0 { " (" } else { ", (" });
                push_values(&mut sql, writing);
                let c = writing.customer;
                sql.push(", ").push_bind(&c.source).push(", ").push_bind(&c.external_id);
                sql.push(", FALSE, ").push_bind(c.created_at).push(", ").push_bind(&c.created_by).push(")");
            }
            sql.push(" ON CONFLICT DO NOTHING RETURNING id, portal_id");
            let rows: Vec<Inserted> = sql.finish()?.fetch_all().await?;
            ids.extend(rows.into_iter().map(|row| (row.portal_id, row.id)));
        }
        Ok(ids)
    }

    /// Writes a changed customer over the version before it; false when that version is not there.
    pub(super) async fn update(&mut self, writing: &Writing<'_>) -> Result<bool, DatabaseError> {
        let c = writing.customer;
        let mut sql = self.0.build(UPDATE_CUSTOMER);
        push_values(&mut sql, writing);
        sql.push(", ").push_bind(c.deleted_at);
        sql.push(") WHERE id = ").push_bind(c.id).push(" AND version = ").push_bind(c.version - 1);
        Ok(sql.finish()?.execute().await? == 1)
    }

    /// Sets what seeded data brings along: status and times.
    pub(super) async fn place(
        &mut self,
        id: CustomerId,
        status: Status,
        at: DateTime<Utc>,
    ) -> Result<(), DatabaseError> {
        self.0
            .query(
                "UPDATE customers SET status = $2, status_since = $3, created_at = $3, updated_at = $3, was_active = $4 \
                 WHERE id = $1",
            )
            .bind(id)
            .bind(status.as_str())
            .bind(at)
            .bind(status != Status::New)
            .execute()
            .await?;
        Ok(())
    }

    /// Was the customer ever out of `new`?
    pub(super) async fn was_active(&mut self, id: CustomerId) -> Result<bool, DatabaseError> {
        self.0.query("SELECT was_active FROM customers WHERE id = $1").bind(id).fetch_value().await
    }

    /// Live customers like this one: the summary and what they share, at most five of each kind.
    pub(super) async fn alike(
        &mut self,
        scope: &Scope,
        like: &Likeness<'_>,
    ) -> Result<Vec<(CustomerSummary, &'static str)>, DatabaseError> {
        let mut found = Vec::new();
        if let Some(email) = &like.email {
            self.alike_by(scope, " AND c.email_key = ", email, "email", &mut found).await?;
        }
        for phone in &like.phones {
            self.alike_by(scope, " AND c.phone_e164 = ", phone, "phone", &mut found).await?;
            self.alike_by(scope, " AND c.mobile_e164 = ", phone, "phone", &mut found).await?;
        }
        if let Some(tax_id) = like.tax_id {
            self.alike_by(scope, " AND c.tax_id = ", tax_id, "tax_id", &mut found).await?;
        }
        self.alike_by(scope, " AND c.name_key = ", &like.name_key, "name", &mut found).await?;
        Ok(found)
    }

    async fn alike_by(
        &mut self,
        scope: &Scope,
        condition: &'static str,
        value: &str,
        kind: &'static str,
        found: &mut Vec<(CustomerSummary, &'static str)>,
    ) -> Result<(), DatabaseError> {
        let mut sql = self.0.build(SELECT_SUMMARY);
        sql.push(" FROM customers c WHERE c.deleted_at IS NULL").push(condition).push_bind(value);
        push_scope(&mut sql, scope);
        sql.push(" ORDER BY c.id LIMIT 5");
        for row in sql.finish()?.fetch_all::<SummaryRow>().await? {
            found.push((row.try_into()?, kind));
        }
        Ok(())
    }
}

/// What the numbers of portal ids are reserved under; no login begins like this.
pub(super) const PORTAL_IDS: &str = "#";

/// The columns of a list row of `customers c`.
pub(super) const SELECT_SUMMARY: &str = "SELECT c.id, c.portal_id, c.name, c.category, c.status, c.email, c.phone, \
     c.city, c.country, c.created_at, c.deleted_at";

const SELECT_CUSTOMER: &str = "SELECT c.id, c.version, c.partner_id, c.location_id, c.portal_id, c.login, c.category, \
     c.name, c.first_name, c.last_name, c.company_name, c.registration_number, c.tax_id, c.email, c.billing_email, \
     c.phone, c.phone_e164, c.mobile, c.mobile_e164, c.status, c.status_since, c.city, c.country, c.date_of_birth, \
     c.customer_since, c.language, c.timezone, c.currency, c.communication_method, c.marketing_consent, \
     c.marketing_consent_at, c.marketing_consent_source, c.source, c.external_id, c.created_at, c.created_by, \
     c.updated_at, c.updated_by, c.deleted_at FROM customers c";

/// The columns that `push_values` fills, then those that only an insert sets.
const INSERT_CUSTOMER: &str = "INSERT INTO customers (partner_id, location_id, portal_id, login, category, name, \
     first_name, last_name, company_name, registration_number, tax_id, email, billing_email, phone, phone_e164, mobile, \
     mobile_e164, status, status_since, city, country, date_of_birth, customer_since, language, timezone, currency, \
     communication_method, marketing_consent, marketing_consent_at, marketing_consent_source, sort_name, sort_city, \
     name_key, email_key, email_unique, search_text, version, updated_at, updated_by, source, external_id, was_active, \
     created_at, created_by) VALUES";

/// The columns that `push_values` fills, then the trash.
const UPDATE_CUSTOMER: &str = "UPDATE customers SET (partner_id, location_id, portal_id, login, category, name, \
     first_name, last_name, company_name, registration_number, tax_id, email, billing_email, phone, phone_e164, mobile, \
     mobile_e164, status, status_since, city, country, date_of_birth, customer_since, language, timezone, currency, \
     communication_method, marketing_consent, marketing_consent_at, marketing_consent_source, sort_name, sort_city, \
     name_key, email_key, email_unique, search_text, version, updated_at, updated_by, deleted_at) = (";

fn push_values(sql: &mut Builder<'_>, writing: &Writing<'_>) {
    let c = writing.customer;
    sql.push_bind(c.partner_id).push(", ").push_bind(c.location_id).push(", ");
    sql.push_bind(&c.portal_id).push(", ").push_bind(&c.login).push(", ");
    sql.push_bind(c.category.as_str()).push(", ").push_bind(&c.name).push(", ");
    sql.push_bind(&c.first_name).push(", ").push_bind(&c.last_name).push(", ");
    sql.push_bind(&c.company_name).push(", ").push_bind(&c.registration_number).push(", ");
    sql.push_bind(&c.tax_id).push(", ").push_bind(&c.email).push(", ").push_bind(&c.billing_email).push(", ");
    sql.push_bind(&c.phone).push(", ").push_bind(&c.phone_e164).push(", ");
    sql.push_bind(&c.mobile).push(", ").push_bind(&c.mobile_e164).push(", ");
    sql.push_bind(c.status.as_str()).push(", ").push_bind(c.status_since).push(", ");
    sql.push_bind(&c.city).push(", ").push_bind(&c.country).push(", ");
    sql.push_bind(c.date_of_birth).push(", ").push_bind(c.customer_since).push(", ");
    sql.push_bind(&c.language).push(", ").push_bind(&c.timezone).push(", ").push_bind(&c.currency).push(", ");
    sql.push_bind(c.communication_method.as_str()).push(", ").push_bind(c.marketing_consent).push(", ");
    sql.push_bind(c.marketing_consent_at).push(", ").push_bind(&c.marketing_consent_source).push(", ");
    sql.push_bind(fold(&c.name)).push(", ").push_bind(c.city.as_deref().map(fold).unwrap_or_default()).push(", ");
    sql.push_bind(&writing.name_key).push(", ").push_bind(c.email.as_deref().map(email_key)).push(", ");
    sql.push_bind(&writing.email_unique).push(", ").push_bind(search_text(c)).push(", ");
    sql.push_bind(c.version).push(", ").push_bind(c.updated_at).push(", ").push_bind(&c.updated_by);
}
