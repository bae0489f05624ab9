//! One struct a section; here the whole, and the sections that stand alone.

mod services;

mod citizens;

mod consumers;

mod explorer;

mod limits;

mod providers;

mod webhooks;

use std::{collections::BTreeMap, path::PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;
use url::Url;

pub use self::{
    citizens::{AskingLimits, ConsentRules, IdentityProvider, Portal},
    consumers::{Application, ApplicationPurpose, FieldReason, Member},
    explorer::Explorer,
    limits::{Limits, OwnLimits},
    providers::{ArgMapping, Provider, ProviderAuth},
    services::{Callee, OutsideCaller, Proof, Service, Services, Tls},
    webhooks::{Webhook, Webhooks},
};
use crate::{Secret, SecretRef};

/// The configuration of an exchange.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Exchange {
    /// Where the four services listen.
    pub services: Services,
    /// Where the schemas lie.
    pub schema: SchemaFiles,
    /// What the policy decision point is first filled with.
    pub policy: PolicySeed,
    /// How consents are asked and kept.
    pub consent: ConsentRules,
    /// The citizen's pages.
    pub portal: Portal,
    /// Whose tokens applications bring.
    pub jwt: Jwt,
    /// How identifiers of people are written.
    pub identifiers: BTreeMap<String, Identifier>,
    /// The bodies that take part.
    pub members: Vec<Member>,
    /// The applications that may ask.
    pub applications: Vec<Application>,
    /// The registers that answer.
    pub providers: Vec<Provider>,
    /// How consumers' arguments reach providers.
    pub arg_mappings: Vec<ArgMapping>,
    /// The name of the argument that says whom the data is about, where no `@dataOwner` does.
    #[serde(default)]
    pub foundational_id_arg_name: Option<String>,
    /// Who may reach the gateway, and from where.
    #[serde(default)]
    pub edge: Edge,
    /// The page on which people try questions.
    #[serde(default)]
    pub explorer: Explorer,
    /// What is refused for its size or its time.
    #[serde(default)]
    pub limits: Limits,
    /// The documents that applications have registered.
    #[serde(default)]
    pub operations: Option<Operations>,
    /// How the stores are kept.
    #[serde(default)]
    pub store: Store,
}

/// Where the schemas lie.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SchemaFiles {
    /// What consumers may ask.
    #[schemars(length(min = 1))]
    pub consumer: PathBuf,
    /// The folder of the providers' schemas, `<schemaId>.graphql`.
    #[schemars(length(min = 1))]
    pub providers: PathBuf,
    /// Whether a field in a list is known by the last part of its `providerField` alone, as OpenDIF reads it. Without it, its
    /// path begins with that of the list or continues from the element.
    #[serde(default)]
    pub legacy_list_paths: bool,
}

/// What the policy decision point is first filled with.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicySeed {
    /// The file of field policies.
    #[schemars(length(min = 1))]
    pub fields: PathBuf,
    /// The file of grants.
    #[schemars(length(min = 1))]
    pub grants: PathBuf,
}

/// Whose tokens applications bring.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Jwt {
    /// The `iss` of every acceptable token.
    #[schemars(length(min = 1))]
    pub expected_issuer: String,
    /// At least one of these must be in `aud`.
    #[schemars(length(min = 1))]
    pub valid_audiences: Vec<String>,
    /// Where the issuer's keys are.
    pub jwks_url: Url,
}

/// How an identifier of people is written.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Identifier {
    /// A regular expression that the canonical form matches as a whole.
    #[schemars(extend("format" = "regex"))]
    pub pattern: String,
    /// What turns what people write into the canonical form, in order.
    pub canonical: Vec<CanonicalStep>,
}

/// One step towards the canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CanonicalStep {
    /// Spaces around it go.
    Trim,
    /// Letters become capitals.
    Uppercase,
}

/// Who may reach the gateway, and from where.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Edge {
    /// The origins of applications' pages, like `https://passport.example`: what browsers may ask the gateway from.
    #[schemars(extend("items" = { "type": "string", "format": "origin" }))]
    pub cors_origins: Vec<String>,
    /// The certificates (PEM) of the authorities that sign applications' certificates, to which their tokens may be bound.
    /// They are not those of the services: whoever they sign is an application and nothing else.
    #[schemars(extend("minLength" = 1))]
    pub application_authorities: Option<PathBuf>,
    /// Whether everybody may read what can be asked: `/schema.graphql` and `/docs/schema`. They hold nothing about anybody.
    pub public_schema: bool,
}

impl Default for Edge {
    fn default() -> Self {
        Self { cors_origins: Vec::new(), application_authorities: None, public_schema: true }
    }
}

/// The documents that applications have registered: a file for each application, written by `ndx operations publish`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Operations {
    /// The folder of the lists, `<application>.json`.
    #[schemars(length(min = 1))]
    pub folder: PathBuf,
}

/// How the stores are kept: in the data folder, one SQLite file a service, or in PostgreSQL.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Store {
    /// The file of the key that wraps all others; a relative path begins at the data folder.
    #[schemars(length(min = 1))]
    pub root_key_file: PathBuf,
    /// The PostgreSQL database that holds the stores, one schema a service. Without it, they lie in the data folder.
    pub postgres: Option<Postgres>,
}

impl Default for Store {
    fn default() -> Self {
        Self { root_key_file: "keys/root.key".into(), postgres: None }
    }
}

/// A PostgreSQL database.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Postgres {
    /// `postgres://user@host:port/database`; `sslmode` and `sslrootcert` are its parameters. It holds no password.
    #[schemars(with = "String", extend("format" = "postgres-url"))]
    pub url: Url,
    /// The password.
    #[serde(default)]
    pub password: Option<SecretRef>,
    /// The password itself, once the reference has been followed.
    #[serde(skip)]
    pub resolved: Option<Secret>,
}
