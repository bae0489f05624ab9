//! `POST /oauth2/sign-in`: the form with user name and password.

use std::sync::Arc;

use axum::{
    Form,
    extract::{State, rejection::FormRejection},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use axum_extra::extract::cookie::CookieJar;
use ndx_config::Secret;
use serde::Deserialize;

use super::authorize::{Asked, broken, is_bound, refuse, send_back};
use crate::{
    assurance::Assurance,
    attempts::WINDOW,
    authorization::{AuthorizationRequest, Refused},
    sessions::Session,
    state::AppState,
};

const LONGEST_USER_NAME: usize = 64;
const TOO_MANY: &str = "Too many wrong tries. Wait five minutes and try again.";

#[derive(Deserialize)]
pub(crate) struct SignIn {
    /// The query of the authorization request: it is read and checked again, as a browser could have changed it.
    request: String,
    form_token: String,
    user: String,
    password: String,
}

pub(crate) async fn sign_in(
    State(state): State<Arc<AppState>>,
    cookies: CookieJar,
    form: Result<Form<SignIn>, FormRejection>,
) -> Response {
    let Ok(Form(SignIn { request: query, form_token, user, password })) = form else {
        return refuse(&state, Refused::Here("The form did not come whole."));
    };
    let password = Secret::new(password);
    let (request, client) = match AuthorizationRequest::read(&query, &state.clients) {
        Ok(read) => read,
        Err(refused) => return refuse(&state, refused),
    };
    let user = user.trim();
    let asked = Asked { client: &client, request: &request, query: &query };
    let again = |cookies, status, mistake| asked.show_sign_in(&state, cookies, status, user, Some(mistake));

    if !is_bound(&state, &cookies, &form_token) {
        return again(cookies, StatusCode::FORBIDDEN, "This page was open for too long. Sign in again.");
    }

    let now = state.clock.now();
    if user.len() > LONGEST_USER_NAME {
        return again(cookies, StatusCode::UNPROCESSABLE_ENTITY, "Check your user name and your password.");
    }
    if state.attempts.are_used_up(user, now) {
        return later(again(cookies, StatusCode::TOO_MANY_REQUESTS, TOO_MANY));
    }
    if state.people.proven(user, &password).is_none() {
        state.attempts.record_wrong(user, now);
        return again(cookies, StatusCode::UNPROCESSABLE_ENTITY, "Check your user name and your password.");
    }
    state.attempts.forget(user);

    let session = Session { user: user.to_owned(), signed_in_at: now, assurance: Assurance::Password };
    let cookies = match state.open_session(cookies, session.clone()) {
        Ok(cookies) => cookies,
        Err(cause) => return broken(&state, &cause),
    };
    if session.assurance < request.assurance {
        return asked.show_one_time_code(&state, cookies, StatusCode::OK, None);
    }
    (cookies, send_back(&state, request, session)).into_response()
}

/// When another try makes sense.
pub(super) fn later(page: Response) -> Response {
    ([(header::RETRY_AFTER, HeaderValue::from(WINDOW.num_seconds()))], page).into_response()
}
