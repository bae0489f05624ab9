//! `GET /api/audit-logs`: the log in OpenDIF's words, newest first.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State},
    response::{IntoResponse, Response},
};

use super::{
    parameters::{MOST, Parameters, USUAL, whole_number},
    problem::{Problem, bad_request, unreadable},
};
use crate::{
    opendif::{EventType, LogRecord},
    state::Audit,
    store::{EventFilter, Page},
};

/// The parameters, for the document.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "they are read by hand, so that all mistakes are told at once")]
pub struct Wanted {
    /// Only the events of this trace: a UUID, with hyphens or without.
    #[param(
        rename = "traceId",
        required = false,
        nullable = false,
        pattern = "^([0-9a-fA-F]{32}|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})$"
    )]
    trace_id: Option<String>,
    /// Only the events of this type.
    #[param(rename = "eventType", required = false, nullable = false)]
    event_type: Option<EventType>,
    /// At most so many, from 1 to 1000. Any other number means 100, as the contract has it.
    #[param(required = false, schema_with = whole_number)]
    limit: Option<i64>,
    /// After so many newer ones.
    #[param(required = false, nullable = false, default = 0, minimum = 0, maximum = 1_000_000_000_000_i64)]
    offset: Option<i64>,
}

/// Lists audit events
///
/// Those that other services have posted, and those that the exchange's own record stands for: when a request has ended, its
/// RELEASE, REFUSED or ABORTED is one DATA_REQUEST, and the judges and providers that it was brought before are one
/// POLICY_CHECK, one CONSENT_CHECK a person, one PROVIDER_FETCH a provider. People are shown as keyed hashes.
#[utoipa::path(
    get,
    path = "/api/audit-logs",
    operation_id = "listAuditLogs",
    tag = "OpenDIF",
    params(Wanted),
    responses(
        (status = 200, description = "Some of the events, newest first.", body = Page<LogRecord>),
        (status = 400, description = "The parameters cannot be understood.", body = Problem),
        (status = 401, description = "No service token for this service.", body = Problem),
        (status = 500, description = "What is kept cannot be understood.", body = Problem),
        (status = 503, description = "The store does not answer.", body = Problem),
    ),
    security(("serviceToken" = [])),
)]
pub async fn handler(State(audit): State<Arc<Audit>>, Query(sent): Query<Vec<(String, String)>>) -> Response {
    let mut parameters = Parameters::of(sent, &["traceId", "eventType", "limit", "offset"]);
    let trace_id = parameters.trace_id();
    let event_type = parameters.word("eventType", EventType::WORDS).and_then(|word| EventType::of(&word));
    let limit = parameters.number("limit").filter(|limit| (1..=MOST).contains(limit)).unwrap_or(USUAL);
    let offset = parameters.offset();
    if let Some(first) = parameters.mistakes.first() {
        return bad_request(first, &parameters.mistakes);
    }
    match audit.events(&EventFilter { trace_id, event_type, limit, offset }).await {
        Ok(page) => Json(page).into_response(),
        Err(error) => unreadable(&error),
    }
}
