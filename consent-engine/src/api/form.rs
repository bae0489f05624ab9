//! The form of every answer to a program: JSON, never kept, and readable for the pages of the portals that are listed.

use std::time::Duration;

use axum::{
    Json,
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::{
    api::{ApiError, ErrorBody, error::Code},
    state::Scene,
};

/// Whether programs, and not people, look at what `path` answers.
pub(crate) fn is_for_programs(path: &str) -> bool {
    let below = |folder: &str| path.starts_with(folder);
    below("/api/") || below("/internal/") || matches!(path, "/health" | ndx_service::openapi::PATH)
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
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
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

/// Lets pages of the listed origins, and of no others, call the citizens' API.
pub(crate) fn cross_origin() -> CorsLayer {
    let listed = |origin: &HeaderValue, request: &axum::http::request::Parts| {
        let origins = request.extensions.get::<Scene>().map(|scene| &scene.engine.config.cors_origins);
        origins.is_some_and(|origins| origins.iter().any(|one| one.as_bytes() == origin.as_bytes()))
    };
    let name = HeaderName::from_static;
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(listed))
        .allow_credentials(true)
        .allow_methods([
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
            Method::HEAD,
            Method::OPTIONS,
        ])
        .allow_headers([
            header::ORIGIN,
            header::CONTENT_TYPE,
            header::ACCEPT,
            header::AUTHORIZATION,
            name("x-requested-with"),
            name("x-csrf-token"),
            name("x-request-id"),
        ])
        .expose_headers([header::CONTENT_LENGTH, header::ETAG, name("x-request-id"), name("x-trace-id")])
        .max_age(Duration::from_hours(1))
}
