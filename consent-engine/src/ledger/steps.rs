//! What is to be written when an application asks or a person changes her mind. Pure, like the fold that it prepares.

use chrono::{DateTime, TimeDelta, Utc};
use ndx_contracts::FieldRef;

use crate::ledger::{Action, AskedBy, AskedField, Consent};

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

/// Where each of `fields` stands in `consent`, which must be the consent at the present time.
pub fn coverage<'a>(consent: &Consent, fields: impl IntoIterator<Item = &'a FieldRef>) -> Coverage {
    let mut coverage = Coverage::default();
    for field in fields {
        let list = if consent.shared.contains_key(field) {
            &mut coverage.covered
        } else if consent.declined.contains(field) {
            &mut coverage.declined
        } else {
            &mut coverage.missing
        };
        list.push(field.clone());
    }
    coverage
}

/// What an application's wish for `wanted` adds to the ledger: nothing when all is shared or declined, when the open
/// request asks for all of the rest already, or when a refusal stands; else a request for what is missing, on top of
/// what is open. `consent` is taken as it is at `now`.
pub fn asking(consent: &Consent, wanted: &[AskedField], now: DateTime<Utc>, lifetime: TimeDelta) -> Option<Action> {
    let present = consent.present(now);
    let open = present.request.as_ref().map(|request| request.fields.as_slice()).unwrap_or_default();
    let is_new = |wanted: &&AskedField| {
        !present.shared.contains_key(&wanted.field)
            && !present.declined.contains(&wanted.field)
            && !open.iter().any(|asked| asked.field == wanted.field)
    };
    let new: Vec<AskedField> = wanted.iter().filter(is_new).cloned().collect();
    if new.is_empty() || !present.may_be_asked(now) {
        return None;
    }
    let fields = open.iter().cloned().chain(new).collect();
    Some(Action::Requested { fields, expires_at: now + lifetime, by: AskedBy::Application })
}

/// What it adds to the ledger that the person changes her mind about a refusal, or about what she declined: a request by
/// herself; nothing when there is nothing to change, or when a request waits already.
pub fn reopening(consent: &Consent, now: DateTime<Utc>, lifetime: TimeDelta) -> Option<Action> {
    let present = consent.at(now);
    if present.request.is_some() {
        return None;
    }
    let refused: Vec<&FieldRef> = match &present.refusal {
        Some(refusal) => refusal.fields.iter().collect(),
        None => present.declined.iter().collect(),
    };
    let fields: Vec<AskedField> = refused.into_iter().filter_map(|field| present.words.get(field)).cloned().collect();
    let request = Action::Requested { fields: fields.clone(), expires_at: now + lifetime, by: AskedBy::Citizen };
    (!fields.is_empty()).then_some(request)
}
