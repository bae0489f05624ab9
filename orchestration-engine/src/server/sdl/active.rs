//! `GET /sdl`: the schema in force.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use super::problem::ToEverybody;
use crate::registry::SchemaRegistry;

/// The consumer schema.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActiveSchema {
    /// Its text.
    sdl: String,
}

/// Reads the schema in force.
#[utoipa::path(
    get, path = "/sdl", tag = "schema", security(("serviceToken" = [])),
    responses((status = 200, description = "the schema in force in this gateway", body = ActiveSchema), ToEverybody),
)]
pub(super) async fn handler(State(registry): State<Arc<SchemaRegistry>>) -> Json<ActiveSchema> {
    Json(ActiveSchema { sdl: registry.live().now().schema.text.sdl.clone() })
}
