//! Signing in at the identity provider, and out.
//!
//! It begins with a link, never with a form: the pages allow forms to lead to this site only, redirects included.

use std::{collections::HashMap, sync::Arc};

use axum::{
    Extension,
    body::Bytes,
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::CookieJar;
use ndx_auth::openid::Prompt;
use ndx_contracts::Subject;
use ndx_pages::form::Form;
use serde::{Deserialize, Serialize};
use url::form_urlencoded;

use crate::{
    pages::{
        render::Page,
        trouble::Trouble,
        visitor::{CookieName, Visitor},
    },
    random::unguessable,
    session::{Person, Session},
    state::{AppState, IDLE},
};

/// What the ID token says of a person.
#[derive(Deserialize)]
struct Claims {
    nic: String,
    name: String,
}

#[derive(Serialize)]
struct SignOutPage;

impl Page for SignOutPage {
    const TEMPLATE: &'static str = "sign_out.html";
}

#[derive(Serialize)]
struct SignedOutPage;

impl Page for SignedOutPage {
    const TEMPLATE: &'static str = "signed_out.html";
}

/// `GET /sign-in`
pub(crate) async fn begin(State(state): State<Arc<AppState>>, jar: CookieJar) -> Result<Response, Trouble> {
    // After signing out, the provider must not remember anybody.
    let anew = CookieName::SignedOut.of(&jar, &state.site).is_some();
    let prompt = if anew { Prompt::Always } else { Prompt::IfOlderThan(IDLE) };
    let (address, attempt) = state.provider.begin(prompt).await?;
    // An attempt belongs to the browser that began it; several tabs of one do not disturb each other.
    let browser = match CookieName::Browser.of(&jar, &state.site) {
        Some(known) => known,
        None => unguessable()?,
    };
    state.attempts.keep(name(&browser, attempt.state()), attempt);
    Ok((jar.add(CookieName::Browser.with(browser, &state.site)), Redirect::to(address.as_str())).into_response())
}

/// `GET /signed-in`: the person comes back from the identity provider.
pub(crate) async fn finish(
    State(state): State<Arc<AppState>>,
    Extension(visitor): Extension<Visitor>,
    jar: CookieJar,
    RawQuery(query): RawQuery,
) -> Result<Response, Trouble> {
    let query = named(query);
    let sent = query.get("state").map_or("", String::as_str);
    let browser = CookieName::Browser.of(&jar, &state.site).unwrap_or_default();
    let Some(attempt) = state.attempts.take(&name(&browser, sent)) else {
        // The back button leads here once more; who is signed in already need not worry.
        let worry = visitor.0.is_none().then_some(Trouble::NotSignedIn);
        return worry.map_or_else(|| Ok(Redirect::to("/application").into_response()), Err);
    };
    let code = query.get("code").ok_or(Trouble::NotSignedIn)?;
    let Claims { nic, name } = state.provider.finish(&attempt, sent, code).await?;
    let session = Session::begin(Person { subject: Subject::from_canonical(nic), name })?;

    // A new session gets a new id, whatever the browser brought.
    if let Some(old) = CookieName::Session.of(&jar, &state.site) {
        state.sessions.take(&old);
    }
    let id = unguessable()?;
    state.sessions.keep(id.clone(), Arc::new(session));
    let jar = jar
        .add(CookieName::Session.with(id, &state.site))
        .remove(CookieName::Browser.with(String::new(), &state.site))
        .remove(CookieName::SignedOut.with(String::new(), &state.site));
    Ok((jar, Redirect::to("/application")).into_response())
}

/// `GET /sign-out`: asks, because a link must not change anything.
pub(crate) async fn ask_to_sign_out(
    State(state): State<Arc<AppState>>,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Trouble> {
    match visitor.viewer() {
        Some(viewer) => Ok(state.pages.answer(StatusCode::OK, Some(&viewer), &SignOutPage)?),
        None => Ok(Redirect::to("/signed-out").into_response()),
    }
}

/// `POST /sign-out`
pub(crate) async fn sign_out(
    State(state): State<Arc<AppState>>,
    Extension(visitor): Extension<Visitor>,
    jar: CookieJar,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Trouble> {
    let Some(session) = &visitor.0 else { return Ok(Redirect::to("/signed-out").into_response()) };
    Form::of_ours(&body, &headers, &state.site, &session.csrf)?;
    if let Some(id) = CookieName::Session.of(&jar, &state.site) {
        state.sessions.take(&id);
    }
    let jar = jar
        .remove(CookieName::Session.with(String::new(), &state.site))
        .add(CookieName::SignedOut.with("yes".to_owned(), &state.site));
    Ok((jar, Redirect::to("/signed-out")).into_response())
}

/// `GET /signed-out`
pub(crate) async fn signed_out(
    State(state): State<Arc<AppState>>,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Trouble> {
    Ok(state.pages.answer(StatusCode::OK, visitor.viewer().as_ref(), &SignedOutPage)?)
}

/// Under which name an attempt is kept.
fn name(browser: &str, state: &str) -> String {
    format!("{browser}/{state}")
}

/// The parameters of a query, the first of each name.
pub(crate) fn named(query: Option<String>) -> HashMap<String, String> {
    let query = query.unwrap_or_default();
    let mut named = HashMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()).into_owned() {
        named.entry(name).or_insert(value);
    }
    named
}
