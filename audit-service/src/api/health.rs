//! `GET /health`: whether the service runs.

use axum::Json;
use serde_json::{Value, json};

/// It does.
pub async fn handler() -> Json<Value> {
    Json(json!({"status": "healthy", "service": "audit-service"}))
}
