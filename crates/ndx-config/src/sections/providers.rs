//! Who answers: the registers, and what is handed to them.

use ndx_contracts::{MemberId, ProviderKey, SchemaId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{Secret, SecretRef};

/// A register that answers.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Provider {
    /// Its key in the consumer schema.
    #[schemars(with = "String", length(min = 1))]
    pub provider_key: ProviderKey,
    /// Its schema's id.
    #[schemars(with = "String", length(min = 1))]
    pub schema_id: SchemaId,
    /// Its GraphQL endpoint.
    pub provider_url: Url,
    /// The body that keeps it.
    #[schemars(with = "String", length(min = 1))]
    pub member: MemberId,
    /// How we prove ourselves to it.
    #[serde(default)]
    pub auth: ProviderAuth,
    /// Where it says whose record it gave: a path below its root field that leads to the person's identifier, like `person.nic`.
    /// An answer about somebody else than the person who was asked about is dropped.
    #[serde(default)]
    #[schemars(extend("format" = "provider-path"))]
    pub echo: Option<String>,
    /// Milliseconds for an answer; without it, `limits.providerTimeoutMs`.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub timeout_ms: Option<u64>,
    /// How many calls may be under way to it at a time; what comes above waits a little and is then refused.
    #[serde(default = "most_calls")]
    #[schemars(range(min = 1))]
    pub max_concurrent: usize,
}

fn most_calls() -> usize {
    100
}

/// How we prove ourselves to a provider.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "camelCase", deny_unknown_fields)]
pub enum ProviderAuth {
    /// Not at all.
    #[default]
    None,
    /// A key in a header.
    #[serde(rename_all = "camelCase")]
    ApiKey {
        /// The header's name.
        #[schemars(extend("format" = "header-name"))]
        api_key_name: String,
        /// The key.
        api_key_value: SecretRef,
        /// The key itself, once the reference has been followed.
        #[serde(skip)]
        resolved: Option<Secret>,
    },
    /// OAuth 2.0 client credentials (RFC 6749, section 4.4).
    #[serde(rename_all = "camelCase")]
    Oauth2 {
        /// The token endpoint.
        token_url: Url,
        /// Our client id there.
        #[schemars(length(min = 1))]
        client_id: String,
        /// Our secret there.
        client_secret: SecretRef,
        /// The scopes to ask for.
        #[serde(default)]
        scopes: Vec<String>,
        /// The secret itself, once the reference has been followed.
        #[serde(skip)]
        resolved: Option<Secret>,
    },
}

/// Carries an argument of a consumer's root field to a provider's field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ArgMapping {
    /// The provider.
    #[schemars(with = "String", length(min = 1))]
    pub provider_key: ProviderKey,
    /// Its schema.
    #[schemars(with = "String", length(min = 1))]
    pub schema_id: SchemaId,
    /// `<root field>-<argument>` of the consumer schema, e.g. `personInfo-nic`.
    #[schemars(extend("format" = "argument-path"))]
    pub source_arg_path: String,
    /// The argument's name at the provider.
    #[schemars(length(min = 1))]
    pub target_arg_name: String,
    /// The provider's root field, e.g. `person`; the provider's key may stand in front (`drp.person`).
    #[schemars(length(min = 1))]
    pub target_arg_path: String,
}
