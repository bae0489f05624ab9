//! Around every page: finds the visitor, makes the page for a trouble, sets the headers.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderName, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use axum_extra::extract::CookieJar;
use ndx_pages::headers::dressed;
use ndx_service::trace;

use crate::{
    pages::{
        trouble::Trouble,
        visitor::{CookieName, Visitor},
    },
    state::AppState,
};

pub(crate) async fn dress(
    State(state): State<Arc<AppState>>,
    jar: CookieJar,
    mut request: Request,
    next: Next,
) -> Response {
    let session = CookieName::Session.of(&jar, &state.site).and_then(|id| state.sessions.find(&id));
    let visitor = Visitor(session);
    request.extensions_mut().insert(visitor.clone());
    let mut response = next.run(request).await;
    let trouble = response.extensions_mut().remove::<Trouble>().or_else(|| unmade(&response));
    let Some(trouble) = trouble else { return dressed(response) };
    let number = response.headers().get(trace::TRACE_HEADER).cloned();
    let words = number.as_ref().and_then(|value| value.to_str().ok()).map(str::to_owned);
    let page = state.pages.answer(trouble.status(), visitor.viewer().as_ref(), &trouble.page(words));
    let mut page = page.unwrap_or_else(|error| {
        let status = Trouble::from(error).status();
        (status, "Something went wrong. Try again in a few minutes.").into_response()
    });
    page.headers_mut().extend(number.map(|value| (HeaderName::from_static(trace::TRACE_HEADER), value)));
    dressed(page)
}

/// What left the pages without being one: the guard's word for a body that was too large, or for a handler that panicked.
fn unmade(response: &Response) -> Option<Trouble> {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_page = kind.is_some_and(|kind| kind.starts_with("text/html"));
    match response.status() {
        StatusCode::PAYLOAD_TOO_LARGE if !is_page => Some(Trouble::TooLarge),
        StatusCode::INTERNAL_SERVER_ERROR if !is_page => Some(Trouble::OurMistake),
        _ => None,
    }
}
