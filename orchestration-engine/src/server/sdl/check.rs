//! `POST /sdl/validate`, `POST /sdl/check-compatibility`: what a schema would be, before it is one. Nothing is kept.

use std::sync::Arc;

use axum::{
    Json,
    extract::{State, rejection::JsonRejection},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::problem::{Mistake, Problem, ToASender, ToEverybody};
use crate::{
    registry::SchemaRegistry,
    schema::compare::{self, Change},
};

/// A schema.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Sdl {
    /// Its text.
    sdl: String,
}

/// Whether a schema can be put in force.
#[derive(Debug, Serialize, ToSchema)]
pub struct Validity {
    /// Whether it has no mistake.
    valid: bool,
    /// Every mistake, with its place.
    mistakes: Vec<Mistake>,
    /// What is allowed but should be looked at.
    warnings: Vec<Mistake>,
}

/// Composes a schema with this gateway's configuration and the providers' schemas, and tells every mistake.
#[utoipa::path(
    post, path = "/sdl/validate", tag = "schema", security(("serviceToken" = [])), request_body = Sdl,
    responses((status = 200, description = "whether it can be put in force", body = Validity), ToASender, ToEverybody),
)]
pub(super) async fn validate(
    State(registry): State<Arc<SchemaRegistry>>,
    body: Result<Json<Sdl>, JsonRejection>,
) -> Result<Json<Validity>, Problem> {
    let Json(Sdl { sdl }) = body?;
    let composition = registry.composed(&sdl);
    let told = |list: &[_]| list.iter().map(Mistake::from).collect();
    Ok(Json(Validity {
        valid: composition.mistakes.is_empty(),
        mistakes: told(&composition.mistakes),
        warnings: told(&composition.warnings),
    }))
}

/// What would change.
#[derive(Debug, Serialize, ToSchema)]
pub struct Compatibility {
    /// Whether every question of today stays good.
    compatible: bool,
    /// Why, in OpenDIF's words.
    reason: &'static str,
    /// Every change, the breaking ones first.
    changes: Vec<Change>,
    /// Why it cannot be put in force, when it cannot.
    mistakes: Vec<Mistake>,
}

/// Compares a schema with the one in force.
#[utoipa::path(
    post, path = "/sdl/check-compatibility", tag = "schema", security(("serviceToken" = [])), request_body = Sdl,
    responses((status = 200, description = "what would change", body = Compatibility), ToASender, ToEverybody),
)]
pub(super) async fn compatibility(
    State(registry): State<Arc<SchemaRegistry>>,
    body: Result<Json<Sdl>, JsonRejection>,
) -> Result<Json<Compatibility>, Problem> {
    let Json(Sdl { sdl }) = body?;
    Ok(Json(match registry.composed(&sdl).into_schema() {
        Ok(schema) => {
            let changes = compare::compare(&registry.live().now().schema.definition, &schema.definition);
            let compatible = !compare::is_breaking(&changes);
            let reason = if compatible { "compatible" } else { "breaking changes detected" };
            Compatibility { compatible, reason, changes, mistakes: Vec::new() }
        }
        Err(problems) => {
            let mistakes = problems.0.iter().map(Mistake::from).collect();
            Compatibility { compatible: false, reason: "the schema has mistakes", changes: Vec::new(), mistakes }
        }
    }))
}
