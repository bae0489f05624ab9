//! The public keys of an exchange, those of today and of all times before: a JWK Set (RFC 7517). When each was in use is
//! told by `iat` and `exp`, as in the historical keys of OpenID Federation 1.0.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    key::{KeyError, PublicKey},
    signature::ALGORITHM,
};

const KIND: &str = "OKP";
const CURVE: &str = "Ed25519";
const USE: &str = "sig";
/// By how much the clocks of an exchange's machines may differ: for so long, one may still sign with the key that another
/// has just replaced.
const LEEWAY: TimeDelta = TimeDelta::seconds(60);

/// Why a text is not a set of keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeySetError {
    /// It is something else.
    #[error("this is not a JWK Set: {0}")]
    NotAKeySet(String),
    /// It holds what must never leave the exchange.
    #[error("this set holds a private key; publish public keys only, and replace that one")]
    PrivateKey,
    /// A key has a name that is not its own.
    #[error("the key `{0}` has a name that is not its thumbprint")]
    OtherName(String),
    /// A key is named twice.
    #[error("the key `{0}` stands in the set twice")]
    Twice(String),
    /// A key is broken.
    #[error("a key of the set is broken: {0}")]
    Key(#[from] KeyError),
    /// A key's times make no sense.
    #[error("the key `{0}` has times of use that are none")]
    Times(String),
}

/// A public key, and when it was in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedKey {
    /// The key.
    pub key: PublicKey,
    /// From when; `None` when the set does not say.
    pub used_from: Option<DateTime<Utc>>,
    /// Until when; `None` when it is in use, or the set does not say.
    pub used_until: Option<DateTime<Utc>>,
}

impl PublishedKey {
    /// Whether the key may have signed at `at`.
    pub fn in_use_at(&self, at: DateTime<Utc>) -> bool {
        self.used_from.is_none_or(|from| at >= from - LEEWAY)
            && self.used_until.is_none_or(|until| at <= until + LEEWAY)
    }
}

/// The public keys of an exchange.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeySet {
    keys: Vec<PublishedKey>,
}

/// A key as it stands in a set. What else stands there is of no use here.
#[derive(Serialize, Deserialize)]
struct Written {
    kty: String,
    crv: String,
    x: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kid: Option<String>,
    #[serde(default, rename = "use", skip_serializing_if = "Option::is_none")]
    use_: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alg: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    iat: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
}

#[derive(Serialize)]
struct WrittenSet {
    keys: Vec<Written>,
}

#[derive(Deserialize)]
struct ReadSet {
    keys: Vec<Value>,
}

impl KeySet {
    /// These keys.
    pub fn new(keys: Vec<PublishedKey>) -> Self {
        Self { keys }
    }

    /// The keys in the text of a JWK Set. Keys of other kinds and for other uses are passed over.
    ///
    /// # Errors
    /// When it is not one, or holds a key that cannot be what it says.
    pub fn read(text: &str) -> Result<Self, KeySetError> {
        let set: ReadSet = serde_json::from_str(text).map_err(|error| KeySetError::NotAKeySet(error.to_string()))?;
        let mut keys: Vec<PublishedKey> = Vec::new();
        for value in set.keys {
            if value.get("d").is_some() {
                return Err(KeySetError::PrivateKey);
            }
            let Ok(written) = serde_json::from_value::<Written>(value) else { continue };
            let Some(key) = written.read()? else { continue };
            if keys.iter().any(|known| known.key == key.key) {
                return Err(KeySetError::Twice(key.key.id().to_owned()));
            }
            keys.push(key);
        }
        Ok(Self { keys })
    }

    /// The text of the set.
    pub fn to_json(&self) -> String {
        let keys = self.keys.iter().map(Written::of).collect();
        serde_json::to_string_pretty(&WrittenSet { keys }).unwrap_or_default()
    }

    /// The keys, in the order in which they were told.
    pub fn keys(&self) -> &[PublishedKey] {
        &self.keys
    }

    /// The key with this name.
    pub fn find(&self, id: &str) -> Option<&PublishedKey> {
        self.keys.iter().find(|published| published.key.id() == id)
    }
}

impl Written {
    fn of(published: &PublishedKey) -> Self {
        // The second in which it ended belongs to its time.
        let end = |until: DateTime<Utc>| until.timestamp() + i64::from(until.timestamp_subsec_nanos() > 0);
        Self {
            kty: KIND.to_owned(),
            crv: CURVE.to_owned(),
            x: published.key.x().to_owned(),
            kid: Some(published.key.id().to_owned()),
            use_: Some(USE.to_owned()),
            alg: Some(ALGORITHM.to_owned()),
            iat: published.used_from.map(|from| from.timestamp()),
            exp: published.used_until.map(end),
        }
    }

    fn read(self) -> Result<Option<PublishedKey>, KeySetError> {
        let ours = self.kty == KIND
            && self.crv == CURVE
            && self.use_.is_none_or(|use_| use_ == USE)
            && self.alg.is_none_or(|alg| alg == ALGORITHM);
        if !ours {
            return Ok(None);
        }
        let key = PublicKey::read(&self.x)?;
        // INVARIANT: a key's name follows from the key. Nobody can put another key under a name that is known.
        if let Some(other) = self.kid.filter(|kid| kid != key.id()) {
            return Err(KeySetError::OtherName(other));
        }
        let time = |seconds: Option<i64>| match seconds {
            None => Ok(None),
            Some(seconds) => match DateTime::from_timestamp(seconds, 0) {
                // Far enough from the ends of time for the leeway.
                Some(time) if (0..=253_402_300_799).contains(&seconds) => Ok(Some(time)),
                _ => Err(KeySetError::Times(key.id().to_owned())),
            },
        };
        let (used_from, used_until) = (time(self.iat)?, time(self.exp)?);
        if let (Some(from), Some(until)) = (used_from, used_until)
            && until < from
        {
            return Err(KeySetError::Times(key.id().to_owned()));
        }
        Ok(Some(PublishedKey { key, used_from, used_until }))
    }
}
