//! `/oidc/logout`: a client sends the browser here to sign the person out (OpenID Connect RP-Initiated Logout 1.0).
//!
//! With an ID token of the very person who is signed in, the client has shown that it speaks of her, and she is signed out
//! at once. In all other cases a page asks her first: a link alone must not sign anybody out.

use std::sync::Arc;

use axum::{
    Form,
    extract::{RawForm, RawQuery, State, rejection::FormRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use axum_extra::extract::cookie::CookieJar;
use serde::Deserialize;
use url::{Url, form_urlencoded};

use super::authorize::{bound, is_bound, redirect};
use crate::{
    config::Client,
    pages::{Bound, SignOutPage},
    state::AppState,
    tokens::Hint,
};

#[derive(Default)]
struct Parameters {
    id_token_hint: Option<String>,
    client_id: Option<String>,
    post_logout_redirect_uri: Option<String>,
    state: Option<String>,
}

/// A request that may be done.
struct SignOut<'s> {
    client: Option<&'s Client>,
    hint: Option<Hint>,
    /// Where the browser goes afterwards.
    back: Option<Url>,
}

#[derive(Deserialize)]
pub(crate) struct Confirmed {
    request: String,
    form_token: String,
}

pub(crate) async fn ask(State(state): State<Arc<AppState>>, RawQuery(query): RawQuery, cookies: CookieJar) -> Response {
    answer(&state, cookies, &query.unwrap_or_default())
}

pub(crate) async fn ask_by_form(
    State(state): State<Arc<AppState>>,
    cookies: CookieJar,
    RawForm(form): RawForm,
) -> Response {
    answer(&state, cookies, &String::from_utf8_lossy(&form))
}

/// `POST /oidc/sign-out`: she pressed the button.
pub(crate) async fn sign_out(
    State(state): State<Arc<AppState>>,
    cookies: CookieJar,
    form: Result<Form<Confirmed>, FormRejection>,
) -> Response {
    let Ok(Form(Confirmed { request, form_token })) = form else {
        return refuse(&state, "The form did not come whole.");
    };
    let wanted = match SignOut::read(&state, &request) {
        Ok(wanted) => wanted,
        Err(words) => return refuse(&state, words),
    };
    if !is_bound(&state, &cookies, &form_token) {
        let mistake = Some("This page was open for too long. Press the button again.");
        return wanted.show(&state, cookies, &request, StatusCode::FORBIDDEN, mistake);
    }
    wanted.done(&state, cookies)
}

fn answer(state: &AppState, cookies: CookieJar, request: &str) -> Response {
    let wanted = match SignOut::read(state, request) {
        Ok(wanted) => wanted,
        Err(words) => return refuse(state, words),
    };
    if wanted.is_about_who_is_here(state, &cookies) {
        wanted.done(state, cookies)
    } else {
        wanted.show(state, cookies, request, StatusCode::OK, None)
    }
}

impl<'s> SignOut<'s> {
    fn read(state: &'s AppState, request: &str) -> Result<Self, &'static str> {
        let parameters = Parameters::read(request)?;
        // A hint that cannot be verified any more, because its key is gone, is none: the person is asked.
        let hint = parameters.id_token_hint.and_then(|hint| state.tokens.read_hint(&hint, state.clock.now()));
        let named = match (&hint, &parameters.client_id) {
            (Some(hint), Some(id)) if hint.aud != *id => return Err("The request speaks of two services."),
            (Some(hint), _) => Some(hint.aud.as_str()),
            (None, id) => id.as_deref(),
        };
        let client =
            named.map(|id| state.client(id).ok_or("The service that sent you here is not registered.")).transpose()?;
        let back = match parameters.post_logout_redirect_uri {
            None => None,
            Some(sent) => {
                let registered = client.map(|client| client.post_logout_redirect_uris.as_slice()).unwrap_or_default();
                let found = registered.iter().find(|registered| registered.as_str() == sent);
                let mut back =
                    found.ok_or("The address to send you back to is not registered for this service.")?.url().clone();
                if let Some(client_state) = parameters.state {
                    back.query_pairs_mut().append_pair("state", &client_state);
                }
                Some(back)
            }
        };
        Ok(Self { client, hint, back })
    }

    /// Nobody being signed in, there is nothing to ask either.
    fn is_about_who_is_here(&self, state: &AppState, cookies: &CookieJar) -> bool {
        let (Some(client), Some(hint)) = (self.client, &self.hint) else { return false };
        let here = state.session(cookies).and_then(|session| state.people.find(&session.user));
        here.is_none_or(|person| state.tokens.subject(client, person) == hint.sub)
    }

    fn show(
        &self,
        state: &AppState,
        cookies: CookieJar,
        request: &str,
        status: StatusCode,
        mistake: Option<&str>,
    ) -> Response {
        bound(state, cookies, |form_token| {
            let bound = Bound { redirect_uri: self.back.as_ref(), request, form_token };
            state.pages.sign_out(status, &SignOutPage { client: self.client, bound, mistake })
        })
    }

    fn done(self, state: &AppState, cookies: CookieJar) -> Response {
        let cookies = state.close_session(cookies);
        let next = match self.back {
            Some(back) => redirect(back),
            None => state.pages.message(StatusCode::OK, "You are signed out", "You can close this page."),
        };
        (cookies, next).into_response()
    }
}

fn refuse(state: &AppState, words: &str) -> Response {
    state.pages.message(StatusCode::BAD_REQUEST, "You cannot sign out from there", words)
}

impl Parameters {
    fn read(request: &str) -> Result<Self, &'static str> {
        let mut read = Self::default();
        for (name, value) in form_urlencoded::parse(request.as_bytes()).filter(|(_, value)| !value.is_empty()) {
            let place = match name.as_ref() {
                "id_token_hint" => &mut read.id_token_hint,
                "client_id" => &mut read.client_id,
                "post_logout_redirect_uri" => &mut read.post_logout_redirect_uri,
                "state" => &mut read.state,
                _ => continue,
            };
            if place.replace(value.into_owned()).is_some() {
                return Err("The request says something twice.");
            }
        }
        Ok(read)
    }
}
