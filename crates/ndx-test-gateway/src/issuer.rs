//! Signs applications' tokens.

use std::time::SystemTime;

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{Ed25519KeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

/// The `iss` of the tokens.
pub const ISSUER: &str = "https://issuer.example";

/// The issuer.
pub struct Issuer {
    key: EncodingKey,
    keys: Value,
}

impl std::fmt::Debug for Issuer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Issuer")
    }
}

impl Issuer {
    /// One with a key of its own.
    pub fn new() -> Self {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let pair = Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap();
        let public = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
        let keys =
            json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": "k1", "x": public}]});
        Self { key: EncodingKey::from_ed_der(pkcs8.as_ref()), keys }
    }

    /// Its public keys.
    pub fn keys(&self) -> Value {
        self.keys.clone()
    }

    /// An access token for an application.
    pub fn token(&self, application: &str) -> String {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        let header =
            Header { typ: Some("at+jwt".to_owned()), kid: Some("k1".to_owned()), ..Header::new(Algorithm::EdDSA) };
        let claims = json!({
            "iss": ISSUER, "aud": "ndx", "sub": application, "client_id": application,
            "iat": now, "nbf": now, "exp": now + 600,
        });
        encode(&header, &claims, &self.key).unwrap()
    }
}
