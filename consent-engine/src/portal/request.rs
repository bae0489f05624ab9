//! The question, and the answer: `GET` and `POST /c/{id}`.

use axum::{
    Extension,
    body::Bytes,
    extract::RawQuery,
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::CookieJar;
use uuid::Uuid;

use crate::{
    current::Decision,
    error::EngineError,
    ledger::{Consent, Request},
    portal::{
        address::{Id, known_id},
        answered,
        draft::{self, Filled},
        question::{self, Asked, Errors},
        shown, sign_in,
        trouble::Trouble,
        visitor::{CookieName, Visitor},
    },
    state::Scene,
    store::{Person, Recorded},
};
use ndx_pages::form::Form;

/// `GET /c/{id}`
pub(crate) async fn show(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
    jar: CookieJar,
    RawQuery(query): RawQuery,
    id: Id,
) -> Result<Response, Trouble> {
    let id = known_id(id);
    let (engine, portal) = (&state.engine, &state.engine.config.portal);
    let filled = id.and_then(|id| draft::find(engine.store.keys(), &jar, id, engine.now(), portal));
    let Some(person) = visitor.person() else { return gate(&state, &visitor, id, filled.is_some()) };
    let id = id.ok_or(Trouble::NotFound)?;
    let (recorded, present) = engine.present_of(&person.subject, id).await?;
    let Some(request) = &present.request else { return answered::already(&state, &visitor, &recorded, &present) };
    if engine.config.purpose(&recorded.application, &recorded.purpose).is_none() {
        return answered::cancelled(&state, &visitor, &recorded, &present);
    }
    if needs_more(&state, request, person) {
        let not_enough = query.is_some_and(|query| query.contains(sign_in::NOT_ENOUGH));
        let path = visitor.back.onto(&format!("/c/{id}"));
        return sign_in::surely(&state, &visitor, &path, filled.is_some(), not_enough);
    }
    let asked = Asked { recorded: &recorded, present: &present, request };
    question::page(&state, &visitor, asked, filled.as_ref(), Errors::default())
}

/// `POST /c/{id}`
pub(crate) async fn answer(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
    jar: CookieJar,
    id: Id,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Trouble> {
    let id = known_id(id);
    let portal = &state.engine.config.portal;
    let Some(session) = &visitor.session else { return come_back(&state, &visitor, jar, id, &headers, &body) };
    let form = Form::of_ours(&body, &headers, portal, &session.csrf)?;
    let id = id.ok_or(Trouble::NotFound)?;
    let person = &session.person;
    let (recorded, present) = state.engine.present_of(&person.subject, id).await?;
    let seen = form.get("etag").and_then(|etag| etag.parse().ok()).unwrap_or_default();
    let (Some(request), true) = (&present.request, seen == recorded.consent.version) else {
        // Answered twice, or the request has changed or ended: the person sees how it stands.
        return show_again(&state, &visitor, &recorded, &present);
    };
    let asked = Asked { recorded: &recorded, present: &present, request };
    let filled = Filled::of(&form);
    let decision = match question::decision(&state.engine.config, asked, &filled, form.get("decision")) {
        Ok(decision) => decision,
        Err(errors) => return question::page(&state, &visitor, asked, Some(&filled), errors),
    };
    // To say no, nobody needs to be surer.
    if matches!(decision, Decision::Share { .. }) && needs_more(&state, request, person) {
        return kept(&state, &visitor, jar, id, filled);
    }
    let Some(shown) = shown::of(state.engine.store.keys(), &form, &recorded, person) else {
        return Err(Trouble::NotOurForm);
    };
    match state.engine.decide(&person.subject, id, seen, decision, Some(shown), &visitor.trace_id).await {
        Ok(_) => {
            let done = Redirect::to(&visitor.back.onto(&format!("/c/{id}/done")));
            Ok((jar.remove(draft::forget(portal)), done).into_response())
        }
        // Somebody was faster, or it has just ended.
        Err(EngineError::Conflict | EngineError::Illegal(_)) => {
            let (recorded, present) = state.engine.present_of(&person.subject, id).await?;
            show_again(&state, &visitor, &recorded, &present)
        }
        Err(error) => Err(error.into()),
    }
}

/// Whether something sensitive is asked of somebody who has not signed in surely enough to share it.
fn needs_more(state: &Scene, request: &Request, person: &Person) -> bool {
    request.fields.iter().any(|asked| asked.sensitive) && !sign_in::is_sure(state, person)
}

/// The same page for every id, known or not. Whether something waits to be sent, this browser knows by itself.
fn gate(state: &Scene, visitor: &Visitor, id: Option<Uuid>, kept: bool) -> Result<Response, Trouble> {
    let path = id.map_or_else(|| "/my".to_owned(), |id| visitor.back.onto(&format!("/c/{id}")));
    sign_in::gate(state, &path, "gate-request", kept)
}

/// An answer whose session has ended while the form was open: what was filled in is kept, and the gate is shown.
fn come_back(
    state: &Scene,
    visitor: &Visitor,
    jar: CookieJar,
    id: Option<Uuid>,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Response, Trouble> {
    let (store, portal) = (&state.engine.store, &state.engine.config.portal);
    let csrf = CookieName::Session.of(&jar, portal).map(|session| store.csrf(&session));
    let form = csrf.and_then(|csrf| Form::of_ours(body, headers, portal, &csrf).ok());
    match (id, form) {
        (Some(id), Some(form)) => kept(state, visitor, jar, id, Filled::of(&form)),
        _ => gate(state, visitor, id, false),
    }
}

/// Keeps what is filled in, and shows what stands in the way.
fn kept(state: &Scene, visitor: &Visitor, jar: CookieJar, id: Uuid, filled: Filled) -> Result<Response, Trouble> {
    let engine = &state.engine;
    let cookie = draft::keep(engine.store.keys(), id, filled, engine.now(), &engine.config.portal)?;
    let path = visitor.back.onto(&format!("/c/{id}"));
    Ok((jar.add(cookie), Redirect::to(&path)).into_response())
}

fn show_again(state: &Scene, visitor: &Visitor, recorded: &Recorded, present: &Consent) -> Result<Response, Trouble> {
    if present.request.is_some() {
        return Ok(Redirect::to(&visitor.back.onto(&format!("/c/{}", recorded.id))).into_response());
    }
    answered::already(state, visitor, recorded, present)
}
