//! What the provider is started with: its own address, the people, the clients.

use ndx_config::Secret;
use serde::{Deserialize, Deserializer};
use url::Url;

use crate::error::Error;

/// The whole configuration.
#[derive(Debug)]
pub struct Config {
    /// Where the provider is reached; the `iss` of every token, without a slash at its end.
    pub issuer: Url,
    /// Who can sign in.
    pub people: Vec<Person>,
    /// Which programs are registered.
    pub clients: Vec<Client>,
}

/// A citizen, as far as the provider reads of one.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// What the person types to sign in.
    pub user: String,
    /// The password. A sandbox keeps it in its data; nothing else does.
    #[serde(deserialize_with = "secret")]
    pub password: Secret,
    /// What the person's one-time codes are made from (RFC 6238), in Base32. As with the password.
    #[serde(deserialize_with = "secret")]
    pub totp_secret: Secret,
    /// The national identity number.
    pub nic: String,
    /// The name to be shown.
    pub name: String,
    /// The e-mail address.
    pub email: String,
}

/// A registered program.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Client {
    /// Its id.
    pub client_id: String,
    /// What it proves itself by. A sandbox keeps it in its data; nothing else does. A client that runs in a browser can
    /// keep no secret and has none: it is public.
    #[serde(default, deserialize_with = "perhaps_secret")]
    pub client_secret: Option<Secret>,
    /// What its subjects are made with, when it has no secret of its own; it never hears of it.
    #[serde(default, deserialize_with = "perhaps_secret")]
    pub subject_key: Option<Secret>,
    /// Its name, as the sign-in page shows it.
    pub name: String,
    /// Whom its access tokens are for.
    pub audience: String,
    /// How it may get tokens.
    pub grants: Vec<Grant>,
    /// Where people may be sent back to; compared letter by letter.
    pub redirect_uris: Vec<RegisteredUri>,
    /// Where people may be sent after they signed out; compared letter by letter.
    #[serde(default)]
    pub post_logout_redirect_uris: Vec<RegisteredUri>,
    /// From which origins its scripts may call (CORS), e.g. `http://localhost:5173`.
    #[serde(default)]
    pub origins: Vec<String>,
    /// Whether its access tokens are given away at the desk for trials, which a real identity provider does not have.
    #[serde(default)]
    pub trial: Option<Trial>,
    /// What its ID tokens are signed with.
    #[serde(default)]
    pub id_token_signing_alg: SigningAlg,
    /// What its access tokens are signed with.
    #[serde(default)]
    pub access_token_signing_alg: SigningAlg,
}

impl Client {
    /// The secret in the subjects of this client's people.
    pub(crate) fn subject_secret(&self) -> Option<&Secret> {
        self.subject_key.as_ref().or(self.client_secret.as_ref())
    }

    /// Refuses what contradicts itself.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let wrong = |what| Err(Error::Client(self.client_id.clone(), what));
        if self.client_secret.is_none() && self.grants.contains(&Grant::ClientCredentials) {
            return wrong("it has no secret, so it cannot have the grant `client_credentials`");
        }
        if self.grants.contains(&Grant::AuthorizationCode) && self.subject_secret().is_none() {
            return wrong("it has no secret, so it needs a `subjectKey`");
        }
        if self.trial.is_some() && !self.grants.contains(&Grant::ClientCredentials) {
            return wrong("only a client with the grant `client_credentials` can be on trial");
        }
        let trial_origins = self.trial.iter().flat_map(|trial| &trial.origins);
        let is_origin = |text: &String| Url::parse(text).is_ok_and(|url| url.origin().ascii_serialization() == *text);
        if !self.origins.iter().chain(trial_origins).all(is_origin) {
            return wrong("an origin is scheme, host and port, e.g. `http://localhost:5173`");
        }
        Ok(())
    }
}

/// An application that anybody may try.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Trial {
    /// From which origins' pages (CORS), e.g. the gateway's, which has the explorer: `http://127.0.0.1:4000`.
    pub origins: Vec<String>,
}

/// An address that is registered as it is written: `http://localhost:5173` is not `http://localhost:5173/`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct RegisteredUri {
    text: String,
    url: Url,
}

impl RegisteredUri {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// As a browser is sent there.
    pub(crate) fn url(&self) -> &Url {
        &self.url
    }
}

impl TryFrom<String> for RegisteredUri {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        match Url::parse(&text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.fragment().is_none() => Ok(Self { text, url }),
            _ => Err(Error::RedirectUri(text)),
        }
    }
}

/// A way to get a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// The client for itself.
    ClientCredentials,
    /// The client for a person who signed in.
    AuthorizationCode,
}

/// What a token can be signed with (RFC 7518, section 3; RFC 8037).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum SigningAlg {
    /// RSA with 2048 bits and SHA-256, which every verifier knows.
    #[default]
    RS256,
    /// ECDSA on P-256 with SHA-256.
    ES256,
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl SigningAlg {
    /// All of them; a key of each is published.
    pub const ALL: [Self; 3] = [Self::RS256, Self::ES256, Self::EdDsa];

    /// As tokens and discovery name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::RS256 => "RS256",
            Self::ES256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }
}

impl Config {
    /// The issuer as tokens name it.
    pub(crate) fn issuer_text(&self) -> String {
        self.issuer.as_str().trim_end_matches('/').to_owned()
    }
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    String::deserialize(deserializer).map(Secret::new)
}

fn perhaps_secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    secret(deserializer).map(Some)
}
