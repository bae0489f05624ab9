//! One signing key and what the world may know of it.

use aws_lc_rs::{
    encoding::AsDer,
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use jsonwebtoken::{
    Algorithm, EncodingKey, Header,
    jwk::{Jwk, KeyOperations, PublicKeyUse, ThumbprintHash},
};
use serde::Serialize;

use crate::{config::SigningAlg, error::Error};

/// RFC 7468, section 10.
const LABEL: &str = "PRIVATE KEY";

/// A private key, named by the thumbprint of its public half (RFC 7638).
pub(super) struct SigningKey {
    algorithm: SigningAlg,
    key: EncodingKey,
    id: String,
    public: Jwk,
}

impl SigningKey {
    pub(super) fn generate(algorithm: SigningAlg) -> Result<Self, Error> {
        let key = match algorithm {
            SigningAlg::RS256 => rsa()?,
            SigningAlg::ES256 => {
                let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
                EncodingKey::from_ec_der(pkcs8.map_err(|_| Error::Key)?.as_ref())
            }
            SigningAlg::EdDsa => {
                // The library reads the public half only from the first version of the form.
                let pkcs8 = Ed25519KeyPair::generate_pkcs8v1(&SystemRandom::new()).map_err(|_| Error::Key)?;
                EncodingKey::from_ed_der(pkcs8.as_ref())
            }
        };
        let mut public = Jwk::from_encoding_key(&key, in_library(algorithm))?;
        let id = public.thumbprint(ThumbprintHash::SHA256)?;
        public.common.key_id = Some(id.clone());
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        public.common.key_operations = Some(vec![KeyOperations::Verify]);
        Ok(Self { algorithm, key, id, public })
    }

    pub(super) fn algorithm(&self) -> SigningAlg {
        self.algorithm
    }

    pub(super) fn public(&self) -> &Jwk {
        &self.public
    }

    /// A signed token of this `typ`.
    pub(super) fn sign(&self, typ: &str, claims: &impl Serialize) -> jsonwebtoken::errors::Result<String> {
        let mut header = Header::new(in_library(self.algorithm));
        header.typ = Some(typ.to_owned());
        header.kid = Some(self.id.clone());
        jsonwebtoken::encode(&header, claims, &self.key)
    }
}

fn in_library(algorithm: SigningAlg) -> Algorithm {
    match algorithm {
        SigningAlg::RS256 => Algorithm::RS256,
        SigningAlg::ES256 => Algorithm::ES256,
        SigningAlg::EdDsa => Algorithm::EdDSA,
    }
}

/// 2048 bits.
fn rsa() -> Result<EncodingKey, Error> {
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| Error::Key)?;
    let pkcs8 = pair.as_der().map_err(|_| Error::Key)?;
    // The one form of an RSA key in PKCS #8 that the library takes is PEM.
    let pem = format!("-----BEGIN {LABEL}-----\n{}\n-----END {LABEL}-----\n", wrapped(pkcs8.as_ref()));
    Ok(EncodingKey::from_rsa_pem(pem.as_bytes())?)
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
