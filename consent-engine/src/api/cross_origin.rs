//! Lets the pages of other portals call the citizens' API from a browser (Fetch, section "CORS protocol").

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Method, header, request::Parts};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::state::Scene;

/// Lets pages of the listed origins, and of no others, call the citizens' API.
pub(crate) fn layer() -> CorsLayer {
    let listed = |origin: &HeaderValue, request: &Parts| {
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
            header::IF_MATCH,
            name("idempotency-key"),
            name("x-requested-with"),
            name("x-csrf-token"),
            name("x-request-id"),
        ])
        .expose_headers([
            header::CONTENT_LENGTH,
            header::ETAG,
            header::RETRY_AFTER,
            header::WWW_AUTHENTICATE,
            name("x-request-id"),
            name("x-trace-id"),
        ])
        .max_age(Duration::from_hours(1))
}
