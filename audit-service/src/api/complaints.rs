//! `GET /internal/api/v1/complaints`: what people find wrong, for the data protection officer.

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
    store::{ComplaintEntry, Page},
};

/// The parameters, for the document.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "they are read by hand, so that all mistakes are told at once")]
pub struct Wanted {
    /// At most so many.
    #[param(required = false, nullable = false, default = 100, minimum = 1, maximum = 1000)]
    limit: Option<i64>,
    /// After so many newer ones.
    #[param(required = false, nullable = false, default = 0, minimum = 0, maximum = 1_000_000_000_000_i64)]
    offset: Option<i64>,
}

/// Lists complaints
///
/// Newest first, each with the request that it is about. The person is shown as the keyed hash by which the record knows her;
/// whoever wants an answer says in the text how to be reached.
#[utoipa::path(
    get,
    path = "/internal/api/v1/complaints",
    operation_id = "listComplaints",
    tag = "History",
    params(Wanted),
    responses(
        (status = 200, description = "Some of the complaints, newest first.", body = Page<ComplaintEntry>),
        (status = 400, description = "The parameters cannot be understood.", body = Problem),
        (status = 401, description = "No service token for this service.", body = Problem),
        (status = 500, description = "What is kept cannot be understood.", body = Problem),
        (status = 503, description = "The store does not answer.", body = Problem),
    ),
    security(("serviceToken" = [])),
)]
pub async fn handler(State(audit): State<Arc<Audit>>, Query(sent): Query<Vec<(String, String)>>) -> Response {
    let mut parameters = Parameters::of(sent, &["limit", "offset"]);
    let limit = parameters.number("limit").unwrap_or(USUAL);
    if !(1..=MOST).contains(&limit) {
        parameters.mistakes.push(format!("`limit` must be from 1 to {MOST}"));
    }
    let offset = parameters.offset();
    if !parameters.mistakes.is_empty() {
        return bad_request("Invalid parameters", &parameters.mistakes);
    }
    match audit.complaints(limit, offset).await {
        Ok(page) => Json(page).into_response(),
        Err(error) => unreadable(&error),
    }
}
