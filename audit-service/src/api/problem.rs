//! Error answers: `{"error", "details", "code"}`, and nothing else from whatever layer.

use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use ndx_store::StoreError;
use serde::Serialize;

use crate::error::WriteError;

/// What an error answer says. Nothing in it repeats what was sent.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// What is wrong, in a few words.
    pub error: String,
    /// Where, and what to do.
    pub details: String,
    /// The same for programs.
    pub code: &'static str,
}

/// Marks an answer as one of ours.
#[derive(Debug, Clone, Copy)]
struct Ours;

/// An error answer.
pub fn problem(status: StatusCode, code: &'static str, error: &str, details: impl Into<String>) -> Response {
    let mut response =
        (status, Json(Problem { error: error.to_owned(), details: details.into(), code })).into_response();
    response.extensions_mut().insert(Ours);
    response
}

/// The parameters or the body are not acceptable.
pub fn bad_request(error: &str, mistakes: &[String]) -> Response {
    problem(StatusCode::BAD_REQUEST, "BAD_REQUEST", error, mistakes.join("; "))
}

/// Something could not be read.
pub fn unreadable(error: &StoreError) -> Response {
    tracing::error!(error = error as &dyn std::error::Error, "the audit log cannot be read");
    match error {
        StoreError::Database(_) => unavailable(),
        _ => problem(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_ERROR", "Internal error", "the log has the cause"),
    }
}

/// Something was not kept.
pub fn unwritten(error: &WriteError) -> Response {
    match error {
        WriteError::HasEnded => problem(StatusCode::CONFLICT, "REQUEST_ENDED", "Request has ended", error.to_string()),
        WriteError::NotOpen => {
            problem(StatusCode::CONFLICT, "REQUEST_NOT_OPEN", "Request is not open", error.to_string())
        }
        WriteError::QueueFull | WriteError::Closed | WriteError::Refused(_) => unavailable(),
    }
}

fn unavailable() -> Response {
    let details = "the store of the audit log does not answer; try again";
    problem(StatusCode::SERVICE_UNAVAILABLE, "AUDIT_UNAVAILABLE", "Audit log unavailable", details)
}

/// Gives error answers of the layers around the endpoints the same shape; their headers stay (`Allow`, `WWW-Authenticate`).
pub async fn one_shape(response: Response) -> Response {
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) || response.extensions().get::<Ours>().is_some() {
        return response;
    }
    let (code, details) = match status {
        StatusCode::UNAUTHORIZED => ("UNAUTHORIZED", "a service token for this service is required"),
        StatusCode::NOT_FOUND => ("NOT_FOUND", "there is nothing here"),
        StatusCode::METHOD_NOT_ALLOWED => ("METHOD_NOT_ALLOWED", "this path takes the methods that `Allow` names"),
        StatusCode::PAYLOAD_TOO_LARGE => ("TOO_LARGE", "the body must not be longer than 1 MiB"),
        status if status.is_client_error() => ("BAD_REQUEST", "the request cannot be understood"),
        _ => ("INTERNAL_ERROR", "the log has the cause"),
    };
    let error = status.canonical_reason().unwrap_or("Error");
    let mut shaped = problem(status, code, error, details);
    for (name, value) in response.headers() {
        if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH {
            shaped.headers_mut().insert(name, value.clone());
        }
    }
    shaped
}
