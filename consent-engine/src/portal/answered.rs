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
    back: Option<String>,
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
    back: Option<String>,
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
    back: Option<String>,
}

impl Page for AnsweredPage {
    const TEMPLATE: &'static str = "answered.html";
}

/// What ended by itself.
#[derive(Debug, Serialize)]
struct EndedPage {
    id: String,
    asker: Asker,
    /// Whether it is a request, or else a time of sharing, that ended.
    request: bool,
    ended: String,
    shares_more: bool,
    back: Option<String>,
}

impl Page for EndedPage {
    const TEMPLATE: &'static str = "ended.html";
}

/// `GET /c/{id}/done`
pub(crate) async fn done(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
    id: Id,
) -> Result<Response, Trouble> {
    let id = known_id(id);
    let elsewhere = |path: String| Ok(Redirect::to(&path).into_response());
    let Some(person) = visitor.person() else {
        return elsewhere(id.map_or_else(|| "/my".to_owned(), |id| format!("/c/{id}")));
    };
    let recorded = state.engine.consent_of(&person.subject, id.ok_or(Trouble::NotFound)?).await?;
    let present = recorded.consent.at(state.engine.now());
    let config = &state.engine.config;
    let calendar = Calendar::new(state.engine.now(), config.offset);
    let asker = Asker::of(config, &recorded);
    let words = |fields: &[FieldRef]| items(config, &recorded, &present, fields);
    let viewer = visitor.viewer();
    match &present.answer {
        _ if present.request.is_some() => elsewhere(format!("/c/{}", recorded.id)),
        Some(Answer { at, said: Said::Yes { fields, declined, until } })
            if fields.iter().all(|field| present.shared.contains_key(field)) =>
        {
            let status = if declined.is_empty() { "granted" } else { "partly_granted" };
            let page = SharingPage {
                id: recorded.id.to_string(),
                shared: words(fields),
                left_out: words(declined),
                until: calendar.end(*at, *until),
                back: asker.way_back(recorded.id, status),
                asker,
            };
            Ok(state.pages.answer(StatusCode::OK, viewer.as_ref(), &page)?)
        }
        Some(Answer { said: Said::No { fields }, .. }) => {
            let page = SaidNoPage {
                id: recorded.id.to_string(),
                only: if present.shared.is_empty() { Vec::new() } else { words(fields) },
                quiet_until: present.refusal.as_ref().map(|refusal| calendar.date(refusal.until)),
                back: asker.way_back(recorded.id, "denied"),
                asker,
            };
            Ok(state.pages.answer(StatusCode::OK, viewer.as_ref(), &page)?)
        }
        _ => elsewhere(format!("/c/{}", recorded.id)),
    }
}

/// The page of a request that is not open any more.
pub(crate) fn already(
    state: &Scene,
    visitor: &Visitor,
    recorded: &Recorded,
    present: &Consent,
) -> Result<Response, Trouble> {
    let config = &state.engine.config;
    let calendar = Calendar::new(state.engine.now(), config.offset);
    let asker = Asker::of(config, recorded);
    let id = recorded.id.to_string();
    let viewer = visitor.viewer();
    let ended = |request: bool, at: DateTime<Utc>| EndedPage {
        id: id.clone(),
        request,
        ended: calendar.moment(at),
        shares_more: !present.shared.is_empty(),
        back: asker.way_back(recorded.id, "expired"),
        asker: Asker::of(config, recorded),
    };
    let page = match (&present.ended, &present.answer) {
        (Some(Ended::Request(at)), _) => ended(true, *at),
        (Some(Ended::Sharing(at)), _) if present.refusal.is_none() => ended(false, *at),
        (_, Some(answer)) => {
            let status = match answer.said {
                Said::Yes { .. } if present.declined.is_empty() => "granted",
                Said::Yes { .. } | Said::Less { .. } => "partly_granted",
                Said::No { .. } | Said::Stop => "denied",
            };
            let last = present.shared.values().max_by_key(|share| share.until);
            let page = AnsweredPage {
                id,
                said: said(&calendar, answer),
                shared: items(config, recorded, present, present.shared.keys()),
                until: last.map(|share| calendar.end(share.since, share.until)).unwrap_or_default(),
                stopped_or_denied: present.refusal.is_some(),
                back: asker.way_back(recorded.id, status),
                asker,
            };
            return Ok(state.pages.answer(StatusCode::OK, viewer.as_ref(), &page)?);
        }
        // A consent without an open request has been answered or has ended.
        (_, None) => return Err(Trouble::NotFound),
    };
    Ok(state.pages.answer(StatusCode::GONE, viewer.as_ref(), &page)?)
}

fn said(calendar: &Calendar, answer: &Answer) -> String {
    let at = calendar.moment(answer.at);
    match answer.said {
        Said::Yes { .. } => format!("You said yes at {at}."),
        Said::No { .. } => format!("You said no at {at}."),
        Said::Less { .. } => format!("You chose to share less at {at}."),
        Said::Stop => format!("You stopped sharing at {at}."),
    }
}
