//! Fetches: from a [`ConsentedPlan`] to the providers' answers, all in parallel, one request a provider and stage.
//!
//! INVARIANT: nothing but a [`ConsentedPlan`] is accepted, and only the fields that it releases are asked for.

mod answer;

mod transport;

mod credentials;

mod provider;

mod opened;

mod found;

use std::{borrow::Cow, collections::HashMap, sync::Arc, time::Duration};

use apollo_compiler::response::JsonValue;
use futures::future::join_all;
use ndx_contracts::{TraceId, audit::ProviderName};

pub use self::{
    answer::Opened,
    found::found,
    opened::{Answers, OpenedAnswers},
    provider::Provider,
};
use crate::{
    config::Config,
    consent::ConsentedPlan,
    planner::{ProviderCall, ProviderDocument, Slot, documents},
    schema::ConsumerSchema,
};

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

/// Asks every provider that `plan` releases anything from in `stage`. Each has its own time, and none waits for another.
pub async fn fetch(
    plan: &ConsentedPlan,
    stage: usize,
    schema: &ConsumerSchema,
    providers: &Providers,
    trace_id: &TraceId,
    time_left: Duration,
    answers: &mut Answers,
) {
    let time = providers.time.min(time_left);
    let documents = in_stage(plan, stage, schema);
    let asked = documents.iter().filter_map(|document| {
        let name = &plan.plan().providers.get(document.provider)?.name;
        Some(async move {
            let Some(provider) = providers.by_name.get(&**name) else {
                return (document.provider, Err(ProviderFailure::NotConfigured));
            };
            let answered = tokio::time::timeout(time, provider.ask(body(document, plan), trace_id)).await;
            let answer = answered.unwrap_or(Err(ProviderFailure::Timeout));
            if let Err(failure) = answer {
                tracing::warn!(provider.key = %name.provider_key, trace.id = %trace_id, ?failure, "a provider failed");
            }
            (document.provider, answer)
        })
    });
    for (provider, answer) in join_all(asked).await {
        answers.0.insert((stage, provider), answer);
    }
}

/// The body of a request: its values are the arguments of the instances that ask.
pub fn body(document: &ProviderDocument, plan: &ConsentedPlan) -> Vec<u8> {
    let value = |slot: &Slot| -> Option<&JsonValue> {
        plan.instances().get(slot.root)?.bound.arguments.get(slot.argument.as_str())
    };
    document.body(value)
}

/// What the providers are asked in `stage`: as the plan has it where everything is released, else only what is.
pub fn in_stage<'p>(plan: &'p ConsentedPlan, stage: usize, schema: &ConsumerSchema) -> Cow<'p, [Arc<ProviderDocument>]> {
    let whole = plan.of_stage(stage).all(|(_, instance, _)| instance.outcome.as_ref().is_ok_and(|it| it.is_whole()));
    if stage == 0 && whole {
        return Cow::Borrowed(&plan.plan().whole);
    }
    let mut calls: Vec<(usize, ProviderCall)> = Vec::new();
    for (_, instance, root) in plan.of_stage(stage) {
        // What was fetched in an earlier stage is not fetched again.
        if plan.instances().get(instance.fetched_as).is_none_or(|fetched| fetched.stage != stage) {
            continue;
        }
        for call in root.calls.iter().filter_map(|call| call.only(&root.sources, |source| instance.releases(source))) {
            let same = |(number, other): &&mut (usize, ProviderCall)| {
                *number == instance.fetched_as && other.provider == call.provider && other.root_field == call.root_field
            };
            match calls.iter_mut().find(same) {
                Some((_, known)) => known.add(call),
                None => calls.push((instance.fetched_as, call)),
            }
        }
    }
    Cow::Owned(documents(plan.plan(), schema, calls.iter().map(|(number, call)| (*number, call))))
}
