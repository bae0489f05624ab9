//! `POST /internal/api/v1/consents/standing`: what stands already, of a person who is not to be asked.

use axum::{Extension, Json, body::Bytes};
use chrono::{DateTime, Utc};
use ndx_contracts::{
    FieldRef, TraceId,
    consent::{ConsentAnswer, ConsentStatus},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    api::{
        ApiError, ErrorBody, body,
        requirement::{CreateConsentRequest, requirement},
    },
    state::Scene,
};

/// What stands already.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StandingAnswer {
    /// The consent; absent when this person never had anything with this application and purpose.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    consent: Option<StandingView>,
}

/// A consent that nobody is led to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct StandingView {
    consent_id: Uuid,
    status: ConsentStatus,
    /// Of the fields asked about: shared, now.
    covered: Vec<FieldRef>,
    /// Never answered, lapsed, or refused as a whole.
    missing: Vec<FieldRef>,
    /// Left out or declined when the person answered.
    declined: Vec<FieldRef>,
    /// The number of the last action.
    version: u64,
    /// When the open request or, with none open, the consent ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<DateTime<Utc>>,
}

impl From<ConsentAnswer> for StandingView {
    fn from(answer: ConsentAnswer) -> Self {
        let ConsentAnswer { consent_id, version, status, covered, missing, declined, expires_at, .. } = answer;
        Self { consent_id, status, covered, missing, declined, version, expires_at }
    }
}

/// Where fields of a person stand who is not to be asked.
///
/// For a person found by way of another, and to explain what a request would be answered. Nothing is written, no request is
/// opened, and no link is given.
#[utoipa::path(
    post,
    path = "/internal/api/v1/consents/standing",
    tag = "services",
    security(("serviceToken" = [])),
    request_body = CreateConsentRequest,
    responses(
        (status = 200, description = "What stands already", body = StandingAnswer),
        (status = 400, description = "The body is not right; the message names every mistake", body = ErrorBody),
        (status = 401, description = "No service token for this service", body = ErrorBody),
        (status = 413, description = "The body is too large", body = ErrorBody),
        (status = 503, description = "The ledger cannot be read", body = ErrorBody),
    )
)]
pub(crate) async fn standing(
    Extension(Scene { engine, .. }): Extension<Scene>,
    Extension(trace_id): Extension<TraceId>,
    body: Bytes,
) -> Result<Json<StandingAnswer>, ApiError> {
    let requirement = requirement(&engine.config, body::read(&body)?, trace_id)?;
    let consent = engine.standing(&requirement).await?.map(StandingView::from);
    Ok(Json(StandingAnswer { consent }))
}
