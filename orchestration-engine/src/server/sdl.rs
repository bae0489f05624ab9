//! `GET /sdl` and `/sdl/versions`: the consumer schema in force, as OpenDIF's portals read it. For services only: it names
//! providers and their fields.

use std::sync::Arc;

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{schema::ConsumerSchema, state::LiveGateway};

/// The consumer schema.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActiveSchema {
    /// Its text.
    sdl: String,
}

/// One version of the consumer schema.
#[derive(Debug, Serialize, ToSchema)]
pub struct SchemaVersion {
    /// Its id, which follows from its text.
    id: String,
    /// Its version, which follows from its text.
    version: String,
    /// Its text.
    sdl: String,
    /// Whether it is in force.
    is_active: bool,
    /// When its file was last written.
    created_at: DateTime<Utc>,
    /// Where it comes from.
    created_by: String,
    /// SHA-256 of its text, in hexadecimal.
    checksum: String,
}

/// Reads the schema in force.
#[utoipa::path(
    get, path = "/sdl", tag = "schema",
    responses((status = 200, description = "the schema in force", body = ActiveSchema), (status = 401, description = "no service token")),
    security(("serviceToken" = [])),
)]
pub(super) async fn active(State(gateway): State<Arc<LiveGateway>>) -> Json<ActiveSchema> {
    Json(ActiveSchema { sdl: gateway.now().schema.text.sdl.clone() })
}

/// Lists the versions of the schema. There is one: the file that the configuration names.
#[utoipa::path(
    get, path = "/sdl/versions", tag = "schema",
    responses(
        (status = 200, description = "the versions, the one in force first", body = [SchemaVersion]),
        (status = 401, description = "no service token"),
    ),
    security(("serviceToken" = [])),
)]
pub(super) async fn versions(State(gateway): State<Arc<LiveGateway>>) -> Json<[SchemaVersion; 1]> {
    Json([version(&gateway.now().schema)])
}

fn version(schema: &ConsumerSchema) -> SchemaVersion {
    let text = &schema.text;
    let version: String = text.checksum.chars().take(12).collect();
    SchemaVersion {
        id: format!("schema-{version}"),
        version,
        sdl: text.sdl.clone(),
        is_active: true,
        created_at: text.written_at,
        created_by: text.file.clone(),
        checksum: text.checksum.clone(),
    }
}
