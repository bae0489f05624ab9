//! Whom a person does not want to be asked by any more: `GET /my/{id}/block` asks whether to block the application of a
//! consent, and her settings let it ask again.

use axum::{
    Extension,
    body::Bytes,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use ndx_contracts::ApplicationId;
use ndx_pages::form::Form;
use serde::Serialize;

use crate::{
    error::EngineError,
    pages::{Page, calendar::Calendar},
    portal::{
        address::{Id, known_id},
        sign_in,
        stop::{self, to_detail},
        trouble::Trouble,
        visitor::Visitor,
        wording::Asker,
    },
    state::Scene,
};

/// Where the blocked applications are listed.
const LIST: &str = "/settings#blocked";

/// The one step before blocking.
#[derive(Debug, Serialize)]
struct BlockPage {
    id: String,
    asker: Asker,
    /// Whether something is shared with the application, which blocking does not change.
    shared: bool,
}

impl Page for BlockPage {
    const TEMPLATE: &'static str = "block.html";
}

/// An application that cannot ask, as the settings list it.
#[derive(Debug, Serialize)]
pub(crate) struct Blocked {
    id: String,
    name: String,
    since: String,
}

/// `GET /my/{id}/block`
pub(crate) async fn ask(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
    id: Id,
) -> Result<Response, Trouble> {
    let id = known_id(id);
    let Some(person) = visitor.person() else { return stop::gate(&state, &visitor, id, "block", false) };
    let (recorded, present) = state.engine.present_of(&person.subject, id.ok_or(Trouble::NotFound)?).await?;
    let page = BlockPage {
        id: recorded.id.to_string(),
        asker: Asker::of(&state, &recorded),
        shared: !present.shared.is_empty(),
    };
    Ok(state.pages.answer(StatusCode::OK, visitor.viewer().as_ref(), &page)?)
}

/// `POST /my/{id}/block`
pub(crate) async fn block(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
    id: Id,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Trouble> {
    let id = known_id(id);
    let Some(session) = &visitor.session else { return Ok(stop::back_to(id, "block")) };
    Form::of_ours(&body, &headers, &state.engine.config.portal, &session.csrf)?;
    let subject = &session.person.subject;
    let recorded = state.engine.consent_of(subject, id.ok_or(Trouble::NotFound)?).await?;
    match state.engine.block(subject, &recorded.application, &visitor.trace_id).await {
        Ok(()) => Ok(Redirect::to(LIST).into_response()),
        // It is not registered any more, so it cannot ask.
        Err(EngineError::UnknownApplication(_)) => Ok(to_detail(id)),
        Err(error) => Err(error.into()),
    }
}

/// `POST /settings/unblock`
pub(crate) async fn unblock(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Trouble> {
    let Some(session) = &visitor.session else { return sign_in::settings_gate(&state, &visitor) };
    let form = Form::of_ours(&body, &headers, &state.engine.config.portal, &session.csrf)?;
    let application = ApplicationId::new(form.get("application").ok_or(Trouble::NotOurForm)?);
    state.engine.unblock(&session.person.subject, &application, &visitor.trace_id).await?;
    Ok(Redirect::to(LIST).into_response())
}

/// `GET /settings/unblock`: it is a button among the settings.
pub(crate) async fn unblocked() -> Redirect {
    Redirect::to(LIST)
}

/// Whom the visitor does not let ask; nobody, when she has not signed in.
pub(crate) async fn blocked(state: &Scene, visitor: &Visitor) -> Result<Vec<Blocked>, Trouble> {
    let Some(person) = visitor.person() else { return Ok(Vec::new()) };
    let config = &state.engine.config;
    let calendar = Calendar::new(state.engine.now(), config.offset, state.pages.language().clone());
    let blocks = state.engine.blocks_of(&person.subject).await?;
    let line = |block: crate::store::Block| {
        let known = config.application(&block.application);
        Ok(Blocked {
            name: known.map_or_else(|| block.application.to_string(), |known| state.pages.words(&known.name)),
            id: block.application.to_string(),
            since: calendar.date(block.since)?,
        })
    };
    blocks.into_iter().map(line).collect()
}
