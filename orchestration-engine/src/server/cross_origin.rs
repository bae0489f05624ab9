//! Lets the pages of applications ask the gateway from a browser (Fetch, section "CORS protocol"): those that the
//! configuration lists, and no others.

use std::{sync::Arc, time::Duration};

use axum::http::{HeaderName, HeaderValue, Method, header, request::Parts};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::state::LiveGateway;

/// How long a browser may keep what it was told.
const KEPT: Duration = Duration::from_secs(86_400);

/// The layer around everything that applications reach.
pub(super) fn layer(gateway: Arc<LiveGateway>) -> CorsLayer {
    let listed = move |origin: &HeaderValue, _: &Parts| {
        gateway.now().config.cors_origins.iter().any(|one| one.as_bytes() == origin.as_bytes())
    };
    let own = ["x-purpose", "x-trace-id", "x-requested-with"].map(HeaderName::from_static);
    let told = ["x-trace-id", "retry-after", "www-authenticate"].map(HeaderName::from_static);
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(listed))
        .allow_methods([Method::GET, Method::POST, Method::OPTIONS])
        .allow_headers(
            [header::CONTENT_TYPE, header::AUTHORIZATION, header::ACCEPT, header::ORIGIN]
                .into_iter()
                .chain(own)
                .collect::<Vec<_>>(),
        )
        .expose_headers(told)
        .max_age(KEPT)
}
