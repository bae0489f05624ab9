//! `POST /internal/api/v1/history`: what was asked about a person, for herself.

use std::sync::Arc;

use axum::{
    Extension, Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use ndx_contracts::history::{HistoryPage, HistoryQuestion};
use ndx_service::caller::Caller;

use super::{
    body::JsonBody,
    problem::{Problem, bad_request, problem, unreadable},
};
use crate::state::Audit;

/// The longest page, the last offset, and the longest identifier or body's id.
const MOST: u32 = 500;
const FARTHEST: u32 = 1_000_000_000;
const LONGEST: usize = 200;

/// The only service that asks: it has signed the person in.
const PORTAL: &str = "consent";

/// Tells what was asked about a person
///
/// Newest first: one entry for each request that has ended, with the fields that were about her. What rests on a ground that is
/// displayed `later` is left out until its time has come, and what is displayed `never` always; `someNotShown` tells that there is such a thing in the record at all, of whomever.
/// Only the consent engine may ask, for the person who is signed in to it; that she looks is not recorded as a request for
/// data.
#[utoipa::path(
    post,
    path = "/internal/api/v1/history",
    operation_id = "subjectHistory",
    tag = "History",
    request_body = HistoryQuestion,
    responses(
        (status = 200, description = "A part of the history.", body = HistoryPage),
        (status = 400, description = "This is no question.", body = Problem),
        (status = 401, description = "No service token for this service.", body = Problem),
        (status = 403, description = "Another service than the consent engine asks.", body = Problem),
        (status = 413, description = "The body is longer than 1 MiB.", body = Problem),
        (status = 415, description = "The body is not said to be `application/json`.", body = Problem),
        (status = 500, description = "What is kept cannot be understood.", body = Problem),
        (status = 503, description = "The store does not answer.", body = Problem),
    ),
    security(("serviceToken" = [])),
)]
pub async fn handler(
    State(audit): State<Arc<Audit>>,
    Extension(caller): Extension<Caller>,
    JsonBody(question): JsonBody<HistoryQuestion>,
) -> Response {
    if let Some(refusal) = not_the_portal(&caller) {
        return refusal;
    }
    let mistakes = mistakes(&question);
    if !mistakes.is_empty() {
        return bad_request("Invalid request payload", &mistakes);
    }
    match audit.history(&question).await {
        Ok(page) => Json(page).into_response(),
        Err(error) => unreadable(&error),
    }
}

/// The answer to another service than the one that signs people in.
pub fn not_the_portal(caller: &Caller) -> Option<Response> {
    let details = "only the consent engine asks this, for the person who is signed in to it";
    (caller.0 != PORTAL).then(|| problem(StatusCode::FORBIDDEN, "FORBIDDEN", "Forbidden", details))
}

/// Whether `text` can be an identifier.
pub fn is_identifier(text: &str) -> bool {
    (1..=LONGEST).contains(&text.chars().count())
}

fn mistakes(question: &HistoryQuestion) -> Vec<String> {
    let body = question.body.as_ref().is_none_or(|body| is_identifier(body.as_str()));
    let rules = [
        (is_identifier(question.person.expose()), "`person` must have 1 to 200 characters".to_owned()),
        (body, "`body` must have 1 to 200 characters".to_owned()),
        ((1..=MOST).contains(&question.limit), format!("`limit` must be from 1 to {MOST}")),
        (question.offset <= FARTHEST, format!("`offset` must be at most {FARTHEST}")),
    ];
    rules.into_iter().filter(|(holds, _)| !holds).map(|(_, rule)| rule).collect()
}
