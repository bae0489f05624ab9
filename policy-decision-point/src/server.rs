//! The routes, and the document that describes them.

use std::sync::Arc;

use axum::{
    Router,
    extract::Request,
    middleware::{Next, from_fn, map_response},
    response::{IntoResponse, Response},
};
use ndx_auth::ServiceVerifier;
use ndx_service::{
    caller::{self, Caller},
    guard, openapi as document,
};
use utoipa::{OpenApi as _, openapi::OpenApi};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{allow_list, decide, granted, health, history, metadata, problem},
    state::Pdp,
};

const LARGEST: usize = 1024 * 1024;
/// The service that shows people pages: it asks what is granted, and nothing else.
const PORTAL: &str = "consent";

#[derive(utoipa::OpenApi)]
#[openapi(components(schemas(problem::ErrorBody)))]
struct Parts;

fn for_services() -> OpenApiRouter<Arc<Pdp>> {
    OpenApiRouter::with_openapi(Parts::openapi())
        .routes(routes!(decide::handler))
        .routes(routes!(metadata::sync::handler, metadata::list::handler))
        .routes(routes!(metadata::one::change, metadata::one::remove))
        .routes(routes!(metadata::one::disallow))
        .routes(routes!(allow_list::handler))
        .routes(routes!(history::handler))
}

fn for_the_portal() -> OpenApiRouter<Arc<Pdp>> {
    OpenApiRouter::new().routes(routes!(granted::handler))
}

fn for_everybody() -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(health::handler))
}

/// The OpenAPI document of this service.
pub fn openapi() -> OpenApi {
    let parts = [for_services().into_openapi(), for_the_portal().into_openapi(), for_everybody().into_openapi()];
    document::document("NDX policy decision point", env!("CARGO_PKG_DESCRIPTION"), parts)
}

/// All routes; all but `/health` and `/openapi.json` want a service token.
pub fn router(pdp: Arc<Pdp>, callers: Arc<ServiceVerifier>) -> Router {
    let (inner, _) = for_services().with_state(Arc::clone(&pdp)).split_for_parts();
    let (portal, _) = for_the_portal().with_state(pdp).split_for_parts();
    let (open, _) = for_everybody().split_for_parts();
    let inner = inner.route_layer(from_fn(not_the_portal)).merge(portal);
    let router = caller::services_only(inner, callers).merge(open).merge(document::router(openapi()));
    guard::guarded(router, LARGEST).layer(map_response(problem::shaped))
}

/// Who only shows pages neither decides nor changes what is decided by.
async fn not_the_portal(request: Request, next: Next) -> Response {
    match request.extensions().get::<Caller>() {
        Some(Caller(name)) if name == PORTAL => problem::Problem::forbidden().into_response(),
        _ => next.run(request).await,
    }
}
