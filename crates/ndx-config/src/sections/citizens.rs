//! How citizens are asked, and the pages on which they answer.

use std::path::PathBuf;

use ndx_contracts::Words;
use schemars::JsonSchema;
use serde::Deserialize;
use url::Url;

use super::Webhooks;
use crate::{IsoDuration, Secret, SecretRef, words::WordsShape};

/// How consents are asked and kept.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConsentRules {
    /// How long a request waits for an answer.
    pub request_lifetime: IsoDuration,
    /// How long after a "no" or a "stop" the application cannot ask again.
    pub cool_down: IsoDuration,
    /// How applications are told what became of their consents.
    #[serde(default)]
    pub webhooks: Webhooks,
    /// How often people may be asked.
    #[serde(default)]
    pub limits: AskingLimits,
}

/// How often people may be asked. A day is one of universal time. What stands already is not counted, nor what waits already.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct AskingLimits {
    /// How many requests an application may open in a day.
    #[schemars(range(min = 1))]
    pub requests_per_day: u64,
    /// How many of them may be to the same person.
    #[schemars(range(min = 1))]
    pub requests_per_person_and_day: u64,
    /// How many requests, of whichever applications, may wait for one person at a time.
    #[schemars(range(min = 1))]
    pub waiting_per_person: u64,
}

impl Default for AskingLimits {
    fn default() -> Self {
        Self { requests_per_day: 100_000, requests_per_person_and_day: 20, waiting_per_person: 50 }
    }
}

/// The citizen's pages.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Portal {
    /// What the pages call the exchange: "Farajaland Data Exchange".
    #[schemars(with = "WordsShape")]
    pub name: Words,
    /// The languages of the pages, the country's first one first; each page can be read in each. `en-XA` and `ar-XB` are made
    /// from `en`, for tests: one with longer words, one that is read from right to left.
    #[serde(default = "default_languages")]
    #[schemars(length(min = 1), extend("items" = { "type": "string", "format": "language" }))]
    pub languages: Vec<String>,
    /// The address at which citizens' browsers reach the pages, where it is another than the one at which services reach the
    /// consent engine.
    #[serde(default)]
    pub url: Option<Url>,
    /// The link that applications hand to citizens; `{portal}` is the address of the pages, `{id}` the consent's id.
    #[serde(default = "default_link")]
    #[schemars(extend("format" = "consent-link"))]
    pub link: String,
    /// Whole hours and minutes that the country's clocks are ahead of UTC, e.g. `+05:30`.
    #[schemars(extend("format" = "utc-offset"))]
    pub utc_offset: String,
    /// Who says who somebody is.
    pub identity_provider: IdentityProvider,
    /// The body to complain to, with its address.
    #[schemars(with = "WordsShape")]
    pub complaints: Words,
    /// Another way to see and stop what is shared, for who does not want to use the pages: "telephone …, or any district
    /// office".
    #[serde(default)]
    #[schemars(with = "Option<WordsShape>")]
    pub other_way: Option<Words>,
    /// A CSS file with the country's colours and fonts; those of Farajaland where there is none. It is read at the start and
    /// when the configuration is read again; docs/OPERATIONS.md says what stands in it.
    #[serde(default)]
    pub theme: Option<PathBuf>,
    /// What stands in it, where it is needed.
    #[serde(skip)]
    pub resolved_theme: Option<String>,
    /// The audiences of the access tokens with which other portals call the citizens' API (`/api/v1/consents`). Empty: the
    /// API answers nobody.
    #[serde(default)]
    #[schemars(inner(length(min = 1)))]
    pub api_audiences: Vec<String>,
    /// The origins of those portals' pages, like `https://consent.example`: what browsers may call the citizens' API from.
    #[serde(default)]
    #[schemars(extend("items" = { "type": "string", "format": "origin" }))]
    pub cors_origins: Vec<String>,
}

fn default_languages() -> Vec<String> {
    vec!["en".to_owned()]
}

fn default_link() -> String {
    "{portal}/c/{id}".to_owned()
}

/// An OpenID provider at which citizens sign in.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IdentityProvider {
    /// What people call it: "FUDI".
    #[schemars(length(min = 1))]
    pub name: String,
    /// Its issuer; discovery begins here.
    pub issuer: Url,
    /// The portal's client id there.
    #[schemars(length(min = 1))]
    pub client_id: String,
    /// The portal's secret there.
    pub client_secret: SecretRef,
    /// The claim that holds the person's identifier.
    #[serde(default = "default_citizen_claim")]
    #[schemars(length(min = 1))]
    pub citizen_claim: String,
    /// What the provider calls the sign-in (`acr`) that is needed, not longer than five minutes ago, to share something which
    /// its register marks as sensitive; the preferred first. Empty: any will do that is as young.
    #[serde(default)]
    #[schemars(inner(length(min = 1)))]
    pub sensitive_acr_values: Vec<String>,
    /// The secret itself, once the reference has been followed.
    #[serde(skip)]
    pub resolved_secret: Option<Secret>,
}

fn default_citizen_claim() -> String {
    "nic".to_owned()
}
