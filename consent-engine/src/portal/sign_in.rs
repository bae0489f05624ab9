//! Signing in at the identity provider, and out.
//!
//! It begins with a link, never with a form: the pages allow forms to lead to this site only, redirects included.

use std::collections::HashMap;

use axum::{
    Extension,
    body::Bytes,
    extract::RawQuery,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::CookieJar;
use ndx_auth::openid::{OpenIdError, Prompt};
use serde::Serialize;
use serde_json::Value;
use url::{Url, form_urlencoded};

use crate::{
    pages::Page,
    portal::{
        address,
        attempt::{self, Begun},
        trouble::Trouble,
        visitor::{CookieName, Form, Visitor},
    },
    state::Scene,
    store::{IDLE, Person},
};

/// A consent's page with its id is shorter.
const LONGEST_PATH: usize = 80;

/// The gate: who is not signed in learns nothing.
#[derive(Debug, Serialize)]
pub(crate) struct GatePage {
    title: &'static str,
    provider: String,
    sign_in: String,
}

impl Page for GatePage {
    const TEMPLATE: &'static str = "gate.html";
}

/// "This is not me."
#[derive(Debug, Serialize)]
struct SignOutPage {
    back: String,
}

impl Page for SignOutPage {
    const TEMPLATE: &'static str = "sign_out.html";
}

/// After signing out.
#[derive(Debug, Serialize)]
struct SignedOutPage {
    provider: String,
    sign_in: String,
}

impl Page for SignedOutPage {
    const TEMPLATE: &'static str = "signed_out.html";
}

/// The gate in front of `path`.
pub(crate) fn gate(state: &Scene, path: &str, title: &'static str) -> Result<Response, Trouble> {
    let provider = state.engine.config.identity_provider.name.clone();
    let page = GatePage { title, provider, sign_in: address::sign_in(path, false) };
    Ok(state.pages.answer(StatusCode::OK, None, &page)?)
}

/// `GET /sign-in?return=…`
pub(crate) async fn begin(
    Extension(state): Extension<Scene>,
    jar: CookieJar,
    RawQuery(query): RawQuery,
) -> Result<Response, Trouble> {
    let query = named(query);
    let portal = &state.engine.config.portal;
    let path = local(portal, query.get("return").map(String::as_str));
    // After signing out, and on "sign in as someone else", the provider must not remember anybody.
    let anew = query.contains_key("again") || CookieName::SignedOut.of(&jar, portal).is_some();
    let prompt = if anew { Prompt::Always } else { Prompt::IfOlderThan(IDLE) };
    let (address, attempt) = state.provider.begin(prompt).await?;
    let kept = attempt::keep(state.engine.store.keys(), attempt, path, state.engine.now(), portal)?;
    Ok((jar.add(kept), Redirect::to(address.as_str())).into_response())
}

/// `GET /signed-in`: the person comes back from the identity provider.
pub(crate) async fn finish(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
    jar: CookieJar,
    RawQuery(query): RawQuery,
) -> Result<Response, Trouble> {
    let query = named(query);
    let (engine, portal) = (&state.engine, &state.engine.config.portal);
    let keys = engine.store.keys();
    let state_sent = query.get("state").map_or("", String::as_str);
    let Some(Begun { attempt, path, .. }) = attempt::find(keys, &jar, state_sent, engine.now(), portal) else {
        // The back button leads here once more; who is signed in already need not worry.
        let worry = visitor.session.is_none().then(|| Trouble::NotSignedIn("/my".to_owned()));
        return worry.map_or_else(|| Ok(Redirect::to("/my").into_response()), Err);
    };
    let Some(code) = query.get("code") else { return Err(Trouble::NotSignedIn(path)) };
    let claims: HashMap<String, Value> =
        state.provider.finish(&attempt, state_sent, code).await.map_err(|error| failed(error, &path))?;
    let person = person(&state, &claims).ok_or(Trouble::NotRecognised)?;

    // A new session gets a new id, whatever the browser brought.
    if let Some(old) = CookieName::Session.of(&jar, portal) {
        engine.store.end_session(&old).await?;
    }
    let id = engine.store.begin_session(&person, engine.now()).await?;
    let jar = jar
        .add(CookieName::Session.with(id, portal))
        .remove(attempt::forget(keys, state_sent, portal))
        .remove(CookieName::SignedOut.with(String::new(), portal));
    Ok((jar, Redirect::to(&path)).into_response())
}

/// `GET /sign-out`: asks, because a link must not change anything.
pub(crate) async fn ask_to_sign_out(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
    RawQuery(query): RawQuery,
) -> Result<Response, Trouble> {
    let back = local(&state.engine.config.portal, named(query).get("return").map(String::as_str));
    if visitor.session.is_none() {
        return Ok(Redirect::to(&address::signed_out(&back)).into_response());
    }
    Ok(state.pages.answer(StatusCode::OK, visitor.viewer().as_ref(), &SignOutPage { back })?)
}

/// `POST /sign-out`
pub(crate) async fn sign_out(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
    jar: CookieJar,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Trouble> {
    let portal = &state.engine.config.portal;
    let Some(session) = &visitor.session else { return Ok(Redirect::to("/signed-out").into_response()) };
    let form = Form::of_ours(&body, &headers, portal, session)?;
    let back = local(portal, form.get("return"));
    if let Some(id) = CookieName::Session.of(&jar, portal) {
        state.engine.store.end_session(&id).await?;
    }
    let jar = jar
        .remove(CookieName::Session.with(String::new(), portal))
        .add(CookieName::SignedOut.with("yes".to_owned(), portal));
    Ok((jar, Redirect::to(&address::signed_out(&back))).into_response())
}

/// `GET /signed-out`
pub(crate) async fn signed_out(
    Extension(state): Extension<Scene>,
    RawQuery(query): RawQuery,
) -> Result<Response, Trouble> {
    let back = local(&state.engine.config.portal, named(query).get("return").map(String::as_str));
    let provider = state.engine.config.identity_provider.name.clone();
    let page = SignedOutPage { provider, sign_in: address::sign_in(&back, true) };
    Ok(state.pages.answer(StatusCode::OK, None, &page)?)
}

/// The trouble that `error` means, with the way back.
fn failed(error: OpenIdError, path: &str) -> Trouble {
    match Trouble::from(error) {
        Trouble::NotSignedIn(_) => Trouble::NotSignedIn(path.to_owned()),
        other => other,
    }
}

/// The person whom the claims are about, in the canonical form of the identifier.
fn person(state: &Scene, claims: &HashMap<String, Value>) -> Option<Person> {
    let config = &state.engine.config;
    let identifier = claims.get(&config.sign_in.citizen_claim)?.as_str()?;
    let subject = config.subject(identifier)?;
    let name = claims.get("name").and_then(Value::as_str).unwrap_or("you").to_owned();
    Some(Person { subject, name })
}

/// The path to go back to: one of the pages that belong to a person, on this site; else her own page.
fn local(portal: &Url, wanted: Option<&str>) -> String {
    let home = || "/my".to_owned();
    let Some(wanted) = wanted.filter(|wanted| wanted.starts_with('/') && wanted.len() <= LONGEST_PATH) else {
        return home();
    };
    let Ok(address) = portal.join(wanted) else { return home() };
    let ours = address.origin() == portal.origin();
    let path = address.path();
    let below = |page: &str| path.strip_prefix(page).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let personal = below("/my") || below("/history") || path.starts_with("/c/");
    if ours && personal && path == wanted { path.to_owned() } else { home() }
}

/// The parameters of a query, the first of each name.
fn named(query: Option<String>) -> HashMap<String, String> {
    let query = query.unwrap_or_default();
    let mut named = HashMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()).into_owned() {
        named.entry(name).or_insert(value);
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leads_back_to_a_page_of_the_person_and_nowhere_else() {
        let portal = Url::parse("http://127.0.0.1:8081/").unwrap();
        for good in ["/my", "/my/5f0c", "/c/5f0c"] {
            assert_eq!(local(&portal, Some(good)), good);
        }
        for bad in [
            "https://evil.example/",
            "//evil.example/c/1",
            "/\\evil.example/c/1",
            "\\\\evil.example",
            "/c/../sign-out",
            "/c/1\r\nSet-Cookie: a=b",
            "/\t/evil.example",
            "/c/1?next=https://evil.example",
            "javascript:alert(1)",
            "/sign-in",
            "/help",
            "",
            "c/1",
        ] {
            assert_eq!(local(&portal, Some(bad)), "/my", "{bad:?}");
        }
        assert_eq!(local(&portal, None), "/my");
    }
}
