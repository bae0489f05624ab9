//! `POST /graphql`: asks the register, with a token.

use std::sync::Arc;

use async_graphql_axum::{GraphQLRequest, GraphQLResponse};
use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::state::AppState;

pub(crate) async fn ask(State(state): State<Arc<AppState>>, request: GraphQLRequest) -> GraphQLResponse {
    state.births.execute(request.into_inner()).await.into()
}

/// Lets through only a caller with a token of ours that still lives.
pub(crate) async fn require_token(State(state): State<Arc<AppState>>, request: Request, next: Next) -> Response {
    match bearer(request.headers()) {
        Some(token) if state.tokens.is_valid(token) => next.run(request).await,
        Some(_) => unauthorized(r#"Bearer realm="rgd", error="invalid_token""#),
        None => unauthorized(r#"Bearer realm="rgd""#),
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn unauthorized(challenge: &'static str) -> Response {
    let body = Json(json!({ "errors": [{ "message": "a valid access token is needed" }] }));
    (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, challenge)], body).into_response()
}
