//! Fetches: from a [`ConsentedPlan`] to the providers' answers, all in parallel, one request a provider.
//!
//! INVARIANT: nothing but a [`ConsentedPlan`] is accepted, and only the fields that it releases are asked for.

mod failure;

mod transport;

mod credentials;

mod provider;

mod providers;

mod provider_request;

mod answer;

use std::{collections::HashMap, sync::Arc, time::Duration};

use bytes::Bytes;
use futures::future::join_all;
use ndx_contracts::{TraceId, audit::ProviderName};
use tokio::time::Instant;

pub use self::{
    answer::{Opened, ProviderAnswer, ProviderError},
    failure::ProviderFailure,
    provider::Provider,
    provider_request::alias,
    providers::{ProviderSetupError, Providers},
};
use crate::{consent::ConsentedPlan, schema::ConsumerSchema};

/// What the providers answered: the bytes of the body, or why there are none.
pub type Answers = HashMap<Arc<ProviderName>, Result<Bytes, ProviderFailure>>;

/// Asks every provider that `plan` releases anything from. Each has its own time, and none waits for another.
pub async fn fetch(
    plan: &ConsentedPlan,
    schema: &ConsumerSchema,
    providers: &Providers,
    trace_id: &TraceId,
    time_left: Duration,
) -> Answers {
    let deadline = Instant::now() + time_left;
    let requests = provider_request::requests(plan, schema);
    let asked = requests.into_iter().map(|request| async move {
        let answer = providers.ask(&request.provider, request.body.into(), trace_id, deadline).await;
        (request.provider, answer)
    });
    join_all(asked).await.into_iter().collect()
}
