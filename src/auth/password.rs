//! Argon2id on two threads of its own: a hash costs 19 MiB and 18 ms, so they are counted and queued.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use argon2::password_hash::phc::{Output, ParamsString, Salt};
use argon2::password_hash::{self, phc::PasswordHash};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version};
use tokio::sync::oneshot;

use super::model::Password;
use super::token::random_bytes;
use crate::settings::SignInSettings;
use crate::shared::problem::Problem;

/// How many hashes are computed at once (spec: Promises → password store).
const THREADS: usize = 2;

/// How bcrypt hashes begin; they come from other systems and are replaced at the first sign-in.
const BCRYPT: &str = "$2";

/// How many callers may wait; more are told to come back later.
const QUEUE: usize = 64;

/// Work for a thread, with the memory that the thread uses again and again.
type Job = Box<dyn FnOnce(&mut Vec<Block>) + Send>;

/// Hashes and verifies passwords; cheap to clone. Its threads end with the last clone.
#[derive(Clone, Debug)]
pub struct PasswordHasher {
    queue: SyncSender<Job>,
}

impl PasswordHasher {
    /// Starts the threads.
    pub fn start() -> Self {
        let (queue, jobs) = sync_channel::<Job>(QUEUE);
        let jobs = Arc::new(Mutex::new(jobs));
        for _ in 0..THREADS {
            let jobs = Arc::clone(&jobs);
            thread::spawn(move || {
                let mut memory = Vec::new();
                while let Some(job) = next(&jobs) {
                    job(&mut memory);
                }
            });
        }
        Self { queue }
    }

    /// The PHC string of a password under a new salt. Errors: `Unavailable` when too many wait.
    pub async fn hash(&self, limits: &SignInSettings, password: &Password) -> Result<String, Problem> {
        let (password, params, salt) = (password.clone(), params(limits), random_bytes()?);
        self.run(move |memory| hash(memory, &password, &params, salt)).await
    }

    /// Is it the password of the stored PHC string, or bcrypt hash? Without one the same work is done for nothing, so
    /// that an unknown name takes as long as a wrong password. Errors: `Unavailable`.
    pub async fn verify(
        &self,
        limits: &SignInSettings,
        password: &Password,
        stored: Option<&str>,
    ) -> Result<bool, Problem> {
        let (password, params, stored) = (password.clone(), params(limits), stored.map(str::to_owned));
        self.run(move |memory| match stored {
            Some(stored) => verify(memory, &password, &stored),
            None => hash(memory, &password, &params, [0; 16]).map(|_| false),
        })
        .await
    }

    /// Waits for a thread to do the work. Work that nobody waits for any more is left undone.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Vec<Block>) -> password_hash::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |memory| {
            if !reply.is_closed() {
                let _ = reply.send(work(memory));
            }
        });
        self.queue.try_send(job).map_err(|refused| match refused {
            TrySendError::Full(_) => Problem::Unavailable,
            TrySendError::Disconnected(_) => Problem::Internal,
        })?;
        answer.await.map_err(|_| Problem::Internal)?.map_err(|error| {
            tracing::error!(%error, "a password cannot be hashed or verified");
            Problem::Internal
        })
    }
}

/// Was the password hashed in another way than the settings ask for now?
pub(super) fn needs_rehash(limits: &SignInSettings, stored: &str) -> bool {
    let cost = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost());
    let stored = PasswordHash::new(stored).ok().filter(|stored| stored.algorithm == ARGON2ID_IDENT);
    let stored = stored.and_then(|stored| Params::try_from(&stored).ok());
    stored.is_none_or(|stored| cost(&stored) != cost(&params(limits)))
}

/// The next job; `None` once every hasher is gone. Only the waiting is done under the lock.
fn next(jobs: &Mutex<Receiver<Job>>) -> Option<Job> {
    jobs.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

/// The settings' parameters; impossible ones give way to the recommended, so that nobody is locked out.
fn params(limits: &SignInSettings) -> Params {
    Params::new(limits.argon2_memory_kib, limits.argon2_passes, limits.argon2_lanes, None).unwrap_or(Params::DEFAULT)
}

fn hash(
    memory: &mut Vec<Block>,
    password: &Password,
    params: &Params,
    salt: [u8; 16],
) -> password_hash::Result<String> {
    let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    fill(memory, &argon2, password, &salt, &mut output)?;
    let phc = PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params)?,
        salt: Some(Salt::new(&salt)?),
        hash: Some(Output::new(&output)?),
    };
    Ok(phc.to_string())
}

fn verify(memory: &mut Vec<Block>, password: &Password, stored: &str) -> password_hash::Result<bool> {
    if stored.starts_with(BCRYPT) {
        return Ok(bcrypt::verify(password.expose(), stored).unwrap_or(false));
    }
    let stored = PasswordHash::new(stored)?;
    let (Some(salt), Some(expected)) = (&stored.salt, &stored.hash) else {
        return Err(password_hash::Error::EncodingInvalid);
    };
    let algorithm = Algorithm::new(stored.algorithm.as_str())?;
    let version = stored.version.map(Version::try_from).transpose()?.unwrap_or_default();
    let argon2 = Argon2::new(algorithm, version, Params::try_from(&stored)?);
    let mut output = vec![0; expected.len()];
    fill(memory, &argon2, password, salt, &mut output)?;
    // `Output` compares in constant time.
    Ok(Output::new(&output)? == *expected)
}

fn fill(
    memory: &mut Vec<Block>,
    argon2: &Argon2<'_>,
    password: &Password,
    salt: &[u8],
    output: &mut [u8],
) -> argon2::Result<()> {
    let blocks = argon2.params().block_count();
    if memory.len() < blocks {
        memory.resize(blocks, Block::new());
    }
    argon2.hash_password_into_with_memory(password.expose().as_bytes(), salt, output, memory)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cheap() -> SignInSettings {
        SignInSettings { argon2_memory_kib: 64, argon2_passes: 1, ..SignInSettings::default() }
    }

    #[tokio::test]
    async fn a_hash_verifies_its_password_and_no_other() {
        let (hasher, limits) = (PasswordHasher::start(), cheap());
        let stored = hasher.hash(&limits, &"correct horse".into()).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{stored}");
        assert!(hasher.verify(&limits, &"correct horse".into(), Some(&stored)).await.unwrap());
        assert!(!hasher.verify(&limits, &"correct house".into(), Some(&stored)).await.unwrap());
        assert!(!hasher.verify(&limits, &"correct horse".into(), None).await.unwrap());
    }

    #[tokio::test]
    async fn a_bcrypt_hash_verifies_its_password_and_a_broken_one_none() {
        let (hasher, limits) = (PasswordHasher::start(), cheap());
        let stored = bcrypt::hash("correct horse", 4).unwrap();
        assert!(hasher.verify(&limits, &"correct horse".into(), Some(&stored)).await.unwrap());
        assert!(!hasher.verify(&limits, &"correct house".into(), Some(&stored)).await.unwrap());
        assert!(!hasher.verify(&limits, &"correct horse".into(), Some("$2b$nonsense")).await.unwrap());
    }

    #[tokio::test]
    async fn the_memory_is_used_again_with_other_parameters() {
        let (hasher, small) = (PasswordHasher::start(), cheap());
        let large = SignInSettings { argon2_memory_kib: 256, ..cheap() };
        for limits in [&small, &large, &small] {
            let stored = hasher.hash(limits, &"correct horse".into()).await.unwrap();
            assert!(hasher.verify(&small, &"correct horse".into(), Some(&stored)).await.unwrap());
        }
    }

    #[tokio::test]
    async fn new_parameters_ask_for_a_new_hash() {
        let (hasher, limits) = (PasswordHasher::start(), cheap());
        let stored = hasher.hash(&limits, &"correct horse".into()).await.unwrap();
        assert!(!needs_rehash(&limits, &stored));
        assert!(needs_rehash(&SignInSettings::default(), &stored));
        assert!(needs_rehash(&limits, "$2b$12$something"));
    }
}
