//! The keys that sign tokens: one of each algorithm, made at the start and changed from time to time.
//!
//! Three generations are published at once: the **next** ones, which sign nothing yet, so that everybody has them when they
//! begin; the **current** ones; and the **retired** ones, until the last token that they signed has expired. A change that
//! is due happens when the keys are next used, by the clock that was handed in.

mod signing;

use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{
    DecodingKey, Validation, decode, decode_header,
    jwk::{Jwk, JwkSet},
};
use serde::Serialize;

use self::signing::SigningKey;
use crate::{config::SigningAlg, error::Error};

/// How long others may keep the published keys (the JWKS says so); a key is published for so long before it signs.
pub(crate) const KEPT_BY_OTHERS: TimeDelta = TimeDelta::minutes(5);
/// How long a token is good for at most.
pub(crate) const TOKEN_LIFETIME: TimeDelta = TimeDelta::hours(1);
/// How long keys sign, unless the provider is told otherwise.
pub(crate) const SIGN_FOR: TimeDelta = TimeDelta::hours(24);
/// By how much a verifier's clock may be behind: a retired key stays so much longer.
const LEEWAY: TimeDelta = TimeDelta::minutes(1);

/// One key of each algorithm, made together.
struct Generation(Vec<SigningKey>);

impl Generation {
    fn make() -> Result<Self, Error> {
        SigningAlg::ALL.into_iter().map(SigningKey::generate).collect::<Result<_, _>>().map(Self)
    }

    fn public(&self) -> impl Iterator<Item = &Jwk> {
        self.0.iter().map(SigningKey::public)
    }
}

/// A generation that signs no more: only its public half is left.
struct Retired {
    keys: Vec<Jwk>,
    published_until: DateTime<Utc>,
}

struct Ring {
    next: Generation,
    current: Generation,
    retired: Vec<Retired>,
    /// When the current ones began to sign.
    changed_at: DateTime<Utc>,
    /// Until when some who keep the published keys may not know the next ones.
    next_unknown_until: Option<DateTime<Utc>>,
    /// Somebody wants a change now.
    wanted: bool,
}

/// The keys of all generations.
pub(crate) struct Keys {
    ring: Mutex<Ring>,
    sign_for: TimeDelta,
}

impl Keys {
    /// The first keys, each of which signs for `sign_for`.
    pub(crate) fn make(sign_for: TimeDelta, now: DateTime<Utc>) -> Result<Self, Error> {
        if sign_for < KEPT_BY_OTHERS {
            return Err(Error::TooOften(KEPT_BY_OTHERS.num_minutes()));
        }
        let (current, next) = (Generation::make()?, Generation::make()?);
        // Both are there from the beginning: nobody can have the one without the other.
        let ring =
            Ring { next, current, retired: Vec::new(), changed_at: now, next_unknown_until: None, wanted: false };
        Ok(Self { ring: Mutex::new(ring), sign_for })
    }

    /// Retires the keys that sign now as soon as everybody can know the next ones, whatever their age.
    pub(crate) fn change(&self) {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner).wanted = true;
    }

    /// Everything that may still verify a token, and what will.
    pub(crate) fn public(&self, now: DateTime<Utc>) -> JwkSet {
        let ring = self.settled(now);
        let retired = ring.retired.iter().flat_map(|retired| &retired.keys);
        JwkSet { keys: ring.current.public().chain(ring.next.public()).chain(retired).cloned().collect() }
    }

    /// A signed token of this `typ`.
    pub(crate) fn sign(
        &self,
        algorithm: SigningAlg,
        typ: &str,
        claims: &impl Serialize,
        now: DateTime<Utc>,
    ) -> Result<String, Error> {
        let ring = self.settled(now);
        let key = ring.current.0.iter().find(|key| key.algorithm() == algorithm).ok_or(Error::Key)?;
        Ok(key.sign(typ, claims)?)
    }

    /// The claims of a token of this `typ` that one of these keys signed. Its times and audience are not looked at.
    pub(crate) fn claims(&self, token: &str, typ: &str, issuer: &str, now: DateTime<Utc>) -> Option<serde_json::Value> {
        let header = decode_header(token).ok()?;
        if header.typ.as_deref() != Some(typ) {
            return None;
        }
        let public = self.public(now);
        let key = public.find(header.kid.as_deref()?)?;
        // The key says what it signs with, not the token.
        let mut validation = Validation::new(key.common.key_algorithm?.to_string().parse().ok()?);
        validation.set_issuer(&[issuer]);
        validation.validate_aud = false;
        validation.validate_exp = false;
        decode(token, &DecodingKey::from_jwk(key).ok()?, &validation).ok().map(|decoded| decoded.claims)
    }

    /// The keys after what was due has been done.
    fn settled(&self, now: DateTime<Utc>) -> MutexGuard<'_, Ring> {
        let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        ring.retired.retain(|retired| now < retired.published_until);
        let due = ring.wanted || now >= ring.changed_at + self.sign_for;
        let everybody_knows = ring.next_unknown_until.is_none_or(|until| now >= until);
        if due && everybody_knows {
            match Generation::make() {
                Ok(newest) => ring.advance(newest, now),
                Err(cause) => tracing::error!(error = %cause, "the signing keys stay, as no new ones can be made"),
            }
        }
        ring
    }
}

impl Ring {
    fn advance(&mut self, newest: Generation, now: DateTime<Utc>) {
        let current = std::mem::replace(&mut self.next, newest);
        let old = std::mem::replace(&mut self.current, current);
        let published_until = now + TOKEN_LIFETIME + LEEWAY;
        self.retired.push(Retired { keys: old.public().cloned().collect(), published_until });
        self.changed_at = now;
        self.next_unknown_until = Some(now + KEPT_BY_OTHERS);
        self.wanted = false;
        tracing::info!("the next signing keys sign from now on");
    }
}
