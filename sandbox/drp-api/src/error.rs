//! Every answer that is not a record.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

/// Why there is no record in the answer.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Refusal {
    WrongKey,
    MalformedNic,
    Unknown,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, message) = match self {
            Self::WrongKey => (StatusCode::UNAUTHORIZED, "the header X-API-KEY is missing or wrong"),
            Self::MalformedNic => (StatusCode::BAD_REQUEST, "an NIC is twelve digits, or nine digits and V or X"),
            Self::Unknown => (StatusCode::NOT_FOUND, "no person has this NIC"),
        };
        (status, Json(json!({ "message": message }))).into_response()
    }
}
