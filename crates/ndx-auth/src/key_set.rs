//! An issuer's public keys.

use std::{collections::HashMap, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse},
};
use ndx_clock::Clock;
use serde::Deserialize;
use tokio::sync::{Mutex, OwnedMutexGuard, RwLock};
use url::Url;

use crate::capped;

/// However many unknown key ids arrive, the issuer is asked at most once in this time.
const BETWEEN_REFRESHES: TimeDelta = TimeDelta::seconds(5);
/// Keys that could not be refreshed for so long are not used any more.
const LONGEST_STALE: TimeDelta = TimeDelta::hours(1);
/// Keys older than this are refreshed when they are next used: a key that the issuer has taken back verifies nothing after
/// this time and one fetch.
const FRESH: TimeDelta = TimeDelta::seconds(55);
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

/// One public key and the algorithm that it is for: RS256, ES256 or EdDSA, by its kind.
#[derive(Clone)]
pub struct VerificationKey {
    pub(crate) algorithm: Algorithm,
    pub(crate) key: Arc<DecodingKey>,
    pub(crate) edition: Edition,
}

/// Which of the key sets that were fetched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Edition(u64);

#[derive(Default)]
struct Kept {
    keys: HashMap<String, VerificationKey>,
    fetched: Option<DateTime<Utc>>,
    edition: Edition,
}

/// The keys at one address, fetched when first needed and kept.
#[derive(Clone)]
pub struct KeySet(Arc<Keys>);

struct Keys {
    address: Url,
    client: reqwest::Client,
    clock: Arc<dyn Clock>,
    kept: RwLock<Kept>,
    /// When the issuer was last asked, with or without success. Held while asking: one refresh in flight.
    asked: Arc<Mutex<Option<DateTime<Utc>>>>,
}

impl std::fmt::Debug for KeySet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KeySet({})", self.0.address)
    }
}

impl KeySet {
    /// The keys at `address`; nothing is fetched yet.
    pub fn new(address: Url, client: reqwest::Client, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Keys { address, client, clock, kept: RwLock::default(), asked: Arc::default() }))
    }

    /// When the keys were last fetched, and how many there are; `None` while there are none.
    pub async fn held(&self) -> Option<(DateTime<Utc>, usize)> {
        let kept = self.0.kept.read().await;
        kept.fetched.map(|fetched| (fetched, kept.keys.len()))
    }

    /// Which keys are in use; `None` while there are none, or none that are fresh.
    pub(crate) async fn in_use(&self) -> Option<Edition> {
        let kept = self.0.kept.read().await;
        let age = self.0.clock.now() - kept.fetched?;
        is_younger(age, FRESH).then_some(kept.edition)
    }

    /// The key with this id; `None` when the issuer does not have it. An id that is not known yet, or keys that are no
    /// longer fresh, lead to one refresh.
    ///
    /// # Errors
    /// When there are no keys that can be trusted.
    pub async fn key(&self, id: &str) -> Result<Option<VerificationKey>, KeySetError> {
        let keys = &self.0;
        let (found, age) = keys.look_up(id).await;
        if found.is_some() && age.is_some_and(|age| is_younger(age, FRESH)) {
            return Ok(found);
        }
        // The issuer is asked in a task of its own: it may take longer than the caller has time, and its answer is for
        // everybody. Somebody who has a key that is still good does not wait for it.
        if found.is_some() && age.is_some_and(|age| is_younger(age, LONGEST_STALE)) {
            if let Ok(asked) = Arc::clone(&keys.asked).try_lock_owned() {
                tokio::spawn(Arc::clone(keys).refresh(asked, age));
            }
            return Ok(found);
        }
        let asked = Arc::clone(&keys.asked).lock_owned().await;
        let refreshed = tokio::spawn(Arc::clone(keys).refresh(asked, age)).await;
        let (found, age) = keys.look_up(id).await;
        match (refreshed, age) {
            (_, Some(age)) if is_younger(age, LONGEST_STALE) => Ok(found),
            (Ok(Err(error)), _) => Err(error),
            _ => Err(KeySetError::TooOld(keys.address.clone())),
        }
    }
}

/// A clock that was set back makes nothing younger: what seems to come from the future is old.
fn is_younger(age: TimeDelta, than: TimeDelta) -> bool {
    age > -BETWEEN_REFRESHES && age < than
}

impl Keys {
    async fn look_up(&self, id: &str) -> (Option<VerificationKey>, Option<TimeDelta>) {
        let kept = self.kept.read().await;
        (kept.keys.get(id).cloned(), kept.fetched.map(|fetched| self.clock.now() - fetched))
    }

    /// Fetches the keys, unless somebody did since the caller looked or the issuer was asked only just now.
    async fn refresh(
        self: Arc<Self>,
        mut asked: OwnedMutexGuard<Option<DateTime<Utc>>>,
        age_seen: Option<TimeDelta>,
    ) -> Result<(), KeySetError> {
        let now = self.clock.now();
        let age_now = self.kept.read().await.fetched.map(|fetched| now - fetched);
        let newer = age_now.is_some() && (age_seen.is_none() || age_now < age_seen);
        if newer || asked.is_some_and(|last| (now - last).abs() < BETWEEN_REFRESHES) {
            return Ok(());
        }
        *asked = Some(now);
        let edition = Edition(self.kept.read().await.edition.0 + 1);
        let keys = self.fetch(edition).await?;
        *self.kept.write().await = Kept { keys, fetched: Some(now), edition };
        Ok(())
    }

    async fn fetch(&self, edition: Edition) -> Result<HashMap<String, VerificationKey>, KeySetError> {
        let unreachable = |error| KeySetError::Unreachable(self.address.clone(), error);
        let request = self.client.get(self.address.clone()).timeout(Duration::from_secs(3));
        let response = request.send().await.and_then(reqwest::Response::error_for_status).map_err(unreachable)?;
        let not_a_key_set = || KeySetError::NotAKeySet(self.address.clone());
        let body = capped::read(response, LARGEST).await.map_err(unreachable)?.ok_or_else(not_a_key_set)?;
        let set: Published = serde_json::from_slice(&body).map_err(|_| not_a_key_set())?;
        // A key of a kind that nobody here knows makes the others no worse (RFC 7517, section 5).
        let known = set.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok());
        Ok(known.filter_map(|jwk: Jwk| usable(&jwk, edition)).collect())
    }
}

/// A key set as it is published.
#[derive(Deserialize)]
struct Published {
    keys: Vec<serde_json::Value>,
}

/// A public key that has an id and is for signatures by an algorithm of its kind.
fn usable(jwk: &Jwk, edition: Edition) -> Option<(String, VerificationKey)> {
    let id = jwk.common.key_id.clone()?;
    if jwk.common.public_key_use.as_ref().is_some_and(|use_| *use_ != PublicKeyUse::Signature) {
        return None;
    }
    let algorithm = algorithm(&jwk.algorithm)?;
    // What the key says of itself must fit what it is.
    if jwk.common.key_algorithm.is_some_and(|said| said.to_string().parse().ok() != Some(algorithm)) {
        return None;
    }
    let key = DecodingKey::from_jwk(jwk).ok()?;
    Some((id, VerificationKey { algorithm, key: Arc::new(key), edition }))
}

// INVARIANT: the key decides what it verifies, never the token, and the list ends here. A secret key (`oct`) is for no
// algorithm: whoever could verify with it could sign as well.
fn algorithm(key: &AlgorithmParameters) -> Option<Algorithm> {
    match key {
        AlgorithmParameters::RSA(_) => Some(Algorithm::RS256),
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => Some(Algorithm::ES256),
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => Some(Algorithm::EdDSA),
        _ => None,
    }
}
