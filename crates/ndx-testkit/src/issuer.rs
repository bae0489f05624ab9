//! An issuer of tokens of a test's own, so that it can sign what a good issuer never would.

use std::time::SystemTime;

use aws_lc_rs::{
    encoding::AsDer,
    rsa::{KeyPair, KeySize},
    signature::KeyPair as _,
};
use axum::{Json, Router, routing::get};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use ndx_service::listen;
use serde_json::{Value, json};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::farajaland::Farajaland;

/// The issuer.
pub struct Issuer {
    key: EncodingKey,
    /// The modulus of its public key.
    pub public_modulus: Vec<u8>,
    keys: Value,
}

impl Issuer {
    /// One with a key of its own, `k1`.
    pub fn new() -> Self {
        let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let public = pair.public_key();
        let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let (n, e) =
            (public.modulus().big_endian_without_leading_zero(), public.exponent().big_endian_without_leading_zero());
        let keys =
            json!({"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "k1", "n": part(n), "e": part(e)}]});
        let der = AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&pair).unwrap();
        // The library reads PKCS #1; it is the octet string inside PKCS #8.
        let pkcs8 = der.as_ref();
        let start = pkcs8.windows(4).position(|window| window[..2] == [0x04, 0x82]).unwrap() + 4;
        Self { key: EncodingKey::from_rsa_der(&pkcs8[start..]), public_modulus: n.to_vec(), keys }
    }

    /// What a good token says.
    pub fn claims(&self) -> Value {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        json!({
            "iss": "https://issuer.example", "aud": "ndx", "sub": "passport-app", "client_id": "passport-app",
            "iat": now, "nbf": now, "exp": now + 600,
        })
    }

    /// The header of a good token.
    pub fn header() -> Header {
        Header { typ: Some("at+jwt".to_owned()), kid: Some("k1".to_owned()), ..Header::new(Algorithm::RS256) }
    }

    /// Signs whatever it is given.
    pub fn sign(&self, header: &Header, claims: &Value) -> String {
        encode(header, claims, &self.key).unwrap()
    }

    /// A token whose `key` says something else; null takes the claim away.
    pub fn with(&self, key: &str, value: Value) -> String {
        let mut claims = self.claims();
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(key);
        } else {
            claims[key] = value;
        }
        self.sign(&Self::header(), &claims)
    }

    /// Makes the exchange believe this issuer, and no other.
    #[must_use]
    pub fn trusted_by(&self, farajaland: Farajaland) -> Farajaland {
        let jwks = format!("http://127.0.0.1:{}/jwks", farajaland.ports().spare());
        farajaland.with_config(|config| {
            let issuer = "https://issuer.example";
            config["jwt"] = json!({"expectedIssuer": issuer, "validAudiences": ["ndx"], "jwksUrl": jwks});
        })
    }

    /// Serves its keys as long as the value lives.
    pub async fn serve(&self, farajaland: &Farajaland) -> DropGuard {
        let keys = self.keys.clone();
        let router = Router::new().route("/jwks", get(async move || Json(keys)));
        let listener = listen::bind_loopback("jwks", farajaland.ports().spare()).await.unwrap();
        let stop = CancellationToken::new();
        tokio::spawn(listen::serve(listener, router, stop.clone()));
        stop.drop_guard()
    }
}

impl Default for Issuer {
    fn default() -> Self {
        Self::new()
    }
}
