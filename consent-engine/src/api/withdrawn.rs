//! `POST /internal/api/v1/consents/withdrawn`: the gateway looks again, just before it releases.

use axum::{Extension, Json, body::Bytes};
use ndx_contracts::consent::StandingConsent;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    api::{ApiError, ErrorBody, body},
    state::Scene,
};

/// What was shared when the request was decided.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct WithdrawnRequest {
    /// Consents, each with fields that it covered then.
    standing: Vec<StandingConsent>,
}

/// What is not shared any more.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WithdrawnAnswer {
    /// One entry for each consent that has lost a field, with the fields that it has lost; empty when all still stands.
    withdrawn: Vec<StandingConsent>,
}

/// Which of these fields are not shared any more, from the ledger itself.
#[utoipa::path(
    post,
    path = "/internal/api/v1/consents/withdrawn",
    tag = "services",
    security(("serviceToken" = [])),
    request_body = WithdrawnRequest,
    responses(
        (status = 200, description = "What is not shared any more", body = WithdrawnAnswer),
        (status = 400, description = "The body is not right", body = ErrorBody),
        (status = 401, description = "No service token for this service", body = ErrorBody),
        (status = 413, description = "The body is too large", body = ErrorBody),
        (status = 503, description = "The ledger cannot be read: nothing may be released", body = ErrorBody),
    )
)]
pub(crate) async fn withdrawn(
    Extension(state): Extension<Scene>,
    body: Bytes,
) -> Result<Json<WithdrawnAnswer>, ApiError> {
    let WithdrawnRequest { standing } = body::read(&body)?;
    Ok(Json(WithdrawnAnswer { withdrawn: state.engine.withdrawn(&standing).await? }))
}
