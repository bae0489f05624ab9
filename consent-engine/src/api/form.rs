//! The form of every answer to a program: JSON, and never kept unless it says itself how long.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::api::{ApiError, ErrorBody, error::Code};

/// Whether programs, and not people, look at what `path` answers.
pub(crate) fn is_for_programs(path: &str) -> bool {
    let below = |folder: &str| path.starts_with(folder);
    below("/api/")
        || below("/internal/")
        || matches!(path, "/health" | "/.well-known/jwks.json" | ndx_service::openapi::PATH)
}

/// The answer as a program understands it: an error that is not JSON yet becomes it, with its status and its headers.
pub(crate) fn complete(response: Response) -> Response {
    let is_json = |value: &HeaderValue| value.as_bytes().starts_with(b"application/json");
    let told = response.headers().get(header::CONTENT_TYPE).is_some_and(is_json);
    let status = response.status();
    let mut response = match in_words(status) {
        Some((code, message)) if !told => {
            let (mut parts, _) = response.into_parts();
            let (made, body) = (status, Json(ErrorBody::new(code, message))).into_response().into_parts();
            parts.headers.remove(header::CONTENT_LENGTH);
            parts.headers.extend(made.headers);
            Response::from_parts(parts, body)
        }
        _ => response,
    };
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

fn in_words(status: StatusCode) -> Option<(Code, &'static str)> {
    Some(match status {
        StatusCode::NOT_FOUND => (Code::NotFound, "nothing has this path"),
        StatusCode::METHOD_NOT_ALLOWED => (Code::MethodNotAllowed, "this path takes other methods"),
        StatusCode::PAYLOAD_TOO_LARGE => (Code::TooLarge, "the request is too large"),
        StatusCode::UNAUTHORIZED => (Code::Unauthorized, "a token is required"),
        status if status.is_client_error() => (Code::BadRequest, "the request cannot be read"),
        status if status.is_server_error() => (Code::InternalError, "internal error"),
        _ => return None,
    })
}

/// Where nothing is.
pub(crate) async fn no_such_path() -> ApiError {
    ApiError::NoSuchPath
}
