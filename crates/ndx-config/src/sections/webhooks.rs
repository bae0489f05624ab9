//! How applications are told that something has become of a consent.

use schemars::JsonSchema;
use serde::Deserialize;
use url::Url;

use crate::{IsoDuration, Network, Secret, SecretRef};

/// Where one application is told.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Webhook {
    /// Where events are sent: over https, or over http to this machine itself.
    pub url: Url,
    /// What events are signed with: `whsec_` and 24 to 64 bytes in Base64 (Standard Webhooks), which the receiver has too.
    pub secret: SecretRef,
    /// What events were signed with before. They are signed with it as well, until the receiver knows the new one.
    #[serde(default)]
    pub former_secret: Option<SecretRef>,
    /// The secrets themselves, once the references have been followed: the present one first.
    #[serde(skip)]
    pub resolved: Vec<Secret>,
}

impl Webhook {
    /// The key of a secret in the form of Standard Webhooks; `None` when it has another form.
    pub fn key(secret: &Secret) -> Option<Vec<u8>> {
        use base64::{Engine as _, engine::general_purpose::STANDARD};
        let key = STANDARD.decode(secret.expose().strip_prefix("whsec_")?).ok()?;
        (24..=64).contains(&key.len()).then_some(key)
    }
}

/// How applications that have a `webhook` are told: what is tried how often, and where nobody is told.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Webhooks {
    /// How often an event is sent before it becomes a dead letter.
    #[schemars(range(min = 1))]
    pub tries: u32,
    /// The pause after the first try that failed. It is doubled after each further one, and always a little different.
    pub first_pause: IsoDuration,
    /// The longest pause.
    pub longest_pause: IsoDuration,
    /// Milliseconds for one try.
    #[schemars(range(min = 1))]
    pub timeout_ms: u64,
    /// How many events may be under way to one application at a time, from each process.
    #[schemars(range(min = 1))]
    pub concurrent: usize,
    /// How long an event that was delivered can still be looked at and sent again.
    pub keep_delivered: IsoDuration,
    /// Networks in which receivers may be although they are not public, like `10.20.0.0/16`. Nothing else that is not public is
    /// ever connected to.
    pub allowed_networks: Vec<Network>,
}

/// Twenty-five tries take three days and a half.
impl Default for Webhooks {
    fn default() -> Self {
        const HOUR: u32 = 3600;
        Self {
            tries: 25,
            first_pause: IsoDuration::of_seconds(5),
            longest_pause: IsoDuration::of_seconds(6 * HOUR),
            timeout_ms: 10_000,
            concurrent: 4,
            keep_delivered: IsoDuration::of_seconds(30 * 24 * HOUR),
            allowed_networks: Vec::new(),
        }
    }
}
