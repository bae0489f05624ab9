//! The routes, and the document that describes them.

use std::sync::Arc;

use axum::{Router, http::StatusCode, middleware};
use ndx_auth::ServiceVerifier;
use ndx_service::{caller, guard, openapi};
use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{
        audit_logs, complaints, health, history, post_audit_log, post_complaint, post_record, problem, records, version,
    },
    state::Audit,
};

const LARGEST: usize = 1024 * 1024;

fn for_services() -> OpenApiRouter<Arc<Audit>> {
    OpenApiRouter::new()
        .routes(routes!(audit_logs::handler, post_audit_log::handler))
        .routes(routes!(records::handler, post_record::handler))
        .routes(routes!(history::handler))
        .routes(routes!(complaints::handler, post_complaint::handler))
}

fn for_everybody() -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(health::handler)).routes(routes!(version::handler))
}

/// The OpenAPI document of the service.
pub fn openapi() -> OpenApi {
    let parts = [for_services().into_openapi(), for_everybody().into_openapi()];
    openapi::document("NDX audit service", "The record of what was asked, decided and released.", parts)
}

/// All routes; all but `/health`, `/version` and the document want a service token.
pub fn router(audit: Arc<Audit>, callers: Arc<ServiceVerifier>) -> Router {
    let (inner, _) = for_services().with_state(audit).split_for_parts();
    let (open, _) = for_everybody().split_for_parts();
    let router = caller::services_only(inner, callers)
        .merge(open)
        .merge(openapi::router(openapi()))
        .fallback(|| async { StatusCode::NOT_FOUND });
    guard::guarded(router, LARGEST).layer(middleware::map_response(problem::one_shape))
}
