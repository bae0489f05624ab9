//! Fetches: from a [`ConsentedPlan`] to the providers' answers, all in parallel, one request a provider and stage.
//!
//! INVARIANT: nothing but a [`ConsentedPlan`] is accepted, and only the fields that it releases are asked for.

mod failure;

mod answer;

mod breaker;

mod bulkhead;

mod retry;

mod read;

mod transport;

mod credentials;

mod provider;

mod providers;

mod opened;

mod found;

mod told;

use std::{borrow::Cow, pin::pin, sync::Arc};

use apollo_compiler::response::JsonValue;
use bytes::Bytes;
use futures::{StreamExt as _, future::abortable, stream::FuturesUnordered};
use http::HeaderValue;
use ndx_contracts::audit::ProviderName;
use tokio::time::Instant;

pub use self::{
    answer::Opened,
    failure::ProviderFailure,
    found::found,
    opened::{Answers, OpenedAnswers},
    provider::Provider,
    providers::{ProviderSetupError, Providers},
    told::{LEGAL_BASIS, PURPOSE, Told},
};
use crate::{
    consent::{self, Asking, ConsentedPlan, Instance},
    planner::{PlannedRoot, ProviderCall, ProviderDocument, Slot, documents},
    schema::ConsumerSchema,
};

/// Asks every provider that `consented` releases anything from in `stage`, and adds what they say to `answers`. Each has its
/// own time, and none waits for another; each is told what for and on which ground it is asked. What a person stops sharing
/// meanwhile is withheld in the plan that comes back, and a provider of which nothing is left to be released is not waited
/// for: its call is ended.
pub async fn fetch(
    mut consented: ConsentedPlan,
    stage: usize,
    schema: &ConsumerSchema,
    providers: &Providers,
    asking: &Asking<'_>,
    deadline: Instant,
    answers: &mut Answers,
) -> ConsentedPlan {
    let (mut under_way, mut ends) = (FuturesUnordered::new(), Vec::new());
    let purpose = providers.purposes().written(&asking.purpose.id);
    for Call { provider, name, body, basis } in calls(&consented, stage, schema) {
        let told = Told { trace_id: asking.trace_id, purpose: purpose.clone(), basis };
        let ask = async move { (provider, providers.ask(&name, body, &told, deadline).await) };
        let (ask, end) = abortable(ask);
        under_way.push(ask);
        ends.push((provider, end));
    }
    loop {
        let withdrawn = {
            let look = pin!(consent::withdrawn_meanwhile(&consented, asking.judge));
            let mut ended = under_way.by_ref().take_until(look);
            while let Some(ended) = ended.next().await {
                // A call that was ended has nothing to say.
                answers.0.extend(ended.ok().map(|(provider, answer)| ((stage, provider), answer)));
            }
            ended.take_result()
        };
        let Some(withdrawn) = withdrawn else { return consented };
        consented.withhold(&withdrawn);
        for (provider, end) in &ends {
            if !is_needed(&consented, stage, *provider) {
                end.abort();
            }
        }
    }
}

/// What one provider is asked in a stage.
struct Call {
    provider: usize,
    name: Arc<ProviderName>,
    body: Bytes,
    /// The grounds on which it is asked.
    basis: Option<HeaderValue>,
}

fn calls(consented: &ConsentedPlan, stage: usize, schema: &ConsumerSchema) -> Vec<Call> {
    let documents = in_stage(consented, stage, schema);
    let call = |document: &Arc<ProviderDocument>| {
        let provider = document.provider;
        let name = consented.plan().providers.get(provider)?.name.clone();
        let (body, basis) = (Bytes::from(body(document, consented)), told::grounds(consented, stage, provider));
        Some(Call { provider, name, body, basis })
    };
    documents.iter().filter_map(call).collect()
}

/// Whether anything that `provider` is asked for in `stage` may still be released.
fn is_needed(consented: &ConsentedPlan, stage: usize, provider: usize) -> bool {
    let asked = |instance: &Instance| {
        consented.instances().get(instance.fetched_as).is_some_and(|fetched| fetched.stage == stage)
    };
    let releases = |instance: &Instance, root: &PlannedRoot| {
        root.sources.iter().any(|source| source.provider == provider && instance.releases(source))
    };
    consented.of_stage(stage).any(|(_, instance, root)| asked(instance) && releases(instance, root))
}

/// The body of a request: its values are the arguments of the instances that ask.
pub fn body(document: &ProviderDocument, plan: &ConsentedPlan) -> Vec<u8> {
    let value = |slot: &Slot| -> Option<&JsonValue> {
        plan.instances().get(slot.root)?.bound.arguments.get(slot.argument.as_str())
    };
    document.body(value)
}

/// What the providers are asked in `stage`: as the plan has it where everything is released, else only what is.
pub fn in_stage<'p>(
    plan: &'p ConsentedPlan,
    stage: usize,
    schema: &ConsumerSchema,
) -> Cow<'p, [Arc<ProviderDocument>]> {
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
