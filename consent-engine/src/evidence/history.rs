//! What has become of each item that a person decided about, and what has happened, from the actions of one consent.

use chrono::{DateTime, Utc};
use ndx_contracts::FieldRef;
use ndx_receipt::record::{Entity, Event, EventState, Evidence, Sharing, State};

use crate::ledger::{Action, AskedBy, AskedField, Consent, Entry, Illegal, Request};

/// The history of one consent.
pub(super) struct History {
    /// What the person decided about, in the order in which she was asked.
    pub(super) items: Vec<Item>,
    /// Everything that happened.
    pub(super) events: Vec<Event>,
    /// The number of the last yes, and its time.
    pub(super) given: (u64, DateTime<Utc>),
    /// What stands.
    pub(super) state: State,
}

/// One item.
pub(super) struct Item {
    /// As the person was asked for it when she decided.
    pub(super) asked: AskedField,
    /// The number of that decision.
    pub(super) decided: u64,
    /// What became of it.
    pub(super) sharing: Sharing,
}

impl History {
    /// The history that these actions tell, looked at `now`; `None` when the person never said yes. `signed` names what was
    /// signed with an action.
    pub(super) fn of(
        entries: &[Entry],
        now: DateTime<Utc>,
        signed: impl Fn(u64) -> Option<Evidence>,
    ) -> Result<Option<Self>, Illegal> {
        let (mut consent, mut items, mut events) = (Consent::default(), Vec::new(), Vec::with_capacity(entries.len()));
        let (mut given, mut narrowed, mut stopped) = (None, false, false);
        for entry in entries {
            let before = consent.clone();
            consent.apply(entry)?;
            events.push(event(entry, &before, &consent, signed(entry.seq)));
            match &entry.action {
                Action::Granted { fields, declined, .. } => {
                    (given, narrowed, stopped) = (Some((entry.seq, entry.at)), false, false);
                    let asked = before.request.iter().flat_map(|request| &request.fields);
                    decide(&mut items, asked, entry.seq, |field| fields.contains(field) || declined.contains(field));
                }
                Action::Narrowed { .. } => narrowed = true,
                Action::Revoked { .. } => stopped = true,
                _ => {}
            }
            see(&mut items, &before, &consent, entry.at);
        }
        see(&mut items, &consent, &consent.at(now), now);
        let Some(given) = given else { return Ok(None) };
        let shares = items.iter().any(|item| matches!(item.sharing, Sharing::Shared { .. }));
        let state = match (shares, narrowed, stopped) {
            (true, false, _) => State::Given,
            (true, true, _) => State::Narrowed,
            (false, _, true) => State::Withdrawn,
            (false, _, false) => State::Expired,
        };
        Ok(Some(Self { items, events, given, state }))
    }
}

/// Takes down what was decided about in step `seq`. Whoever is asked again for an item decides anew about it.
fn decide<'a>(
    items: &mut Vec<Item>,
    asked: impl Iterator<Item = &'a AskedField>,
    seq: u64,
    is_decided: impl Fn(&FieldRef) -> bool,
) {
    for asked in asked.filter(|asked| is_decided(&asked.field)) {
        let item = Item { asked: asked.clone(), decided: seq, sharing: Sharing::Refused {} };
        match items.iter_mut().find(|known| known.asked.field == asked.field) {
            Some(known) => *known = item,
            None => items.push(item),
        }
    }
}

/// Takes down what is shared `after` something, and what was only shared `before` it.
fn see(items: &mut [Item], before: &Consent, after: &Consent, at: DateTime<Utc>) {
    for item in items {
        match (before.shared.get(&item.asked.field), after.shared.get(&item.asked.field)) {
            (_, Some(share)) => item.sharing = Sharing::Shared { since: share.since, until: share.until },
            (Some(share), None) => item.sharing = Sharing::Ended { since: share.since, until: share.until.min(at) },
            (None, None) => {}
        }
    }
}

fn event(entry: &Entry, before: &Consent, after: &Consent, signed: Option<Evidence>) -> Event {
    let asked = |request: &Option<Request>| -> Vec<FieldRef> {
        request.iter().flat_map(|request| &request.fields).map(|asked| asked.field.clone()).collect()
    };
    let (event_state, entity, fields, valid_until) = match &entry.action {
        Action::Requested { fields, expires_at, by, .. } => {
            let entity = if *by == AskedBy::Citizen { Entity::Principal } else { Entity::Controller };
            let fields = fields.iter().map(|asked| asked.field.clone()).collect();
            (EventState::Requested, entity, fields, Some(*expires_at))
        }
        Action::Granted { fields, until, .. } => (EventState::Given, Entity::Principal, fields.clone(), Some(*until)),
        Action::Denied { .. } => (EventState::Refused, Entity::Principal, asked(&before.request), None),
        Action::Narrowed { stopped, until, .. } => (EventState::Narrowed, Entity::Principal, stopped.clone(), *until),
        Action::Revoked { .. } => {
            (EventState::Withdrawn, Entity::Principal, before.shared.keys().cloned().collect(), None)
        }
        Action::Expired {} => {
            let lapsed = before.shared.keys().filter(|field| !after.shared.contains_key(*field)).cloned();
            let request = if after.request.is_none() { asked(&before.request) } else { Vec::new() };
            (EventState::Expired, Entity::Issuer, lapsed.chain(request).collect(), None)
        }
        Action::Superseded { fields } => (EventState::Superseded, Entity::Issuer, fields.clone(), None),
    };
    Event {
        seq: entry.seq,
        event_time: entry.at,
        event_state,
        entity,
        pii_attribute_ids: fields.iter().map(ToString::to_string).collect(),
        valid_until,
        signed,
    }
}
