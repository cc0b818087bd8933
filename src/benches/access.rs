//! What authentication is measured with: tables of real size, and tokens of API clients.

use chrono::TimeDelta;
use isp::auth::token::random_bytes;
use isp::auth::tokens::{IssuedTokens, TokenKind};
use isp::oauth::{ClientInput, NewSecret};
use isp::server::Services;
use isp::shared::id::StaffId;
use isp::shared::permission::ScopeInput;

use crate::Failure;
use crate::client::{Connection, FORM, JSON, Site, encode};

/// Rows of one statement and transaction.
const BATCH: i64 = 1_000;

/// Days after which the rows end: later runs find them alive.
const DAYS: i64 = 3_650;

/// A table whose rows are looked up by a digest.
struct Table {
    /// The rows that are alive at `$1`.
    count: &'static str,
    /// Digest, owner and end are bound, the other columns follow.
    insert: &'static str,
    /// The other columns, the same in every row.
    others: &'static str,
}

/// A session's last use lies far ahead, else it would be swept as idle.
const TABLES: [Table; 2] = [
    Table {
        count: "SELECT COUNT(*) FROM access_tokens WHERE expires_at > $1",
        insert: "INSERT INTO access_tokens (token_hash, staff_id, expires_at, issued_at, kind, scope) VALUES ",
        others: ", '2026-01-01T00:00:00.000000+00:00', 'opaque', 'read')",
    },
    Table {
        count: "SELECT COUNT(*) FROM sessions WHERE expires_at > $1",
        insert: "INSERT INTO sessions (id_hash, staff_id, expires_at, created_at, last_used_at, data) VALUES ",
        others: ", '2026-01-01T00:00:00.000000+00:00', '2126-01-01T00:00:00.000000+00:00', '{}')",
    },
];

/// Fills the tables of access tokens and sessions up to this many live rows each, all of one member of staff.
pub async fn fill(services: &Services, staff: StaffId, rows: u32) -> Result<(), Failure> {
    let rows = i64::from(rows);
    for table in &TABLES {
        let now = services.clock.now();
        let there: i64 = services.database.read().await?.query(table.count).bind(now).fetch_value().await?;
        let mut missing = rows - there;
        if missing <= 0 {
            continue;
        }
        eprintln!("{missing} rows for: {}", table.count);
        while missing > 0 {
            insert(services, table, staff, missing.min(BATCH)).await?;
            missing -= BATCH;
        }
        services.database.optimize().await?;
    }
    Ok(())
}

async fn insert(services: &Services, table: &Table, staff: StaffId, rows: i64) -> Result<(), Failure> {
    let end = services.clock.now() + TimeDelta::days(DAYS);
    let mut tx = services.database.begin().await?;
    let mut insert = tx.build(table.insert);
    let mut before = "(";
    for row in 0..rows {
        insert.push(before).push_bind(hex::encode(random_bytes::<32>()?));
        insert.push(", ").push_bind(staff);
        insert.push(", ").push_bind(end + TimeDelta::microseconds(row)).push(table.others);
        before = ", (";
    }
    insert.finish()?.execute().await?;
    tx.commit().await?;
    Ok(())
}

/// Makes an API client that may see everything, as the administrator who asks, and obtains a token for it.
pub async fn as_client(site: &Site, kind: TokenKind) -> Result<Site, Failure> {
    let client = ClientInput {
        name: format!("Load bench, {}", kind.as_str()),
        is_confidential: true,
        token_kind: kind,
        grants: vec!["client_credentials".to_owned()],
        scopes: vec!["read".to_owned()],
        scope: ScopeInput::all(),
        ..ClientInput::default()
    };
    let mut connection = Connection::open(site.address).await?;
    let request = site.post("/api/v1/oauth-clients", JSON, &serde_json::to_string(&client)?);
    let made: NewSecret = serde_json::from_slice(&connection.send(&request).await?.ok()?.body)?;
    let (id, secret) = (encode(&made.client_id), encode(&made.client_secret.unwrap_or_default()));
    let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    let response = connection.send(&site.post("/oauth/token", FORM, &form)).await?.ok()?;
    let issued: IssuedTokens = serde_json::from_slice(&response.body)?;
    Ok(Site { address: site.address, headers: format!("Authorization: Bearer {}\r\n", issued.access_token) })
}
