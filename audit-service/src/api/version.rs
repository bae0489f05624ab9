//! `GET /version`: which version of the service runs.

use axum::Json;
use serde::Serialize;

/// What it says.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Version {
    /// `audit-service`.
    service: &'static str,
    /// The version of the program.
    version: &'static str,
}

/// Tells which version runs
#[utoipa::path(
    get,
    path = "/version",
    operation_id = "version",
    tag = "Service",
    responses((status = 200, description = "The version.", body = Version)),
)]
pub async fn handler() -> Json<Version> {
    Json(Version { service: "audit-service", version: env!("CARGO_PKG_VERSION") })
}
