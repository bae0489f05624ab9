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

use std::{borrow::Cow, sync::Arc};

use apollo_compiler::response::JsonValue;
use bytes::Bytes;
use futures::future::join_all;
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
    consent::{Asking, ConsentedPlan},
    planner::{ProviderCall, ProviderDocument, Slot, documents},
    schema::ConsumerSchema,
};

/// Asks every provider that `plan` releases anything from in `stage`, and adds what they say to `answers`. Each has its own
/// time, and none waits for another. Each is told what for and on which ground it is asked.
pub async fn fetch(
    plan: &ConsentedPlan,
    stage: usize,
    schema: &ConsumerSchema,
    providers: &Providers,
    asking: &Asking<'_>,
    deadline: Instant,
    answers: &mut Answers,
) {
    let documents = in_stage(plan, stage, schema);
    let purpose = providers.purposes().written(&asking.purpose.id);
    let asked = documents.iter().filter_map(|document| {
        let name = &plan.plan().providers.get(document.provider)?.name;
        let body = Bytes::from(body(document, plan));
        let basis = told::grounds(plan, stage, document.provider);
        let told = Told { trace_id: asking.trace_id, purpose: purpose.clone(), basis };
        Some(async move { (document.provider, providers.ask(name, body, &told, deadline).await) })
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
