//! `GET /health`: whether the service runs.

use axum::Json;
use serde::Serialize;

/// What it says.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Health {
    /// `healthy`.
    status: &'static str,
    /// `audit-service`.
    service: &'static str,
}

/// Tells whether the service runs
#[utoipa::path(
    get,
    path = "/health",
    operation_id = "health",
    tag = "Service",
    responses((status = 200, description = "It does.", body = Health)),
)]
pub async fn handler() -> Json<Health> {
    Json(Health { status: "healthy", service: "audit-service" })
}
