//! Fetches: from a [`ConsentedPlan`] to the providers' answers, all in parallel, one request a provider.
//!
//! INVARIANT: nothing but a [`ConsentedPlan`] is accepted, and only the fields that it releases are asked for.

mod answer;

mod transport;

mod credentials;

mod provider;

mod provider_request;

use std::{collections::HashMap, sync::Arc, time::Duration};

use bytes::Bytes;
use futures::future::join_all;
use ndx_contracts::{TraceId, audit::ProviderName};

pub use self::{
    answer::{Opened, ProviderAnswer, ProviderError},
    provider::Provider,
    provider_request::alias,
};
use crate::{config::Config, consent::ConsentedPlan, schema::ConsumerSchema};

/// The registers that can be asked.
#[derive(Debug)]
pub struct Providers {
    by_name: HashMap<ProviderName, Provider>,
    time: Duration,
}

/// Why a provider gave nothing that can be used. What it said itself is not passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProviderFailure {
    /// It did not answer in time.
    Timeout,
    /// It cannot be reached, or says that it cannot serve.
    Unavailable,
    /// It does not accept us.
    Refused,
    /// It has had enough of us for now.
    Quota,
    /// Its answer is not what was asked, is too large, or is not GraphQL.
    BadData,
    /// It says that something went wrong.
    Error,
    /// The configuration lacks it.
    NotConfigured,
}

/// Why a provider cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum ProviderSetupError {
    /// No HTTP client.
    #[error("the HTTP client of a provider cannot be set up")]
    Client(#[from] reqwest::Error),
    /// Its credentials cannot be used.
    #[error("the credentials of a provider cannot be used: {0}")]
    Credentials(&'static str),
}

/// What the providers answered: the bytes of the body, or why there are none.
pub type Answers = HashMap<Arc<ProviderName>, Result<Bytes, ProviderFailure>>;

impl Providers {
    /// Sets up the providers that `config` names; no connection is made yet.
    ///
    /// # Errors
    /// When TLS cannot be set up, or a provider's secret was not resolved.
    pub fn new(config: &Config) -> Result<Self, ProviderSetupError> {
        let time = Duration::from_millis(config.limits.provider_timeout_ms);
        let largest = config.limits.provider_body_bytes;
        let by_name = config.providers.iter().map(|configured| {
            let name =
                ProviderName { provider_key: configured.provider_key.clone(), schema_id: configured.schema_id.clone() };
            Ok((name, Provider::new(configured, largest, time)?))
        });
        Ok(Self { by_name: by_name.collect::<Result<_, ProviderSetupError>>()?, time })
    }
}

/// Asks every provider that `plan` releases anything from. Each has its own time, and none waits for another.
pub async fn fetch(
    plan: &ConsentedPlan,
    schema: &ConsumerSchema,
    providers: &Providers,
    trace_id: &TraceId,
    time_left: Duration,
) -> Answers {
    let time = providers.time.min(time_left);
    let requests = provider_request::requests(plan, schema);
    let asked = requests.into_iter().map(|request| async move {
        let Some(provider) = providers.by_name.get(&*request.provider) else {
            return (request.provider, Err(ProviderFailure::NotConfigured));
        };
        let answered = tokio::time::timeout(time, provider.ask(request.body, trace_id)).await;
        let answer = answered.unwrap_or(Err(ProviderFailure::Timeout));
        if let Err(failure) = answer {
            tracing::warn!(provider.key = %request.provider.provider_key, trace.id = %trace_id, ?failure, "a provider failed");
        }
        (request.provider, answer)
    });
    join_all(asked).await.into_iter().collect()
}
