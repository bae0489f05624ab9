//! The line of a request: one call a stage, nothing else.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{HeaderMap, header};
use ndx_contracts::TraceId;

use crate::{
    audit, consent,
    error::Refusal,
    execution, operation, planner, policy, projection,
    request::{self, RequestError},
    response::{self, Answer, MediaType},
    state::Gateway,
};

/// A request as the server hands it over.
pub struct Incoming {
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, or why there is none.
    pub body: Result<Bytes, RequestError>,
    /// The id under which it is followed.
    pub trace_id: TraceId,
}

/// Answers a request: through the line, or with a refusal that is recorded.
pub async fn answer(gateway: &Gateway, incoming: Incoming) -> Answer {
    let media_type = MediaType::accepted(&incoming.headers);
    let trace_id = incoming.trace_id.clone();
    let mut entry = audit::open(gateway.judges.audit.clone(), gateway.config.judge_timeout(), trace_id.clone());
    match line(gateway, incoming, media_type, &mut entry).await {
        Ok(answer) => answer,
        Err(refusal) => match audit::refuse(&mut entry, &refusal).await {
            Ok(()) => response::refuse(&refusal, media_type, &trace_id),
            Err(error) => response::refuse(&Refusal::no_audit(&error), media_type, &trace_id),
        },
    }
}

async fn line(
    gateway: &Gateway,
    incoming: Incoming,
    media_type: MediaType,
    entry: &mut audit::Entry,
) -> Result<Answer, Refusal> {
    let Gateway { config, schema, authenticator, judges, providers } = gateway;
    let Incoming { headers, body, trace_id } = incoming;
    let (time, ends) =
        (config.judge_timeout(), Instant::now() + Duration::from_millis(config.limits.request_timeout_ms));

    let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let caller = authenticator.authenticate(authorization, time).await?;
    let request = request::receive(&headers, &body?)?;
    let purpose = caller.purpose(&request)?;
    let operation = operation::prepare(schema, &request, &config.limits)?;
    let plan = planner::plan(schema, &operation, config.limits.planned_fields)?;
    let question = Arc::new(planner::bind(Arc::new(plan), &operation, &config.identifier)?);
    audit::note(entry, &caller, purpose, &question);
    let permitted = policy::enforce(question, &caller, purpose, &trace_id, &*judges.policy, time).await?;
    let consented = consent::require(permitted, &caller, purpose, &trace_id, schema, &*judges.consent, time)
        .await
        .map_err(|error| Refusal::no_consent_engine(&error))?;
    audit::intend(entry, &consented).await.map_err(|error| Refusal::no_audit(&error))?;
    let time_left = ends.saturating_duration_since(Instant::now());
    let answers = execution::fetch(&consented, schema, providers, &trace_id, time_left).await;
    let consented = consent::still_valid(consented, &*judges.consent, time)
        .await
        .map_err(|error| Refusal::no_consent_engine(&error))?;
    let merged = projection::merge(&consented, &answers, &schema.definition, &operation.introspection);
    audit::release(entry, &merged).await.map_err(|error| Refusal::no_audit(&error))?;
    Ok(response::respond(&merged, media_type, &trace_id))
}
