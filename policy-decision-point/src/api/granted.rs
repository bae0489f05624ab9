//! `POST /internal/api/v1/granted`: what an application may ask for, in words that people can be told.

use std::sync::Arc;

use axum::{Json, extract::State};
use ndx_contracts::{
    ApplicationId, Purpose,
    policy::{GrantedField, Grants as _},
};
use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use super::{
    problem::{ErrorBody, Problem, ToASender, ToEverybody},
    sent::{Body, Kind, Shape, read, required},
};
use crate::state::Pdp;

const SHAPE: Shape = Shape {
    about: "What may this application ask for, for this purpose?",
    members: &[required("applicationId", Kind::Name, "Who asks."), required("purpose", Kind::Name, "What for.")],
};

/// The question.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GrantedRequest {
    application_id: ApplicationId,
    purpose: Purpose,
}

impl PartialSchema for GrantedRequest {
    fn schema() -> RefOr<Schema> {
        Schema::from(SHAPE.schema()).into()
    }
}

impl ToSchema for GrantedRequest {}

/// The answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct GrantedResponse {
    /// The fields that it may ask for now, in the order of their names.
    granted: Vec<GrantedField>,
}

/// Tells what an application may ask for now, and on which ground. Nothing is decided by it.
#[utoipa::path(
    post, path = "/internal/api/v1/granted", tag = "decisions", security(("serviceToken" = [])),
    request_body = GrantedRequest,
    responses(
        (status = 200, description = "What it may ask for; nothing where it has no grant.", body = GrantedResponse),
        (status = 400, description = "The body has mistakes; all are told.", body = ErrorBody),
        ToASender, ToEverybody,
    ),
)]
pub async fn handler(State(pdp): State<Arc<Pdp>>, body: Body) -> Result<Json<GrantedResponse>, Problem> {
    let request: GrantedRequest = read(body, &SHAPE, |_, _| {})?;
    let granted = pdp.granted(&request.application_id, &request.purpose).await?;
    Ok(Json(GrantedResponse { granted }))
}
