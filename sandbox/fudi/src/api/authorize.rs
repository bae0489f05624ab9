//! `GET /oauth2/authorize`: shows the sign-in page, or sends who is signed in already straight back with a code.

use std::sync::Arc;

use axum::{
    extract::{RawQuery, State},
    http::{StatusCode, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use chrono::TimeDelta;
use url::Url;

use crate::{
    authorization::{AuthorizationRequest, Prompt, Refused, Told},
    config::Client,
    digests::fresh,
    error::Error,
    form_key,
    pages::SignInPage,
    sessions::{self, Session},
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
    match session(&state, &cookies, &request) {
        Some(session) if request.prompt != Prompt::Always => send_back(&state, request, session),
        _ if request.prompt == Prompt::Never => refuse(
            &state,
            Refused::AtClient(Box::new(Told {
                redirect_uri: request.redirect_uri,
                state: request.state,
                error: "login_required",
                description: "nobody is signed in",
            })),
        ),
        _ => show_form(
            &state,
            cookies,
            &Form {
                status: StatusCode::OK,
                client: &client,
                request: &request,
                query: &query,
                user: "",
                mistake: None,
            },
        ),
    }
}

/// The open session at this browser, when it is recent enough for the request.
fn session(state: &AppState, cookies: &CookieJar, request: &AuthorizationRequest) -> Option<Session> {
    let now = state.clock.now();
    let session = state.sessions.find(cookies.get(sessions::COOKIE)?.value(), now)?;
    let recent = request.max_age.is_none_or(|seconds| now - session.signed_in_at <= TimeDelta::seconds(seconds));
    recent.then_some(session)
}

/// A sign-in page to be shown, for the first time or again.
pub(crate) struct Form<'a> {
    pub(crate) status: StatusCode,
    pub(crate) client: &'a Client,
    pub(crate) request: &'a AuthorizationRequest,
    pub(crate) query: &'a str,
    pub(crate) user: &'a str,
    pub(crate) mistake: Option<&'a str>,
}

/// Shows the form, bound to this browser by a cookie.
pub(crate) fn show_form(state: &AppState, cookies: CookieJar, form: &Form<'_>) -> Response {
    let known = cookies.get(form_key::COOKIE).map(|cookie| cookie.value().to_owned());
    let binding = match known.map_or_else(fresh, Ok) {
        Ok(binding) => binding,
        Err(cause) => return broken(state, &cause),
    };
    let page = state.pages.sign_in(
        form.status,
        &SignInPage {
            client_name: &form.client.name,
            redirect_uri: &form.request.redirect_uri,
            request: form.query,
            form_token: &state.form_key.token_for(&binding),
            user: form.user,
            mistake: form.mistake,
        },
    );
    (cookies.add(cookie(state, form_key::COOKIE, binding)), page).into_response()
}

/// Sends the browser back to the client with a code for `session`.
pub(crate) fn send_back(state: &AppState, request: AuthorizationRequest, session: Session) -> Response {
    let (redirect_uri, client_state) = (request.redirect_uri.clone(), request.state.clone());
    match state.codes.issue(request, session, state.clock.now()) {
        Ok(code) => redirect(state, redirect_uri, client_state.as_deref(), &[("code", &code)]),
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
            let answer = [("error", error), ("error_description", description)];
            redirect(state, redirect_uri, client_state.as_deref(), &answer)
        }
    }
}

/// A cookie that scripts cannot read and other sites' forms do not send.
pub(crate) fn cookie(state: &AppState, name: &'static str, value: String) -> Cookie<'static> {
    Cookie::build((name, value)).path("/oauth2").http_only(true).same_site(SameSite::Lax).secure(state.secure).build()
}

pub(crate) fn broken(state: &AppState, cause: &Error) -> Response {
    tracing::error!(error = %cause, "a sign-in cannot go on");
    state.pages.message(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong here", "Try again in a while.")
}

fn redirect(state: &AppState, mut to: Url, client_state: Option<&str>, answer: &[(&str, &str)]) -> Response {
    {
        let mut query = to.query_pairs_mut();
        query.extend_pairs(answer);
        if let Some(client_state) = client_state {
            query.append_pair("state", client_state);
        }
        // RFC 9207: the client can tell from whom the answer comes.
        query.append_pair("iss", &state.tokens.issuer);
    }
    let headers = [
        (header::LOCATION, String::from(to)),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::REFERRER_POLICY, "no-referrer".to_owned()),
    ];
    (StatusCode::SEE_OTHER, AppendHeaders(headers)).into_response()
}
