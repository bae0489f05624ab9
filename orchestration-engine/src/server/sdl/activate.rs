//! `POST /sdl/versions/{version}/activate`: a version comes into force, or comes back.

use std::sync::Arc;

use axum::{
    Extension, Json,
    body::Bytes,
    extract::{
        FromRequest, Path, Request, State,
        rejection::{BytesRejection, PathRejection},
    },
    http::{HeaderMap, header},
};
use ndx_service::caller::Caller;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::problem::{Problem, ProblemBody, ToASender, ToEverybody};
use crate::{registry::SchemaRegistry, schema::compare::Change};

/// How a version is activated.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Activation {
    /// That questions of today may be refused from now on. Without it, a version that breaks them is not activated.
    accept_breaking: bool,
}

/// A version is in force.
#[derive(Debug, Serialize, ToSchema)]
pub struct Activated {
    /// In OpenDIF's words.
    message: &'static str,
    /// What has changed with it.
    changes: Vec<Change>,
}

/// Puts a version in force, for the requests that come from now on: here at once, in every gateway on the same store within
/// a second. A version that was in force before is rolled back to in the same way.
#[utoipa::path(
    post, path = "/sdl/versions/{version}/activate", tag = "schema", security(("serviceToken" = [])),
    params(("version" = String, Path, description = "The version's name.")),
    request_body(content = Option<Activation>, description = "Nothing, or what is accepted."),
    responses(
        (status = 200, description = "it is in force", body = Activated),
        (status = 404, description = "there is no version of this name", body = ProblemBody),
        (
            status = 409, body = ProblemBody,
            description = "it has mistakes (`SCHEMA_DOES_NOT_COMPOSE`), or breaks questions of today (`BREAKING_CHANGES`); each is listed",
        ),
        ToASender, ToEverybody,
    ),
)]
pub(super) async fn handler(
    State(registry): State<Arc<SchemaRegistry>>,
    Extension(Caller(by)): Extension<Caller>,
    version: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Activated>, Problem> {
    let (Path(version), body) = (version?, body?);
    let Activation { accept_breaking } = if body.is_empty() {
        Activation::default()
    } else {
        // As `Json` reads it anywhere else, its content type included.
        let mut request = Request::new(body.into());
        request
            .headers_mut()
            .extend(headers.get(header::CONTENT_TYPE).map(|kind| (header::CONTENT_TYPE, kind.clone())));
        Json::<Option<Activation>>::from_request(request, &()).await?.0.unwrap_or_default()
    };
    let changes = registry.activate(&version, accept_breaking, &by).await?;
    Ok(Json(Activated { message: "Schema activated successfully", changes }))
}
