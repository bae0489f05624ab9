//! `/schema.graphql`, `/docs/schema`: what can be asked, for everybody who thinks of asking. Both are made once for each
//! schema and served from memory; they hold nothing about anybody, and no host, path or field of a provider.

mod page;

use std::sync::{Arc, Weak};

use arc_swap::ArcSwapOption;
use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::MethodRouter,
};
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouterExt},
    routes,
};

use super::{not_found, problem, wrong_method};
use crate::state::{Gateway, LiveGateway};

/// What can be asked, made from the gateway in force.
pub(super) struct SchemaDocs {
    live: Arc<LiveGateway>,
    made: ArcSwapOption<Made>,
}

/// Made from one gateway.
struct Made {
    of: Weak<Gateway>,
    sdl: Bytes,
    page: Bytes,
    policy: HeaderValue,
}

/// The routes.
pub(super) fn routes() -> OpenApiRouter<Arc<SchemaDocs>> {
    let only = |route| {
        UtoipaMethodRouterExt::map(route, |methods: MethodRouter<_>| methods.fallback(|| wrong_method("GET, HEAD")))
    };
    OpenApiRouter::new().routes(only(routes!(sdl))).routes(only(routes!(docs)))
}

impl SchemaDocs {
    /// Of what is in force in `live`.
    pub(super) fn new(live: Arc<LiveGateway>) -> Arc<Self> {
        Arc::new(Self { live, made: ArcSwapOption::empty() })
    }

    /// As the gateway in force has it; nothing when that does not show it to everybody.
    fn now(&self) -> Result<Option<Arc<Made>>, minijinja::Error> {
        let gateway = self.live.now();
        if !gateway.config.public_schema {
            return Ok(None);
        }
        let of = Arc::downgrade(&gateway);
        let held = self.made.load_full();
        if let Some(made) = held.filter(|made| made.of.ptr_eq(&of)) {
            return Ok(Some(made));
        }
        let (page, policy) = page::page(&gateway)?;
        let made = Arc::new(Made { of, sdl: gateway.schema.clean.to_string().into(), page: page.into(), policy });
        self.made.store(Some(Arc::clone(&made)));
        Ok(Some(made))
    }

    async fn answer(&self, say: impl FnOnce(&Made) -> Response) -> Response {
        match self.now() {
            Ok(Some(made)) => {
                let mut response = say(&made);
                let headers = [
                    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
                    // What is activated is to be seen soon.
                    (header::CACHE_CONTROL, "public, max-age=60"),
                    (header::REFERRER_POLICY, "no-referrer"),
                ];
                response.headers_mut().extend(headers.map(|(name, value)| (name, HeaderValue::from_static(value))));
                response
            }
            Ok(None) => not_found().await,
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "the page of the schema could not be made");
                problem(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_ERROR", "internal error")
            }
        }
    }
}

/// Reads what can be asked, in GraphQL's own language.
#[utoipa::path(
    get, path = "/schema.graphql", tag = "schema",
    responses(
        (status = 200, description = "the schema, without directives", body = String, content_type = "text/plain"),
        (status = 404, description = "`edge.publicSchema` is false"),
    ),
)]
async fn sdl(State(docs): State<Arc<SchemaDocs>>) -> Response {
    let kind = (header::CONTENT_TYPE, "text/plain; charset=utf-8");
    docs.answer(|made| ([kind], made.sdl.clone()).into_response()).await
}

/// Reads what can be asked, as a page: who answers each field, what citizens read for it, whether their consent is needed.
#[utoipa::path(
    get, path = "/docs/schema", tag = "schema",
    responses(
        (status = 200, description = "the page", body = String, content_type = "text/html"),
        (status = 404, description = "`edge.publicSchema` is false"),
    ),
)]
async fn docs(State(docs): State<Arc<SchemaDocs>>) -> Response {
    let html = |made: &Made| {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(header::CONTENT_SECURITY_POLICY, made.policy.clone());
        let own = HeaderName::from_static("cross-origin-opener-policy");
        headers.insert(own, HeaderValue::from_static("same-origin"));
        (headers, made.page.clone()).into_response()
    };
    docs.answer(html).await
}
