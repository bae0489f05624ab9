//! The claims of the two kinds of token, and how they are filled.

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::{
    codes::Granted,
    config::{Client, Person},
    keys::SigningKey,
};

/// How long a token is good for.
pub(crate) const LIFETIME: TimeDelta = TimeDelta::hours(1);

/// What a person did to sign in here: gave a password.
pub(crate) const ACR: &str = "urn:fudi:acr:password";

/// An access token (RFC 9068).
#[derive(Debug, Serialize)]
struct AccessClaims<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: &'a str,
    client_id: &'a str,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: String,
    scope: &'a str,
}

/// An ID token (OpenID Connect Core, section 2).
#[derive(Debug, Serialize)]
struct IdClaims<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: &'a str,
    nic: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    auth_time: i64,
    iat: i64,
    exp: i64,
    acr: &'static str,
}

/// Fills and signs tokens in the issuer's name.
pub(crate) struct Tokens {
    pub(crate) issuer: String,
    pub(crate) key: SigningKey,
}

impl Tokens {
    /// An access token for `client`, about itself.
    pub(crate) fn for_client(&self, client: &Client, now: DateTime<Utc>) -> jsonwebtoken::errors::Result<String> {
        self.access(client, &client.client_id, "", now)
    }

    /// An access token for `client`, about `person`.
    pub(crate) fn for_person(
        &self,
        client: &Client,
        person: &Person,
        scope: &str,
        now: DateTime<Utc>,
    ) -> jsonwebtoken::errors::Result<String> {
        self.access(client, &self.pairwise(client, person), scope, now)
    }

    /// Tells `client` who signed in.
    pub(crate) fn id(
        &self,
        client: &Client,
        person: &Person,
        granted: &Granted,
        now: DateTime<Utc>,
    ) -> jsonwebtoken::errors::Result<String> {
        let claims = IdClaims {
            iss: &self.issuer,
            aud: &client.client_id,
            sub: &self.pairwise(client, person),
            nic: &person.nic,
            name: &person.name,
            nonce: granted.request.nonce.as_deref(),
            auth_time: granted.session.signed_in_at.timestamp(),
            iat: now.timestamp(),
            exp: (now + LIFETIME).timestamp(),
            acr: ACR,
        };
        self.key.sign("JWT", &claims)
    }

    fn access(
        &self,
        client: &Client,
        sub: &str,
        scope: &str,
        now: DateTime<Utc>,
    ) -> jsonwebtoken::errors::Result<String> {
        let claims = AccessClaims {
            iss: &self.issuer,
            aud: &client.audience,
            sub,
            client_id: &client.client_id,
            iat: now.timestamp(),
            nbf: now.timestamp(),
            exp: (now + LIFETIME).timestamp(),
            jti: uuid::Uuid::new_v4().to_string(),
            scope,
        };
        self.key.sign("at+jwt", &claims)
    }

    /// The same for a person at one client for ever, another at every other client. An NIC can be tried out, so a plain
    /// digest would give it away; the client's secret as the key keeps everybody but that client, who knows the NIC,
    /// from trying.
    fn pairwise(&self, client: &Client, person: &Person) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, client.client_secret.expose().as_bytes());
        let about = format!("{}\n{}\n{}", self.issuer, client.client_id, person.nic);
        URL_SAFE_NO_PAD.encode(hmac::sign(&key, about.as_bytes()))
    }
}
