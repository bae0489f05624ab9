//! `GET /oauth2/authorize`: shows the page that is still needed, or sends who is signed in surely enough straight back with
//! a code.

use std::sync::Arc;

use axum::{
    extract::{RawQuery, State},
    http::{StatusCode, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use axum_extra::extract::cookie::CookieJar;
use url::Url;

use crate::{
    authorization::{AuthorizationRequest, Prompt, Refused, Told},
    config::{Client, RegisteredUri},
    digests::fresh,
    error::Error,
    form_key,
    pages::{Bound, CodePage, SignInPage},
    sessions::Session,
    state::AppState,
};

pub(crate) async fn authorize(
    State(state): State<Arc<AppState>>,
    RawQuery(query): RawQuery,
    cookies: CookieJar,
) -> Response {
    let query = query.unwrap_or_default();
    let (request, client) = match AuthorizationRequest::read(&query, &state.clients) {
        Ok(read) => read,
        Err(refused) => return refuse(&state, refused),
    };
    let now = state.clock.now();
    let session = state.session(&cookies).filter(|session| session.is_recent_enough(&request, now));
    let asked = Asked { client: &client, request: &request, query: &query };
    match session {
        _ if request.prompt == Prompt::Always => asked.show_sign_in(&state, cookies, StatusCode::OK, "", None),
        Some(session) if session.assurance >= request.assurance => send_back(&state, request, session),
        found if request.prompt == Prompt::Never => {
            let (error, description) = match found {
                Some(_) => ("interaction_required", "the person must give a one-time code"),
                None => ("login_required", "nobody is signed in"),
            };
            let told = Told { redirect_uri: request.redirect_uri, state: request.state, error, description };
            refuse(&state, Refused::AtClient(Box::new(told)))
        }
        Some(_) => asked.show_one_time_code(&state, cookies, StatusCode::OK, None),
        None => asked.show_sign_in(&state, cookies, StatusCode::OK, "", None),
    }
}

/// A request that a page is shown for.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) client: &'a Client,
    pub(crate) request: &'a AuthorizationRequest,
    /// The request as it was sent; a form brings it back.
    pub(crate) query: &'a str,
}

impl Asked<'_> {
    /// The page for user name and password, bound to this browser by a cookie.
    pub(crate) fn show_sign_in(
        self,
        state: &AppState,
        cookies: CookieJar,
        status: StatusCode,
        user: &str,
        mistake: Option<&str>,
    ) -> Response {
        bound(state, cookies, |form_token| {
            let Self { client, request, query } = self;
            let bound = Bound { redirect_uri: Some(request.redirect_uri.url()), request: query, form_token };
            state.pages.sign_in(status, &SignInPage { client, scope: &request.scope, bound, user, mistake })
        })
    }

    /// The page for the one-time code, for who is signed in at this browser.
    pub(crate) fn show_one_time_code(
        self,
        state: &AppState,
        cookies: CookieJar,
        status: StatusCode,
        mistake: Option<&str>,
    ) -> Response {
        bound(state, cookies, |form_token| {
            let Self { client, request, query } = self;
            let bound = Bound { redirect_uri: Some(request.redirect_uri.url()), request: query, form_token };
            state.pages.one_time_code(status, &CodePage { client, bound, mistake })
        })
    }
}

/// Shows a page whose form only this browser can send.
pub(crate) fn bound(state: &AppState, cookies: CookieJar, page: impl FnOnce(&str) -> Response) -> Response {
    let known = cookies.get(form_key::COOKIE).map(|cookie| cookie.value().to_owned());
    let binding = match known.map_or_else(fresh, Ok) {
        Ok(binding) => binding,
        Err(cause) => return broken(state, &cause),
    };
    let page = page(&state.form_key.token_for(&binding));
    (cookies.add(state.cookie(form_key::COOKIE, binding)), page).into_response()
}

/// Whether a form comes from a page that this browser was shown.
pub(crate) fn is_bound(state: &AppState, cookies: &CookieJar, form_token: &str) -> bool {
    cookies.get(form_key::COOKIE).is_some_and(|binding| state.form_key.is_token_for(binding.value(), form_token))
}

/// Sends the browser back to the client with a code for `session`.
pub(crate) fn send_back(state: &AppState, request: AuthorizationRequest, session: Session) -> Response {
    let (redirect_uri, client_state) = (request.redirect_uri.clone(), request.state.clone());
    match state.codes.issue(request, session, state.clock.now()) {
        Ok(code) => answer(state, &redirect_uri, client_state.as_deref(), &[("code", &code)]),
        Err(cause) => broken(state, &cause),
    }
}

/// Tells the person, or the client, why nothing comes of the request.
pub(crate) fn refuse(state: &AppState, refused: Refused) -> Response {
    match refused {
        Refused::Here(message) => {
            state.pages.message(StatusCode::BAD_REQUEST, "You cannot sign in from there", message)
        }
        Refused::AtClient(told) => {
            let Told { redirect_uri, state: client_state, error, description } = *told;
            let told = [("error", error), ("error_description", description)];
            answer(state, &redirect_uri, client_state.as_deref(), &told)
        }
    }
}

pub(crate) fn broken(state: &AppState, cause: &Error) -> Response {
    tracing::error!(error = %cause, "a sign-in cannot go on");
    state.pages.message(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong here", "Try again in a while.")
}

fn answer(state: &AppState, to: &RegisteredUri, client_state: Option<&str>, answer: &[(&str, &str)]) -> Response {
    let mut to = to.url().clone();
    {
        let mut query = to.query_pairs_mut();
        query.extend_pairs(answer);
        if let Some(client_state) = client_state {
            query.append_pair("state", client_state);
        }
        // RFC 9207: the client can tell from whom the answer comes.
        query.append_pair("iss", &state.tokens.issuer);
    }
    redirect(to)
}

/// Sends the browser elsewhere; what stands in the address goes to nobody else.
pub(crate) fn redirect(to: Url) -> Response {
    let headers = [
        (header::LOCATION, String::from(to)),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::REFERRER_POLICY, "no-referrer".to_owned()),
    ];
    (StatusCode::SEE_OTHER, AppendHeaders(headers)).into_response()
}
