//! Secrets at rest: values that the program must read again are sealed under the key of the configuration.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hkdf::{HKDF_SHA256, Prk, Salt};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::problem::Problem;

/// Keeps keys derived here apart from anything else that is ever derived from the configured key.
const SALT: &[u8] = b"isp sealer";

/// What the derived key is for; part of the derivation.
const PURPOSE: &[u8] = b"AES-256-GCM v1";

/// Names the algorithm, so that another one can follow.
const VERSION: &str = "v1.";

/// Seals and opens values with AES-256-GCM; cheap to clone, and it cannot be printed.
#[derive(Clone)]
pub struct Sealer(Prk);

impl Sealer {
    /// A sealer under a key derived from the configured one (HKDF with SHA-256).
    pub fn new(secret_key: &str) -> Self {
        Self(Salt::new(HKDF_SHA256, SALT).extract(secret_key.as_bytes()))
    }

    /// Seals a value as text. It opens under the same context only: name the table, the column and the row, so
    /// that a value which is moved elsewhere is worth nothing. Errors: `Internal`.
    pub fn seal(&self, context: &str, plain: &[u8]) -> Result<String, Problem> {
        self.try_seal(context, plain).map_err(|Unspecified| {
            tracing::error!(context, "a value cannot be sealed");
            Problem::Internal
        })
    }

    /// Opens what was sealed under this key and context. Errors: `Internal` for anything else.
    pub fn open(&self, context: &str, sealed: &str) -> Result<Vec<u8>, Problem> {
        self.try_open(context, sealed).ok_or_else(|| {
            tracing::error!(context, "a sealed value does not open: has ISP_SECRET_KEY changed?");
            Problem::Internal
        })
    }

    fn try_seal(&self, context: &str, plain: &[u8]) -> Result<String, Unspecified> {
        let mut bytes = plain.to_vec();
        let nonce = self.key()?.seal_in_place_append_tag(Aad::from(context), &mut bytes)?;
        let nonce: &[u8; NONCE_LEN] = nonce.as_ref();
        Ok(format!("{VERSION}{}", URL_SAFE_NO_PAD.encode([nonce.as_slice(), &bytes].concat())))
    }

    fn try_open(&self, context: &str, sealed: &str) -> Option<Vec<u8>> {
        let mut bytes = URL_SAFE_NO_PAD.decode(sealed.strip_prefix(VERSION)?).ok()?;
        let (nonce, value) = bytes.split_at_mut_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let plain = self.key().ok()?.open_in_place(nonce, Aad::from(context), value).ok()?;
        Some(plain.to_vec())
    }

    fn key(&self) -> Result<RandomizedNonceKey, Unspecified> {
        let mut key = [0; 32];
        self.0.expand(&[PURPOSE], &AES_256_GCM)?.fill(&mut key)?;
        RandomizedNonceKey::new(&AES_256_GCM, &key)
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "a key for tests only, forty-two characters";

    #[test]
    fn what_was_sealed_opens() {
        let seals = Sealer::new(KEY);
        for plain in [b"".as_slice(), b"a", "žluťoučký kůň".as_bytes(), &[0; 5_000]] {
            let sealed = seals.seal("mails.body 7", plain).unwrap();
            assert_eq!(Sealer::new(KEY).open("mails.body 7", &sealed).unwrap(), plain);
        }
    }

    #[test]
    fn the_same_value_never_looks_the_same() {
        let seals = Sealer::new(KEY);
        assert_ne!(seals.seal("x", b"value").unwrap(), seals.seal("x", b"value").unwrap());
    }

    #[test]
    fn another_key_or_context_opens_nothing() {
        let sealed = Sealer::new(KEY).seal("second_factors.secret 7", b"value").unwrap();
        assert!(Sealer::new(KEY).open("second_factors.secret 8", &sealed).is_err());
        assert!(
            Sealer::new("another key of some forty characters here").open("second_factors.secret 7", &sealed).is_err()
        );
    }

    #[test]
    fn whatever_was_touched_stays_closed() {
        let seals = Sealer::new(KEY);
        let sealed = seals.seal("x", b"value").unwrap();
        for i in 0..sealed.len() {
            let mut touched = sealed.clone();
            let other = if touched.as_bytes()[i] == b'A' { "B" } else { "A" };
            touched.replace_range(i..=i, other);
            assert!(seals.open("x", &touched).is_err(), "{i}: {touched}");
        }
        for odd in ["", "v1.", "v1.AAAA", "v2.AAAA", "value", "v1.ž", &sealed[..sealed.len() - 2]] {
            assert!(seals.open("x", odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn a_sealer_cannot_be_printed() {
        assert_eq!(format!("{:?}", Sealer::new(KEY)), "Sealer");
    }
}
