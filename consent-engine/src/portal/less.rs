//! Sharing less: one thing no more, or for a shorter time.

use axum::{
    Extension,
    body::Bytes,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::CookieJar;
use chrono::TimeDelta;
use ndx_contracts::Need;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    current::Narrowing,
    error::EngineError,
    ledger::{Answer, Consent, Illegal, Offered, Said, Shown},
    pages::{Page, calendar::Calendar},
    portal::{
        address::{self, Id, known_id},
        draft::{self, Begin, Filled, Why},
        question::lengths,
        shown,
        stop::{self, to_detail},
        trouble::Trouble,
        visitor::Visitor,
        wording::{Asker, items},
    },
    state::Scene,
    store::Recorded,
};
use ndx_pages::form::Form;

/// The pages below that of the consent.
const SOME: &str = "stop-some";
const TIME: &str = "less-time";

/// What to stop sharing.
#[derive(Debug, Serialize)]
struct SomePage {
    id: String,
    version: u64,
    asker: Asker,
    items: Vec<Choice>,
    kept: bool,
    error: bool,
}

impl Page for SomePage {
    const TEMPLATE: &'static str = "stop_some.html";
}

/// How long to share.
#[derive(Debug, Serialize)]
struct TimePage {
    id: String,
    version: u64,
    asker: Asker,
    /// "28 November 2026"
    until: String,
    lengths: Vec<Choice>,
    kept: bool,
    error: bool,
}

impl Page for TimePage {
    const TEMPLATE: &'static str = "less_time.html";
}

#[derive(Debug, Serialize)]
struct Choice {
    value: String,
    text: String,
    provider: String,
    /// Whether the application says that it needs this.
    needed: bool,
    checked: bool,
}

/// After that.
#[derive(Debug, Serialize)]
struct ChangedPage {
    id: String,
    asker: Asker,
    at: String,
}

impl Page for ChangedPage {
    const TEMPLATE: &'static str = "changed.html";
}

/// `GET /my/{id}/stop-some`
pub(crate) async fn ask_what(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
    jar: CookieJar,
    id: Id,
) -> Result<Response, Trouble> {
    let id = known_id(id);
    let about = address::below(id, SOME);
    if visitor.person().is_none() {
        return stop::gate(&state, &visitor, id, SOME, draft::find(&state, &jar, &about).is_some());
    }
    match shared(&state, &visitor, id).await? {
        Ok((recorded, present)) if present.shared.len() > 1 => {
            let begin = draft::begin(&state, &visitor, &jar, &about);
            what(&state, &visitor, &recorded, &present, &begin)
        }
        Ok((recorded, _)) => Ok(stop::back_to(Some(recorded.id), "stop")),
        Err(elsewhere) => Ok(elsewhere),
    }
}

/// `POST /my/{id}/stop-some`
pub(crate) async fn stop_some(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
    jar: CookieJar,
    id: Id,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Trouble> {
    let id = known_id(id);
    let about = address::below(id, SOME);
    let Some(session) = &visitor.session else {
        return draft::come_back(&state, jar, &about, &about, &headers, &body);
    };
    let form = Form::of_ours(&body, &headers, &state.engine.config.portal, &session.csrf)?;
    let (recorded, present) = match shared(&state, &visitor, id).await? {
        Ok(found) => found,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let filled = Filled::of(&form);
    let stop: Vec<_> = present.shared.keys().filter(|field| filled.has("field", &field.to_string())).cloned().collect();
    if stop.is_empty() {
        let jar = draft::keep(&state, jar, &about, filled.clone(), Why::Wrong)?;
        let page = what(&state, &visitor, &recorded, &present, &Begin::again(filled, Why::Wrong))?;
        return Ok((jar, page).into_response());
    }
    // Nothing would be left: that is the one step to stopping.
    if stop.len() == present.shared.len() {
        return Ok(stop::back_to(Some(recorded.id), "stop"));
    }
    let narrowed = narrow(&state, &visitor, &form, &recorded, Narrowing { stop, length: None }).await?;
    Ok((draft::forget(&state, jar), narrowed).into_response())
}

/// `GET /my/{id}/less-time`
pub(crate) async fn ask_how_long(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
    jar: CookieJar,
    id: Id,
) -> Result<Response, Trouble> {
    let id = known_id(id);
    let about = address::below(id, TIME);
    if visitor.person().is_none() {
        return stop::gate(&state, &visitor, id, TIME, draft::find(&state, &jar, &about).is_some());
    }
    match shared(&state, &visitor, id).await? {
        Ok((recorded, present)) => {
            let begin = draft::begin(&state, &visitor, &jar, &about);
            how_long(&state, &visitor, &recorded, &present, &begin)
        }
        Err(elsewhere) => Ok(elsewhere),
    }
}

/// `POST /my/{id}/less-time`
pub(crate) async fn shorten(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
    jar: CookieJar,
    id: Id,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Trouble> {
    let id = known_id(id);
    let about = address::below(id, TIME);
    let Some(session) = &visitor.session else {
        return draft::come_back(&state, jar, &about, &about, &headers, &body);
    };
    let form = Form::of_ours(&body, &headers, &state.engine.config.portal, &session.csrf)?;
    let (recorded, present) = match shared(&state, &visitor, id).await? {
        Ok(found) => found,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let filled = Filled::of(&form);
    let chosen = filled.get("duration");
    let length = shorter(&state, &recorded, &present).into_iter().find(|(name, _)| Some(name.as_str()) == chosen);
    let Some((_, length)) = length else {
        let jar = draft::keep(&state, jar, &about, filled.clone(), Why::Wrong)?;
        let page = how_long(&state, &visitor, &recorded, &present, &Begin::again(filled, Why::Wrong))?;
        return Ok((jar, page).into_response());
    };
    let narrowing = Narrowing { stop: Vec::new(), length: Some(length) };
    let narrowed = narrow(&state, &visitor, &form, &recorded, narrowing).await?;
    Ok((draft::forget(&state, jar), narrowed).into_response())
}

/// `GET /my/{id}/changed`
pub(crate) async fn changed(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
    id: Id,
) -> Result<Response, Trouble> {
    let (recorded, present) = match shared(&state, &visitor, known_id(id)).await? {
        Ok(found) => found,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let Some(Answer { at, said: Said::Less { .. } }) = &present.answer else { return Ok(to_detail(Some(recorded.id))) };
    let page = ChangedPage {
        id: recorded.id.to_string(),
        asker: Asker::of(&state, &recorded),
        at: calendar(&state).moment(*at)?,
    };
    Ok(state.pages.answer(StatusCode::OK, visitor.viewer().as_ref(), &page)?)
}

/// The consent of the person with this id, when she shares something; else where she is sent.
async fn shared(
    state: &Scene,
    visitor: &Visitor,
    id: Option<Uuid>,
) -> Result<Result<(Recorded, Consent), Response>, Trouble> {
    let Some(person) = visitor.person() else { return Ok(Err(to_detail(id))) };
    let (recorded, present) = state.engine.present_of(&person.subject, id.ok_or(Trouble::NotFound)?).await?;
    if present.shared.is_empty() { Ok(Err(to_detail(Some(recorded.id)))) } else { Ok(Ok((recorded, present))) }
}

async fn narrow(
    state: &Scene,
    visitor: &Visitor,
    form: &Form,
    recorded: &Recorded,
    narrowing: Narrowing,
) -> Result<Response, Trouble> {
    let Some(person) = visitor.person() else { return Ok(to_detail(Some(recorded.id))) };
    let seen = form.get("etag").and_then(|etag| etag.parse().ok()).unwrap_or_default();
    let shown: Option<Shown> = shown::of(state.engine.store.keys(), form, recorded, person);
    // A page that shows how it was before: the person sees how it is now.
    let Some(shown) = shown.filter(|_| seen == recorded.consent.version) else {
        return Ok(to_detail(Some(recorded.id)));
    };
    let done = state.engine.narrow(&person.subject, recorded.id, seen, narrowing, Some(shown), &visitor.trace_id).await;
    match done {
        Ok(_) => Ok(Redirect::to(&format!("/my/{}/changed", recorded.id)).into_response()),
        Err(EngineError::Illegal(Illegal::NothingLeft)) => Ok(stop::back_to(Some(recorded.id), "stop")),
        // Changed meanwhile, or ended by itself: the page of the consent says how it stands.
        Err(EngineError::Conflict | EngineError::Illegal(_)) => Ok(to_detail(Some(recorded.id))),
        Err(error) => Err(error.into()),
    }
}

fn what(
    state: &Scene,
    visitor: &Visitor,
    recorded: &Recorded,
    present: &Consent,
    begin: &Begin,
) -> Result<Response, Trouble> {
    let needed =
        |key: &str| present.words.values().any(|asked| asked.need == Need::Needed && asked.field.to_string() == key);
    let all = items(state, recorded, present, present.shared.keys())?;
    let choices = all.into_iter().map(|item| Choice {
        needed: needed(&item.key),
        checked: begin.filled.has("field", &item.key),
        value: item.key,
        text: item.label,
        provider: item.provider,
    });
    let page = SomePage {
        id: recorded.id.to_string(),
        version: recorded.consent.version,
        asker: Asker::of(state, recorded),
        items: choices.collect(),
        kept: begin.kept,
        error: begin.wrong,
    };
    let offered = Offered { fields: present.shared.keys().cloned().collect(), durations: Vec::new() };
    answer(state, visitor, recorded, page.error, &page, offered)
}

fn how_long(
    state: &Scene,
    visitor: &Visitor,
    recorded: &Recorded,
    present: &Consent,
    begin: &Begin,
) -> Result<Response, Trouble> {
    let calendar = calendar(state);
    let last = present.shared.values().max_by_key(|share| share.until);
    let until = last.map(|share| calendar.end(share.since, share.until)).transpose()?;
    let choice = |(value, length): (String, TimeDelta)| -> Result<Choice, Trouble> {
        let checked = begin.filled.get("duration") == Some(value.as_str());
        Ok(Choice { value, text: calendar.choice(length)?, provider: String::new(), needed: false, checked })
    };
    let page = TimePage {
        id: recorded.id.to_string(),
        version: recorded.consent.version,
        asker: Asker::of(state, recorded),
        until: until.unwrap_or_default(),
        lengths: shorter(state, recorded, present).into_iter().map(choice).collect::<Result<_, _>>()?,
        kept: begin.kept,
        error: begin.wrong,
    };
    let durations = page.lengths.iter().map(|length| length.value.clone()).collect();
    answer(state, visitor, recorded, page.error, &page, Offered { fields: Vec::new(), durations })
}

/// The purpose's lengths that end earlier than what is shared.
fn shorter(state: &Scene, recorded: &Recorded, present: &Consent) -> Vec<(String, TimeDelta)> {
    let last = present.shared.values().map(|share| share.until).max();
    let now = state.engine.now();
    let mut lengths = lengths(&state.engine.config, recorded);
    lengths.retain(|(_, length)| last.is_some_and(|last| now + *length < last));
    lengths
}

fn answer<P: Page>(
    state: &Scene,
    visitor: &Visitor,
    recorded: &Recorded,
    error: bool,
    page: &P,
    offered: Offered,
) -> Result<Response, Trouble> {
    let status = if error { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let seal = |text_hash: &str| Ok::<_, Trouble>(shown::seal(state, recorded, text_hash, offered)?);
    state.pages.answer_shown(status, visitor.viewer().as_ref(), page, seal)
}

fn calendar(state: &Scene) -> Calendar {
    Calendar::new(state.engine.now(), state.engine.config.offset, state.pages.language().clone())
}
