//! `/api/v1/blocks`: applications by which the person who calls does not want to be asked any more.

use axum::{Extension, Json, extract::Path, http::StatusCode};
use chrono::{DateTime, Utc};
use ndx_contracts::{ApplicationId, TraceId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{ApiError, ErrorBody, citizen::Citizen},
    error::EngineError,
    store::Block,
};

/// The applications that the person blocks.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BlockList {
    blocks: Vec<BlockedApplication>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct BlockedApplication {
    app_id: String,
    /// `null` when the application is not registered any more.
    app_name: Option<String>,
    /// Since when.
    since: DateTime<Utc>,
}

/// The applications that the person who calls blocks.
#[utoipa::path(
    get,
    path = "/api/v1/blocks",
    tag = "citizens",
    security(("citizenToken" = [])),
    responses(
        (status = 200, description = "All of them", body = BlockList),
        (status = 401, description = "No access token of the citizens' identity provider", body = ErrorBody),
        (status = 503, description = "The ledger, or the identity provider, does not answer", body = ErrorBody),
    )
)]
pub(crate) async fn list(Citizen { subject, engine, .. }: Citizen) -> Result<Json<BlockList>, ApiError> {
    let language = engine.config.first_language();
    let name = |id: &ApplicationId| {
        engine.config.application(id).map(|application| application.name.in_language(language).to_owned())
    };
    let blocked = |Block { application, since }: Block| BlockedApplication {
        app_name: name(&application),
        app_id: application.to_string(),
        since,
    };
    let blocks = engine.blocks_of(&subject).await?.into_iter().map(blocked).collect();
    Ok(Json(BlockList { blocks }))
}

/// Keeps an application from asking the person who calls. What waits for an answer is answered with no; what is shared stays
/// shared until it is stopped.
#[utoipa::path(
    put,
    path = "/api/v1/blocks/{appId}",
    tag = "citizens",
    security(("citizenToken" = [])),
    params(("appId" = String, Path, description = "The application's id", min_length = 1, example = "passport-app")),
    responses(
        (status = 204, description = "It cannot ask any more"),
        (status = 400, description = "The path cannot be read", body = ErrorBody),
        (status = 401, description = "No access token of the citizens' identity provider", body = ErrorBody),
        (status = 404, description = "No such application is registered", body = ErrorBody),
        (status = 503, description = "The ledger, or the identity provider, does not answer", body = ErrorBody),
    )
)]
pub(crate) async fn block(
    Citizen { subject, engine, .. }: Citizen,
    Extension(trace_id): Extension<TraceId>,
    Path(application): Path<String>,
) -> Result<StatusCode, ApiError> {
    match engine.block(&subject, &ApplicationId::new(application), &trace_id).await {
        Err(EngineError::UnknownApplication(_)) => Err(ApiError::NoSuchPath),
        done => Ok(done.map(|()| StatusCode::NO_CONTENT)?),
    }
}

/// Lets an application ask the person who calls again.
#[utoipa::path(
    delete,
    path = "/api/v1/blocks/{appId}",
    tag = "citizens",
    security(("citizenToken" = [])),
    params(("appId" = String, Path, description = "The application's id", min_length = 1, example = "passport-app")),
    responses(
        (status = 204, description = "It is not blocked, or not any more"),
        (status = 400, description = "The path cannot be read", body = ErrorBody),
        (status = 401, description = "No access token of the citizens' identity provider", body = ErrorBody),
        (status = 503, description = "The ledger, or the identity provider, does not answer", body = ErrorBody),
    )
)]
pub(crate) async fn unblock(
    Citizen { subject, engine, .. }: Citizen,
    Extension(trace_id): Extension<TraceId>,
    Path(application): Path<String>,
) -> Result<StatusCode, ApiError> {
    engine.unblock(&subject, &ApplicationId::new(application), &trace_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
