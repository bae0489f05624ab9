//! The signature: a compact JWS (RFC 7515) by an Ed25519 key (RFC 8037), over exactly one record.

use aws_lc_rs::digest::{SHA256, digest as hash};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, crypto};
use serde::{Deserialize, Serialize};

use crate::{
    key::{KeyError, SigningKey},
    key_set::{KeySet, PublishedKey},
    record::Record,
    refusal::Refusal,
};

/// What a signature of a record says that it is. No token of anybody says so.
pub const TYPE: &str = "consent-record+jws";
/// The only algorithm.
pub const ALGORITHM: &str = "EdDSA";

/// What stands before the record: these three members, in this order, and no other.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    typ: String,
    kid: String,
}

/// A record that was signed, and the key that signed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The record.
    pub record: Record,
    /// The key.
    pub key: PublishedKey,
}

/// The compact JWS of `record`, which must name `key`.
///
/// # Errors
/// When it names another, or the library refuses.
pub fn sign(record: &Record, key: &SigningKey) -> Result<String, KeyError> {
    if record.key_id != key.public().id() {
        return Err(KeyError::Refused);
    }
    let header = Header { alg: ALGORITHM.to_owned(), typ: TYPE.to_owned(), kid: key.public().id().to_owned() };
    let message = format!("{}.{}", encoded(&header)?, encoded(record)?);
    let private = EncodingKey::from_ed_der(key.to_pkcs8());
    let signature = crypto::sign(message.as_bytes(), &private, Algorithm::EdDSA).map_err(|_| KeyError::Refused)?;
    Ok(format!("{message}.{signature}"))
}

/// The SHA-256 of a compact JWS, hexadecimal: how one record names another.
pub fn digest(jws: &str) -> String {
    hash(&SHA256, jws.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The record in `jws`, when a key of `keys` signed it while it was in use. Nothing in the record is read before its
/// signature was found to fit.
///
/// # Errors
/// When it proves nothing.
pub fn verify_signature(jws: &str, keys: &KeySet) -> Result<Signed, Refusal> {
    let (message, signature) = jws.rsplit_once('.').ok_or_else(not_a_jws)?;
    let (header, payload) = message.split_once('.').ok_or_else(not_a_jws)?;
    let kid = header_of(header)?.kid;
    let key = keys.find(&kid).ok_or(Refusal::UnknownKey(kid))?;
    let public = DecodingKey::from_ed_components(key.key.x()).map_err(|_| Refusal::Signature)?;
    match crypto::verify(signature, message.as_bytes(), &public, Algorithm::EdDSA) {
        Ok(true) => {}
        Ok(false) | Err(_) => return Err(Refusal::Signature),
    }
    let record = record_of(payload)?;
    if record.key_id != key.key.id() {
        return Err(Refusal::OtherKey);
    }
    if record.receipt_id != Record::receipt_id(record.record_id, record.record_version, record.issued_at) {
        return Err(Refusal::OtherName);
    }
    if !key.in_use_at(record.issued_at) {
        return Err(Refusal::KeyNotInUse(key.key.id().to_owned()));
    }
    Ok(Signed { record, key: key.clone() })
}

fn not_a_jws() -> Refusal {
    Refusal::NotAReceipt("there is neither a receipt's JSON nor a compact JWS in it".to_owned())
}

fn encoded(part: &impl Serialize) -> Result<String, KeyError> {
    serde_json::to_vec(part).map(|json| URL_SAFE_NO_PAD.encode(json)).map_err(|_| KeyError::Refused)
}

/// The header, when it is the one that we write: a member more, one in another place, another way to write it, and it is
/// refused.
fn header_of(part: &str) -> Result<Header, Refusal> {
    let json = URL_SAFE_NO_PAD.decode(part).map_err(|_| not_a_jws())?;
    let header: Header = serde_json::from_slice(&json).map_err(|_| Refusal::OtherKind)?;
    let as_we_write_it = encoded(&header).is_ok_and(|ours| ours == part);
    let ours = header.alg == ALGORITHM && header.typ == TYPE && as_we_write_it;
    if ours { Ok(header) } else { Err(Refusal::OtherKind) }
}

fn record_of(part: &str) -> Result<Record, Refusal> {
    let json = URL_SAFE_NO_PAD.decode(part).map_err(|_| not_a_jws())?;
    let record: Record = serde_json::from_slice(&json).map_err(|error| Refusal::NotARecord(error.to_string()))?;
    // INVARIANT: one record has one form, so that whoever reads it with another program reads the same.
    let ours = encoded(&record).is_ok_and(|ours| ours == part);
    if ours { Ok(record) } else { Err(Refusal::NotARecord("it is written in another form".to_owned())) }
}
