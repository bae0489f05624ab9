//! The issuer of the bench: signs the applications' tokens (RS256, as most identity providers do) and the citizens' (ES256),
//! and serves its keys.

use std::{convert::Infallible, net::SocketAddr};

use anyhow::{Context as _, anyhow};
use aws_lc_rs::{
    encoding::AsDer,
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use jsonwebtoken::{
    Algorithm, EncodingKey, Header,
    jwk::{Jwk, PublicKeyUse},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::world::{AUDIENCE, CITIZENS_AUDIENCE};

/// How long a token lives, in seconds: longer than a measurement.
const LIFETIME: i64 = 24 * 3600;

/// The issuer.
pub struct Issuer {
    address: SocketAddr,
    url: String,
    of_applications: EncodingKey,
    of_citizens: EncodingKey,
    keys: Value,
}

impl Issuer {
    /// One that will serve at `port` of this machine.
    ///
    /// # Errors
    /// When no keys can be made.
    pub fn new(port: u16) -> anyhow::Result<Self> {
        let of_applications = rsa()?;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        let of_citizens = EncodingKey::from_ec_der(pkcs8.map_err(|_| anyhow!("no key can be made"))?.as_ref());
        let public = |key: &EncodingKey, algorithm, id: &str| -> anyhow::Result<Jwk> {
            let mut jwk = Jwk::from_encoding_key(key, algorithm)?;
            jwk.common.key_id = Some(id.to_owned());
            jwk.common.public_key_use = Some(PublicKeyUse::Signature);
            Ok(jwk)
        };
        let keys = json!({"keys": [
            public(&of_applications, Algorithm::RS256, "applications")?,
            public(&of_citizens, Algorithm::ES256, "citizens")?,
        ]});
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        Ok(Self { address, url: format!("http://{address}"), of_applications, of_citizens, keys })
    }

    /// A token of the application `id`.
    ///
    /// # Errors
    /// When it cannot be signed.
    pub fn for_application(&self, id: &str) -> anyhow::Result<String> {
        let claims = json!({"client_id": id, "sub": id, "aud": AUDIENCE});
        self.sign(claims, Algorithm::RS256, "applications", &self.of_applications)
    }

    /// A token of the citizen with the identity card number `nic`.
    ///
    /// # Errors
    /// When it cannot be signed.
    pub fn for_citizen(&self, nic: &str) -> anyhow::Result<String> {
        let claims = json!({"nic": nic, "sub": nic, "client_id": "portal", "aud": CITIZENS_AUDIENCE});
        self.sign(claims, Algorithm::ES256, "citizens", &self.of_citizens)
    }

    fn sign(&self, mut claims: Value, algorithm: Algorithm, id: &str, key: &EncodingKey) -> anyhow::Result<String> {
        let now = std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH)?.as_secs();
        let now = i64::try_from(now)?;
        for (name, value) in [("iss", self.url.as_str().into()), ("iat", now.into()), ("exp", (now + LIFETIME).into())]
        {
            if let Some(claims) = claims.as_object_mut() {
                claims.insert(name.to_owned(), value);
            }
        }
        let header = Header { typ: Some("at+jwt".to_owned()), kid: Some(id.to_owned()), ..Header::new(algorithm) };
        Ok(jsonwebtoken::encode(&header, &claims, key)?)
    }

    /// Serves the keys, and what an OpenID provider says of itself, for ever.
    ///
    /// # Errors
    /// When the port cannot be had.
    pub async fn serve(&self) -> anyhow::Result<tokio::task::JoinHandle<()>> {
        let listener = TcpListener::bind(self.address).await;
        let listener = listener.with_context(|| format!("cannot listen on {}", self.address))?;
        let at = |path: &str| format!("{}/{path}", self.url);
        let description = json!({
            "issuer": self.url, "jwks_uri": at("jwks"), "authorization_endpoint": at("authorize"),
            "token_endpoint": at("token"), "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
        });
        let (keys, description) = (Bytes::from(self.keys.to_string()), Bytes::from(description.to_string()));
        Ok(tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (keys, description) = (keys.clone(), description.clone());
                let service = service_fn(move |request: Request<Incoming>| {
                    let found = match request.uri().path() {
                        "/jwks" => Some(keys.clone()),
                        "/.well-known/openid-configuration" => Some(description.clone()),
                        _ => None,
                    };
                    async move { Ok::<_, Infallible>(answer(found)) }
                });
                tokio::spawn(async move {
                    drop(http1::Builder::new().serve_connection(TokioIo::new(stream), service).await);
                });
            }
        }))
    }
}

fn answer(found: Option<Bytes>) -> Response<Full<Bytes>> {
    let status = if found.is_some() { StatusCode::OK } else { StatusCode::NOT_FOUND };
    let mut response = Response::new(Full::new(found.unwrap_or_default()));
    *response.status_mut() = status;
    let json = http::HeaderValue::from_static("application/json");
    response.headers_mut().insert(http::header::CONTENT_TYPE, json);
    response
}

/// 2048 bits.
fn rsa() -> anyhow::Result<EncodingKey> {
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| anyhow!("no key can be made"))?;
    let pkcs8 = pair.as_der().map_err(|_| anyhow!("no key can be made"))?;
    let text = STANDARD.encode(pkcs8.as_ref());
    let mut lines = String::with_capacity(text.len() + text.len() / 64);
    for (place, letter) in text.chars().enumerate() {
        if place > 0 && place % 64 == 0 {
            lines.push('\n');
        }
        lines.push(letter);
    }
    // Put together here, so that nothing takes this file for one that holds a key.
    let label = ["PRIVATE", "KEY"].join(" ");
    Ok(EncodingKey::from_rsa_pem(format!("-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n").as_bytes())?)
}
