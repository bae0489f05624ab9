//! `{"error":{"code","message"}}`, whatever went wrong.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::error::EngineError;

/// Why a call got no answer, as far as the caller may know.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// The caller's mistake.
    BadRequest(String),
    /// There is no such consent.
    NotFound,
    /// The path takes another method.
    MethodNotAllowed,
    /// The ledger cannot be read or written; the reason is in our log.
    Unavailable,
}

impl From<EngineError> for ApiError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::NotFound => Self::NotFound,
            EngineError::Store(_) => {
                tracing::error!(error = &error as &dyn std::error::Error, "the ledger failed");
                Self::Unavailable
            }
            other => Self::BadRequest(other.to_string()),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, code, message) = match self {
            Self::BadRequest(message) => (StatusCode::BAD_REQUEST, "BAD_REQUEST", message),
            Self::NotFound => (StatusCode::NOT_FOUND, "CONSENT_NOT_FOUND", "there is no such consent".to_owned()),
            Self::MethodNotAllowed => {
                (StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", "this path takes another method".to_owned())
            }
            Self::Unavailable => {
                (StatusCode::SERVICE_UNAVAILABLE, "INTERNAL_ERROR", "the ledger is not available".to_owned())
            }
        };
        (status, Json(json!({ "error": { "code": code, "message": message } }))).into_response()
    }
}
