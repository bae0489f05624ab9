//! `GET /health`: whether the gateway runs; `/health/details`: for the operator, how it stands.

use std::sync::Arc;

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::state::LiveGateway;

/// It runs.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// In OpenDIF's words.
    message: &'static str,
    /// `healthy`.
    status: &'static str,
    /// Which service this is.
    service: &'static str,
}

/// Says that the gateway runs.
#[utoipa::path(get, path = "/health", tag = "health", responses((status = 200, description = "it runs", body = Health)))]
pub(super) async fn health() -> Json<Health> {
    Json(Health { message: "OpenDIF Server is Healthy!", status: "healthy", service: "orchestration-engine" })
}

/// How the gateway stands.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Details {
    /// Its clock.
    pub time: DateTime<Utc>,
    /// SHA-256 of the consumer schema in force, in hexadecimal.
    pub schema_checksum: String,
    /// When the issuer's keys were last fetched; absent while none were needed yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer_keys_fetched_at: Option<DateTime<Utc>>,
    /// How many keys of the issuer are held.
    pub issuer_keys: usize,
}

/// Says how the gateway stands.
#[utoipa::path(
    get, path = "/health/details", tag = "health",
    responses((status = 200, description = "how it stands", body = Details), (status = 401, description = "no service token")),
    security(("serviceToken" = [])),
)]
pub(super) async fn details(State(gateway): State<Arc<LiveGateway>>) -> Json<Details> {
    let gateway = gateway.now();
    let held = gateway.authenticator.keys().held().await;
    Json(Details {
        time: gateway.clock.now(),
        schema_checksum: gateway.schema.text.checksum.clone(),
        issuer_keys_fetched_at: held.map(|(fetched, _)| fetched),
        issuer_keys: held.map_or(0, |(_, number)| number),
    })
}
