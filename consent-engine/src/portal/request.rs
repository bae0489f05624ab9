//! The question, and the answer: `GET` and `POST /c/{id}`.

use axum::{
    Extension,
    body::Bytes,
    extract::RawQuery,
    http::{HeaderMap, StatusCode},
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
        draft::{self, Begin, Filled, Why},
        question::{self, Asked},
        shown, sign_in,
        trouble::Trouble,
        visitor::Visitor,
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
    let engine = &state.engine;
    // Whether something waits to be sent, this browser knows by itself.
    let kept = id.is_some_and(|id| draft::find(&state, &jar, &path(id)).is_some());
    let Some(person) = visitor.person() else {
        // The same page for every id, known or not.
        let path = id.map_or_else(|| "/my".to_owned(), |id| visitor.back.onto(&path(id)));
        return sign_in::gate(&state, &path, "gate-request", kept);
    };
    let id = id.ok_or(Trouble::NotFound)?;
    let (recorded, present) = engine.present_of(&person.subject, id).await?;
    let request = match open(&state, &visitor, &recorded, &present)? {
        Ok(request) => request,
        Err(page) => return Ok(page),
    };
    if needs_more(&state, request, person) {
        let not_enough = query.is_some_and(|query| query.contains(sign_in::NOT_ENOUGH));
        return sign_in::surely(&state, &visitor, &visitor.back.onto(&path(id)), kept, not_enough);
    }
    let asked = Asked { recorded: &recorded, present: &present, request };
    question::page(&state, &visitor, asked, &draft::begin(&state, &visitor, &jar, &path(id)), StatusCode::OK)
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
    let Some(session) = &visitor.session else {
        let about = id.map_or_else(|| "/my".to_owned(), path);
        return draft::come_back(&state, jar, &about, &visitor.back.onto(&about), &headers, &body);
    };
    let form = Form::of_ours(&body, &headers, &state.engine.config.portal, &session.csrf)?;
    let id = id.ok_or(Trouble::NotFound)?;
    let person = &session.person;
    let (recorded, present) = state.engine.present_of(&person.subject, id).await?;
    // Answered twice, ended, or cancelled: the person sees how it stands.
    let request = match open(&state, &visitor, &recorded, &present)? {
        Ok(request) => request,
        Err(page) => return Ok(page),
    };
    let filled = Filled::of(&form);
    let seen = form.get("etag").and_then(|etag| etag.parse().ok()).unwrap_or_default();
    if seen != recorded.consent.version {
        return changed(&state, &visitor, jar, &recorded, &present, filled);
    }
    let asked = Asked { recorded: &recorded, present: &present, request };
    let decision = question::decision(&state.engine.config, asked, &filled);
    // To say no, nobody needs to be surer. Everything else shows the question, or answers it.
    if !matches!(decision, Ok(Decision::Deny { .. })) && needs_more(&state, request, person) {
        return surer(&state, &visitor, jar, id, filled, Why::SignIn);
    }
    let Ok(decision) = decision else {
        return again(&state, &visitor, jar, asked, filled, Why::Wrong);
    };
    let Some(shown) = shown::of(state.engine.store.keys(), &form, &recorded, person) else {
        return Err(Trouble::NotOurForm);
    };
    match state.engine.decide(&person.subject, id, seen, decision, Some(shown), &visitor.trace_id).await {
        Ok(_) => {
            let done = Redirect::to(&visitor.back.onto(&format!("/c/{id}/done")));
            Ok((draft::forget(&state, jar), done).into_response())
        }
        // Somebody was faster, it has just ended, or it is asked in other words.
        Err(EngineError::Conflict | EngineError::Illegal(_)) => {
            let (recorded, present) = state.engine.present_of(&person.subject, id).await?;
            changed(&state, &visitor, jar, &recorded, &present, filled)
        }
        Err(error) => Err(error.into()),
    }
}

fn path(id: Uuid) -> String {
    format!("/c/{id}")
}

/// The request that waits for an answer; else the page that says why none does.
fn open<'a>(
    state: &Scene,
    visitor: &Visitor,
    recorded: &Recorded,
    present: &'a Consent,
) -> Result<Result<&'a Request, Response>, Trouble> {
    let Some(request) = &present.request else {
        return answered::already(state, visitor, recorded, present).map(Err);
    };
    if state.engine.config.purpose(&recorded.application, &recorded.purpose).is_none() {
        return answered::cancelled(state, visitor, recorded, present).map(Err);
    }
    Ok(Ok(request))
}

/// Whether something sensitive is asked of somebody who has not signed in surely enough to see it and to share it.
fn needs_more(state: &Scene, request: &Request, person: &Person) -> bool {
    request.fields.iter().any(|asked| asked.sensitive) && !sign_in::is_sure(state, person)
}

/// Keeps what is filled in, and shows what stands in the way.
fn surer(
    state: &Scene,
    visitor: &Visitor,
    jar: CookieJar,
    id: Uuid,
    filled: Filled,
    why: Why,
) -> Result<Response, Trouble> {
    let jar = draft::keep(state, jar, &path(id), filled, why)?;
    Ok((jar, Redirect::to(&visitor.back.onto(&path(id)))).into_response())
}

/// The question once more, with what was filled in and with the reason.
fn again(
    state: &Scene,
    visitor: &Visitor,
    jar: CookieJar,
    asked: Asked<'_>,
    filled: Filled,
    why: Why,
) -> Result<Response, Trouble> {
    let status = if why == Why::Changed { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
    let jar = draft::keep(state, jar, &path(asked.recorded.id), filled.clone(), why)?;
    let page = question::page(state, visitor, asked, &Begin::again(filled, why), status)?;
    Ok((jar, page).into_response())
}

/// The answer was to another question than the one that is asked now: the person sees this one, with the choices that are
/// still there, or how it stands.
fn changed(
    state: &Scene,
    visitor: &Visitor,
    jar: CookieJar,
    recorded: &Recorded,
    present: &Consent,
    filled: Filled,
) -> Result<Response, Trouble> {
    let request = match open(state, visitor, recorded, present)? {
        Ok(request) => request,
        Err(page) => return Ok(page),
    };
    if visitor.person().is_none_or(|person| needs_more(state, request, person)) {
        return surer(state, visitor, jar, recorded.id, filled, Why::Changed);
    }
    again(state, visitor, jar, Asked { recorded, present, request }, filled, Why::Changed)
}
