//! The question, and the answer: `GET` and `POST /c/{id}`.

use axum::{
    Extension,
    body::Bytes,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use chrono::TimeDelta;
use ndx_contracts::Need;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    config::Config,
    current::Decision,
    error::EngineError,
    ledger::{AskedField, Consent, Request},
    pages::{
        Page,
        calendar::{Calendar, length_of_time},
    },
    portal::{
        address::{Id, known_id},
        answered, sign_in,
        trouble::Trouble,
        visitor::{Form, Visitor},
        wording::{Asker, Group, Item, full_sentence, groups, item},
    },
    state::Scene,
    store::Recorded,
};

/// Lists longer than this are folded, each under its count.
const LONG: usize = 12;

const GATE: &str = "Sign in to see who is asking for your information";

/// What the question's page shows.
#[derive(Debug, Serialize)]
struct RequestPage {
    id: String,
    version: u64,
    asker: Asker,
    /// What is needed, by the body that keeps it.
    needed: Vec<Group>,
    /// Whether the lists are folded.
    folded: bool,
    optional: Vec<OptionalItem>,
    lengths: Vec<Length>,
    /// "30 days"
    longest: String,
    /// Whether other things are shared already.
    shares_more: bool,
    /// "today at 11:30am"
    ends: String,
    later: Option<String>,
    complaints: String,
    errors: Errors,
}

impl Page for RequestPage {
    const TEMPLATE: &'static str = "request.html";
}

#[derive(Debug, Serialize)]
struct OptionalItem {
    key: String,
    label: String,
    hint: String,
    checked: bool,
}

#[derive(Debug, Serialize)]
struct Length {
    value: String,
    text: String,
    checked: bool,
}

/// What is wrong with an answer, by the question it belongs to.
#[derive(Debug, Default, Serialize)]
struct Errors {
    decision: Option<&'static str>,
    optional: Option<&'static str>,
    length: Option<&'static str>,
}

impl Errors {
    fn any(&self) -> bool {
        self.decision.is_some() || self.optional.is_some() || self.length.is_some()
    }
}

/// What a person has filled in.
#[derive(Debug, Default)]
struct Filled {
    optional: Vec<String>,
    length: Option<String>,
}

/// `GET /c/{id}`
pub(crate) async fn show(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
    id: Id,
) -> Result<Response, Trouble> {
    let id = known_id(id);
    let Some(person) = visitor.person() else { return gate(&state, id) };
    let recorded = state.engine.consent_of(&person.subject, id.ok_or(Trouble::NotFound)?).await?;
    let present = recorded.consent.at(state.engine.now());
    match &present.request {
        Some(request) => {
            let page = page(&state, &recorded, &present, request, &Filled::default(), Errors::default());
            Ok(state.pages.answer(StatusCode::OK, visitor.viewer().as_ref(), &page)?)
        }
        None => answered::already(&state, &visitor, &recorded, &present),
    }
}

/// `POST /c/{id}`
pub(crate) async fn answer(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
    id: Id,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Trouble> {
    let id = known_id(id);
    let Some(session) = &visitor.session else { return gate(&state, id) };
    let form = Form::of_ours(&body, &headers, &state.engine.config.portal, session)?;
    let id = id.ok_or(Trouble::NotFound)?;
    let subject = &session.person.subject;
    let recorded = state.engine.consent_of(subject, id).await?;
    let present = recorded.consent.at(state.engine.now());
    let seen = form.get("etag").and_then(|etag| etag.parse().ok()).unwrap_or_default();
    let (Some(request), true) = (&present.request, seen == recorded.consent.version) else {
        // Answered twice, or the request has changed or ended: the person sees how it stands.
        return show_again(&state, &visitor, &recorded, &present);
    };
    let filled = Filled {
        optional: form.all("field").map(str::to_owned).collect(),
        length: form.get("duration").map(str::to_owned),
    };
    let decision = match decision(&state.engine.config, &recorded, request, &filled, form.get("decision")) {
        Ok(decision) => decision,
        Err(errors) => {
            let page = page(&state, &recorded, &present, request, &filled, errors);
            return Ok(state.pages.answer(StatusCode::UNPROCESSABLE_ENTITY, visitor.viewer().as_ref(), &page)?);
        }
    };
    match state.engine.decide(subject, id, seen, decision, &visitor.trace_id).await {
        Ok(_) => Ok(Redirect::to(&format!("/c/{id}/done")).into_response()),
        // Somebody was faster, or it has just ended.
        Err(EngineError::Conflict | EngineError::Illegal(_)) => {
            let recorded = state.engine.consent_of(subject, id).await?;
            let present = recorded.consent.at(state.engine.now());
            show_again(&state, &visitor, &recorded, &present)
        }
        Err(error) => Err(error.into()),
    }
}

/// The same page for every id, known or not.
fn gate(state: &Scene, id: Option<Uuid>) -> Result<Response, Trouble> {
    let path = id.map_or_else(|| "/my".to_owned(), |id| format!("/c/{id}"));
    sign_in::gate(state, &path, GATE)
}

fn show_again(state: &Scene, visitor: &Visitor, recorded: &Recorded, present: &Consent) -> Result<Response, Trouble> {
    if present.request.is_some() {
        return Ok(Redirect::to(&format!("/c/{}", recorded.id)).into_response());
    }
    answered::already(state, visitor, recorded, present)
}

/// What the person decided, or what is missing in her answer.
fn decision(
    config: &Config,
    recorded: &Recorded,
    request: &Request,
    filled: &Filled,
    chosen: Option<&str>,
) -> Result<Decision, Errors> {
    match chosen {
        Some("deny") => return Ok(Decision::Deny),
        Some("share") => {}
        _ => return Err(Errors { decision: Some("Choose whether to share"), ..Errors::default() }),
    }
    let lengths = lengths(config, recorded);
    let length = match lengths.as_slice() {
        [(_, only)] => Some(*only),
        several => several.iter().find(|(name, _)| Some(name) == filled.length.as_ref()).map(|(_, length)| *length),
    };
    let ticked =
        |asked: &&AskedField| asked.need == Need::Optional && filled.optional.contains(&asked.field.to_string());
    let optional: Vec<_> = request.fields.iter().filter(ticked).map(|asked| asked.field.clone()).collect();
    let nothing = optional.is_empty() && request.fields.iter().all(|asked| asked.need == Need::Optional);
    let errors = Errors {
        decision: None,
        optional: nothing.then_some("Choose what to share, or choose “Do not share”"),
        length: length.is_none().then_some("Choose how long they can get your information"),
    };
    match length {
        Some(length) if !errors.any() => Ok(Decision::Share { optional, length }),
        _ => Err(errors),
    }
}

/// The times that the person may choose from, with their names in the form.
fn lengths(config: &Config, recorded: &Recorded) -> Vec<(String, TimeDelta)> {
    let purpose = config.purpose(&recorded.application, &recorded.purpose);
    let durations = purpose.map(|purpose| purpose.durations.as_slice()).unwrap_or_default();
    durations.iter().map(|duration| (duration.as_str().to_owned(), duration.length())).collect()
}

fn page(
    state: &Scene,
    recorded: &Recorded,
    present: &Consent,
    request: &Request,
    filled: &Filled,
    errors: Errors,
) -> RequestPage {
    let config = &state.engine.config;
    let calendar = Calendar::new(state.engine.now(), config.offset);
    let asker = Asker::of(config, recorded);
    let (needed, optional): (Vec<&AskedField>, Vec<&AskedField>) =
        request.fields.iter().partition(|asked| asked.need == Need::Needed);
    let needed: Vec<Item> = needed.into_iter().map(|asked| item(config, recorded, asked)).collect();
    let folded = request.fields.len() > LONG;
    let optional = optional.into_iter().map(|asked| {
        let item = item(config, recorded, asked);
        let reason = item.reason.as_deref().map(full_sentence).unwrap_or_default();
        let hint = format!("From {}. {reason}", item.provider).trim().to_owned();
        OptionalItem { checked: filled.optional.contains(&item.key), key: item.key, label: item.label, hint }
    });
    let optional = optional.collect();
    let lengths = lengths(config, recorded);
    let longest = lengths.last().map(|(_, length)| length_of_time(*length)).unwrap_or_default();
    let lengths = lengths.into_iter().map(|(value, length)| Length {
        text: calendar.choice(length),
        checked: filled.length.as_ref() == Some(&value),
        value,
    });
    RequestPage {
        id: recorded.id.to_string(),
        version: recorded.consent.version,
        later: asker.way_back(recorded.id, "deferred"),
        asker,
        needed: groups(needed),
        folded,
        optional,
        lengths: lengths.collect(),
        longest,
        shares_more: !present.shared.is_empty(),
        ends: calendar.when(request.expires_at),
        complaints: config.complaints.in_language(config.first_language()).to_owned(),
        errors,
    }
}
