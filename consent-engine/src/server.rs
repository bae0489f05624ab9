//! The router: what is open, what is for services only, what is for citizens' own portals, and the citizen's pages.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    middleware::{self, Next},
    response::Response,
    routing::any,
};
use ndx_auth::ServiceVerifier;
use ndx_service::{
    caller::services_only,
    guard::guarded,
    openapi::{document, router as described},
};
use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{self, answer, blocks, consents, health, keys, mine, one, standing, withdrawn},
    engine::Engine,
    neighbours::Neighbours,
    pages::Templates,
    portal,
    state::AppState,
};

/// Larger requests are refused: the largest question of the gateway is smaller.
const BODY_LIMIT: usize = 1024 * 1024;

const DESCRIPTION: &str = "\
What people have shared, with which application, for what and until when. Services ask and look again under `/internal`, \
with a token of their own; a citizens' portal reads and answers under `/api` in the name of the person who signed in to it. \
The exchange's own portal is HTML and is not described here.";

/// Why the service cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// TLS cannot be set up.
    #[error("the client for the identity provider cannot be made")]
    Client(#[from] reqwest::Error),
    /// A template has a mistake.
    #[error("the pages cannot be made")]
    Pages(#[from] minijinja::Error),
}

/// Everything that this service answers to. The services that `verifier` knows may call `/internal`; its pages ask
/// `neighbours`.
///
/// # Errors
/// When something that it needs cannot be made.
pub fn router(
    engine: Arc<Engine>,
    verifier: Arc<ServiceVerifier>,
    neighbours: Neighbours,
) -> Result<Router, ServerError> {
    let state = AppState::new(engine, Templates::load()?, neighbours)?;
    let internal = for_services().split_for_parts().0.route("/internal/{*path}", any(api::no_such_path));
    let citizens = for_citizens().split_for_parts().0.route("/api/{*path}", any(api::no_such_path));
    let router = open()
        .split_for_parts()
        .0
        .merge(services_only(internal, verifier))
        .merge(citizens.layer(api::cross_origin::layer()))
        .merge(described(openapi()))
        .merge(portal::router());
    Ok(guarded(router, BODY_LIMIT).layer(middleware::from_fn_with_state(state, from_beginning_to_end)))
}

/// What the service's APIs say of themselves, also served at `/openapi.json`.
pub fn openapi() -> OpenApi {
    let parts = [open(), for_services(), for_citizens()].map(OpenApiRouter::into_openapi);
    document("Consent engine", DESCRIPTION, parts)
}

fn open() -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(health::health))
        .routes(routes!(health::internal_health))
        .routes(routes!(health::citizens_health))
        .routes(routes!(keys::keys))
}

fn for_services() -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(consents::create, consents::latest))
        .routes(routes!(standing::standing))
        .routes(routes!(withdrawn::withdrawn))
}

fn for_citizens() -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(mine::list))
        .routes(routes!(one::show, answer::answer))
        .routes(routes!(blocks::list))
        .routes(routes!(blocks::block, blocks::unblock))
}

/// Gives the request the one configuration that it is answered under, and sees to it that whatever comes back has the form
/// that its reader understands: JSON for programs, a page for people.
async fn from_beginning_to_end(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let query = request.uri().query().unwrap_or_default();
    let scene = state.scene(|config| portal::language(&request, config), query);
    let for_programs = api::is_for_programs(request.uri().path());
    request.extensions_mut().insert(scene.clone());
    let response = next.run(request).await;
    if for_programs { api::complete(response) } else { portal::complete(&scene, response) }
}
