//! What is to be written when an application asks or a person changes her mind. Pure, like the fold that it prepares.

use chrono::{DateTime, TimeDelta, Utc};
use ndx_contracts::FieldRef;

use crate::ledger::{Action, AskedBy, AskedField, Consent, Notice, notice::changed};

/// Where fields stand. The three lists part the fields that were asked about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Shared.
    pub covered: Vec<FieldRef>,
    /// Never answered, lapsed, or refused as a whole.
    pub missing: Vec<FieldRef>,
    /// Left out or declined when the person answered.
    pub declined: Vec<FieldRef>,
}

/// Where each of `wanted` stands in `consent`, which must be the consent at the present time. What is shared by a yes to
/// other words than those in which it is wanted now is missing.
pub fn coverage(consent: &Consent, wanted: &[AskedField]) -> Coverage {
    let mut coverage = Coverage::default();
    for asked in wanted {
        let list = if consent.covers(asked) {
            &mut coverage.covered
        } else if consent.declined.contains(&asked.field) {
            &mut coverage.declined
        } else {
            &mut coverage.missing
        };
        list.push(asked.field.clone());
    }
    coverage
}

/// What an application's wish for `wanted` adds to the ledger: nothing when all is shared or declined, when the open
/// request asks for all of the rest already, in the same words, or when a refusal stands; else a request for what is
/// missing, on top of what is open. `consent` is taken as it is at `now`.
pub fn asking(consent: &Consent, wanted: &[AskedField], now: DateTime<Utc>, lifetime: TimeDelta) -> Option<Action> {
    let present = consent.present(now);
    let open = present.request.as_ref().map(|request| request.fields.as_slice()).unwrap_or_default();
    let is_asked = |wanted: &AskedField| open.iter().find(|asked| asked.field == wanted.field);
    let is_new = |wanted: &&AskedField| match is_asked(wanted) {
        Some(asked) => changed(asked.notice.as_ref(), wanted.notice.as_ref()),
        None => !present.covers(wanted) && !present.declined.contains(&wanted.field),
    };
    let new: Vec<AskedField> = wanted.iter().filter(is_new).cloned().collect();
    if new.is_empty() || !present.may_be_asked(now) {
        return None;
    }
    let stays = |asked: &&AskedField| !new.iter().any(|new| new.field == asked.field);
    let fields = open.iter().filter(stays).cloned().chain(new.clone()).collect();
    Some(Action::Requested { fields, expires_at: now + lifetime, by: AskedBy::Application, reference: None })
}

/// What it adds to the ledger that the person changes her mind about a refusal, or about what she declined: a request by
/// herself, in the words that are `registered` now; nothing when there is nothing to change, or when a request waits
/// already.
pub fn reopening(
    consent: &Consent,
    now: DateTime<Utc>,
    lifetime: TimeDelta,
    registered: impl Fn(&AskedField) -> Option<Notice>,
) -> Option<Action> {
    let present = consent.at(now);
    if present.request.is_some() {
        return None;
    }
    let refused: Vec<&FieldRef> = match &present.refusal {
        Some(refusal) => refusal.fields.iter().collect(),
        None => present.declined.iter().collect(),
    };
    let words = refused.into_iter().filter_map(|field| present.words.get(field));
    let fields: Vec<AskedField> = words.map(|asked| asked.clone().in_words_of(registered(asked))).collect();
    let reference = present.reference.clone();
    let request =
        Action::Requested { fields: fields.clone(), expires_at: now + lifetime, by: AskedBy::Citizen, reference };
    (!fields.is_empty()).then_some(request)
}

/// What must be written before an answer to the open request: that the earlier yes to what it asks for again gives way.
pub fn superseding(consent: &Consent) -> Option<Action> {
    let asked = consent.request.iter().flat_map(|request| &request.fields).map(|asked| &asked.field);
    let fields: Vec<FieldRef> = asked.filter(|field| consent.shared.contains_key(*field)).cloned().collect();
    (!fields.is_empty()).then_some(Action::Superseded { fields })
}

/// The open request, asked in the words that are registered now; nothing where it is asked in these already. `registered`
/// tells them.
pub fn asking_in_new_words(consent: &Consent, registered: impl Fn(&AskedField) -> Option<Notice>) -> Option<Action> {
    let request = consent.request.as_ref()?;
    let renewed = |asked: &AskedField| {
        let notice = registered(asked);
        if changed(asked.notice.as_ref(), notice.as_ref()) { asked.clone().in_words_of(notice) } else { asked.clone() }
    };
    let fields: Vec<AskedField> = request.fields.iter().map(renewed).collect();
    let new = fields != request.fields;
    let reference = consent.reference.clone();
    new.then_some(Action::Requested { fields, expires_at: request.expires_at, by: request.by, reference })
}
