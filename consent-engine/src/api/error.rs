//! `{"error":{"code","message"}}`, whatever went wrong.

use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{config::SignIn, error::EngineError};

/// Seconds after which it is worth trying again when the ledger or the identity provider did not answer.
const RETRY_AFTER: &str = "5";

/// Why a call got no answer, as far as the caller may know.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// The caller's mistake, or several.
    BadRequest(String),
    /// Nobody is known to be calling; why, is in our log.
    Unauthorized(&'static str),
    /// Something sensitive would be shared by somebody who has not signed in surely enough; what the identity provider must be
    /// asked for (RFC 9470).
    NotSure(Vec<String>),
    /// There is no such consent, or it is another person's.
    NotFound,
    /// Nothing has this path.
    NoSuchPath,
    /// The consent cannot be answered, or stopped, as it is.
    Conflict(Code, &'static str),
    /// The consent is not as the caller's condition wants it (RFC 9110, "If-Match").
    PreconditionFailed(Code, &'static str),
    /// What was sent cannot be taken under its key.
    KeyReused,
    /// People are asked too often; how many seconds to wait.
    TooMany(u32),
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
    /// Something sensitive would be shared: sign in as `WWW-Authenticate` says, and send the answer again.
    InsufficientUserAuthentication,
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
    /// Another call was sent under the same `Idempotency-Key`.
    IdempotencyKeyReused,
    /// The application that asks is not registered for this purpose any more.
    PurposeNotRegistered,
    /// The request is too large.
    TooLarge,
    /// The ledger, or the identity provider, does not answer; nothing was changed.
    CeUnavailable,
    /// The application asks more often than it may; nothing was changed. `Retry-After` says how long to wait.
    RateLimited,
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
            EngineError::KeyTaken => Self::KeyReused,
            EngineError::TooManyRequests { retry_after } => Self::TooMany(retry_after),
            EngineError::Conflict => Self::Conflict(Code::ConsentChanged, "the consent has changed in the meantime"),
            EngineError::Store(_) => {
                tracing::error!(error = &error as &dyn std::error::Error, "the ledger failed");
                Self::Unavailable("the ledger is not available")
            }
            other => Self::BadRequest(other.to_string()),
        }
    }
}

impl ApiError {
    /// Whether a call that is sent again under its key is refused again, whatever has happened since: it was about the
    /// consent as it was.
    pub(crate) fn is_kept(&self) -> bool {
        matches!(self, Self::Conflict(..) | Self::PreconditionFailed(..))
    }

    /// What the caller hears.
    pub(crate) fn told(&self) -> (StatusCode, ErrorBody) {
        let (status, code, message) = match self {
            Self::BadRequest(message) => (StatusCode::BAD_REQUEST, Code::BadRequest, message.as_str()),
            Self::Unauthorized(message) => (StatusCode::UNAUTHORIZED, Code::Unauthorized, *message),
            Self::NotSure(_) => {
                let message = "something sensitive would be shared: the person must sign in again, more surely";
                (StatusCode::UNAUTHORIZED, Code::InsufficientUserAuthentication, message)
            }
            Self::NotFound => (StatusCode::NOT_FOUND, Code::ConsentNotFound, "there is no such consent"),
            Self::NoSuchPath => (StatusCode::NOT_FOUND, Code::NotFound, "nothing has this path"),
            Self::Conflict(code, message) => (StatusCode::CONFLICT, *code, *message),
            Self::PreconditionFailed(code, message) => (StatusCode::PRECONDITION_FAILED, *code, *message),
            Self::KeyReused => {
                let message = "another call was sent under the same Idempotency-Key; use a new one";
                (StatusCode::UNPROCESSABLE_ENTITY, Code::IdempotencyKeyReused, message)
            }
            Self::TooMany(_) => {
                (StatusCode::TOO_MANY_REQUESTS, Code::RateLimited, "more requests than the application may open")
            }
            Self::Unavailable(message) => (StatusCode::SERVICE_UNAVAILABLE, Code::CeUnavailable, *message),
        };
        (status, ErrorBody::new(code, message))
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, body) = self.told();
        let body = Json(body);
        if let Self::TooMany(seconds) = self {
            return (status, [(header::RETRY_AFTER, seconds.to_string())], body).into_response();
        }
        if let Self::NotSure(wanted) = self {
            return (status, [(header::WWW_AUTHENTICATE, step_up(&wanted))], body).into_response();
        }
        match status {
            StatusCode::UNAUTHORIZED => (status, [(header::WWW_AUTHENTICATE, "Bearer")], body).into_response(),
            StatusCode::SERVICE_UNAVAILABLE => (status, [(header::RETRY_AFTER, RETRY_AFTER)], body).into_response(),
            _ => (status, body).into_response(),
        }
    }
}

/// What asks a portal to have the person sign in more surely (RFC 9470, section 3).
fn step_up(wanted: &[String]) -> String {
    let age = SignIn::FRESH.num_seconds();
    let challenge = format!(r#"Bearer error="insufficient_user_authentication", max_age="{age}""#);
    if wanted.is_empty() { challenge } else { format!(r#"{challenge}, acr_values="{}""#, wanted.join(" ")) }
}
