//! `GET /health`: whether the service runs.

use axum::Json;
use serde::Serialize;

/// How the service is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Health {
    /// `healthy`
    status: &'static str,
    /// `policy-decision-point`
    service: &'static str,
}

/// Tells that the service runs.
#[utoipa::path(get, path = "/health", tag = "service", responses((status = 200, description = "It runs.", body = Health)))]
pub async fn handler() -> Json<Health> {
    Json(Health { status: "healthy", service: "policy-decision-point" })
}
