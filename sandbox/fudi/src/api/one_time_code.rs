//! `POST /oauth2/one-time-code`: the form with the second factor. The session at this browser says whose code it must be.

use std::sync::Arc;

use axum::{
    Form,
    extract::{State, rejection::FormRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use axum_extra::extract::cookie::CookieJar;
use serde::Deserialize;

use super::{
    authorize::{Asked, broken, is_bound, refuse, send_back},
    sign_in::later,
};
use crate::{
    assurance::Assurance,
    authorization::{AuthorizationRequest, Refused},
    sessions::Session,
    state::AppState,
};

const WRONG: &str = "Check the code. Each code works once; a new one comes every 30 seconds.";
const TOO_MANY: &str = "Too many wrong codes. Wait five minutes and try again.";

#[derive(Deserialize)]
pub(crate) struct OneTimeCode {
    request: String,
    form_token: String,
    code: String,
}

pub(crate) async fn prove(
    State(state): State<Arc<AppState>>,
    cookies: CookieJar,
    form: Result<Form<OneTimeCode>, FormRejection>,
) -> Response {
    let Ok(Form(OneTimeCode { request: query, form_token, code })) = form else {
        return refuse(&state, Refused::Here("The form did not come whole."));
    };
    let (request, client) = match AuthorizationRequest::read(&query, &state.clients) {
        Ok(read) => read,
        Err(refused) => return refuse(&state, refused),
    };
    let asked = Asked { client: &client, request: &request, query: &query };
    let now = state.clock.now();
    let session = state.session(&cookies).filter(|session| session.may_be_made_surer(&request, now));
    let Some(session) = session.filter(|_| is_bound(&state, &cookies, &form_token)) else {
        let mistake = Some("This page was open for too long. Sign in again.");
        return asked.show_sign_in(&state, cookies, StatusCode::FORBIDDEN, "", mistake);
    };

    if state.code_attempts.are_used_up(&session.user, now) {
        return later(asked.show_one_time_code(&state, cookies, StatusCode::TOO_MANY_REQUESTS, Some(TOO_MANY)));
    }
    // Authenticator apps show the digits in groups.
    let code: String = code.chars().filter(|letter| !letter.is_whitespace()).collect();
    if !state.people.takes_code(&session.user, &code, now) {
        state.code_attempts.record_wrong(&session.user, now);
        return asked.show_one_time_code(&state, cookies, StatusCode::UNPROCESSABLE_ENTITY, Some(WRONG));
    }
    state.code_attempts.forget(&session.user);

    let session = Session { assurance: Assurance::PasswordAndCode, ..session };
    match state.open_session(cookies, session.clone()) {
        Ok(cookies) => (cookies, send_back(&state, request, session)).into_response(),
        Err(cause) => broken(&state, &cause),
    }
}
