//! `GET /api/v1/records`: the exchange's own record, newest first.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State},
    response::{IntoResponse, Response},
};

use super::{
    parameters::{MOST, Parameters, USUAL},
    problem::{Problem, bad_request, unreadable},
};
use crate::{
    state::Audit,
    store::{Page, RecordEntry, RecordFilter},
};

const EVENTS: [&str; 4] = ["INTENT", "RELEASE", "ABORTED", "REFUSED"];

/// The parameters, for the document.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "they are read by hand, so that all mistakes are told at once")]
pub struct Wanted {
    /// Only the records of this trace: 32 hexadecimal digits, or the same as a UUID.
    #[param(
        rename = "traceId",
        required = false,
        nullable = false,
        pattern = "^([0-9a-fA-F]{32}|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})$"
    )]
    trace_id: Option<String>,
    /// Only these: `INTENT`, `RELEASE`, `ABORTED` or `REFUSED`.
    #[param(required = false, nullable = false, pattern = "^(INTENT|RELEASE|ABORTED|REFUSED)$")]
    event: Option<String>,
    /// At most so many.
    #[param(required = false, nullable = false, default = 100, minimum = 1, maximum = 1000)]
    limit: Option<i64>,
    /// After so many newer ones.
    #[param(required = false, nullable = false, default = 0, minimum = 0, maximum = 1_000_000_000_000_i64)]
    offset: Option<i64>,
}

/// Lists the exchange's own records
///
/// INTENT: providers are about to be asked. RELEASE: exactly what leaves. ABORTED: nothing left after all. REFUSED: nobody was
/// asked. People are shown as keyed hashes.
#[utoipa::path(
    get,
    path = "/api/v1/records",
    operation_id = "listRecords",
    tag = "Record",
    params(Wanted),
    responses(
        (status = 200, description = "Some of the records, newest first.", body = Page<RecordEntry>),
        (status = 400, description = "The parameters cannot be understood.", body = Problem),
        (status = 401, description = "No service token for this service.", body = Problem),
        (status = 500, description = "What is kept cannot be understood.", body = Problem),
        (status = 503, description = "The store does not answer.", body = Problem),
    ),
    security(("serviceToken" = [])),
)]
pub async fn handler(State(audit): State<Arc<Audit>>, Query(sent): Query<Vec<(String, String)>>) -> Response {
    let mut parameters = Parameters::of(sent, &["traceId", "event", "limit", "offset"]);
    let trace_id = parameters.trace_id();
    let event = parameters.word("event", &EVENTS);
    let limit = parameters.number("limit").unwrap_or(USUAL);
    if !(1..=MOST).contains(&limit) {
        parameters.mistakes.push(format!("`limit` must be from 1 to {MOST}"));
    }
    let offset = parameters.offset();
    if !parameters.mistakes.is_empty() {
        return bad_request("Invalid parameters", &parameters.mistakes);
    }
    match audit.records(&RecordFilter { trace_id, event, limit, offset }).await {
        Ok(page) => Json(page).into_response(),
        Err(error) => unreadable(&error),
    }
}
