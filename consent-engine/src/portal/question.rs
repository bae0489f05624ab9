//! The question's page, and what an answer to it must hold.

use axum::{http::StatusCode, response::Response};
use chrono::TimeDelta;
use ndx_contracts::Need;
use serde::Serialize;

use crate::{
    config::Config,
    current::Decision,
    ledger::{AskedField, Consent, Offered, Request},
    pages::{Page, calendar::Calendar},
    portal::{
        back::WayBack,
        draft::{Begin, Filled},
        shown,
        trouble::Trouble,
        visitor::Visitor,
        wording::{Asker, Group, Item, full_sentence, groups, item},
    },
    state::Scene,
    store::Recorded,
};

/// Lists longer than this are folded, each under its count.
const LONG: usize = 12;

/// What the question's page shows.
#[derive(Debug, Serialize)]
struct RequestPage {
    /// Where the answer is sent to.
    action: String,
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
    /// The page of what is shared with them already, when something is.
    shared: Option<String>,
    /// "today at 11:30am"
    ends: String,
    later: WayBack,
    /// Whether it holds what was filled in before the person signed in again.
    kept: bool,
    /// Whether it is another question than the one that was answered.
    changed: bool,
    errors: Errors,
}

impl Page for RequestPage {
    const TEMPLATE: &'static str = "request.html";
}

#[derive(Debug, Serialize)]
struct OptionalItem {
    key: String,
    label: String,
    provider: String,
    /// "Saves you typing it in."
    reason: String,
    checked: bool,
}

#[derive(Debug, Serialize)]
struct Length {
    value: String,
    text: String,
    checked: bool,
}

/// What is wrong with an answer, by the question it belongs to.
#[derive(Debug, Default, Clone, Copy, Serialize)]
pub(crate) struct Errors {
    decision: bool,
    optional: bool,
    length: bool,
    /// Any of them.
    any: bool,
}

/// The request that is asked, and of what consent it is.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) recorded: &'a Recorded,
    pub(crate) present: &'a Consent,
    pub(crate) request: &'a Request,
}

/// What the person decided, or what is missing in her answer.
pub(crate) fn decision(config: &Config, asked: Asked<'_>, filled: &Filled) -> Result<Decision, Errors> {
    match filled.get("decision") {
        Some("deny") => return Ok(Decision::Deny { unexpected: false }),
        Some("unexpected") => return Ok(Decision::Deny { unexpected: true }),
        Some("share") => {}
        _ => return Err(Errors { decision: true, any: true, ..Errors::default() }),
    }
    let lengths = lengths(config, asked.recorded);
    let length = match lengths.as_slice() {
        [(_, only)] => Some(*only),
        several => {
            several.iter().find(|(name, _)| Some(name.as_str()) == filled.get("duration")).map(|(_, length)| *length)
        }
    };
    let fields = &asked.request.fields;
    let ticked = |asked: &&AskedField| asked.need == Need::Optional && filled.has("field", &asked.field.to_string());
    let optional: Vec<_> = fields.iter().filter(ticked).map(|asked| asked.field.clone()).collect();
    let nothing = optional.is_empty() && fields.iter().all(|asked| asked.need == Need::Optional);
    match length {
        Some(length) if !nothing => Ok(Decision::Share { optional, length }),
        _ => Err(Errors { decision: false, optional: nothing, length: length.is_none(), any: true }),
    }
}

/// The times that the person may choose from, the shortest first, with their names in the form.
pub(crate) fn lengths(config: &Config, recorded: &Recorded) -> Vec<(String, TimeDelta)> {
    let purpose = config.purpose(&recorded.application, &recorded.purpose);
    let durations = purpose.map(|purpose| purpose.durations.as_slice()).unwrap_or_default();
    durations.iter().map(|duration| (duration.as_str().to_owned(), duration.length())).collect()
}

/// The page, with what is filled in and what is wrong with it.
pub(crate) fn page(
    state: &Scene,
    visitor: &Visitor,
    asked: Asked<'_>,
    begin: &Begin,
    status: StatusCode,
) -> Result<Response, Trouble> {
    let mistakes = begin.wrong.then(|| decision(&state.engine.config, asked, &begin.filled).err()).flatten();
    let page = filled_in(state, visitor, asked, begin, mistakes.unwrap_or_default())?;
    let optional = asked.request.fields.iter().filter(|asked| asked.need == Need::Optional);
    let offered = Offered {
        fields: optional.map(|asked| asked.field.clone()).collect(),
        durations: lengths(&state.engine.config, asked.recorded).into_iter().map(|(name, _)| name).collect(),
    };
    let seal = |text_hash: &str| Ok::<_, Trouble>(shown::seal(state, asked.recorded, text_hash, offered)?);
    state.pages.answer_shown(status, visitor.viewer().as_ref(), &page, seal)
}

fn filled_in(
    state: &Scene,
    visitor: &Visitor,
    Asked { recorded, present, request }: Asked<'_>,
    begin: &Begin,
    errors: Errors,
) -> Result<RequestPage, Trouble> {
    let config = &state.engine.config;
    let filled = &begin.filled;
    let calendar = Calendar::new(state.engine.now(), config.offset, state.pages.language().clone());
    let (needed, optional): (Vec<&AskedField>, Vec<&AskedField>) =
        request.fields.iter().partition(|asked| asked.need == Need::Needed);
    let worded = |asked: Vec<&AskedField>| -> Result<Vec<Item>, Trouble> {
        asked.into_iter().map(|asked| item(state, recorded, asked)).collect()
    };
    let optional = worded(optional)?.into_iter().map(|item| OptionalItem {
        checked: filled.has("field", &item.key),
        reason: item.reason.as_deref().map(full_sentence).unwrap_or_default(),
        key: item.key,
        label: item.label,
        provider: item.provider,
    });
    let lengths = lengths(config, recorded);
    let longest = lengths.last().map(|(_, length)| calendar.length(*length)).transpose()?;
    let length = |(value, length): (String, TimeDelta)| -> Result<Length, Trouble> {
        let (text, checked) = (calendar.choice(length)?, filled.get("duration") == Some(value.as_str()));
        Ok(Length { value, text, checked })
    };
    let path = format!("/c/{}", recorded.id);
    Ok(RequestPage {
        action: visitor.back.onto(&path),
        version: recorded.consent.version,
        asker: Asker::of(state, recorded),
        needed: groups(worded(needed)?),
        folded: request.fields.len() > LONG,
        optional: optional.collect(),
        lengths: lengths.into_iter().map(length).collect::<Result<_, _>>()?,
        longest: longest.unwrap_or_default(),
        shared: (!present.shared.is_empty()).then(|| format!("/my/{}", recorded.id)),
        ends: calendar.when(request.expires_at)?,
        later: visitor.back.way(config.application(&recorded.application), recorded.id, "deferred"),
        kept: begin.kept,
        changed: begin.changed,
        errors,
    })
}
