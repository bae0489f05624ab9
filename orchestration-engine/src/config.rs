//! What the gateway needs of the exchange's configuration, in the form in which it is used.

use std::{collections::HashMap, path::PathBuf, sync::Arc, time::Duration};

use ndx_config::{Application, ArgMapping, CanonicalForm, Exchange, Explorer, Jwt, Limits, Member, Provider};
use ndx_contracts::{ApplicationId, MemberId};

/// The gateway's part of the configuration.
#[derive(Debug)]
pub struct Config {
    /// The applications that may ask, by the `client_id` of their tokens.
    pub applications: HashMap<ApplicationId, Arc<Application>>,
    /// The bodies that take part.
    pub members: HashMap<MemberId, Member>,
    /// Whose tokens applications bring.
    pub jwt: Jwt,
    /// The identifier by which people are known.
    pub identifier: CanonicalForm,
    /// The registers that answer.
    pub providers: Vec<Provider>,
    /// How consumers' arguments reach providers.
    pub arg_mappings: Vec<ArgMapping>,
    /// The argument that says whom the data is about, where no `@dataOwner` does.
    pub foundational_id_arg_name: Option<String>,
    /// The origins of applications' pages.
    pub cors_origins: Vec<String>,
    /// The page on which people try questions.
    pub explorer: Explorer,
    /// Whether everybody may read what can be asked.
    pub public_schema: bool,
    /// What is refused for its size or its time.
    pub limits: Limits,
    /// The limits of those applications that have some of their own.
    own_limits: HashMap<ApplicationId, Limits>,
    /// The folder of the documents that applications have registered.
    pub operations: Option<PathBuf>,
    /// The file of the consumer schema.
    pub consumer_schema: PathBuf,
    /// The folder of the provider schemas.
    pub provider_schemas: PathBuf,
    /// Whether only the last segment of a path counts in a list.
    pub legacy_list_paths: bool,
    /// The languages in which citizens read about fields.
    pub languages: Vec<String>,
}

/// What a caller may send and see.
#[derive(Debug, Clone, Copy)]
pub struct Allowance<'a> {
    /// How large a request may be.
    pub limits: &'a Limits,
    /// Whether it may see the schema: by introspection, and in what is said of a document's mistakes.
    pub sees_schema: bool,
}

impl<'a> Allowance<'a> {
    /// Of somebody who may see the schema, within `limits`.
    pub fn of_anybody(limits: &'a Limits) -> Self {
        Self { limits, sees_schema: true }
    }
}

/// The configuration has no usable identifier for people.
#[derive(Debug, thiserror::Error)]
#[error("`identifiers` has no usable entry `{0}`, by which citizens are known")]
pub struct NoIdentifier(String);

impl Config {
    /// Takes the gateway's part out of `exchange`.
    ///
    /// # Errors
    /// When people could not be told apart.
    pub fn new(exchange: &Exchange) -> Result<Self, NoIdentifier> {
        let claim = &exchange.portal.identity_provider.citizen_claim;
        let identifier = exchange.identifiers.get(claim).and_then(CanonicalForm::new);
        let applications = exchange.applications.iter().map(|one| (one.id.clone(), Arc::new(one.clone())));
        let own_limits = exchange
            .applications
            .iter()
            .filter_map(|one| Some((one.id.clone(), exchange.limits.with(one.limits.as_ref()?))));
        Ok(Self {
            applications: applications.collect(),
            members: exchange.members.iter().map(|member| (member.id.clone(), member.clone())).collect(),
            jwt: exchange.jwt.clone(),
            identifier: identifier.ok_or_else(|| NoIdentifier(claim.clone()))?,
            providers: exchange.providers.clone(),
            arg_mappings: exchange.arg_mappings.clone(),
            foundational_id_arg_name: exchange.foundational_id_arg_name.clone(),
            cors_origins: exchange.edge.cors_origins.clone(),
            explorer: exchange.explorer.clone(),
            public_schema: exchange.edge.public_schema,
            limits: exchange.limits.clone(),
            own_limits: own_limits.collect(),
            operations: exchange.operations.as_ref().map(|operations| operations.folder.clone()),
            consumer_schema: exchange.schema.consumer.clone(),
            provider_schemas: exchange.schema.providers.clone(),
            legacy_list_paths: exchange.schema.legacy_list_paths,
            languages: exchange.portal.written_in(),
        })
    }

    /// What this application may send and see.
    pub fn allowance(&self, application: &Application) -> Allowance<'_> {
        let limits = self.own_limits.get(&application.id).unwrap_or(&self.limits);
        Allowance { limits, sees_schema: application.sees_schema }
    }

    /// Bytes of the largest request that any application may send: so much is read before it is known who asks.
    pub fn largest_body(&self) -> usize {
        self.own_limits.values().fold(self.limits.body_bytes, |most, limits| most.max(limits.body_bytes))
    }

    /// How long a judge may take.
    pub fn judge_timeout(&self) -> Duration {
        Duration::from_millis(self.limits.judge_timeout_ms)
    }
}
