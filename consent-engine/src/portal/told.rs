//! A record in the words of pages: the same for the person who keeps it and for somebody to whom she shows it.

use chrono::{DateTime, TimeDelta, Utc};
use ndx_receipt::{
    Record,
    record::{Entity, Event, EventState, Information, Sharing, State},
};
use serde::Serialize;

use crate::{pages::calendar::Calendar, portal::wording::full_sentence};

/// A record.
#[derive(Debug, Serialize)]
pub(crate) struct Told {
    reference: String,
    state: State,
    /// "ID ending 5678"
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
    what: String,
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
    pub(crate) fn new(record: &Record, calendar: &Calendar) -> Self {
        let processing = &record.pii_processing;
        let things = |wanted: fn(&Sharing) -> bool| -> Vec<Thing> {
            let items = processing.pii_information.iter().filter(|item| wanted(&item.sharing));
            items.map(|item| thing(record, item, calendar)).collect()
        };
        let party = |id: &String| match record.party(id) {
            Some(party) => (party.party_name.clone(), party.party_contact.clone()),
            None => (id.clone(), String::new()),
        };
        let shown = |notice: &ndx_receipt::record::Notice| Shown {
            hash: notice.sha256.clone(),
            language: notice.language.clone(),
            signed_in: notice.sign_in.at.map(|at| calendar.in_full(at)),
            strength: notice.sign_in.acr.clone(),
        };
        Self {
            reference: format!("{}, step {}", record.record_id, record.record_version),
            state: record.state,
            ending: record.pii_principal.id_ending.clone(),
            application: processing.service.name.clone(),
            bodies: processing.pii_controllers.iter().map(party).collect(),
            why: full_sentence(&processing.purpose.description),
            given: calendar.in_full(record.given_at),
            ends: end(calendar, record.given_at, record.ends_at),
            shared: things(|sharing| matches!(sharing, Sharing::Shared { .. })),
            ended: things(|sharing| matches!(sharing, Sharing::Ended { .. })),
            left_out: things(|sharing| matches!(sharing, Sharing::Refused {})),
            happened: record.events.iter().map(|event| happened(event, calendar)).collect(),
            retention: processing.retention_period.clone(),
            address: processing.withdrawal_method.address.clone(),
            other_way: processing.withdrawal_method.other_way.clone(),
            complaints: processing.authority_party.clone(),
            shown: processing.privacy_notice.as_ref().map(shown),
            issuer: record.issuer.name.clone(),
            issued: calendar.in_full(record.issued_at),
            key: record.key_id.clone(),
        }
    }
}

fn thing(record: &Record, item: &Information, calendar: &Calendar) -> Thing {
    Thing {
        label: item.pii_type.clone(),
        reason: item.reason.clone(),
        provider: item
            .source
            .as_ref()
            .map(|id| record.party(id).map_or_else(|| id.clone(), |one| one.party_name.clone())),
        path: item.pii_attribute_id.clone(),
        until: match &item.sharing {
            Sharing::Shared { since, until } | Sharing::Ended { since, until } => Some(end(calendar, *since, *until)),
            Sharing::Refused {} => None,
        },
    }
}

/// The end of something that began at `since`: the day, or for what lasts less than a day the minute.
fn end(calendar: &Calendar, since: DateTime<Utc>, end: DateTime<Utc>) -> String {
    if end - since < TimeDelta::days(1) { calendar.in_full(end) } else { calendar.date(end) }
}

fn happened(event: &Event, calendar: &Calendar) -> Happened {
    let things = match event.pii_attribute_ids.len() {
        1 => "1 thing".to_owned(),
        number => format!("{number} things"),
    };
    let until = event.valid_until.map(|until| format!(", until {}", end(calendar, event.event_time, until)));
    let until = until.unwrap_or_default();
    let what = match (event.event_state, event.entity) {
        (EventState::Requested, Entity::Principal) => format!("Chose to answer again about {things}."),
        (EventState::Requested, _) => format!("Was asked for {things}."),
        (EventState::Given, _) => format!("Said yes to {things}{until}."),
        (EventState::Refused, _) => format!("Said no to {things}."),
        (EventState::Narrowed, _) if event.pii_attribute_ids.is_empty() => format!("Chose a shorter time{until}."),
        (EventState::Narrowed, _) => format!("Stopped sharing {things}{until}."),
        (EventState::Withdrawn, _) => "Stopped sharing.".to_owned(),
        (EventState::Expired, _) => format!("The time for {things} had ended by then."),
        (EventState::Superseded, _) => format!("Was asked again for {things}, in other words."),
    };
    Happened { at: calendar.in_full(event.event_time), what }
}
