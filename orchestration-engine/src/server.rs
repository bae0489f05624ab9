//! The gateway over HTTP: `POST /public/graphql` and `/graphql`, `/health`.

use std::{sync::Arc, time::Duration};

use axum::{
    Extension, Json, Router,
    body::Body,
    extract::{Request, State},
    http::Response,
    response::IntoResponse,
    routing::{get, post},
};
use bytes::Bytes;
use http::StatusCode;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use ndx_config::Limits;
use ndx_contracts::TraceId;
use serde_json::json;

use crate::{
    error::{ClientError, Code},
    pipeline::{self, Incoming},
    request::RequestError,
    response::{self, Answer, MediaType},
    state::Gateway,
};

/// The routes of the gateway.
pub fn router(gateway: Arc<Gateway>) -> Router {
    let graphql = || post(answer).fallback(use_post);
    let router = Router::new()
        .route("/public/graphql", graphql())
        .route("/graphql", graphql())
        .route("/health", get(health))
        .fallback(not_found)
        .with_state(gateway);
    // The body's limit is the pipeline's: it answers with a code.
    ndx_service::guard::guarded(router, usize::MAX)
}

async fn answer(
    State(gateway): State<Arc<Gateway>>,
    Extension(trace_id): Extension<TraceId>,
    request: Request,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = read(body, &gateway.config.limits).await;
    send(pipeline::answer(&gateway, Incoming { headers: parts.headers, body, trace_id }).await)
}

/// Reads a body within its size and its time. What is left over of one that is too large is not read.
async fn read(body: Body, limits: &Limits) -> Result<Bytes, RequestError> {
    let time = Duration::from_millis(limits.request_timeout_ms);
    let limited = Limited::new(body, limits.body_bytes).collect();
    match tokio::time::timeout(time, limited).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(RequestError::TooLarge { limit: limits.body_bytes }),
        Ok(Err(_)) | Err(_) => Err(RequestError::Broken),
    }
}

/// A question about a person does not belong in an address, and no other method asks questions.
async fn use_post(Extension(trace_id): Extension<TraceId>, request: Request) -> Response<Body> {
    let error = ClientError::new(Code::UsePost, "send the request as POST");
    send(response::refuse(&error.into(), MediaType::accepted(request.headers()), &trace_id))
}

async fn health() -> Json<serde_json::Value> {
    Json(json!({"status": "healthy", "service": "orchestration-engine"}))
}

async fn not_found() -> impl IntoResponse {
    let message = "there is nothing here; questions go to `POST /public/graphql`";
    (StatusCode::NOT_FOUND, Json(json!({"error": {"code": "NOT_FOUND", "message": message}})))
}

fn send(answer: Answer) -> Response<Body> {
    (answer.status, answer.headers, answer.body).into_response()
}
