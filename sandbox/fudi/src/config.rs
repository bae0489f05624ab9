//! What the provider is started with: its own address, the people, the clients.

use ndx_config::Secret;
use serde::{Deserialize, Deserializer};
use url::Url;

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
pub struct Person {
    /// What the person types to sign in.
    pub user: String,
    /// The password. A sandbox keeps it in its data; nothing else does.
    #[serde(deserialize_with = "secret")]
    pub password: Secret,
    /// The national identity number.
    pub nic: String,
    /// The name to be shown.
    pub name: String,
}

/// A registered program.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Client {
    /// Its id.
    pub client_id: String,
    /// What it proves itself by. A sandbox keeps it in its data; nothing else does.
    #[serde(deserialize_with = "secret")]
    pub client_secret: Secret,
    /// Its name, as the sign-in page shows it.
    pub name: String,
    /// Whom its access tokens are for.
    pub audience: String,
    /// How it may get tokens.
    pub grants: Vec<Grant>,
    /// Where people may be sent back to; compared letter by letter.
    pub redirect_uris: Vec<Url>,
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

impl Config {
    /// The issuer as tokens name it.
    pub(crate) fn issuer_text(&self) -> String {
        self.issuer.as_str().trim_end_matches('/').to_owned()
    }
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    String::deserialize(deserializer).map(Secret::new)
}
