//! `POST /internal/api/v1/complaints`: a person finds one use of her data wrong.

use std::sync::Arc;

use axum::{
    Extension, Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use ndx_contracts::history::{Complaint, ComplaintReceipt};
use ndx_service::caller::Caller;

use super::{
    body::JsonBody,
    history::{is_identifier, not_the_portal},
    problem::{Problem, bad_request, problem, unreadable},
};
use crate::state::Audit;

/// The longest text, in characters.
const LONGEST: usize = 2000;

/// Keeps a complaint
///
/// It is only ever added, with the person and her words sealed, and the data protection officer can list it. Only the consent
/// engine may post one, for the person who is signed in to it.
#[utoipa::path(
    post,
    path = "/internal/api/v1/complaints",
    operation_id = "postComplaint",
    tag = "History",
    request_body = Complaint,
    responses(
        (status = 201, description = "It is kept.", body = ComplaintReceipt),
        (status = 400, description = "This is no complaint.", body = Problem),
        (status = 401, description = "No service token for this service.", body = Problem),
        (status = 403, description = "Another service than the consent engine posts it.", body = Problem),
        (status = 404, description = "The person's history shows no such use.", body = Problem),
        (status = 413, description = "The body is longer than 1 MiB.", body = Problem),
        (status = 415, description = "The body is not said to be `application/json`.", body = Problem),
        (status = 500, description = "What is kept cannot be understood.", body = Problem),
        (status = 503, description = "It cannot be kept.", body = Problem),
    ),
    security(("serviceToken" = [])),
)]
pub async fn handler(
    State(audit): State<Arc<Audit>>,
    Extension(caller): Extension<Caller>,
    JsonBody(complaint): JsonBody<Complaint>,
) -> Response {
    if let Some(refusal) = not_the_portal(&caller) {
        return refusal;
    }
    let mut mistakes = Vec::new();
    if !is_identifier(complaint.person.expose()) {
        mistakes.push("`person` must have 1 to 200 characters".to_owned());
    }
    if !(1..=LONGEST).contains(&complaint.text.chars().count()) {
        mistakes.push(format!("`text` must have 1 to {LONGEST} characters"));
    }
    if !mistakes.is_empty() {
        return bad_request("Invalid request payload", &mistakes);
    }
    match audit.complain(&complaint).await {
        Ok(Some(receipt)) => (StatusCode::CREATED, Json(receipt)).into_response(),
        Ok(None) => {
            let details = "the person's history shows no such use";
            problem(StatusCode::NOT_FOUND, "NOT_FOUND", "Not found", details)
        }
        Err(error) => unreadable(&error),
    }
}
