//! Tokens between the services: JWTs of 60 seconds, signed with the caller's Ed25519 key (EdDSA, RFC 8037), the callee
//! as audience. The callee knows the public keys of its callers beforehand; no identity provider is on this path.

use std::{
    collections::{BTreeMap, HashSet},
    fs::OpenOptions,
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::Path,
    sync::Arc,
};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use ndx_clock::Clock;
use serde::{Deserialize, Serialize};

/// How long a token lives, in seconds.
pub const LIFETIME: i64 = 60;
/// By how many seconds the services' clocks may differ.
const LEEWAY: i64 = 5;

/// Why a service's key cannot be used or a token cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ServiceKeyError {
    /// The key file cannot be read or made.
    #[error("the key file `{0}` cannot be read or made")]
    File(String, #[source] std::io::Error),
    /// The key file holds something else.
    #[error("the key file `{0}` is not an Ed25519 key in PKCS #8 form")]
    NotAKey(String),
    /// The library refused.
    #[error("the cryptographic library refused")]
    Refused,
}

/// The key with which one service proves itself to the others.
#[derive(Clone)]
pub struct ServiceKey {
    name: String,
    pkcs8: EncodingKey,
    public: Vec<u8>,
    clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for ServiceKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ServiceKey({})", self.name)
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    iat: i64,
    exp: i64,
}

impl ServiceKey {
    /// The key of the service `name` from `file`; makes one, readable by its owner only, when there is no such file.
    ///
    /// # Errors
    /// When the file cannot be read or made, or is not a key.
    pub fn read_or_make(name: &str, file: &Path, clock: Arc<dyn Clock>) -> Result<Self, ServiceKeyError> {
        let place = file.display().to_string();
        let failed = |cause| ServiceKeyError::File(place.clone(), cause);
        if !file.exists() {
            let made = Ed25519KeyPair::generate_pkcs8(&aws_lc_rs::rand::SystemRandom::new())
                .map_err(|_| ServiceKeyError::Refused)?;
            // Whole or not at all: a process that is killed here leaves no half a key under its name.
            let beside = file.with_extension("new");
            let mut options = OpenOptions::new();
            let mut key = options.write(true).create(true).truncate(true).mode(0o600).open(&beside).map_err(failed)?;
            key.write_all(made.as_ref()).and_then(|()| key.sync_all()).map_err(failed)?;
            std::fs::rename(&beside, file).map_err(failed)?;
        }
        let pkcs8 = std::fs::read(file).map_err(failed)?;
        let pair = Ed25519KeyPair::from_pkcs8(&pkcs8).map_err(|_| ServiceKeyError::NotAKey(place.clone()))?;
        let public = pair.public_key().as_ref().to_vec();
        Ok(Self { name: name.to_owned(), pkcs8: EncodingKey::from_ed_der(&pkcs8), public, clock })
    }

    /// The service that proves itself with this key.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The public key, 32 bytes in base64url, as the configuration of a callee names it.
    pub fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.public)
    }

    /// A token for `callee`, good for 60 seconds.
    ///
    /// # Errors
    /// When the library refuses to sign.
    pub fn token_for(&self, callee: &str) -> Result<String, ServiceKeyError> {
        let now = self.clock.now().timestamp();
        let claims = Claims { iss: self.name.clone(), aud: callee.to_owned(), iat: now, exp: now + LIFETIME };
        let header = Header { kid: Some(self.name.clone()), ..Header::new(Algorithm::EdDSA) };
        encode(&header, &claims, &self.pkcs8).map_err(|_| ServiceKeyError::Refused)
    }
}

/// Knows the callers of one service.
pub struct ServiceVerifier {
    callee: String,
    callers: BTreeMap<String, DecodingKey>,
    clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for ServiceVerifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ServiceVerifier({} for {:?})", self.callee, self.callers.keys())
    }
}

impl ServiceVerifier {
    /// Accepts, at the service `callee`, the services with these names and public keys (base64url).
    pub fn new<'a>(callee: &str, callers: impl IntoIterator<Item = &'a ServiceKey>, clock: Arc<dyn Clock>) -> Self {
        let callers = callers.into_iter().map(|key| (key.name.clone(), DecodingKey::from_ed_der(&key.public)));
        Self { callee: callee.to_owned(), callers: callers.collect(), clock }
    }

    /// The name of the caller that made `token`; `None` when it is not from a caller that this service knows, not for
    /// this service, or not of this minute.
    pub fn caller(&self, token: &str) -> Option<&str> {
        let header = decode_header(token).ok()?;
        let (name, key) = self.callers.get_key_value(header.kid.as_deref()?)?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[name]);
        validation.set_audience(&[&self.callee]);
        validation.required_spec_claims = HashSet::from(["exp", "iss", "aud"].map(str::to_owned));
        // By the clock that was handed in, below.
        validation.validate_exp = false;
        let claims = decode::<Claims>(token, key, &validation).ok()?.claims;
        let now = self.clock.now().timestamp();
        let in_time = claims.iat <= now + LEEWAY && now < claims.exp + LEEWAY && claims.exp - claims.iat <= LIFETIME;
        in_time.then_some(name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};
    use ndx_clock::ManualClock;

    use super::*;

    fn key(name: &str, folder: &Path, clock: Arc<dyn Clock>) -> ServiceKey {
        ServiceKey::read_or_make(name, &folder.join(name), clock).unwrap()
    }

    #[test]
    fn is_accepted_by_its_callee_for_a_minute() {
        let folder = tempfile::tempdir().unwrap();
        let clock = ManualClock::at(DateTime::UNIX_EPOCH + TimeDelta::days(20_000));
        let gateway = key("gateway", folder.path(), clock.clone());
        let again = key("gateway", folder.path(), clock.clone());
        assert_eq!(gateway.public(), again.public());

        let token = gateway.token_for("policy").unwrap();
        let policy = ServiceVerifier::new("policy", [&gateway], clock.clone());
        assert_eq!(policy.caller(&token), Some("gateway"));
        let consent = ServiceVerifier::new("consent", [&gateway], clock.clone());
        assert_eq!(consent.caller(&token), None, "another callee");
        clock.advance(TimeDelta::seconds(LIFETIME + LEEWAY));
        assert_eq!(policy.caller(&token), None, "too late");
    }

    #[test]
    fn a_stranger_with_a_known_name_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let clock = ManualClock::at(DateTime::UNIX_EPOCH + TimeDelta::days(20_000));
        let gateway = key("gateway", folder.path(), clock.clone());
        let other = tempfile::tempdir().unwrap();
        let impostor = key("gateway", other.path(), clock.clone());
        let policy = ServiceVerifier::new("policy", [&gateway], clock);
        assert_eq!(policy.caller(&impostor.token_for("policy").unwrap()), None);
        assert_eq!(policy.caller("a.b.c"), None);
    }
}
