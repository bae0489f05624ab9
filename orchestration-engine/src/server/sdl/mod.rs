//! `/sdl*`: the consumer schema and its versions, as OpenDIF's portals read and write them. For services only: it names
//! providers and their fields, and decides what can be asked.

mod active;

mod activate;

mod check;

mod problem;

mod versions;

use std::sync::Arc;

use axum::{extract::DefaultBodyLimit, routing::MethodRouter};
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouterExt},
    routes,
};

use super::wrong_method;
use crate::registry::SchemaRegistry;

/// The largest body: no schema of ours comes near it.
const LARGEST: usize = 1024 * 1024;

/// The routes.
pub(super) fn routes() -> OpenApiRouter<Arc<SchemaRegistry>> {
    let only = |route, allowed| {
        UtoipaMethodRouterExt::map(route, |methods: MethodRouter<_>| methods.fallback(move || wrong_method(allowed)))
    };
    OpenApiRouter::new()
        .routes(only(routes!(active::handler, versions::create), "GET, HEAD, POST"))
        .routes(only(routes!(versions::list), "GET, HEAD"))
        .routes(only(routes!(activate::handler), "POST"))
        .routes(only(routes!(check::validate), "POST"))
        .routes(only(routes!(check::compatibility), "POST"))
        .layer(DefaultBodyLimit::max(LARGEST))
}
