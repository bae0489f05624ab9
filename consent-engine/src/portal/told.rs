//! A record in the words of pages: the same for the person who keeps it and for somebody to whom she shows it.

use chrono::{DateTime, TimeDelta, Utc};
use ndx_receipt::{
    Record,
    record::{Entity, Event, EventState, Information, Sharing, State},
};
use serde::Serialize;

use crate::{
    pages::{Pages, calendar::Calendar},
    portal::{
        trouble::Trouble,
        wording::{for_case, full_sentence},
    },
    state::Scene,
};

/// A record. What it quotes stays in the language in which it was signed.
#[derive(Debug, Serialize)]
pub(crate) struct Told {
    /// The language of what it quotes.
    language: String,
    reference: String,
    state: State,
    /// "5678"
    ending: String,
    application: String,
    /// Who gets it, and how to reach them.
    bodies: Vec<(String, String)>,
    why: String,
    given: String,
    ends: String,
    shared: Vec<Thing>,
    ended: Vec<Thing>,
    left_out: Vec<Thing>,
    happened: Vec<Happened>,
    retention: String,
    address: String,
    other_way: Option<String>,
    complaints: String,
    shown: Option<Shown>,
    issuer: String,
    issued: String,
    key: String,
}

/// One item.
#[derive(Debug, Serialize)]
struct Thing {
    label: String,
    reason: Option<String>,
    provider: Option<String>,
    /// Under which name registers know it.
    path: String,
    /// Until when, of what is or was shared.
    until: Option<String>,
}

#[derive(Debug, Serialize)]
struct Happened {
    at: String,
    /// One sentence or two.
    what: Vec<String>,
}

/// What was written down of the page that was shown.
#[derive(Debug, Serialize)]
struct Shown {
    hash: String,
    language: String,
    signed_in: Option<String>,
    strength: Option<String>,
}

impl Told {
    pub(crate) fn new(record: &Record, scene: &Scene) -> Result<Self, Trouble> {
        let pages = &scene.pages;
        let calendar = Calendar::new(scene.engine.now(), scene.engine.config.offset, pages.language().clone());
        let calendar = &calendar;
        let processing = &record.pii_processing;
        let things = |wanted: fn(&Sharing) -> bool| -> Result<Vec<Thing>, Trouble> {
            let items = processing.pii_information.iter().filter(|item| wanted(&item.sharing));
            items.map(|item| thing(record, item, calendar)).collect()
        };
        let party = |id: &String| match record.party(id) {
            Some(party) => (party.party_name.clone(), party.party_contact.clone()),
            None => (id.clone(), String::new()),
        };
        let shown = |notice: &ndx_receipt::record::Notice| -> Result<Shown, Trouble> {
            Ok(Shown {
                hash: notice.sha256.clone(),
                language: pages.language_name(&notice.language),
                signed_in: notice.sign_in.at.map(|at| calendar.in_full(at)).transpose()?,
                strength: notice.sign_in.acr.clone(),
            })
        };
        let (reference, step) = (record.record_id.to_string().into(), record.record_version.to_string().into());
        let happened = |event: &Event| happened(event, pages, calendar);
        Ok(Self {
            language: processing.language.clone(),
            reference: pages.say("record-step", [("reference", reference), ("step", step)])?,
            state: record.state,
            ending: record.pii_principal.id_ending.clone(),
            application: processing.service.name.clone(),
            bodies: processing.pii_controllers.iter().map(party).collect(),
            why: full_sentence(&for_case(&processing.purpose.description, processing.purpose.reference.as_deref())),
            given: calendar.in_full(record.given_at)?,
            ends: end(calendar, record.given_at, record.ends_at)?,
            shared: things(|sharing| matches!(sharing, Sharing::Shared { .. }))?,
            ended: things(|sharing| matches!(sharing, Sharing::Ended { .. }))?,
            left_out: things(|sharing| matches!(sharing, Sharing::Refused {}))?,
            happened: record.events.iter().map(happened).collect::<Result<_, _>>()?,
            retention: processing.retention_period.clone(),
            address: processing.withdrawal_method.address.clone(),
            other_way: processing.withdrawal_method.other_way.clone(),
            complaints: processing.authority_party.clone(),
            shown: processing.privacy_notice.as_ref().map(shown).transpose()?,
            issuer: record.issuer.name.clone(),
            issued: calendar.in_full(record.issued_at)?,
            key: record.key_id.clone(),
        })
    }
}

fn thing(record: &Record, item: &Information, calendar: &Calendar) -> Result<Thing, Trouble> {
    Ok(Thing {
        label: item.pii_type.clone(),
        reason: item.reason.clone(),
        provider: item
            .source
            .as_ref()
            .map(|id| record.party(id).map_or_else(|| id.clone(), |one| one.party_name.clone())),
        path: item.pii_attribute_id.clone(),
        until: match &item.sharing {
            Sharing::Shared { since, until } | Sharing::Ended { since, until } => Some(end(calendar, *since, *until)?),
            Sharing::Refused {} => None,
        },
    })
}

/// The end of something that began at `since`: the day, or for what lasts less than a day the minute.
fn end(calendar: &Calendar, since: DateTime<Utc>, end: DateTime<Utc>) -> Result<String, minijinja::Error> {
    if end - since < TimeDelta::days(1) { calendar.in_full(end) } else { calendar.date(end) }
}

fn happened(event: &Event, pages: &Pages, calendar: &Calendar) -> Result<Happened, Trouble> {
    let number = event.pii_attribute_ids.len();
    let until = event.valid_until.map(|until| end(calendar, event.event_time, until)).transpose()?;
    let counted = |message: &str| {
        let end = until.clone().unwrap_or_default();
        pages.say(message, [("number", number.into()), ("end", end.into())])
    };
    let what = match (event.event_state, event.entity) {
        (EventState::Requested, Entity::Principal) => vec![counted("told-reopened")?],
        (EventState::Requested, _) => vec![counted("told-asked")?],
        (EventState::Given, _) => vec![counted("told-yes")?],
        (EventState::Refused, _) => vec![counted("told-no")?],
        (EventState::Narrowed, _) => {
            let less = (number > 0).then(|| counted("told-less")).transpose()?;
            let shorter = until.is_some().then(|| counted("told-shorter")).transpose()?;
            less.into_iter().chain(shorter).collect()
        }
        (EventState::Withdrawn, _) => vec![pages.say("told-stopped", [])?],
        (EventState::Expired, _) => vec![counted("told-ended")?],
        (EventState::Superseded, _) => vec![counted("told-superseded")?],
    };
    Ok(Happened { at: calendar.in_full(event.event_time)?, what })
}
