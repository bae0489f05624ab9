//! Stopping, and changing one's mind.

use axum::{
    Extension,
    body::Bytes,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use ndx_pages::form::Form;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    error::EngineError,
    ledger::{Offered, RefusalKind},
    pages::{Page, calendar::Calendar},
    portal::{
        address::{self, Id, known_id},
        mine::GATE,
        shown, sign_in,
        trouble::Trouble,
        visitor::Visitor,
        wording::Asker,
    },
    state::Scene,
};

/// The one step before stopping.
#[derive(Debug, Serialize)]
struct StopPage {
    id: String,
    asker: Asker,
}

impl Page for StopPage {
    const TEMPLATE: &'static str = "stop.html";
}

/// After stopping.
#[derive(Debug, Serialize)]
struct StoppedPage {
    id: String,
    asker: Asker,
    at: String,
    quiet_until: String,
    /// Whether the application has said where it is told.
    told: bool,
}

impl Page for StoppedPage {
    const TEMPLATE: &'static str = "stopped.html";
}

/// `GET /my/{id}/stop`
pub(crate) async fn ask(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
    id: Id,
) -> Result<Response, Trouble> {
    let id = known_id(id);
    let Some(person) = visitor.person() else { return gate(&state, &visitor, id, "stop", false) };
    let (recorded, present) = state.engine.present_of(&person.subject, id.ok_or(Trouble::NotFound)?).await?;
    if present.shared.is_empty() {
        return Ok(to_detail(Some(recorded.id)));
    }
    let page = StopPage { id: recorded.id.to_string(), asker: Asker::of(&state, &recorded) };
    let seal = |text_hash: &str| Ok::<_, Trouble>(shown::seal(&state, &recorded, text_hash, Offered::default())?);
    state.pages.answer_shown(StatusCode::OK, visitor.viewer().as_ref(), &page, seal)
}

/// `POST /my/{id}/stop`
pub(crate) async fn stop(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
    id: Id,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Trouble> {
    let id = known_id(id);
    let Some(session) = &visitor.session else { return Ok(back_to(id, "stop")) };
    let form = Form::of_ours(&body, &headers, &state.engine.config.portal, &session.csrf)?;
    let (id, person) = (id.ok_or(Trouble::NotFound)?, &session.person);
    let recorded = state.engine.consent_of(&person.subject, id).await?;
    // A stop is a stop, whatever has changed since the page was shown; what it said is kept where it said how things stand.
    let shown = shown::of(state.engine.store.keys(), &form, &recorded, person);
    match state.engine.stop_seen(&person.subject, id, None, shown, &visitor.trace_id).await {
        Ok(_) => Ok(Redirect::to(&format!("/my/{id}/stopped")).into_response()),
        // Stopped already, or ended by itself: the page of the consent says which.
        Err(EngineError::Illegal(_)) => Ok(to_detail(Some(id))),
        Err(error) => Err(error.into()),
    }
}

/// `GET /my/{id}/stopped`
pub(crate) async fn stopped(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
    id: Id,
) -> Result<Response, Trouble> {
    let id = known_id(id);
    let Some(person) = visitor.person() else { return Ok(to_detail(id)) };
    let recorded = state.engine.consent_of(&person.subject, id.ok_or(Trouble::NotFound)?).await?;
    let stopped = recorded.consent.refusal.as_ref().filter(|refusal| refusal.kind == RefusalKind::Revoked);
    let Some(stopped) = stopped else { return Ok(to_detail(Some(recorded.id))) };
    let calendar = Calendar::new(state.engine.now(), state.engine.config.offset, state.pages.language().clone());
    let page = StoppedPage {
        id: recorded.id.to_string(),
        asker: Asker::of(&state, &recorded),
        at: calendar.moment(stopped.at)?,
        quiet_until: calendar.date(stopped.until)?,
        told: state.engine.config.receiver(&recorded.application).is_some(),
    };
    Ok(state.pages.answer(StatusCode::OK, visitor.viewer().as_ref(), &page)?)
}

/// `POST /my/{id}/reopen`: the person has changed her mind, and is asked again.
pub(crate) async fn reopen(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
    id: Id,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Trouble> {
    let id = known_id(id);
    // It has no page of its own; the consent's has the same button.
    let Some(session) = &visitor.session else { return gate(&state, &visitor, id, "", false) };
    Form::of_ours(&body, &headers, &state.engine.config.portal, &session.csrf)?;
    let id = id.ok_or(Trouble::NotFound)?;
    state.engine.reopen(&session.person.subject, id, &visitor.trace_id).await?;
    Ok(Redirect::to(&format!("/c/{id}")).into_response())
}

/// `GET /my/{id}/reopen`: it is a button on other pages.
pub(crate) async fn reopened(id: Id) -> Response {
    to_detail(known_id(id))
}

/// The gate in front of the page of this name of a consent; `kept` says whether something that was filled in there waits.
pub(crate) fn gate(
    state: &Scene,
    visitor: &Visitor,
    id: Option<Uuid>,
    page: &str,
    kept: bool,
) -> Result<Response, Trouble> {
    sign_in::gate_again(state, visitor, &address::below(id, page), GATE, kept.then_some("gate-kept"))
}

/// Back to the page of this name of a consent, whose form came too late: the gate stands in front of it.
pub(crate) fn back_to(id: Option<Uuid>, page: &str) -> Response {
    Redirect::to(&address::below(id, page)).into_response()
}

/// To the page of the consent, which says how it stands.
pub(crate) fn to_detail(id: Option<Uuid>) -> Response {
    Redirect::to(&address::detail(id)).into_response()
}
