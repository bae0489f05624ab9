//! Everything that a request needs, built once.

use std::{sync::Arc, time::Duration};

use arc_swap::ArcSwap;

use ndx_auth::{KeySet, TokenVerifier};
use ndx_clock::Clock;
use ndx_config::Exchange;
use ndx_contracts::{audit::AuditLog, consent::ConsentEngine, policy::PolicyDecisionPoint};

use crate::{
    authentication::Authenticator,
    config::{Config, NoIdentifier},
    execution::{ProviderSetupError, Providers},
    operation::{self, Documents, ListError, PersistedOperations, UnknownWeights},
    planner::Plans,
    schema::{self, ConsumerSchema, SchemaProblems},
};

/// The three judges, without whose answer nothing is released.
#[derive(Clone)]
pub struct Judges {
    /// May the application see it?
    pub policy: Arc<dyn PolicyDecisionPoint>,
    /// Has the person shared it?
    pub consent: Arc<dyn ConsentEngine>,
    /// Is it written down?
    pub audit: Arc<dyn AuditLog>,
}

/// The gateway.
pub struct Gateway {
    /// Its configuration.
    pub config: Arc<Config>,
    /// What consumers may ask.
    pub schema: ConsumerSchema,
    /// What they asked lately, read already.
    pub documents: Documents,
    /// And planned already.
    pub plans: Plans,
    /// The documents that are known by their hashes.
    pub persisted: Arc<PersistedOperations>,
    /// Who may ask.
    pub authenticator: Arc<Authenticator>,
    /// Who must agree.
    pub judges: Judges,
    /// Who answers.
    pub providers: Arc<Providers>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// Why the gateway cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The schemas have mistakes.
    #[error(transparent)]
    Schema(#[from] SchemaProblems),
    /// People could not be told apart.
    #[error(transparent)]
    Identifier(#[from] NoIdentifier),
    /// The limits weigh what is not there.
    #[error(transparent)]
    Weights(#[from] UnknownWeights),
    /// A list of registered documents cannot be used.
    #[error(transparent)]
    Operations(#[from] ListError),
    /// A provider cannot be set up.
    #[error(transparent)]
    Provider(#[from] ProviderSetupError),
    /// No HTTP client.
    #[error("the HTTP client for the issuer's keys cannot be set up")]
    Client(#[from] reqwest::Error),
}

impl Gateway {
    /// Builds the gateway: reads and composes the schemas, sets up providers and keys. No connection is made yet.
    ///
    /// # Errors
    /// With everything that is wrong with the schemas, or the first other thing that cannot be set up.
    pub fn new(exchange: &Exchange, judges: Judges, clock: Arc<dyn Clock>) -> Result<Self, SetupError> {
        let client = ndx_service::outbound::client(Duration::from_secs(3))?;
        let keys = KeySet::new(exchange.jwt.jwks_url.clone(), client, clock.clone());
        Self::with_keys(exchange, judges, keys, clock)
    }

    /// Builds the gateway that takes this one's place when the configuration has changed. The issuer's keys are kept where
    /// their address has not changed: a silent issuer must not shut the door because of a reload.
    ///
    /// # Errors
    /// As for [`Gateway::new`].
    pub fn renewed(&self, exchange: &Exchange) -> Result<Self, SetupError> {
        let (judges, clock) = (self.judges.clone(), self.clock.clone());
        if exchange.jwt.jwks_url != self.config.jwt.jwks_url {
            return Self::new(exchange, judges, clock);
        }
        Self::with_keys(exchange, judges, self.authenticator.keys().clone(), clock)
    }

    fn with_keys(exchange: &Exchange, judges: Judges, keys: KeySet, clock: Arc<dyn Clock>) -> Result<Self, SetupError> {
        let config = Config::new(exchange)?;
        let schema = schema::load(&config)?;
        operation::check_weights(&schema, &config.limits)?;
        let (issuer, audiences) = (config.jwt.expected_issuer.clone(), config.jwt.valid_audiences.clone());
        let verifier = TokenVerifier::for_access_tokens(keys, issuer, audiences, clock.clone());
        let authenticator = Arc::new(Authenticator::new(verifier, config.applications.clone()));
        let providers = Arc::new(Providers::new(&config)?);
        let persisted = Arc::new(PersistedOperations::load(&config)?);
        let (config, documents, plans) = (Arc::new(config), Documents::default(), Plans::default());
        Ok(Self { config, schema, documents, plans, persisted, authenticator, judges, providers, clock })
    }

    /// The gateway that takes this one's place when another version of the consumer schema is activated. What was read and
    /// planned by the old one goes with it; everything else is the same, what is known of providers included.
    pub fn with_schema(&self, schema: ConsumerSchema) -> Self {
        Self {
            config: self.config.clone(),
            schema,
            documents: Documents::default(),
            plans: Plans::default(),
            persisted: self.persisted.clone(),
            authenticator: self.authenticator.clone(),
            judges: self.judges.clone(),
            providers: self.providers.clone(),
            clock: self.clock.clone(),
        }
    }
}

/// The gateway that is in force now. A request takes it once and keeps it to its end, so that none meets two.
pub struct LiveGateway(ArcSwap<Gateway>);

impl LiveGateway {
    /// Begins with `gateway`.
    pub fn new(gateway: Gateway) -> Self {
        Self(ArcSwap::from_pointee(gateway))
    }

    /// The gateway in force.
    pub fn now(&self) -> Arc<Gateway> {
        self.0.load_full()
    }

    /// Puts `gateway` in force, whole, for the requests that come from now on.
    pub fn replace(&self, gateway: Gateway) {
        self.0.store(Arc::new(gateway));
    }
}
