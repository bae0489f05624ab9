//! The page on which people try questions.

use ndx_contracts::ApplicationId;
use schemars::JsonSchema;
use serde::Deserialize;
use url::Url;

/// The page on which people try questions, `/explorer` of the gateway. It opens no door: who asks there needs an access token
/// as everywhere.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Explorer {
    /// Whether there is the page.
    pub enabled: bool,
    /// Where a sandbox's identity provider gives access tokens for trials to whoever asks. A real one has no such place;
    /// without it, people paste tokens of their own.
    pub trial_token_url: Option<Url>,
    /// The applications that the page offers such tokens for.
    #[schemars(with = "Vec<String>", inner(length(min = 1)))]
    pub applications: Vec<ApplicationId>,
}

impl Default for Explorer {
    fn default() -> Self {
        Self { enabled: true, trial_token_url: None, applications: Vec::new() }
    }
}
