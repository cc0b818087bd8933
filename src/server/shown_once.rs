//! Secrets that a form has just made: kept sealed in the session until the person has put them away, so that the page
//! after the form can show them with and without JavaScript. A caller without a cookie has them in the answer.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::context::{services, session};
use crate::shared::problem::Problem;

/// Keeps a value under a name, in place of an earlier one.
pub async fn keep_secret<T: Serialize>(name: &str, value: &T) -> Result<(), Problem> {
    let session = session()?;
    if session.id().is_none() {
        return Ok(());
    }
    let text = serde_json::to_vec(value).map_err(|_| Problem::Internal)?;
    let sealed = services()?.sealer.seal(&key(name), &text)?;
    session.insert(&key(name), sealed).await.map_err(|error| unusable(&error))
}

/// The value that is kept under a name.
pub async fn kept_secret<T: DeserializeOwned>(name: &str) -> Result<Option<T>, Problem> {
    let (session, services) = (session()?, services()?);
    if session.id().is_none() {
        return Ok(None);
    }
    let sealed = session.get::<String>(&key(name)).await.map_err(|error| unusable(&error))?;
    let Some(text) = sealed.and_then(|sealed| services.sealer.open(&key(name), &sealed).ok()) else { return Ok(None) };
    Ok(serde_json::from_slice(&text).ok())
}

/// Forgets the value.
pub async fn drop_secret(name: &str) -> Result<(), Problem> {
    let session = session()?;
    if session.id().is_some() {
        session.remove::<String>(&key(name)).await.map_err(|error| unusable(&error))?;
    }
    Ok(())
}

fn key(name: &str) -> String {
    format!("shown_once:{name}")
}

fn unusable(error: &tower_sessions::session::Error) -> Problem {
    tracing::error!(%error, "a session cannot be read or written");
    Problem::Unavailable
}
