//! `GET /api/v1/policy/metadata?schemaId=`: the records of one schema, or of all.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Records, records};
use crate::{
    api::problem::{ErrorBody, Problem, ToEverybody},
    state::Pdp,
};

/// Which records.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// The provider's schema; all of them without it.
    #[param(required = false, nullable = false)]
    schema_id: Option<String>,
}

/// Lists the records of one schema, or of all.
#[utoipa::path(
    get, path = "/api/v1/policy/metadata", tag = "field policies", security(("serviceToken" = [])),
    params(Wanted),
    responses(
        (status = 200, description = "The records; none for a schema that nobody knows.", body = Records),
        (status = 400, description = "The address has a mistake.", body = ErrorBody),
        ToEverybody,
    ),
)]
pub async fn handler(
    State(pdp): State<Arc<Pdp>>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Json<Records>, Problem> {
    let Query(wanted) = wanted?;
    let policies = pdp.in_force().await?;
    let fields = policies.set().fields.values();
    let chosen = fields
        .filter(|policy| wanted.schema_id.as_ref().is_none_or(|schema| policy.field.schema_id.as_str() == schema));
    Ok(Json(records(&policies, chosen)))
}
