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
use ndx_auth::openid::{OpenIdError, Prompt, Wishes};
use serde::Serialize;
use serde_json::Value;
use url::form_urlencoded;

use crate::{
    config::SignIn,
    pages::Page,
    portal::{
        address::{self, Manner, local},
        attempt::{self, Begun},
        draft,
        trouble::Trouble,
        visitor::{CookieName, Visitor},
    },
    state::Scene,
    store::{IDLE, Person},
};
use ndx_pages::form::Form;

/// The parameter of a page that says that a sign-in, meant to be sure enough, was not.
pub(crate) const NOT_ENOUGH: &str = "not_enough";

/// The gate: who is not signed in learns nothing.
#[derive(Debug, Serialize)]
struct GatePage {
    title: String,
    provider: String,
    sign_in: String,
    /// The message that says why the person has to sign in once more, and what waits for her return.
    note: Option<&'static str>,
}

impl Page for GatePage {
    const TEMPLATE: &'static str = "gate.html";
}

/// The gate in front of something sensitive.
#[derive(Debug, Serialize)]
struct SurelyPage {
    provider: String,
    sign_in: String,
    /// Whether something that was filled in waits for the person's return.
    kept: bool,
    /// Whether the person has just signed in, and not in the way that is needed.
    not_enough: bool,
}

impl Page for SurelyPage {
    const TEMPLATE: &'static str = "surely.html";
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
    everywhere: bool,
    sign_in: String,
}

impl Page for SignedOutPage {
    const TEMPLATE: &'static str = "signed_out.html";
}

/// The gate in front of `path`; `title` is a message.
pub(crate) fn gate(state: &Scene, path: &str, title: &str, kept: bool) -> Result<Response, Trouble> {
    gate_saying(state, path, title, kept.then_some("gate-kept"))
}

/// The gate in front of `path`, a page with a form, for somebody whose session may have ended on it; `kept` is the message
/// that says what of hers is kept.
pub(crate) fn gate_again(
    state: &Scene,
    visitor: &Visitor,
    path: &str,
    title: &str,
    kept: Option<&'static str>,
) -> Result<Response, Trouble> {
    gate_saying(state, path, title, kept.or_else(|| visitor.signed_out.then_some("gate-ended")))
}

/// The gate in front of the settings, for somebody whose session has ended on them.
pub(crate) fn settings_gate(state: &Scene, visitor: &Visitor) -> Result<Response, Trouble> {
    gate_again(state, visitor, "/settings", "gate-settings", None)
}

fn gate_saying(state: &Scene, path: &str, title: &str, note: Option<&'static str>) -> Result<Response, Trouble> {
    let page = GatePage {
        title: state.pages.say(title, [])?,
        provider: state.engine.config.identity_provider.name.clone(),
        sign_in: address::sign_in(path, Manner::Usual),
        note,
    };
    Ok(state.pages.answer(StatusCode::OK, None, &page)?)
}

/// The gate in front of `path`, where something sensitive is asked, for somebody who has not signed in surely enough.
pub(crate) fn surely(
    state: &Scene,
    visitor: &Visitor,
    path: &str,
    kept: bool,
    not_enough: bool,
) -> Result<Response, Trouble> {
    let provider = state.engine.config.identity_provider.name.clone();
    let page = SurelyPage { provider, sign_in: address::sign_in(path, Manner::Surely), kept, not_enough };
    Ok(state.pages.answer(StatusCode::OK, visitor.viewer().as_ref(), &page)?)
}

/// Whether `person` has signed in surely enough, and not too long ago, to share something sensitive.
pub(crate) fn is_sure(state: &Scene, person: &Person) -> bool {
    state.engine.config.sign_in.is_sure(&person.signed_in, state.engine.now())
}

/// `GET /sign-in?return=…`
pub(crate) async fn begin(
    Extension(state): Extension<Scene>,
    jar: CookieJar,
    RawQuery(query): RawQuery,
) -> Result<Response, Trouble> {
    let query = named(query);
    let config = &state.engine.config;
    let portal = &config.portal;
    let path = local(portal, query.get("return").map(String::as_str));
    let surely = query.contains_key("surely");
    // After signing out, and on "sign in as someone else", the provider must not remember anybody.
    let anew = query.contains_key("again") || CookieName::SignedOut.of(&jar, portal).is_some();
    let prompt = match (anew, surely) {
        (true, _) => Prompt::Always,
        // So much earlier that there is time to read and to answer.
        (false, true) => Prompt::IfOlderThan(SignIn::FRESH / 5),
        (false, false) => Prompt::IfOlderThan(IDLE),
    };
    let acr_values: &[String] = if surely { &config.sign_in.sensitive_acr_values } else { &[] };
    let wishes = Wishes { prompt, acr_values, ui_locales: Some(&state.pages.language().tag) };
    let (address, attempt) = state.provider.begin(wishes).await?;
    let begun = Begun::new(attempt, path, surely, state.engine.now());
    let jar = attempt::keep(state.engine.store.keys(), jar, &begun, portal)?;
    Ok((jar, Redirect::to(address.as_str())).into_response())
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
    let Some(Begun { attempt, path, surely, .. }) = attempt::find(keys, &jar, state_sent, engine.now(), portal) else {
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
    let enough = !surely || is_sure(&state, &person);
    let id = engine.store.begin_session(&person, engine.now()).await?;
    let jar = jar
        .add(CookieName::Session.with(id, portal))
        .remove(attempt::forget(keys, state_sent, portal))
        .remove(CookieName::SignedOut.with(String::new(), portal));
    let path = if enough { path } else { with_parameter(&path, NOT_ENOUGH) };
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
    let form = Form::of_ours(&body, &headers, portal, &session.csrf)?;
    let back = local(portal, form.get("return"));
    if let Some(id) = CookieName::Session.of(&jar, portal) {
        state.engine.store.end_session(&id).await?;
    }
    let jar = draft::forget(&state, jar)
        .remove(CookieName::Session.with(String::new(), portal))
        .add(CookieName::SignedOut.with("yes".to_owned(), portal));
    Ok((jar, Redirect::to(&address::signed_out(&back))).into_response())
}

/// `GET /sign-out/everywhere`: it is a button on the settings' page.
pub(crate) async fn to_settings() -> Redirect {
    Redirect::to("/settings")
}

/// `POST /sign-out/everywhere`: every session of the person ends, in every browser.
pub(crate) async fn sign_out_everywhere(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
    jar: CookieJar,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Trouble> {
    let portal = &state.engine.config.portal;
    let Some(session) = &visitor.session else { return settings_gate(&state, &visitor) };
    Form::of_ours(&body, &headers, portal, &session.csrf)?;
    state.engine.store.end_sessions_of(&session.person.subject).await?;
    let jar = draft::forget(&state, jar)
        .remove(CookieName::Session.with(String::new(), portal))
        .add(CookieName::SignedOut.with("yes".to_owned(), portal));
    Ok((jar, Redirect::to("/signed-out?everywhere=yes")).into_response())
}

/// `GET /signed-out`
pub(crate) async fn signed_out(
    Extension(state): Extension<Scene>,
    RawQuery(query): RawQuery,
) -> Result<Response, Trouble> {
    let query = named(query);
    let back = local(&state.engine.config.portal, query.get("return").map(String::as_str));
    let provider = state.engine.config.identity_provider.name.clone();
    let everywhere = query.contains_key("everywhere");
    let page = SignedOutPage { provider, everywhere, sign_in: address::sign_in(&back, Manner::Anew) };
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
    let name = claims.get("name").and_then(Value::as_str).unwrap_or(identifier).to_owned();
    Some(Person { subject, name, signed_in: SignIn::told_by(claims) })
}

/// `path` with one more parameter.
fn with_parameter(path: &str, name: &str) -> String {
    format!("{path}{}{name}=yes", if path.contains('?') { '&' } else { '?' })
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
