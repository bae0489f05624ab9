//! Around every page: finds the visitor, makes the page for a trouble, sets the headers.

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use axum_extra::extract::CookieJar;
use ndx_contracts::TraceId;
use ndx_service::trace;

use crate::{
    portal::{
        trouble::Trouble,
        visitor::{CookieName, Visitor},
    },
    state::AppState,
    store::Session,
};

const HEADERS: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; \
         frame-ancestors 'none'; base-uri 'none'",
    ),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("x-robots-tag"), "noindex"),
];

pub(crate) async fn dress(State(state): State<AppState>, jar: CookieJar, mut request: Request, next: Next) -> Response {
    let (session, failed) = match session(&state, &jar).await {
        Ok(session) => (session, None),
        Err(trouble) => (None, Some(trouble)),
    };
    let trace_id = request.extensions().get::<TraceId>().cloned().unwrap_or_else(trace::fresh);
    let visitor = Visitor { session, trace_id, path: request.uri().path().to_owned() };
    request.extensions_mut().insert(visitor.clone());
    let mut response = match failed {
        Some(trouble) => trouble.into_response(),
        None => next.run(request).await,
    };
    if let Some(trouble) = response.extensions_mut().remove::<Trouble>() {
        response = page_of(&state, &visitor, &trouble);
    }
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn session(state: &AppState, jar: &CookieJar) -> Result<Option<Session>, Trouble> {
    match CookieName::Session.of(jar, &state.engine.config.portal) {
        Some(id) => Ok(state.engine.store.session(&id, state.engine.now()).await?),
        None => Ok(None),
    }
}

fn page_of(state: &AppState, visitor: &Visitor, trouble: &Trouble) -> Response {
    // The page must not depend on what was asked for.
    let viewer = Visitor { path: "/my".to_owned(), ..visitor.clone() }.viewer();
    let provider = &state.engine.config.identity_provider.name;
    let page = trouble.page(provider, Some(visitor.trace_id.to_string()));
    match state.pages.answer(trouble.status(), viewer.as_ref(), &page) {
        Ok(response) => response,
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a page could not be made");
            (trouble.status(), "Something went wrong. Try again in a few minutes.").into_response()
        }
    }
}
