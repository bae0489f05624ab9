//! `GET /api/v1/policy/history?limit=&offset=`: every action, the first one first. Their fold is what is in force.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::problem::{ErrorBody, Problem, ToEverybody};
use crate::{history::Recorded, state::Pdp};

const MOST: u32 = 1000;
/// The largest whole number that every JSON reader keeps exact.
const LAST: u64 = 9_007_199_254_740_991;

/// Which part of the history.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Page {
    /// How many actions at most.
    #[serde(default = "usual")]
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: u32,
    /// After how many: the number of the last action that the caller has.
    #[serde(default)]
    #[param(minimum = 0, maximum = 9_007_199_254_740_991_u64, default = 0)]
    offset: u64,
}

fn usual() -> u32 {
    100
}

/// A part of the history.
#[derive(Debug, Serialize, ToSchema)]
pub struct History {
    /// The actions, in their order.
    actions: Vec<Recorded>,
    /// How many there are in all, which is the number of the last.
    total: u64,
    /// As it was asked.
    limit: u32,
    /// As it was asked.
    offset: u64,
}

/// Tells who changed what, and when, from the beginning.
#[utoipa::path(
    get, path = "/api/v1/policy/history", tag = "history", security(("serviceToken" = [])),
    params(Page),
    responses(
        (status = 200, description = "A part of the history, the first action first.", body = History),
        (status = 400, description = "The address has a mistake.", body = ErrorBody),
        ToEverybody,
    ),
)]
pub async fn handler(
    State(pdp): State<Arc<Pdp>>,
    page: Result<Query<Page>, QueryRejection>,
) -> Result<Json<History>, Problem> {
    let Query(Page { limit, offset }) = page?;
    if !(1..=MOST).contains(&limit) || offset > LAST {
        return Err(Problem::bad_request(format!("`limit` is from 1 to {MOST}, `offset` from 0 to {LAST}")));
    }
    let (actions, total) = pdp.history(offset, limit).await?;
    Ok(Json(History { actions, total, limit, offset }))
}
