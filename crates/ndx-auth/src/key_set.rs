//! An issuer's public keys.

use std::{collections::HashMap, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{JwkSet, PublicKeyUse},
};
use ndx_clock::Clock;
use tokio::sync::{Mutex, MutexGuard, RwLock};
use url::Url;

use crate::capped;

/// However many unknown key ids arrive, the issuer is asked at most once in this time.
const BETWEEN_REFRESHES: TimeDelta = TimeDelta::seconds(5);
/// Keys that could not be refreshed for so long are not used any more.
const LONGEST_STALE: TimeDelta = TimeDelta::hours(1);
/// Keys older than this are refreshed when they are next used.
const FRESH: TimeDelta = TimeDelta::minutes(5);
const LARGEST: usize = 256 * 1024;

/// The keys could not be had, so no token can be judged.
#[derive(Debug, thiserror::Error)]
pub enum KeySetError {
    /// The issuer did not answer.
    #[error("the issuer's keys at `{0}` cannot be fetched")]
    Unreachable(Url, #[source] reqwest::Error),
    /// The issuer answered with something else.
    #[error("the issuer's answer at `{0}` is not a key set")]
    NotAKeySet(Url),
    /// There was no answer for too long.
    #[error("the issuer's keys at `{0}` are too old to be trusted")]
    TooOld(Url),
}

/// One public key and the algorithm that it is for.
#[derive(Clone)]
pub struct VerificationKey {
    pub(crate) algorithm: Algorithm,
    pub(crate) key: Arc<DecodingKey>,
}

#[derive(Default)]
struct Kept {
    keys: HashMap<String, VerificationKey>,
    fetched: Option<DateTime<Utc>>,
}

/// The keys at one address, fetched when first needed and kept.
pub struct KeySet {
    address: Url,
    client: reqwest::Client,
    clock: Arc<dyn Clock>,
    kept: RwLock<Kept>,
    /// When the issuer was last asked, with or without success. Held while asking: one refresh in flight.
    asked: Mutex<Option<DateTime<Utc>>>,
}

impl std::fmt::Debug for KeySet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KeySet({})", self.address)
    }
}

impl KeySet {
    /// The keys at `address`; nothing is fetched yet.
    pub fn new(address: Url, client: reqwest::Client, clock: Arc<dyn Clock>) -> Self {
        Self { address, client, clock, kept: RwLock::default(), asked: Mutex::default() }
    }

    /// The key with this id; `None` when the issuer does not have it. An id that is not known yet, or keys that are no
    /// longer fresh, lead to one refresh.
    ///
    /// # Errors
    /// When there are no keys that can be trusted.
    pub async fn key(&self, id: &str) -> Result<Option<VerificationKey>, KeySetError> {
        let (found, age) = self.look_up(id).await;
        if found.is_some() && age.is_some_and(|age| age < FRESH) {
            return Ok(found);
        }
        // Somebody who has a key that is still good does not wait for another who is asking the issuer.
        let asked = match (&found, age) {
            (Some(_), Some(age)) if age < LONGEST_STALE => match self.asked.try_lock() {
                Ok(asked) => asked,
                Err(_) => return Ok(found),
            },
            _ => self.asked.lock().await,
        };
        let refreshed = self.refresh(asked, age).await;
        let (found, age) = self.look_up(id).await;
        match (refreshed, age) {
            (_, Some(age)) if age < LONGEST_STALE => Ok(found),
            (Err(error), _) => Err(error),
            (Ok(()), _) => Err(KeySetError::TooOld(self.address.clone())),
        }
    }

    async fn look_up(&self, id: &str) -> (Option<VerificationKey>, Option<TimeDelta>) {
        let kept = self.kept.read().await;
        (kept.keys.get(id).cloned(), kept.fetched.map(|fetched| self.clock.now() - fetched))
    }

    /// Fetches the keys, unless somebody did since the caller looked or the issuer was asked only just now.
    async fn refresh(
        &self,
        mut asked: MutexGuard<'_, Option<DateTime<Utc>>>,
        age_seen: Option<TimeDelta>,
    ) -> Result<(), KeySetError> {
        let now = self.clock.now();
        let age_now = self.kept.read().await.fetched.map(|fetched| now - fetched);
        let newer = age_now.is_some() && (age_seen.is_none() || age_now < age_seen);
        if newer || asked.is_some_and(|last| (now - last).abs() < BETWEEN_REFRESHES) {
            return Ok(());
        }
        *asked = Some(now);
        let keys = self.fetch().await?;
        *self.kept.write().await = Kept { keys, fetched: Some(now) };
        Ok(())
    }

    async fn fetch(&self) -> Result<HashMap<String, VerificationKey>, KeySetError> {
        let unreachable = |error| KeySetError::Unreachable(self.address.clone(), error);
        let request = self.client.get(self.address.clone()).timeout(Duration::from_secs(3));
        let response = request.send().await.and_then(reqwest::Response::error_for_status).map_err(unreachable)?;
        let not_a_key_set = || KeySetError::NotAKeySet(self.address.clone());
        let body = capped::read(response, LARGEST).await.map_err(unreachable)?.ok_or_else(not_a_key_set)?;
        let set: JwkSet = serde_json::from_slice(&body).map_err(|_| not_a_key_set())?;
        Ok(set.keys.iter().filter_map(usable).collect())
    }
}

/// A key that has an id, says what algorithm it is for, and is for signatures by that algorithm.
fn usable(jwk: &jsonwebtoken::jwk::Jwk) -> Option<(String, VerificationKey)> {
    let id = jwk.common.key_id.clone()?;
    if jwk.common.public_key_use.as_ref().is_some_and(|use_| *use_ != PublicKeyUse::Signature) {
        return None;
    }
    let algorithm = jwk.common.key_algorithm?.to_string().parse().ok()?;
    let key = DecodingKey::from_jwk(jwk).ok()?;
    Some((id, VerificationKey { algorithm, key: Arc::new(key) }))
}
