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
use futures::{
    StreamExt as _,
    future::{AbortHandle, Aborted, abortable},
    stream::FuturesUnordered,
};
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
    let (mut under_way, ends) = calls(&consented, stage, schema, providers, asking, deadline);
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

/// A call that is under way: the provider's number, and what it says.
type Answered = (usize, Result<Bytes, ProviderFailure>);

/// The calls of `stage`, and for each provider what ends its call.
fn calls<'a>(
    consented: &ConsentedPlan,
    stage: usize,
    schema: &ConsumerSchema,
    providers: &'a Providers,
    asking: &'a Asking<'_>,
    deadline: Instant,
) -> (FuturesUnordered<impl Future<Output = Result<Answered, Aborted>> + use<'a>>, Vec<(usize, AbortHandle)>) {
    let purpose = providers.purposes().written(&asking.purpose.id);
    let (under_way, mut ends) = (FuturesUnordered::new(), Vec::new());
    for document in in_stage(consented, stage, schema).iter() {
        let provider = document.provider;
        let Some(planned) = consented.plan().providers.get(provider) else { continue };
        let (name, body) = (planned.name.clone(), Bytes::from(body(document, consented)));
        let basis = told::grounds(consented, stage, provider);
        let told = Told { trace_id: asking.trace_id, purpose: purpose.clone(), basis };
        let ask = async move { (provider, providers.ask(&name, body, &told, deadline).await) };
        let (ask, end) = abortable(ask);
        under_way.push(ask);
        ends.push((provider, end));
    }
    (under_way, ends)
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
