//! What a receipt proves, what it does not, and what it says: in the words of whoever has to decide by it.

use chrono::{DateTime, Utc};
use ndx_receipt::{
    Genuine, PublishedKey, Record,
    record::{Entity, EventState, Sharing, State},
};
use serde_json::{Value, json};

/// What was found out about a genuine receipt.
pub struct Words {
    proven: Vec<String>,
    not_proven: Vec<String>,
}

impl Words {
    /// What `genuine` proves to somebody who had the keys from there.
    pub fn of(genuine: &Genuine, keys_from: &str) -> Self {
        let (record, key) = (&genuine.signed.record, &genuine.signed.key);
        let mut proven = vec![
            format!("Who signed it: the holder of the key {}, which is one of the keys in {keys_from}.", key.key.id()),
            format!("When: on {}, by the signer's own clock. {}", moment(record.issued_at), in_use(key)),
            if genuine.shown {
                "What: the record in the file is, to the last letter, the one that was signed.".to_owned()
            } else {
                "What: the record below was read out of the signature itself; no other was shown.".to_owned()
            },
        ];
        proven.extend(genuine.earlier.iter().map(|earlier| {
            let (when, version) = (moment(earlier.record.issued_at), earlier.record.record_version);
            let key = earlier.key.key.id();
            format!("Before that: the record of step {version} lies in it too, signed on {when} with the key {key}.")
        }));
        proven.push(match &record.pii_processing.privacy_notice {
            Some(notice) => format!(
                "What the person saw: the signer wrote down that it was the page with the SHA-256 {}, in the language `{}`.",
                notice.sha256, notice.language
            ),
            None => "What the person saw was not written down: another portal showed it.".to_owned(),
        });
        let mut not_proven = vec![
            format!(
                "That the keys are those of {}: that hangs on where you got them from, {keys_from}.",
                record.issuer.name
            ),
            "That it still stands: it tells what stood when it was signed. The exchange knows what stands now."
                .to_owned(),
            format!(
                "Who the person is: it tells the last characters of her ID, {}. The exchange knows whose record {} is.",
                record.pii_principal.id_ending, record.record_id
            ),
            "What became of the information: that stands in the record of every look-up, not here.".to_owned(),
        ];
        if genuine.earlier_missing > 0 {
            not_proven.push(format!(
                "What was signed before: it names {} earlier, which came not with the bare signature.",
                counted(genuine.earlier_missing, "record")
            ));
        }
        Self { proven, not_proven }
    }

    /// For programs.
    pub fn as_json(&self, genuine: &Genuine) -> String {
        let key = &genuine.signed.key;
        let value: Value = json!({
            "genuine": true,
            "proven": self.proven,
            "notProven": self.not_proven,
            "keyId": key.key.id(),
            "keyUsedFrom": key.used_from,
            "keyUsedUntil": key.used_until,
            "record": genuine.signed.record,
        });
        format!("{value:#}\n")
    }

    /// For people.
    pub fn as_text(&self, record: &Record) -> String {
        let list = |items: &[String]| items.iter().map(|item| format!("- {item}\n")).collect::<String>();
        format!(
            "This receipt is genuine.\n\nWhat it proves\n{}\nWhat it does not prove\n{}\nWhat it says\n{}",
            list(&self.proven),
            list(&self.not_proven),
            said(record)
        )
    }
}

fn in_use(key: &PublishedKey) -> String {
    match (key.used_from, key.used_until) {
        (Some(from), Some(until)) => format!("The key was in use from {} until {}.", moment(from), moment(until)),
        (Some(from), None) => format!("The key has been in use since {}.", moment(from)),
        (None, _) => "The keys do not tell when it was in use.".to_owned(),
    }
}

/// The record, line by line.
fn said(record: &Record) -> String {
    let processing = &record.pii_processing;
    let party = |id: &String| match record.party(id) {
        Some(party) => format!("{} ({})", party.party_name, party.party_contact),
        None => id.clone(),
    };
    let bodies: Vec<String> = processing.pii_controllers.iter().map(party).collect();
    let mut lines = vec![
        ("Record", format!("{}, step {}", record.record_id, record.record_version)),
        ("State", state(record.state).to_owned()),
        ("Person", format!("ID ending {}", record.pii_principal.id_ending)),
        ("Application", format!("{} ({})", processing.service.name, processing.service.id)),
        ("Run by", bodies.join(", ")),
        ("Why", processing.purpose.description.clone()),
        ("Ground", "the person said yes".to_owned()),
        ("Given", moment(record.given_at)),
        ("Ends", moment(record.ends_at)),
    ];
    for item in &processing.pii_information {
        let source = item.source.as_ref().and_then(|id| record.party(id)).map(|party| party.party_name.as_str());
        let end = match &item.sharing {
            Sharing::Shared { until, .. } => format!("until {}", moment(*until)),
            Sharing::Ended { until, .. } => format!("ended on {}", moment(*until)),
            Sharing::Refused {} => "left out".to_owned(),
        };
        let from = source.map(|name| format!(", from {name}")).unwrap_or_default();
        lines.push(("Item", format!("{} ({}){from}: {end}", item.pii_type, item.pii_attribute_id)));
    }
    for event in &record.events {
        let what = happened(event.event_state, event.entity);
        lines.push(("Step", format!("{} on {}: {what}", event.seq, moment(event.event_time))));
    }
    lines.push(("Kept", processing.retention_period.clone()));
    let way = &processing.withdrawal_method;
    let other_way = way.other_way.as_ref().map(|other| format!(", or {other}")).unwrap_or_default();
    lines.push(("See, stop", format!("{}{other_way}", way.address)));
    lines.push(("Complain", processing.authority_party.clone()));
    lines.into_iter().map(|(name, what)| format!("  {name:<12}{what}\n")).collect()
}

fn state(state: State) -> &'static str {
    match state {
        State::Given => "shared",
        State::Narrowed => "shared, less than the person had said yes to",
        State::Withdrawn => "not shared any more: the person has stopped",
        State::Expired => "not shared any more: the time has passed",
    }
}

fn happened(state: EventState, entity: Entity) -> &'static str {
    match (state, entity) {
        (EventState::Requested, Entity::Principal) => "the person chose to answer again",
        (EventState::Requested, _) => "the person was asked",
        (EventState::Given, _) => "she said yes",
        (EventState::Refused, _) => "she said no",
        (EventState::Narrowed, _) => "she shares less",
        (EventState::Withdrawn, _) => "she stopped",
        (EventState::Expired, _) => "something had ended by itself",
        (EventState::Superseded, _) => "an earlier yes gave way to a new question",
    }
}

fn moment(at: DateTime<Utc>) -> String {
    at.format("%-d %B %Y, %H:%M:%S UTC").to_string()
}

fn counted(number: usize, what: &str) -> String {
    crate::checked::counted(number, what)
}
