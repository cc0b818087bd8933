//! The keys that sign JWTs: made, published before they sign, retired, forgotten.
//!
//! A key signs for thirty days. Its successor is published a day before it takes over, so that other servers
//! and readers of the JWKS know it in time; the old one verifies until no token of its can be alive.

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Duration, Utc};
use jsonwebtoken::{DecodingKey, EncodingKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::model::{ACCESS_TOKEN_MINUTES, LEEWAY_SECONDS};
use super::repository::KeyRow;
use crate::database::{Database, DatabaseError, Lock, Transaction};
use crate::shared::clock::Clock;
use crate::shared::problem::Problem;
use crate::shared::sealer::Sealer;

/// Days after which a successor is published.
const SUCCESSOR_AFTER_DAYS: i64 = 29;

/// Hours for which a successor is published before it signs.
const NOTICE_HOURS: i64 = 24;

/// Seconds between two looks for a key that is not known here.
const LOOK_SECONDS: i64 = 10;

/// One key.
#[derive(Debug)]
pub(super) struct SigningKey {
    kid: String,
    public_key: String,
    active_from: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    verifying: DecodingKey,
    /// `None` when it was sealed under another secret: then it can only verify.
    signing: Option<EncodingKey>,
}

impl SigningKey {
    fn is_alive(&self, now: DateTime<Utc>) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }
}

/// Every key that is known, in the order in which they sign.
#[derive(Debug, Default)]
pub(super) struct KeySet {
    keys: Vec<SigningKey>,
}

impl KeySet {
    /// The id of the key that signs now, and the key.
    pub(super) fn signing(&self, now: DateTime<Utc>) -> Option<(&str, &EncodingKey)> {
        self.active(now).and_then(|key| Some((key.kid.as_str(), key.signing.as_ref()?)))
    }

    /// The key that verifies what a key of this id has signed.
    pub(super) fn verifying(&self, kid: &str, now: DateTime<Utc>) -> Option<&DecodingKey> {
        self.keys.iter().find(|key| key.kid == kid && key.is_alive(now)).map(|key| &key.verifying)
    }

    /// The public keys (RFC 7517, RFC 8037), those included that will sign next.
    pub(super) fn jwks(&self, now: DateTime<Utc>) -> Value {
        let jwk = |key: &SigningKey| {
            json!({
                "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA",
                "kid": key.kid, "x": key.public_key,
            })
        };
        let keys: Vec<Value> = self.keys.iter().filter(|key| key.is_alive(now)).map(jwk).collect();
        json!({ "keys": keys })
    }

    fn knows(&self, kid: &str) -> bool {
        self.keys.iter().any(|key| key.kid == kid)
    }

    /// The youngest key whose time has come; when the clock was put back before all of them, the oldest.
    fn active(&self, now: DateTime<Utc>) -> Option<&SigningKey> {
        let able = || self.keys.iter().filter(move |key| key.signing.is_some() && key.is_alive(now));
        let due = able().filter(|key| key.active_from <= now).max_by_key(|key| key.active_from);
        due.or_else(|| able().min_by_key(|key| key.active_from))
    }

    /// From when a new key is to sign, if one has to be made now.
    fn next_start(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let Some(active) = self.active(now) else { return Some(now) };
        let has_successor = self.keys.iter().any(|key| key.signing.is_some() && key.active_from > active.active_from);
        let is_due = active.active_from + Duration::days(SUCCESSOR_AFTER_DAYS) <= now;
        (is_due && !has_successor).then(|| now + Duration::hours(NOTICE_HOURS))
    }

    /// Is there a key to make, to retire or to forget?
    fn needs_care(&self, now: DateTime<Utc>) -> bool {
        let signs_since = self.active(now).map(|key| key.active_from);
        let is_done = |key: &SigningKey| key.expires_at.is_none() && Some(key.active_from) < signs_since;
        self.next_start(now).is_some() || self.keys.iter().any(|key| is_done(key) || !key.is_alive(now))
    }
}

/// The keys of the process, as they were last read; cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct KeyRing {
    database: Database,
    clock: Clock,
    sealer: Sealer,
    current: Arc<RwLock<Arc<KeySet>>>,
    looked_at: Arc<Mutex<Option<DateTime<Utc>>>>,
}

impl KeyRing {
    pub(super) fn new(database: Database, clock: Clock, sealer: Sealer) -> Self {
        Self { database, clock, sealer, current: Arc::default(), looked_at: Arc::default() }
    }

    /// The keys as last read.
    pub(super) fn current(&self) -> Arc<KeySet> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the keys, and makes, retires and forgets what is due. Several servers may do so at once.
    pub(super) async fn ensure(&self) -> Result<(), Problem> {
        let now = self.clock.now();
        let keys = self.read(&mut self.database.read().await?).await?;
        let keys = if keys.needs_care(now) { self.take_care(now).await? } else { keys };
        self.keep(keys);
        Ok(())
    }

    /// The keys, read again when this one is not among them: another server may have made it. At most every
    /// ten seconds, since anybody can make a name up.
    pub(super) async fn knowing(&self, kid: &str) -> Result<Arc<KeySet>, Problem> {
        if !self.current().knows(kid) && self.may_look() {
            let keys = self.read(&mut self.database.read().await?).await?;
            self.keep(keys);
        }
        Ok(self.current())
    }

    /// The keys, made when there are none yet.
    pub(super) async fn ready(&self) -> Result<Arc<KeySet>, Problem> {
        if self.current().keys.is_empty() {
            self.ensure().await?;
        }
        Ok(self.current())
    }

    async fn take_care(&self, now: DateTime<Utc>) -> Result<KeySet, Problem> {
        let mut tx = self.database.begin().await?;
        tx.lock(Lock::Changes).await?;
        let keys = self.read(&mut tx).await?;
        let signs_since = keys.active(now).map_or(now, |key| key.active_from);
        if let Some(active_from) = keys.next_start(now) {
            let key = self.generate(active_from)?;
            tx.tokens().insert_key(&key, now).await?;
            tracing::info!(kid = key.kid, %active_from, "a key to sign tokens was made");
        }
        let lifetime = Duration::minutes(ACCESS_TOKEN_MINUTES) + Duration::seconds(LEEWAY_SECONDS.cast_signed());
        tx.tokens().retire_keys(signs_since, signs_since + lifetime).await?;
        tx.tokens().delete_expired_keys(now).await?;
        let keys = self.read(&mut tx).await?;
        tx.commit().await?;
        Ok(keys)
    }

    async fn read(&self, tx: &mut Transaction) -> Result<KeySet, Problem> {
        let rows = tx.tokens().list_keys().await?;
        let keys = rows.into_iter().map(|row| self.open(row)).collect::<Result<_, DatabaseError>>()?;
        Ok(KeySet { keys })
    }

    fn open(&self, row: KeyRow) -> Result<SigningKey, DatabaseError> {
        let private_key = self.sealer.open(&context(&row.kid), &row.private_key).ok();
        signing_key(row, private_key.as_deref())
    }

    fn generate(&self, active_from: DateTime<Utc>) -> Result<KeyRow, Problem> {
        let (public_key, private_key) = new_pair()?;
        let kid = thumbprint(&public_key);
        let private_key = self.sealer.seal(&context(&kid), &private_key)?;
        Ok(KeyRow { kid, private_key, public_key, active_from, expires_at: None })
    }

    fn keep(&self, keys: KeySet) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
    }

    fn may_look(&self) -> bool {
        let now = self.clock.now();
        let mut looked_at = self.looked_at.lock().unwrap_or_else(PoisonError::into_inner);
        let may = looked_at.is_none_or(|last| (now - last).abs() >= Duration::seconds(LOOK_SECONDS));
        if may {
            *looked_at = Some(now);
        }
        may
    }
}

/// What the private key is sealed for.
fn context(kid: &str) -> String {
    format!("signing_key:{kid}")
}

/// A new public key in base64url, and its private key as PKCS#8.
fn new_pair() -> Result<(String, Vec<u8>), Problem> {
    let made = Ed25519KeyPair::generate().and_then(|pair| {
        let private_key = pair.to_pkcs8()?.as_ref().to_vec();
        Ok((URL_SAFE_NO_PAD.encode(pair.public_key()), private_key))
    });
    made.map_err(|error| {
        tracing::error!(%error, "a key to sign tokens cannot be made");
        Problem::Internal
    })
}

fn signing_key(row: KeyRow, private_key: Option<&[u8]>) -> Result<SigningKey, DatabaseError> {
    let Ok(verifying) = DecodingKey::from_ed_components(&row.public_key) else {
        return Err(DatabaseError::Corrupt { table: "signing_keys", column: "public_key", value: row.public_key });
    };
    Ok(SigningKey {
        kid: row.kid,
        public_key: row.public_key,
        active_from: row.active_from,
        expires_at: row.expires_at,
        verifying,
        signing: private_key.map(EncodingKey::from_ed_der),
    })
}

/// The name of a key: the SHA-256 of its required members in lexicographic order (RFC 7638 §3).
fn thumbprint(public_key: &str) -> String {
    let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{public_key}"}}"#);
    URL_SAFE_NO_PAD.encode(Sha256::digest(members))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn start() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    fn days(days: i64) -> DateTime<Utc> {
        start() + Duration::days(days)
    }

    fn new_key(active_from: DateTime<Utc>, expires_at: Option<DateTime<Utc>>, opens: bool) -> SigningKey {
        let (public_key, private_key) = new_pair().unwrap();
        let kid = thumbprint(&public_key);
        let row = KeyRow { kid, private_key: String::new(), public_key, active_from, expires_at };
        signing_key(row, opens.then_some(private_key.as_slice())).unwrap()
    }

    /// New keys that sign from the first time on and expire at the second.
    pub(in crate::auth::tokens) fn key_set(times: &[(DateTime<Utc>, Option<DateTime<Utc>>)]) -> KeySet {
        KeySet { keys: times.iter().map(|(from, end)| new_key(*from, *end, true)).collect() }
    }

    #[test]
    fn the_name_of_a_key_is_that_of_the_rfc() {
        // RFC 8037, appendix A.3.
        let name = thumbprint("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
        assert_eq!(name, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn the_first_key_signs_at_once() {
        assert_eq!(KeySet::default().next_start(start()), Some(start()));
        assert!(KeySet::default().needs_care(start()) && KeySet::default().signing(start()).is_none());
    }

    #[test]
    fn a_successor_is_published_a_day_before_it_signs() {
        let keys = key_set(&[(start(), None)]);
        assert!(!keys.needs_care(days(29) - Duration::seconds(1)));
        assert_eq!(keys.next_start(days(29)), Some(days(30)));
        let keys = key_set(&[(start(), None), (days(30), None)]);
        assert!(!keys.needs_care(days(29)));
        assert_eq!(keys.jwks(days(29))["keys"].as_array().unwrap().len(), 2);
        assert_eq!(keys.signing(days(29)).unwrap().0, keys.keys[0].kid);
        assert_eq!(keys.signing(days(30)).unwrap().0, keys.keys[1].kid);
        assert!(keys.needs_care(days(30)), "the old key is to be retired");
    }

    #[test]
    fn a_retired_key_leaves_when_nothing_of_its_can_live() {
        let end = days(30) + Duration::minutes(15);
        let keys = key_set(&[(start(), Some(end)), (days(30), None)]);
        let kid = keys.keys[0].kid.as_str();
        assert!(keys.verifying(kid, days(30)).is_some() && !keys.needs_care(days(30)));
        assert!(keys.verifying(kid, end).is_none() && keys.needs_care(end));
        assert_eq!(keys.jwks(end)["keys"].as_array().unwrap().len(), 1);
    }

    #[test]
    fn a_clock_that_was_put_back_still_signs() {
        let keys = key_set(&[(start(), None)]);
        assert!(keys.signing(start() - Duration::hours(1)).is_some());
        assert!(!keys.needs_care(start() - Duration::hours(1)));
    }

    #[test]
    fn a_key_under_another_secret_verifies_but_is_replaced() {
        let keys = KeySet { keys: vec![new_key(start(), None, false)] };
        assert!(keys.signing(days(1)).is_none());
        assert!(keys.verifying(&keys.keys[0].kid, days(1)).is_some());
        assert_eq!(keys.next_start(days(1)), Some(days(1)));
    }
}
