//! `GET /api/audit-logs?traceId=&eventType=&limit=&offset=`: the records, newest first.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::problem;
use crate::{state::Audit, store::Filter};

const EVENTS: [&str; 4] = ["INTENT", "RELEASE", "ABORTED", "REFUSED"];
const MOST: u32 = 1000;

/// The parameters.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Parameters {
    #[serde(default)]
    trace_id: Option<String>,
    #[serde(default)]
    event_type: Option<String>,
    #[serde(default = "default_limit")]
    limit: u32,
    #[serde(default)]
    offset: u32,
}

fn default_limit() -> u32 {
    100
}

/// Lists.
pub async fn handler(
    State(audit): State<Arc<Audit>>,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Response {
    let refused = |message: &str| problem(StatusCode::BAD_REQUEST, "BAD_REQUEST", message);
    let Ok(Query(parameters)) = parameters else {
        return refused("the parameters are traceId, eventType, limit (1 to 1000) and offset (from 0)");
    };
    if parameters.limit == 0 || parameters.limit > MOST {
        return refused("`limit` must be from 1 to 1000");
    }
    if parameters.event_type.as_deref().is_some_and(|event| !EVENTS.contains(&event)) {
        return refused("`eventType` must be INTENT, RELEASE, ABORTED or REFUSED");
    }
    let trace_id = parameters.trace_id.map(|text| text.replace('-', "").to_ascii_lowercase());
    if trace_id.as_deref().is_some_and(|id| id.len() != 32 || !id.bytes().all(|byte| byte.is_ascii_hexdigit())) {
        return refused("`traceId` must be 32 hexadecimal digits, with or without hyphens");
    }
    let Parameters { event_type: event, limit, offset, .. } = parameters;
    match audit.page(&Filter { trace_id, event, limit, offset }).await {
        Ok(page) => Json(page).into_response(),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "audit records cannot be read");
            problem(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_ERROR", "the records cannot be read")
        }
    }
}
