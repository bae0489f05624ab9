//! The gateway over HTTP.

mod explorer;

mod cross_origin;

mod graphql;

mod health;

mod sdl;

mod schema_docs;

use std::sync::Arc;

use axum::{
    Json, Router,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::MethodRouter,
};
use ndx_auth::ServiceVerifier;
use ndx_service::{caller, guard, openapi};
use serde_json::json;
use utoipa::openapi::OpenApi;
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouterExt},
    routes,
};

pub use self::health::Details;
use self::schema_docs::SchemaDocs;
use crate::{registry::SchemaRegistry, state::LiveGateway};

const DESCRIPTION: &str = "One GraphQL endpoint in front of every register. What an answer may hold is decided by the law's \
                           policy and the person's consent, and recorded before it leaves.";

/// What applications and everybody may reach, and what other services may.
fn parts() -> [OpenApiRouter<Arc<LiveGateway>>; 2] {
    let only = |route, allowed| {
        UtoipaMethodRouterExt::map(route, |methods: MethodRouter<_>| methods.fallback(move || wrong_method(allowed)))
    };
    let graphql =
        |route| UtoipaMethodRouterExt::map(route, |methods: MethodRouter<_>| methods.fallback(graphql::use_post));
    let open = OpenApiRouter::new()
        .routes(graphql(routes!(graphql::post_public, graphql::get_public)))
        .routes(graphql(routes!(graphql::post, graphql::get)))
        .routes(only(routes!(health::health), "GET, HEAD"));
    let services = OpenApiRouter::new().routes(only(routes!(health::details), "GET, HEAD"));
    [open, services]
}

/// What the gateway says of its own interface.
pub fn openapi() -> OpenApi {
    let [open, services] = parts().map(OpenApiRouter::into_openapi);
    let parts = [open, schema_docs::routes().into_openapi(), services, sdl::routes().into_openapi()];
    openapi::document("NDX gateway", DESCRIPTION, parts)
}

/// The routes of the gateway. The services that `callers` knows may read and change its schema.
pub fn router(registry: Arc<SchemaRegistry>, callers: Arc<ServiceVerifier>) -> Router {
    let gateway = registry.live();
    let [open, services] = parts().map(|part| part.with_state(Arc::clone(gateway)).split_for_parts().0);
    let docs = schema_docs::routes().with_state(SchemaDocs::new(Arc::clone(gateway))).split_for_parts().0;
    let open = open.layer(cross_origin::layer(Arc::clone(gateway)));
    let explorer = explorer::router(Arc::clone(gateway));
    let services = services.merge(sdl::routes().with_state(registry).split_for_parts().0);
    let router = open.merge(docs).merge(caller::services_only(services, callers));
    let router = router.merge(openapi::router(openapi())).merge(explorer).fallback(not_found);
    // The body's limit is the pipeline's: it answers with a code.
    guard::guarded(router, usize::MAX)
}

async fn wrong_method(allowed: &'static str) -> Response {
    let message = "this path takes another method";
    let mut response = problem(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", message);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    response
}

async fn not_found() -> Response {
    let message = "there is nothing here; questions go to `POST /public/graphql`; for people there are \
                   `/explorer` and `/docs/schema`";
    problem(StatusCode::NOT_FOUND, "NOT_FOUND", message)
}

fn problem(status: StatusCode, code: &str, message: &str) -> Response {
    (status, Json(json!({"error": {"code": code, "message": message}}))).into_response()
}
