//! `GET /sdl/versions`, `POST /sdl`: the versions, and a new one.

use std::sync::Arc;

use axum::{
    Extension, Json,
    extract::{State, rejection::JsonRejection},
};
use chrono::{DateTime, Utc};
use ndx_service::caller::Caller;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::problem::{Problem, ProblemBody, ToASender, ToEverybody};
use crate::{
    registry::SchemaRegistry,
    schema::{
        SchemaText,
        versions::{Version, is_name},
    },
};

/// The longest text that says who made a version, in characters.
const LONGEST: usize = 200;

/// One version of the consumer schema.
#[derive(Debug, Serialize, ToSchema)]
pub struct SchemaVersion {
    /// Its id, which follows from its name.
    id: String,
    /// Its name.
    version: String,
    /// Its text.
    sdl: String,
    /// Whether it is in force.
    is_active: bool,
    /// When it was made; of a file, when it was last written.
    created_at: DateTime<Utc>,
    /// Who made it; of a file, its name.
    created_by: String,
    /// SHA-256 of its text, in hexadecimal.
    checksum: String,
}

impl SchemaVersion {
    fn of(version: &Version, active: Option<&Version>) -> Self {
        Self {
            id: format!("schema-{}", version.name),
            version: version.name.clone(),
            sdl: version.sdl.to_string(),
            is_active: active.is_some_and(|active| active.name == version.name),
            created_at: version.created_at,
            created_by: version.created_by.clone(),
            checksum: version.checksum.clone(),
        }
    }

    fn of_file(text: &SchemaText, version: String) -> Self {
        Self {
            id: format!("schema-{version}"),
            version,
            sdl: text.sdl.clone(),
            is_active: true,
            created_at: text.written_at,
            created_by: text.file.clone(),
            checksum: text.checksum.clone(),
        }
    }
}

/// Lists the versions: the one in force first, then the newest. While none was ever activated, the file that the
/// configuration names is in force, and stands here under a name that follows from its text.
#[utoipa::path(
    get, path = "/sdl/versions", tag = "schema", security(("serviceToken" = [])),
    responses((status = 200, description = "the versions", body = [SchemaVersion]), ToEverybody),
)]
pub(super) async fn list(State(registry): State<Arc<SchemaRegistry>>) -> Result<Json<Vec<SchemaVersion>>, Problem> {
    let versions = registry.versions().await?;
    let active = versions.active();
    let file = active.is_none().then(|| {
        let gateway = registry.live().now();
        let text = &gateway.schema.text;
        SchemaVersion::of_file(text, versions.name_of(text))
    });
    // A draft of the very same text may have the file's name already.
    let is_file = |one: &&Version| file.as_ref().is_some_and(|file| file.version == one.name);
    let others: Vec<_> =
        versions.list().filter(|one| !is_file(one)).map(|one| SchemaVersion::of(one, active)).collect();
    Ok(Json(file.into_iter().chain(others).collect()))
}

/// A new version.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewVersion {
    /// Its name, which nobody has used before.
    #[serde(default = "first")]
    #[schema(
        min_length = 1,
        max_length = 64,
        pattern = "^[A-Za-z0-9._+-]*[A-Za-z0-9][A-Za-z0-9._+-]*$",
        default = "1.0.0"
    )]
    version: String,
    /// Its text.
    #[schema(min_length = 1, pattern = r"\S")]
    sdl: String,
    /// Who made it.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\x00-\x1F\x7F-\x9F]+$")]
    created_by: String,
}

fn first() -> String {
    "1.0.0".to_owned()
}

/// Writes a version down, as a draft: it may have mistakes, and is not in force.
#[utoipa::path(
    post, path = "/sdl", tag = "schema", security(("serviceToken" = [])), request_body = NewVersion,
    responses(
        (status = 200, description = "the version", body = SchemaVersion),
        (status = 409, description = "there is a version of this name (`CONFLICT`)", body = ProblemBody),
        ToASender, ToEverybody,
    ),
)]
pub(super) async fn create(
    State(registry): State<Arc<SchemaRegistry>>,
    Extension(Caller(by)): Extension<Caller>,
    body: Result<Json<NewVersion>, JsonRejection>,
) -> Result<Json<SchemaVersion>, Problem> {
    let Json(NewVersion { version, sdl, created_by }) = body?;
    let mut mistakes = Vec::new();
    if !is_name(&version) {
        mistakes.push("`version` is not a name of 1 to 64 letters, digits, `.`, `_`, `-` and `+`");
    }
    if sdl.trim().is_empty() {
        mistakes.push("`sdl` is empty");
    }
    if created_by.is_empty() || created_by.chars().count() > LONGEST || created_by.chars().any(char::is_control) {
        mistakes.push("`created_by` is not a text of 1 to 200 characters without control characters");
    }
    if !mistakes.is_empty() {
        return Err(Problem::bad_request(mistakes.join("; ")));
    }
    let made = registry.create(&version, &sdl, &created_by, &by).await?;
    Ok(Json(SchemaVersion::of(&made, None)))
}
