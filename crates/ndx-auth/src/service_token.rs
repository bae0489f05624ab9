//! Tokens between the services: JWTs of 60 seconds, signed with the caller's Ed25519 key (EdDSA, RFC 8037), the callee
//! as audience. The callee knows the public keys of its callers beforehand; no identity provider is on this path.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fs::OpenOptions,
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::Path,
    sync::Arc,
};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use ndx_clock::Clock;
use rustls_pki_types::{PrivatePkcs8KeyDer, pem::PemObject};
use serde::{Deserialize, Serialize};

/// How long a token lives, in seconds.
pub const LIFETIME: i64 = 60;
/// What a key's file says that it holds (RFC 7468, section 10).
const LABEL: &str = "PRIVATE KEY";
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
    public: PublicKey,
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
        match make(file) {
            // It is there, or another process was faster: that key is the one.
            Err(ServiceKeyError::File(_, cause)) if cause.kind() == std::io::ErrorKind::AlreadyExists => {}
            made => made?,
        }
        let place = file.display().to_string();
        let text = std::fs::read(file).map_err(|cause| ServiceKeyError::File(place.clone(), cause))?;
        Self::from_text(name, &text, clock).ok_or(ServiceKeyError::NotAKey(place))
    }

    /// The key of the service `name` from PKCS #8: in PEM, or as the bytes themselves. `None` when it is not an Ed25519
    /// key.
    pub fn from_text(name: &str, text: &[u8], clock: Arc<dyn Clock>) -> Option<Self> {
        let pkcs8 = match PrivatePkcs8KeyDer::from_pem_slice(text) {
            Ok(key) => key.secret_pkcs8_der().to_vec(),
            Err(_) => text.to_vec(),
        };
        let pair = Ed25519KeyPair::from_pkcs8(&pkcs8).ok()?;
        let public = PublicKey(pair.public_key().as_ref().to_vec());
        Some(Self { name: name.to_owned(), pkcs8: EncodingKey::from_ed_der(&pkcs8), public, clock })
    }

    /// The service that proves itself with this key.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The public key, by which callees know it.
    pub fn public(&self) -> &PublicKey {
        &self.public
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

/// Makes a new key in `file` (PKCS #8 in PEM), readable by its owner only.
///
/// # Errors
/// When the file cannot be written, or is there already.
pub fn make(file: &Path) -> Result<(), ServiceKeyError> {
    let failed = |cause| ServiceKeyError::File(file.display().to_string(), cause);
    if file.exists() {
        return Err(failed(std::io::ErrorKind::AlreadyExists.into()));
    }
    let made =
        Ed25519KeyPair::generate_pkcs8(&aws_lc_rs::rand::SystemRandom::new()).map_err(|_| ServiceKeyError::Refused)?;
    let text = format!("-----BEGIN {LABEL}-----\n{}\n-----END {LABEL}-----\n", STANDARD.encode(made.as_ref()));
    // Whole or not at all: a process that is killed here leaves no half a key under its name.
    // A name that nobody else has, in another container neither, where the number of this process may be used again.
    let mut number = [0; 8];
    aws_lc_rs::rand::fill(&mut number).map_err(|_| ServiceKeyError::Refused)?;
    let beside = file.with_extension(format!("{:016x}", u64::from_be_bytes(number)));
    let mut options = OpenOptions::new();
    let mut key = options.write(true).create_new(true).mode(0o600).open(&beside).map_err(failed)?;
    key.write_all(text.as_bytes()).and_then(|()| key.sync_all()).map_err(failed)?;
    // A link fails where a rename would replace what is there.
    let linked = std::fs::hard_link(&beside, file);
    std::fs::remove_file(&beside).map_err(failed)?;
    linked.map_err(failed)
}

/// The public half of a service's key: 32 bytes, written in base64url.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey(Vec<u8>);

impl PublicKey {
    /// Reads the base64url form; `None` when it is not 32 bytes.
    pub fn read(text: &str) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| bytes.len() == 32).map(Self)
    }
}

impl std::fmt::Display for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(&self.0))
    }
}

/// Knows the callers of one service.
pub struct ServiceVerifier {
    callee: String,
    callers: BTreeMap<String, Vec<DecodingKey>>,
    certified: BTreeSet<String>,
    clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for ServiceVerifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ServiceVerifier({} for {:?})", self.callee, self.callers.keys())
    }
}

impl ServiceVerifier {
    /// Accepts, at the service `callee`, the services with these names and public keys. A service may have several, while
    /// one replaces another.
    pub fn new<'a>(
        callee: &str,
        callers: impl IntoIterator<Item = (&'a str, &'a PublicKey)>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let mut known: BTreeMap<String, Vec<DecodingKey>> = BTreeMap::new();
        for (name, key) in callers {
            known.entry(name.to_owned()).or_default().push(DecodingKey::from_ed_der(&key.0));
        }
        Self { callee: callee.to_owned(), callers: known, certified: BTreeSet::new(), clock }
    }

    /// Accepts, at the service `callee`, the services with these names when they prove themselves with a certificate, and
    /// no tokens.
    pub fn by_certificate(callee: &str, callers: impl IntoIterator<Item = String>, clock: Arc<dyn Clock>) -> Self {
        let certified = callers.into_iter().collect();
        Self { callee: callee.to_owned(), callers: BTreeMap::new(), certified, clock }
    }

    /// The name of the caller whose verified certificate bears one of `names`, where certificates are the proof.
    pub fn certified(&self, names: &[String]) -> Option<&str> {
        names.iter().find_map(|name| self.certified.get(name)).map(String::as_str)
    }

    /// The name of the caller that made `token`; `None` when it is not from a caller that this service knows, not for
    /// this service, or not of this minute.
    pub fn caller(&self, token: &str) -> Option<&str> {
        let header = decode_header(token).ok()?;
        let (name, keys) = self.callers.get_key_value(header.kid.as_deref()?)?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[name]);
        validation.set_audience(&[&self.callee]);
        validation.required_spec_claims = HashSet::from(["exp", "iss", "aud"].map(str::to_owned));
        // By the clock that was handed in, below.
        validation.validate_exp = false;
        let claims = keys.iter().find_map(|key| decode::<Claims>(token, key, &validation).ok())?.claims;
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
        let callers = [("gateway", gateway.public())];
        let policy = ServiceVerifier::new("policy", callers, clock.clone());
        assert_eq!(policy.caller(&token), Some("gateway"));
        let consent = ServiceVerifier::new("consent", callers, clock.clone());
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
        let policy = ServiceVerifier::new("policy", [("gateway", gateway.public())], clock);
        assert_eq!(policy.caller(&impostor.token_for("policy").unwrap()), None);
        assert_eq!(policy.caller("a.b.c"), None);
    }

    #[test]
    fn both_keys_are_accepted_while_one_replaces_the_other() {
        let clock = ManualClock::at(DateTime::UNIX_EPOCH + TimeDelta::days(20_000));
        let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (old, new) = (key("gateway", old.path(), clock.clone()), key("gateway", new.path(), clock.clone()));
        let read = PublicKey::read(&new.public().to_string()).unwrap();
        let callers = [("gateway", old.public()), ("gateway", &read)];
        let policy = ServiceVerifier::new("policy", callers, clock);
        for key in [&old, &new] {
            assert_eq!(policy.caller(&key.token_for("policy").unwrap()), Some("gateway"));
        }
    }

    #[test]
    fn a_key_is_read_from_pem_and_from_the_bytes_themselves() {
        let clock = ManualClock::at(DateTime::UNIX_EPOCH);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("k");
        let made = ServiceKey::read_or_make("gateway", &file, clock.clone()).unwrap();
        let der = PrivatePkcs8KeyDer::from_pem_file(&file).unwrap();
        let bytes = ServiceKey::from_text("gateway", der.secret_pkcs8_der(), clock.clone()).unwrap();
        assert_eq!(made.public(), bytes.public());
        assert!(ServiceKey::from_text("gateway", format!("-----BEGIN {LABEL}-----").as_bytes(), clock).is_none());
        assert_eq!(PublicKey::read("AAAA"), None);
    }
}
