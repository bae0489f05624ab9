//! Around every page: finds the visitor, makes the page for a trouble, sets the headers.

use axum::{
    Extension,
    extract::Request,
    http::{HeaderName, StatusCode},
    middleware::Next,
    response::{IntoResponse, Response},
};
use axum_extra::extract::CookieJar;
use ndx_contracts::TraceId;
use ndx_pages::headers::dressed;
use ndx_service::trace;

use crate::{
    pages::Viewer,
    portal::{
        back::Back,
        speech,
        trouble::Trouble,
        visitor::{CookieName, Visitor},
    },
    state::Scene,
    store::Session,
};

pub(crate) async fn dress(
    Extension(state): Extension<Scene>,
    jar: CookieJar,
    mut request: Request,
    next: Next,
) -> Response {
    let cookie = CookieName::Session.of(&jar, &state.engine.config.portal);
    let (session, failed) = match session(&state, cookie.as_deref()).await {
        Ok(session) => (session, None),
        Err(trouble) => (None, Some(trouble)),
    };
    let trace_id = request.extensions().get::<TraceId>().cloned().unwrap_or_else(trace::fresh);
    let query = request.uri().query().map(str::to_owned);
    let back = Back::of(query.as_deref());
    let visitor = Visitor {
        signed_out: cookie.is_some() && session.is_none(),
        switched: speech::is_chosen(query.as_deref()),
        session,
        trace_id,
        path: request.uri().path().to_owned(),
        query: query.clone(),
        back,
    };
    request.extensions_mut().insert(visitor.clone());
    let mut response = match failed {
        Some(trouble) => trouble.into_response(),
        None => next.run(request).await,
    };
    if let Some(trouble) = response.extensions_mut().remove::<Trouble>() {
        response = page_of(&state, visitor, &trouble);
    }
    speech::remember(&state, query.as_deref(), &mut response);
    dressed(response)
}

/// What left the pages without being one: the guard's word for a body that was too large, or for a handler that panicked.
pub(crate) fn complete(state: &Scene, response: Response) -> Response {
    let trouble = match response.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Trouble::TooLarge,
        StatusCode::INTERNAL_SERVER_ERROR => Trouble::OurMistake,
        _ => return response,
    };
    let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
    if header("content-type").is_some_and(|kind| kind.starts_with("text/html")) {
        return response;
    }
    let trace = response.headers().get(trace::TRACE_HEADER).cloned();
    let number = trace.as_ref().and_then(|value| value.to_str().ok()).map(str::to_owned);
    let mut page = dressed(made(state, None, &trouble, number));
    page.headers_mut().extend(trace.map(|value| (HeaderName::from_static(trace::TRACE_HEADER), value)));
    page
}

async fn session(state: &Scene, cookie: Option<&str>) -> Result<Option<Session>, Trouble> {
    match cookie {
        Some(id) => Ok(state.engine.store.session(id, state.engine.now()).await?),
        None => Ok(None),
    }
}

fn page_of(state: &Scene, visitor: Visitor, trouble: &Trouble) -> Response {
    let number = Some(visitor.trace_id.to_string());
    // The page must not depend on what was asked for.
    let viewer = Visitor { path: "/my".to_owned(), query: None, back: Back::default(), ..visitor }.viewer();
    made(state, viewer.as_ref(), trouble, number)
}

fn made(state: &Scene, viewer: Option<&Viewer>, trouble: &Trouble, number: Option<String>) -> Response {
    let page = trouble.page(state, number);
    match page.and_then(|page| state.pages.forgetful().answer(trouble.status(), viewer, &page)) {
        Ok(response) => response,
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a page could not be made");
            (trouble.status(), "Something went wrong. Try again in a few minutes.").into_response()
        }
    }
}
