//! The service is up. It tells nothing else and asks nobody.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

/// The service is up.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// Always `consent-engine`.
    service: &'static str,
    /// Always `healthy`.
    status: &'static str,
}

/// The API is up.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApiHealth {
    /// Always `healthy`.
    status: &'static str,
}

/// Whether the service is up.
#[utoipa::path(get, path = "/health", tag = "health", responses((status = 200, body = Health)))]
pub(crate) async fn health() -> Json<Health> {
    Json(Health { service: "consent-engine", status: "healthy" })
}

/// Whether the services' API is up.
#[utoipa::path(get, path = "/internal/api/v1/health", tag = "health", responses((status = 200, body = ApiHealth)))]
pub(crate) async fn internal_health() -> Json<ApiHealth> {
    Json(ApiHealth { status: "healthy" })
}

/// Whether the citizens' API is up.
#[utoipa::path(get, path = "/api/v1/health", tag = "health", responses((status = 200, body = ApiHealth)))]
pub(crate) async fn citizens_health() -> Json<ApiHealth> {
    Json(ApiHealth { status: "healthy" })
}
