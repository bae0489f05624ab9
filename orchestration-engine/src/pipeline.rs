//! The line of a request, a call a stage: who asks, what, what that asks of whom; may they, has the person shared it. Then,
//! stage by stage, INTENT, fetch, and who is found by what came: later stages ask about them, with what they have shared
//! already. Then a last look at the consents, the merge, RELEASE, the answer.
//!
//! Each gate gives what only it can make and the next one wants: `Question`, `PermittedPlan`, `ConsentedPlan`, `Merged`.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use http::{HeaderMap, header};
use ndx_config::Limits;
use ndx_contracts::{JudgeError, TraceId};

use crate::{
    audit,
    consent::{self, Asking},
    error::{Code, Refusal},
    execution::{self, Answers, OpenedAnswers},
    explanation, operation, planner, policy, projection,
    request::{self, Asked, MediaType, RequestError},
    response::{self, Answer},
    state::Gateway,
};

/// A request as the server hands it over.
pub struct Incoming {
    /// When it came: its body, too, takes of its time.
    pub begun: Instant,
    /// Its headers.
    pub headers: HeaderMap,
    /// The thumbprint of the TLS certificate that the caller showed.
    pub certificate: Option<String>,
    /// What it asks, or why that could not be read.
    pub body: Result<Asked, RequestError>,
    /// The id under which it is followed.
    pub trace_id: TraceId,
}

/// The time of a request, and what each stage may have of it.
struct Budget {
    ends: Instant,
    judge: Duration,
}

impl Budget {
    fn new(begun: Instant, limits: &Limits) -> Self {
        let judge = Duration::from_millis(limits.judge_timeout_ms);
        Self { ends: begun + Duration::from_millis(limits.request_timeout_ms), judge }
    }

    fn left(&self) -> Duration {
        self.ends.saturating_duration_since(Instant::now())
    }

    /// For a judge.
    fn judge(&self) -> Duration {
        self.judge.min(self.left())
    }

    /// When the providers must have answered: what is left, but for the time of the judges that are asked after them.
    fn providers(&self) -> tokio::time::Instant {
        let time = self.left().saturating_sub(self.judge * 2).max(self.left() / 2);
        tokio::time::Instant::now() + time
    }
}

/// Answers a request: through the line, or with a refusal that is recorded.
pub async fn answer(gateway: &Gateway, incoming: Incoming) -> Answer {
    let media_type = MediaType::accepted(&incoming.headers);
    let trace_id = incoming.trace_id.clone();
    let mut entry = audit::open(gateway.judges.audit.clone(), gateway.config.judge_timeout(), trace_id.clone());
    match line(gateway, incoming, media_type, &mut entry).await {
        Ok(answer) => answer,
        // The record has just failed to be written: the caller does not wait for a second try. An INTENT that did come to
        // be written is closed beside this, as that of a caller who went away.
        Err(refusal) if refusal.code() == Code::AuditUnavailable => response::refuse(&refusal, media_type, &trace_id),
        Err(refusal) => match audit::refuse(&mut entry, &refusal).await {
            Ok(()) => response::refuse(&refusal, media_type, &trace_id),
            Err(error) => response::refuse(&no_audit(error), media_type, &trace_id),
        },
    }
}

async fn line(
    gateway: &Gateway,
    incoming: Incoming,
    media_type: MediaType,
    entry: &mut audit::Entry,
) -> Result<Answer, Refusal> {
    let Gateway { config, schema, documents, plans, persisted, authenticator, judges, providers, .. } = gateway;
    let Incoming { begun, headers, certificate, body, trace_id } = incoming;
    let budget = Budget::new(begun, &config.limits);

    let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let caller = authenticator.authenticate(authorization, certificate.as_deref(), budget.judge()).await?;
    let allowance = config.allowance(&caller.application);
    let request = persisted.find(request::receive(&headers, &body?, allowance.limits.body_bytes)?, &caller)?;
    request.names_nobody(&config.identifier)?;
    let purpose = caller.purpose(&request)?;
    let operation = operation::prepare(documents, schema, &request, allowance)?;
    persisted.remember(&request, &caller);
    let plan = planner::plan(plans, schema, &operation, allowance.limits)?;
    request.may_come_so(plan.is_about_people())?;
    let question = Arc::new(planner::bind(plan, &operation, &config.identifier)?);
    audit::note(entry, &caller, purpose, request.reference.as_ref(), &question);
    let (reference, judge) = (request.reference.as_ref(), &*judges.consent);
    let asking = Asking { caller: &caller, purpose, reference, trace_id: &trace_id, judge };
    let decision = policy::decide(&question, &caller, purpose, &trace_id, &*judges.policy, budget.judge()).await?;
    audit::decided(entry, decision.as_ref());
    // Asked to explain: the gates are asked what they would say, and nobody else is.
    if request.explain {
        let explained = explanation::explain(&question, decision, &asking, allowance, budget.judge()).await?;
        audit::explained(entry).await.map_err(no_audit)?;
        return Ok(response::explain(&explained, media_type, &trace_id));
    }
    let permitted = policy::enforce(question, decision)?;
    let mut consented = consent::require(permitted, &asking, budget.judge()).await.map_err(no_consent)?;
    let mut answers = Answers::default();
    for stage in 0..consented.plan().stages {
        audit::intend(entry, &consented, stage).await.map_err(no_audit)?;
        let deadline = budget.providers();
        consented = execution::fetch(consented, stage, schema, providers, &asking, deadline, &mut answers).await;
        let found = execution::found(&consented, stage + 1, &answers, &config.identifier);
        consented = consent::stands(consented, found, allowance.limits.found_people, &asking, budget.judge())
            .await
            .map_err(no_consent)?;
    }
    let consented = consent::still_valid(consented, &*judges.consent, budget.judge()).await.map_err(no_consent)?;
    // A record of somebody else than was asked for is left out here.
    let opened = OpenedAnswers::open(&answers, &consented, &config.identifier);
    let merged = projection::merge(
        &consented,
        &opened,
        &schema.definition,
        &operation.introspection,
        allowance.limits.answer_bytes,
    );
    audit::release(entry, &consented, &merged).await.map_err(no_audit)?;
    Ok(response::respond(&merged, media_type, &trace_id))
}

fn no_consent(error: JudgeError) -> Refusal {
    Refusal::no_consent_engine(&error)
}

fn no_audit(error: JudgeError) -> Refusal {
    Refusal::no_audit(&error)
}
