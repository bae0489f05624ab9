//! What a program is told that gets nothing.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::error::Error;

/// Why a request of a client is refused, in the words of RFC 6749, section 5.2.
#[derive(Debug)]
pub(crate) enum Refusal {
    InvalidRequest(&'static str),
    InvalidClient,
    InvalidGrant,
    UnauthorizedClient,
    UnsupportedGrantType,
    /// RFC 7009, section 2.2.1.
    UnsupportedTokenType,
    NotSigned(Error),
}

impl From<Error> for Refusal {
    fn from(cause: Error) -> Self {
        Self::NotSigned(cause)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, error, description) = match self {
            Self::InvalidRequest(description) => (StatusCode::BAD_REQUEST, "invalid_request", description),
            Self::InvalidClient => (StatusCode::UNAUTHORIZED, "invalid_client", "the client did not prove itself"),
            Self::InvalidGrant => (StatusCode::BAD_REQUEST, "invalid_grant", "the code is worth nothing"),
            Self::UnauthorizedClient => {
                (StatusCode::BAD_REQUEST, "unauthorized_client", "the client may not use this grant")
            }
            Self::UnsupportedGrantType => (
                StatusCode::BAD_REQUEST,
                "unsupported_grant_type",
                "the grants are authorization_code and client_credentials",
            ),
            Self::UnsupportedTokenType => {
                (StatusCode::BAD_REQUEST, "unsupported_token_type", "only access tokens can be revoked")
            }
            Self::NotSigned(cause) => {
                tracing::error!(error = %cause, "a token cannot be signed");
                (StatusCode::INTERNAL_SERVER_ERROR, "server_error", "the token could not be made")
            }
        };
        let body = Json(json!({ "error": error, "error_description": description }));
        let mut response = (status, [(header::CACHE_CONTROL, "no-store")], body).into_response();
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(r#"Basic realm="fudi""#));
        }
        response
    }
}
