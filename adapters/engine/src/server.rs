//! The adapter's routes. Only who has the key may ask.

use std::sync::Arc;

use async_graphql::dynamic::Schema;
use async_graphql_axum::{GraphQLRequest, GraphQLResponse};
use aws_lc_rs::{
    constant_time::verify_slices_are_equal,
    digest::{Digest, SHA256, digest},
};
use axum::{
    Json, Router,
    extract::{Request, State},
    http::{HeaderName, StatusCode},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use ndx_service::guard::guarded;
use serde_json::json;

use crate::{
    adapter::Adapter,
    upstream::{Calls, Upstream},
};

const BODY_LIMIT: usize = 64 * 1024;

struct AppState {
    schema: Schema,
    upstream: Arc<Upstream>,
    header: HeaderName,
    // Only the digest is kept: comparing digests takes the same time for every wrong key, whatever its length.
    key: Digest,
}

/// The adapter, ready to be served: `POST /graphql` and `GET /health`.
pub fn router(adapter: Adapter) -> Router {
    let health = json!({ "service": format!("adapter-{}", adapter.provider()), "status": "healthy" });
    let state = Arc::new(AppState {
        key: digest(&SHA256, adapter.key.value.expose().as_bytes()),
        header: adapter.key.header,
        schema: adapter.schema,
        upstream: adapter.upstream,
    });
    let asking = Router::new()
        .route("/graphql", post(ask))
        .route_layer(middleware::from_fn_with_state(Arc::clone(&state), require_key));
    let router = Router::new().route("/health", get(|| async { Json(health) })).merge(asking).with_state(state);
    guarded(router, BODY_LIMIT)
}

async fn ask(State(state): State<Arc<AppState>>, request: GraphQLRequest) -> GraphQLResponse {
    let calls = Calls::new(Arc::clone(&state.upstream));
    state.schema.execute(request.into_inner().data(calls)).await.into()
}

async fn require_key(State(state): State<Arc<AppState>>, request: Request, next: Next) -> Response {
    let proven = request.headers().get(&state.header).is_some_and(|sent| {
        let sent = digest(&SHA256, sent.as_bytes());
        verify_slices_are_equal(state.key.as_ref(), sent.as_ref()).is_ok()
    });
    if proven {
        return next.run(request).await;
    }
    let error = json!({ "message": "a valid key is needed", "extensions": { "code": "UNAUTHORIZED" } });
    (StatusCode::UNAUTHORIZED, Json(json!({ "errors": [error] }))).into_response()
}
