//! `GET /health`: the service is up. It tells nothing else and asks nobody.

use axum::Json;
use serde_json::{Value, json};

pub(crate) async fn health() -> Json<Value> {
    Json(json!({ "service": "consent-engine", "status": "healthy" }))
}
