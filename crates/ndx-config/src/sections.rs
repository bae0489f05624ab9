//! One struct a section.

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf};

use ndx_contracts::{ApplicationId, FieldRef, MemberId, ProviderKey, Purpose, SchemaId};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{IsoDuration, Secret, SecretRef};

/// The whole configuration, checked.
#[derive(Debug, Clone)]
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
    pub foundational_id_arg_name: Option<String>,
    /// What is refused for its size or its time.
    pub limits: Limits,
    /// How the stores are kept.
    pub store: Store,
}

/// Where the four services listen.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Services {
    /// The gateway.
    pub gateway: Service,
    /// The consent engine and the portal.
    pub consent: Service,
    /// The policy decision point.
    pub policy: Service,
    /// The audit service.
    pub audit: Service,
}

/// Where one service listens, and how others reach it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Service {
    /// The address it binds.
    pub listen: SocketAddr,
    /// The address others use; for the consent engine also what citizens see.
    pub url: Url,
}

/// Where the schemas lie.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SchemaFiles {
    /// What consumers may ask.
    pub consumer: PathBuf,
    /// The folder of the providers' schemas, `<schemaId>.graphql`.
    pub providers: PathBuf,
}

/// What the policy decision point is first filled with.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicySeed {
    /// The file of field policies.
    pub fields: PathBuf,
    /// The file of grants.
    pub grants: PathBuf,
}

/// How consents are asked and kept.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConsentRules {
    /// How long a request waits for an answer.
    pub request_lifetime: IsoDuration,
    /// How long after a "no" or a "stop" the application cannot ask again.
    pub cool_down: IsoDuration,
}

/// The citizen's pages.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Portal {
    /// What the pages call the exchange: "Farajaland Data Exchange".
    pub name: String,
    /// The link that applications hand to citizens; `{portal}` is the consent service's URL, `{id}` the consent's id.
    #[serde(default = "default_link")]
    pub link: String,
    /// Whole hours and minutes that the country's clocks are ahead of UTC, e.g. `+05:30`.
    pub utc_offset: String,
    /// Who says who somebody is.
    pub identity_provider: IdentityProvider,
    /// The page of the body to complain to.
    pub complaints: String,
}

fn default_link() -> String {
    "{portal}/c/{id}".to_owned()
}

/// An OpenID provider at which citizens sign in.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IdentityProvider {
    /// What people call it: "FUDI".
    pub name: String,
    /// Its issuer; discovery begins here.
    pub issuer: Url,
    /// The portal's client id there.
    pub client_id: String,
    /// The portal's secret there.
    pub client_secret: SecretRef,
    /// The claim that holds the person's identifier.
    #[serde(default = "default_citizen_claim")]
    pub citizen_claim: String,
    /// The secret itself, once the reference has been followed.
    #[serde(skip)]
    pub resolved_secret: Option<Secret>,
}

fn default_citizen_claim() -> String {
    "nic".to_owned()
}

/// Whose tokens applications bring.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Jwt {
    /// The `iss` of every acceptable token.
    pub expected_issuer: String,
    /// At least one of these must be in `aud`.
    pub valid_audiences: Vec<String>,
    /// Where the issuer's keys are.
    pub jwks_url: Url,
}

/// How an identifier of people is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Identifier {
    /// A regular expression that the canonical form matches as a whole.
    pub pattern: String,
    /// What turns what people write into the canonical form, in order.
    pub canonical: Vec<CanonicalStep>,
}

/// One step towards the canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CanonicalStep {
    /// Spaces around it go.
    Trim,
    /// Letters become capitals.
    Uppercase,
}

/// A body that takes part in the exchange.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Member {
    /// Its id.
    pub id: MemberId,
    /// Its full name.
    pub name: String,
    /// What people call it, with its article where it has one: "the Department of Immigration".
    pub short_name: String,
    /// How people reach it.
    pub contact: String,
}

/// An application that may ask.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Application {
    /// Its id: the `client_id` of its tokens.
    pub id: ApplicationId,
    /// What people call it.
    pub name: String,
    /// The body that runs it.
    pub member: MemberId,
    /// What it may want data for.
    pub purposes: Vec<ApplicationPurpose>,
    /// Where citizens return to; the first is used when the application names none.
    pub return_uris: Vec<Url>,
}

/// What an application may want data for, in the words that a citizen reads.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApplicationPurpose {
    /// Its id.
    pub id: Purpose,
    /// Completes "Why: to …".
    pub text: String,
    /// What happens when the person says no.
    pub if_refused: String,
    /// How long the body keeps what it got, and under which law.
    pub retention: String,
    /// The times a citizen may choose from, shortest first.
    pub durations: Vec<IsoDuration>,
    /// Why each field is wanted, in one line.
    pub reasons: Vec<FieldReason>,
}

/// Why a field is wanted.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FieldReason {
    /// The provider's schema.
    pub schema_id: SchemaId,
    /// The dotted path in it.
    pub field_name: String,
    /// "Printed in your passport".
    pub reason: String,
}

impl ApplicationPurpose {
    /// Why `field` is wanted.
    pub fn reason(&self, field: &FieldRef) -> Option<&str> {
        let found = self
            .reasons
            .iter()
            .find(|reason| reason.schema_id == field.schema_id && reason.field_name == field.field_name);
        found.map(|reason| reason.reason.as_str())
    }
}

/// A register that answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Provider {
    /// Its key in the consumer schema.
    pub provider_key: ProviderKey,
    /// Its schema's id.
    pub schema_id: SchemaId,
    /// Its GraphQL endpoint.
    pub provider_url: Url,
    /// The body that keeps it.
    pub member: MemberId,
    /// How we prove ourselves to it.
    #[serde(default)]
    pub auth: ProviderAuth,
}

/// How we prove ourselves to a provider.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", deny_unknown_fields)]
pub enum ProviderAuth {
    /// Not at all.
    #[default]
    None,
    /// A key in a header.
    #[serde(rename_all = "camelCase")]
    ApiKey {
        /// The header's name.
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ArgMapping {
    /// The provider.
    pub provider_key: ProviderKey,
    /// Its schema.
    pub schema_id: SchemaId,
    /// `<root field>-<argument>` of the consumer schema, e.g. `personInfo-nic`.
    pub source_arg_path: String,
    /// The argument's name at the provider.
    pub target_arg_name: String,
    /// The provider's root field, e.g. `person`; the provider's key may stand in front (`drp.person`).
    pub target_arg_path: String,
}

/// What is refused for its size or its time.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Limits {
    /// Bytes of a request.
    pub body_bytes: usize,
    /// Lexical tokens of a GraphQL document.
    pub document_tokens: usize,
    /// Levels of nesting of a GraphQL document.
    pub document_depth: usize,
    /// Root fields of an operation.
    pub root_fields: usize,
    /// Fields of an answer's shape, all levels together.
    pub planned_fields: usize,
    /// Milliseconds for a whole request.
    pub request_timeout_ms: u64,
    /// Milliseconds for one provider.
    pub provider_timeout_ms: u64,
    /// Milliseconds for one judge: policy, consent or audit.
    pub judge_timeout_ms: u64,
    /// Bytes of a provider's answer.
    pub provider_body_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1024 * 1024,
            document_tokens: 15_000,
            document_depth: 50,
            root_fields: 20,
            planned_fields: 2_000,
            request_timeout_ms: 10_000,
            provider_timeout_ms: 5_000,
            judge_timeout_ms: 2_000,
            provider_body_bytes: 2 * 1024 * 1024,
        }
    }
}

/// How the stores are kept. They lie in the data folder, one SQLite file a service.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Store {
    /// The file of the key that wraps all others; a relative path begins at the data folder.
    pub root_key_file: PathBuf,
}

impl Default for Store {
    fn default() -> Self {
        Self { root_key_file: "keys/root.key".into() }
    }
}
