//! `{"error":{"code","message"}}`, whatever went wrong.

use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::EngineError;

/// Seconds after which it is worth trying again when the ledger or the identity provider did not answer.
const RETRY_AFTER: &str = "5";

/// Why a call got no answer, as far as the caller may know.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// The caller's mistake, or several.
    BadRequest(String),
    /// Nobody is known to be calling; why, is in our log.
    Unauthorized(&'static str),
    /// There is no such consent, or it is another person's.
    NotFound,
    /// Nothing has this path.
    NoSuchPath,
    /// The consent cannot be answered, or stopped, as it is.
    Conflict(Code, &'static str),
    /// Something that the answer needs does not answer; the reason is in our log.
    Unavailable(&'static str),
}

/// What programs tell mistakes apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Code {
    /// The request is not right; the message names every mistake.
    BadRequest,
    /// No token, or one that is not accepted here.
    Unauthorized,
    /// There is no such consent.
    ConsentNotFound,
    /// Nothing has this path.
    NotFound,
    /// The path takes other methods; `Allow` names them.
    MethodNotAllowed,
    /// The consent has been answered, or has ended.
    ConsentNotPending,
    /// The consent is not as it was when it was looked at.
    ConsentChanged,
    /// Nothing is shared that could be stopped.
    ConsentNotApproved,
    /// The application that asks is not registered for this purpose any more.
    PurposeNotRegistered,
    /// The request is too large.
    TooLarge,
    /// The ledger, or the identity provider, does not answer; nothing was changed.
    CeUnavailable,
    /// A mistake of ours.
    InternalError,
}

/// What went wrong.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ErrorBody {
    error: ErrorDetail,
}

#[derive(Debug, Serialize, ToSchema)]
struct ErrorDetail {
    /// For programs.
    code: Code,
    /// For people.
    message: String,
}

impl ErrorBody {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { error: ErrorDetail { code, message: message.into() } }
    }
}

impl From<EngineError> for ApiError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::NotFound => Self::NotFound,
            EngineError::Conflict => Self::Conflict(Code::ConsentChanged, "the consent has changed in the meantime"),
            EngineError::Store(_) => {
                tracing::error!(error = &error as &dyn std::error::Error, "the ledger failed");
                Self::Unavailable("the ledger is not available")
            }
            other => Self::BadRequest(other.to_string()),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, code, message) = match self {
            Self::BadRequest(message) => (StatusCode::BAD_REQUEST, Code::BadRequest, message),
            Self::Unauthorized(message) => (StatusCode::UNAUTHORIZED, Code::Unauthorized, message.to_owned()),
            Self::NotFound => (StatusCode::NOT_FOUND, Code::ConsentNotFound, "there is no such consent".to_owned()),
            Self::NoSuchPath => (StatusCode::NOT_FOUND, Code::NotFound, "nothing has this path".to_owned()),
            Self::Conflict(code, message) => (StatusCode::CONFLICT, code, message.to_owned()),
            Self::Unavailable(message) => (StatusCode::SERVICE_UNAVAILABLE, Code::CeUnavailable, message.to_owned()),
        };
        let body = Json(ErrorBody::new(code, message));
        match status {
            StatusCode::UNAUTHORIZED => (status, [(header::WWW_AUTHENTICATE, "Bearer")], body).into_response(),
            StatusCode::SERVICE_UNAVAILABLE => (status, [(header::RETRY_AFTER, RETRY_AFTER)], body).into_response(),
            _ => (status, body).into_response(),
        }
    }
}
