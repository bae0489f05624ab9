//! The layers around every router.

use std::any::Any;

use axum::{
    Router,
    body::Body,
    http::{Response, StatusCode, header},
    middleware,
};
use tower_http::{catch_panic::CatchPanicLayer, limit::RequestBodyLimitLayer};

use crate::trace;

/// Wraps `router`, from outside in: trace id, a panic becomes a plain 500, a body of more than `body_limit` bytes is
/// refused.
pub fn guarded(router: Router, body_limit: usize) -> Router {
    router
        .layer(axum::extract::DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(body_limit))
        .layer(CatchPanicLayer::custom(answer_to_a_panic))
        .layer(middleware::from_fn(trace::layer))
}

/// Says nothing of what went wrong: the panic's text is in the log.
fn answer_to_a_panic(panic: Box<dyn Any + Send + 'static>) -> Response<Body> {
    let what = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(panic = what.unwrap_or("unknown"), "a request handler panicked");
    let mut response = Response::new(Body::from(r#"{"error":{"code":"INTERNAL_ERROR","message":"internal error"}}"#));
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    response
}
