//! The key that signs every token, made at the start.

use aws_lc_rs::{
    encoding::AsDer,
    rsa::{KeyPair, KeySize},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use jsonwebtoken::{
    Algorithm, EncodingKey, Header,
    jwk::{Jwk, JwkSet, KeyOperations, PublicKeyUse, ThumbprintHash},
};
use serde::Serialize;

use crate::error::Error;

/// RFC 7468, section 10.
const LABEL: &str = "PRIVATE KEY";

/// An RSA key of 2048 bits and what the world may know of it.
pub(crate) struct SigningKey {
    key: EncodingKey,
    id: String,
    public: JwkSet,
}

impl SigningKey {
    pub(crate) fn generate() -> Result<Self, Error> {
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| Error::Key)?;
        let pkcs8 = pair.as_der().map_err(|_| Error::Key)?;
        // The one form of PKCS #8 that the library takes is PEM.
        let pem = format!("-----BEGIN {LABEL}-----\n{}\n-----END {LABEL}-----\n", wrapped(pkcs8.as_ref()));
        let key = EncodingKey::from_rsa_pem(pem.as_bytes())?;
        let mut jwk = Jwk::from_encoding_key(&key, Algorithm::RS256)?;
        let id = jwk.thumbprint(ThumbprintHash::SHA256)?;
        jwk.common.key_id = Some(id.clone());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        jwk.common.key_operations = Some(vec![KeyOperations::Verify]);
        Ok(Self { key, id, public: JwkSet { keys: vec![jwk] } })
    }

    /// The key set to publish.
    pub(crate) fn public(&self) -> &JwkSet {
        &self.public
    }

    /// A signed token of this `typ`.
    pub(crate) fn sign(&self, typ: &str, claims: &impl Serialize) -> jsonwebtoken::errors::Result<String> {
        let mut header = Header::new(Algorithm::RS256);
        header.typ = Some(typ.to_owned());
        header.kid = Some(self.id.clone());
        jsonwebtoken::encode(&header, claims, &self.key)
    }
}

fn wrapped(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut lines = String::with_capacity(text.len() + text.len() / 64);
    for (position, letter) in text.chars().enumerate() {
        if position > 0 && position % 64 == 0 {
            lines.push('\n');
        }
        lines.push(letter);
    }
    lines
}
