//! `POST /oauth2/sign-in`: the sign-in page's form.

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

use super::authorize::{self, broken, cookie, refuse, send_back, show_form};
use crate::{
    attempts::WINDOW,
    authorization::{AuthorizationRequest, Refused},
    form_key,
    sessions::{self, Session},
    state::AppState,
};

const LONGEST_USER_NAME: usize = 64;

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
    let again = |cookies, status, mistake| {
        let mistake = Some(mistake);
        show_form(
            &state,
            cookies,
            &authorize::Form { status, client: &client, request: &request, query: &query, user, mistake },
        )
    };

    let bound =
        cookies.get(form_key::COOKIE).is_some_and(|binding| state.form_key.is_token_for(binding.value(), &form_token));
    if !bound {
        return again(cookies, StatusCode::FORBIDDEN, "This page was open for too long. Sign in again.");
    }

    let now = state.clock.now();
    if user.len() > LONGEST_USER_NAME {
        return again(cookies, StatusCode::UNPROCESSABLE_ENTITY, "Check your user name and your password.");
    }
    if state.attempts.are_used_up(user, now) {
        let page =
            again(cookies, StatusCode::TOO_MANY_REQUESTS, "Too many wrong tries. Wait five minutes and try again.");
        return ([(header::RETRY_AFTER, HeaderValue::from(WINDOW.num_seconds()))], page).into_response();
    }
    if state.people.proven(user, &password).is_none() {
        state.attempts.record_wrong(user, now);
        return again(cookies, StatusCode::UNPROCESSABLE_ENTITY, "Check your user name and your password.");
    }
    state.attempts.forget(user);

    if let Some(other) = cookies.get(sessions::COOKIE) {
        state.sessions.close(other.value());
    }
    let session = Session { user: user.to_owned(), signed_in_at: now };
    match state.sessions.open(session.clone()) {
        Ok(id) => {
            (cookies.add(cookie(&state, sessions::COOKIE, id)), send_back(&state, request, session)).into_response()
        }
        Err(cause) => broken(&state, &cause),
    }
}
