//! SQL of the customer record. The search with its plans is in `search/`.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::model::{Customer, CustomerSummary, Status};
use super::rows::{CustomerRow, SELECT_CUSTOMER};
pub(super) use super::rows::{SELECT_SUMMARY, SummaryRow};
use crate::database::{Builder, DatabaseError, FromRow, Json, Transaction};
use crate::shared::id::CustomerId;
use crate::shared::permission::Scope;
use crate::shared::text::fold;

/// A customer ready to be written, with what only Rust can compute.
pub(super) struct Writing<'c> {
    pub customer: &'c Customer,
    pub name_key: String,
    /// The folded address while the policy is "unique".
    pub email_unique: Option<String>,
    /// What the record itself is found by.
    pub own_text: String,
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
    pub is_default: bool,
    pub is_active: bool,
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
    is_default: bool,
    is_active: bool,
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
            "SELECT 'partner' AS kind, id, name, portal_id_prefix AS other, is_default, is_active FROM partners \
             UNION ALL SELECT 'location', id, name, '', is_default, is_active FROM locations",
        );
        if !names.emails.is_empty() {
            sql.push(" UNION ALL SELECT 'email', id, email_key, '', FALSE, FALSE FROM customers WHERE deleted_at IS NULL AND id <> ");
            sql.push_bind(names.except).push(" AND email_key IN ").push_list(&names.emails);
        }
        if !names.logins.is_empty() || !names.portal_ids.is_empty() {
            sql.push(" UNION ALL SELECT 'names', id, login, portal_id, FALSE, FALSE FROM customers WHERE id <> ");
            sql.push_bind(names.except).push(" AND (login IN ").push_list(names.logins.iter().copied());
            sql.push(" OR portal_id IN ").push_list(names.portal_ids.iter().copied()).push(")");
        }
        let mut standing = Standing::default();
        for row in sql.finish()?.fetch_all::<StandingRow>().await? {
            let place = |row: StandingRow| PlaceRow {
                id: row.id,
                name: row.name,
                portal_id_prefix: row.other,
                is_default: row.is_default,
                is_active: row.is_active,
            };
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
        standing.places.partners.sort_by_key(|place| (!place.is_default, place.id));
        standing.places.locations.sort_by_key(|place| (!place.is_default, place.id));
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

    /// Writes new customers and gives their ids by portal id and login. One whose names somebody has is left out.
    pub(super) async fn insert(
        &mut self,
        customers: &[Writing<'_>],
    ) -> Result<HashMap<(String, String), CustomerId>, DatabaseError> {
        #[derive(FromRow)]
        struct Inserted {
            id: CustomerId,
            portal_id: String,
            login: String,
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
            sql.push(" ON CONFLICT DO NOTHING RETURNING id, portal_id, login");
            let rows: Vec<Inserted> = sql.finish()?.fetch_all().await?;
            ids.extend(rows.into_iter().map(|row| ((row.portal_id, row.login), row.id)));
        }
        Ok(ids)
    }

    /// Writes a changed customer over the version before it; false when that version is not there.
    pub(super) async fn update(&mut self, writing: &Writing<'_>) -> Result<bool, DatabaseError> {
        let c = writing.customer;
        let mut sql = self.0.build(UPDATE_CUSTOMER);
        push_values(&mut sql, writing);
        sql.push(" || search_more, ").push_bind(c.deleted_at);
        sql.push(") WHERE id = ").push_bind(c.id).push(" AND version = ").push_bind(c.version - 1);
        Ok(sql.finish()?.execute().await? == 1)
    }

    /// Writes what contacts and addresses add to the search text, behind what the record itself is found by.
    pub(super) async fn put_search_more(&mut self, id: CustomerId, own: &str, more: &str) -> Result<(), DatabaseError> {
        let sql = "UPDATE customers SET search_text = $2, search_more = $3 WHERE id = $1";
        let whole = format!("{own}{more}");
        self.0.query(sql).bind(id).bind(whole).bind(more).execute().await?;
        Ok(())
    }

    /// Writes what the record itself is found by, before what contacts and addresses add.
    pub(super) async fn put_own_text(&mut self, id: CustomerId, own: &str) -> Result<(), DatabaseError> {
        let sql = "UPDATE customers SET search_text = $2 || search_more WHERE id = $1";
        self.0.query(sql).bind(id).bind(own).execute().await?;
        Ok(())
    }

    /// Writes the place of service, which follows the first service address, and the phone numbers as they are read
    /// there: a new version of the record.
    pub(super) async fn put_place(&mut self, customer: &Customer) -> Result<(), DatabaseError> {
        self.0
            .query(
                "UPDATE customers SET city = $2, country = $3, sort_city = $4, phone_e164 = $5, mobile_e164 = $6, \
                 updated_at = $7, updated_by = $8, version = version + 1 WHERE id = $1",
            )
            .bind(customer.id)
            .bind(&customer.city)
            .bind(&customer.country)
            .bind(customer.city.as_deref().map(fold).unwrap_or_default())
            .bind(&customer.phone_e164)
            .bind(&customer.mobile_e164)
            .bind(customer.updated_at)
            .bind(&customer.updated_by)
            .execute()
            .await?;
        Ok(())
    }

    /// Several customers whatever the scope: for work that follows a change of definitions.
    pub(super) async fn all_of(&mut self, ids: &[CustomerId]) -> Result<Vec<Customer>, DatabaseError> {
        let mut sql = self.0.build(SELECT_CUSTOMER);
        sql.push(" WHERE c.id IN ").push_list(ids.iter().copied());
        sql.finish()?.fetch_all::<CustomerRow>().await?.into_iter().map(Customer::try_from).collect()
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

/// The columns that `push_values` fills, then those that only an insert sets.
const INSERT_CUSTOMER: &str = "INSERT INTO customers (partner_id, location_id, portal_id, login, category, name, \
     first_name, last_name, company_name, registration_number, tax_id, email, billing_email, phone, phone_e164, mobile, \
     mobile_e164, status, status_since, city, country, date_of_birth, customer_since, language, timezone, currency, \
     communication_method, marketing_consent, marketing_consent_at, marketing_consent_source, sort_name, sort_city, \
     name_key, email_key, email_unique, parent_id, billing_mode, custom_fields, version, updated_at, updated_by, \
     search_text, source, external_id, was_active, \
     created_at, created_by) VALUES";

/// The columns that `push_values` fills, then the trash.
const UPDATE_CUSTOMER: &str = "UPDATE customers SET (partner_id, location_id, portal_id, login, category, name, \
     first_name, last_name, company_name, registration_number, tax_id, email, billing_email, phone, phone_e164, mobile, \
     mobile_e164, status, status_since, city, country, date_of_birth, customer_since, language, timezone, currency, \
     communication_method, marketing_consent, marketing_consent_at, marketing_consent_source, sort_name, sort_city, \
     name_key, email_key, email_unique, parent_id, billing_mode, custom_fields, version, updated_at, updated_by, \
     search_text, deleted_at) = (";

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
    sql.push_bind(&writing.email_unique).push(", ").push_bind(c.parent_id).push(", ");
    sql.push_bind(c.billing_mode.as_str()).push(", ").push_bind(Json(&c.custom_fields)).push(", ");
    sql.push_bind(c.version).push(", ").push_bind(c.updated_at).push(", ").push_bind(&c.updated_by).push(", ");
    sql.push_bind(&writing.own_text);
}
