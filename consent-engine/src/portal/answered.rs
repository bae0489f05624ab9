//! What was answered, and the way back to the application.

use axum::{
    Extension,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use chrono::{DateTime, Utc};
use ndx_contracts::FieldRef;
use serde::Serialize;

use crate::{
    ledger::{Answer, Consent, Ended, Said},
    pages::{Page, calendar::Calendar},
    portal::{
        address::{Id, known_id},
        back::WayBack,
        trouble::Trouble,
        visitor::Visitor,
        wording::{Asker, Item, items},
    },
    state::Scene,
    store::Recorded,
};

/// Right after a yes.
#[derive(Debug, Serialize)]
struct SharingPage {
    id: String,
    asker: Asker,
    shared: Vec<Item>,
    left_out: Vec<Item>,
    until: String,
    back: WayBack,
}

impl Page for SharingPage {
    const TEMPLATE: &'static str = "sharing.html";
}

/// Right after a no.
#[derive(Debug, Serialize)]
struct SaidNoPage {
    id: String,
    asker: Asker,
    /// What the no was about, when other things stay shared.
    only: Vec<Item>,
    /// Until when the application cannot ask again.
    quiet_until: Option<String>,
    /// Whether the person had not asked for anything.
    unexpected: bool,
    /// Whether the application is told so by itself.
    told: bool,
    back: WayBack,
}

impl Page for SaidNoPage {
    const TEMPLATE: &'static str = "said_no.html";
}

/// A request that is not open any more.
#[derive(Debug, Serialize)]
struct AnsweredPage {
    id: String,
    asker: Asker,
    /// "You said yes at 11:30am on 21 November."
    said: String,
    shared: Vec<Item>,
    until: String,
    stopped_or_denied: bool,
    back: WayBack,
}

impl Page for AnsweredPage {
    const TEMPLATE: &'static str = "answered.html";
}

/// What ended by itself.
#[derive(Debug, Serialize)]
struct EndedPage {
    asker: Asker,
    /// Whether it is a request, or else a time of sharing, that ended.
    request: bool,
    ended: String,
    shares_more: bool,
    back: WayBack,
}

impl Page for EndedPage {
    const TEMPLATE: &'static str = "ended.html";
}

/// A request that nobody waits for any more.
#[derive(Debug, Serialize)]
struct CancelledPage {
    asker: Asker,
    shares_more: bool,
}

impl Page for CancelledPage {
    const TEMPLATE: &'static str = "cancelled.html";
}

/// `GET /c/{id}/done`
pub(crate) async fn done(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
    id: Id,
) -> Result<Response, Trouble> {
    let id = known_id(id);
    let elsewhere = |path: &str| Ok(Redirect::to(&visitor.back.onto(path)).into_response());
    let Some(person) = visitor.person() else {
        return elsewhere(&id.map_or_else(|| "/my".to_owned(), |id| format!("/c/{id}")));
    };
    let (recorded, present) = state.engine.present_of(&person.subject, id.ok_or(Trouble::NotFound)?).await?;
    let calendar = calendar(&state);
    let words = |fields: &[FieldRef]| items(&state, &recorded, &present, fields);
    let viewer = visitor.viewer();
    match &present.answer {
        _ if present.request.is_some() => elsewhere(&format!("/c/{}", recorded.id)),
        Some(Answer { at, said: Said::Yes { fields, declined, until } })
            if fields.iter().all(|field| present.shared.contains_key(field)) =>
        {
            let status = if declined.is_empty() { "granted" } else { "partly_granted" };
            let page = SharingPage {
                id: recorded.id.to_string(),
                shared: words(fields)?,
                left_out: words(declined)?,
                until: calendar.end(*at, *until)?,
                back: way(&state, &visitor, &recorded, status),
                asker: Asker::of(&state, &recorded),
            };
            Ok(state.pages.answer(StatusCode::OK, viewer.as_ref(), &page)?)
        }
        Some(Answer { said: Said::No { fields }, .. }) => {
            let quiet_until = present.refusal.as_ref().map(|refusal| calendar.date(refusal.until)).transpose()?;
            let page = SaidNoPage {
                id: recorded.id.to_string(),
                only: if present.shared.is_empty() { Vec::new() } else { words(fields)? },
                quiet_until,
                unexpected: present.unexpected.is_some(),
                told: state.engine.config.receiver(&recorded.application).is_some(),
                back: way(&state, &visitor, &recorded, "denied"),
                asker: Asker::of(&state, &recorded),
            };
            Ok(state.pages.answer(StatusCode::OK, viewer.as_ref(), &page)?)
        }
        _ => elsewhere(&format!("/c/{}", recorded.id)),
    }
}

/// The page of a request that is not open any more.
pub(crate) fn already(
    state: &Scene,
    visitor: &Visitor,
    recorded: &Recorded,
    present: &Consent,
) -> Result<Response, Trouble> {
    let calendar = calendar(state);
    let viewer = visitor.viewer();
    let ended = |request: bool, at: DateTime<Utc>| -> Result<EndedPage, Trouble> {
        Ok(EndedPage {
            request,
            ended: calendar.moment(at)?,
            shares_more: !present.shared.is_empty(),
            back: way(state, visitor, recorded, "expired"),
            asker: Asker::of(state, recorded),
        })
    };
    let page = match (&present.ended, &present.answer) {
        (Some(Ended::Request(at)), _) => ended(true, *at)?,
        (Some(Ended::Sharing(at)), _) if present.refusal.is_none() => ended(false, *at)?,
        (_, Some(answer)) => {
            let status = match answer.said {
                Said::Yes { .. } if present.declined.is_empty() => "granted",
                Said::Yes { .. } | Said::Less { .. } => "partly_granted",
                Said::No { .. } | Said::Stop => "denied",
            };
            let last = present.shared.values().max_by_key(|share| share.until);
            let until = last.map(|share| calendar.end(share.since, share.until)).transpose()?;
            let page = AnsweredPage {
                id: recorded.id.to_string(),
                said: said(state, &calendar, answer)?,
                shared: items(state, recorded, present, present.shared.keys())?,
                until: until.unwrap_or_default(),
                stopped_or_denied: present.refusal.is_some(),
                back: way(state, visitor, recorded, status),
                asker: Asker::of(state, recorded),
            };
            return Ok(state.pages.answer(StatusCode::OK, viewer.as_ref(), &page)?);
        }
        // A consent without an open request has been answered or has ended.
        (_, None) => return Err(Trouble::NotFound),
    };
    Ok(state.pages.answer(StatusCode::GONE, viewer.as_ref(), &page)?)
}

/// The page of a request whose application, or whose purpose, is not registered any more.
pub(crate) fn cancelled(
    state: &Scene,
    visitor: &Visitor,
    recorded: &Recorded,
    present: &Consent,
) -> Result<Response, Trouble> {
    let page = CancelledPage { asker: Asker::of(state, recorded), shares_more: !present.shared.is_empty() };
    Ok(state.pages.answer(StatusCode::GONE, visitor.viewer().as_ref(), &page)?)
}

fn way(state: &Scene, visitor: &Visitor, recorded: &Recorded, status: &str) -> WayBack {
    visitor.back.way(state.engine.config.application(&recorded.application), recorded.id, status)
}

fn calendar(state: &Scene) -> Calendar {
    Calendar::new(state.engine.now(), state.engine.config.offset, state.pages.language().clone())
}

fn said(state: &Scene, calendar: &Calendar, answer: &Answer) -> Result<String, Trouble> {
    let message = match answer.said {
        Said::Yes { .. } => "answered-yes",
        Said::No { .. } => "answered-no",
        Said::Less { .. } => "answered-narrow",
        Said::Stop => "answered-stop",
    };
    Ok(state.pages.say(message, [("at", calendar.moment(answer.at)?.into())])?)
}
