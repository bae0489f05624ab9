//! The claims of the two kinds of token, how they are filled, and how they are read again.

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    authorization_codes::Granted,
    config::{Client, Person},
    error::Error,
    keys::{Keys, TOKEN_LIFETIME},
    sessions::Session,
};

const ACCESS: &str = "at+jwt";
const ID: &str = "JWT";

/// An access token (RFC 9068).
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AccessClaims {
    iss: String,
    aud: String,
    pub(crate) sub: String,
    pub(crate) client_id: String,
    iat: i64,
    nbf: i64,
    pub(crate) exp: i64,
    pub(crate) jti: String,
    pub(crate) scope: String,
    /// How and when the person signed in (section 2.2.1); absent for a client itself.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    signed_in: Option<SignedIn>,
    /// What the scope tells of the person.
    #[serde(flatten)]
    person: Map<String, Value>,
}

/// How and when a person signed in (OpenID Connect Core, section 2).
#[derive(Debug, Clone, Serialize, Deserialize)]
struct SignedIn {
    auth_time: i64,
    acr: String,
    amr: Vec<String>,
}

impl From<&Session> for SignedIn {
    fn from(session: &Session) -> Self {
        Self {
            auth_time: session.signed_in_at.timestamp(),
            acr: session.assurance.acr().to_owned(),
            amr: session.assurance.amr().iter().map(|one| (*one).to_owned()).collect(),
        }
    }
}

/// An ID token (OpenID Connect Core, section 2).
#[derive(Debug, Serialize)]
struct IdClaims<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    iat: i64,
    exp: i64,
    #[serde(flatten)]
    signed_in: SignedIn,
    #[serde(flatten)]
    person: Map<String, Value>,
}

/// What an ID token says that comes back as a hint.
#[derive(Debug, Deserialize)]
pub(crate) struct Hint {
    /// The client that it was made for.
    pub(crate) aud: String,
    pub(crate) sub: String,
}

/// Fills and signs tokens in the issuer's name.
pub(crate) struct Tokens {
    pub(crate) issuer: String,
    pub(crate) keys: Keys,
}

impl Tokens {
    /// An access token for `client`, about itself.
    pub(crate) fn for_client(&self, client: &Client, now: DateTime<Utc>) -> Result<String, Error> {
        self.access(client, client.client_id.clone(), String::new(), None, Map::new(), now)
    }

    /// An access token for `client`, about `person`.
    pub(crate) fn for_person(
        &self,
        client: &Client,
        person: &Person,
        granted: &Granted,
        now: DateTime<Utc>,
    ) -> Result<String, Error> {
        let (scope, signed_in) = (&granted.request.scope, SignedIn::from(&granted.session));
        self.access(client, self.subject(client, person), scope.text(), Some(signed_in), scope.claims(person), now)
    }

    /// Tells `client` who signed in.
    pub(crate) fn id(
        &self,
        client: &Client,
        person: &Person,
        granted: &Granted,
        now: DateTime<Utc>,
    ) -> Result<String, Error> {
        let claims = IdClaims {
            iss: &self.issuer,
            aud: &client.client_id,
            sub: &self.subject(client, person),
            nonce: granted.request.nonce.as_deref(),
            iat: now.timestamp(),
            exp: (now + TOKEN_LIFETIME).timestamp(),
            signed_in: SignedIn::from(&granted.session),
            person: granted.request.scope.claims(person),
        };
        self.keys.sign(client.id_token_signing_alg, ID, &claims, now)
    }

    /// The claims of an access token that was made here and has not expired.
    pub(crate) fn read_access(&self, token: &str, now: DateTime<Utc>) -> Option<AccessClaims> {
        let claims: AccessClaims = serde_json::from_value(self.keys.claims(token, ACCESS, &self.issuer, now)?).ok()?;
        (now.timestamp() < claims.exp).then_some(claims)
    }

    /// What an ID token that was made here says, even when it has expired meanwhile.
    pub(crate) fn read_hint(&self, token: &str, now: DateTime<Utc>) -> Option<Hint> {
        serde_json::from_value(self.keys.claims(token, ID, &self.issuer, now)?).ok()
    }

    /// The same for a person at one client for ever, another at every other client. An NIC can be tried out, so a plain
    /// digest would give it away; the client's secret as the key keeps everybody but that client, who knows the NIC,
    /// from trying.
    pub(crate) fn subject(&self, client: &Client, person: &Person) -> String {
        let secret = client.subject_secret().map_or("", |secret| secret.expose());
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let about = format!("{}\n{}\n{}", self.issuer, client.client_id, person.nic);
        URL_SAFE_NO_PAD.encode(hmac::sign(&key, about.as_bytes()))
    }

    fn access(
        &self,
        client: &Client,
        sub: String,
        scope: String,
        signed_in: Option<SignedIn>,
        person: Map<String, Value>,
        now: DateTime<Utc>,
    ) -> Result<String, Error> {
        let claims = AccessClaims {
            iss: self.issuer.clone(),
            aud: client.audience.clone(),
            sub,
            client_id: client.client_id.clone(),
            iat: now.timestamp(),
            nbf: now.timestamp(),
            exp: (now + TOKEN_LIFETIME).timestamp(),
            jti: uuid::Uuid::new_v4().to_string(),
            scope,
            signed_in,
            person,
        };
        self.keys.sign(client.access_token_signing_alg, ACCESS, &claims, now)
    }
}
