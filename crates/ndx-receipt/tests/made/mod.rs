//! Records of a passport application's consent, made for tests.

use chrono::{DateTime, TimeDelta, Utc};
use ndx_receipt::{
    KeySet, PublishedKey, Receipt, Record, SigningKey, digest,
    record::{
        ConsentType, Entity, Event, EventState, Evidence, Information, Issuer, LawfulBasis, Notice, Party, PartyRole,
        Principal, Processing, Purpose, SchemaVersion, Service, Sharing, SignIn, State, Withdrawal,
    },
    sign,
};
use uuid::Uuid;

pub const TEN_DAYS: i64 = 864_000;

/// So many seconds after 10:30 of 21 November 2026 in Farajaland.
pub fn at(seconds: i64) -> DateTime<Utc> {
    "2026-11-21T05:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::seconds(seconds)
}

/// The key, in use for a day already.
pub fn published(key: &SigningKey) -> PublishedKey {
    PublishedKey { key: key.public().clone(), used_from: Some(at(-86_400)), used_until: None }
}

pub fn keys(keys: &[&SigningKey]) -> KeySet {
    KeySet::new(keys.iter().map(|key| published(key)).collect())
}

fn information(path: &str, label: &str, optional: bool, sharing: Sharing) -> Information {
    Information {
        pii_attribute_id: format!("drp-schema-v1:{path}"),
        pii_type: label.to_owned(),
        form: Some("As on your identity card".to_owned()),
        reason: None,
        pii_optional: optional,
        source: Some("drp".to_owned()),
        sharing,
    }
}

/// The record of a yes at `issued_at`.
pub fn record(key_id: &str, version: u64, issued_at: DateTime<Utc>) -> Record {
    let record_id = Uuid::from_u128(0x1b4e_28ba_2fa1_41d2_883f_0016_d3cc_a427);
    let until = issued_at + TimeDelta::days(7);
    let event = |seq, event_state, entity| Event {
        seq,
        event_time: issued_at,
        event_state,
        entity,
        pii_attribute_ids: vec!["drp-schema-v1:person.fullName".to_owned()],
        valid_until: Some(until),
        signed: None,
    };
    Record {
        schema_version: SchemaVersion::First,
        record_id,
        record_version: version,
        receipt_id: Record::receipt_id(record_id, version, issued_at),
        issued_at,
        issuer: Issuer { name: "Farajaland Data Exchange".to_owned(), address: "https://share.example".to_owned() },
        key_id: key_id.to_owned(),
        pii_principal: Principal { pii_principal_id: "c2FsdGVk".to_owned(), id_ending: "5678".to_owned() },
        state: State::Given,
        given_at: issued_at,
        ends_at: until,
        pii_processing: Processing {
            privacy_notice: Some(Notice {
                sha256: digest("the page"),
                language: "en".to_owned(),
                sign_in: SignIn { at: Some(issued_at), acr: None, amr: vec!["pwd".to_owned()] },
            }),
            language: "en".to_owned(),
            service: Service { id: "passport-app".to_owned(), name: "Online Passport Application".to_owned() },
            purpose: Purpose {
                id: "passport-application".to_owned(),
                description: "to fill in and check your “passport” application".to_owned(),
                reference: Some("PA-2026-001234".to_owned()),
            },
            lawful_basis: LawfulBasis::Consent,
            consent_type: ConsentType::Explicit,
            pii_information: vec![
                information("person.fullName", "Full name", false, Sharing::Shared { since: issued_at, until }),
                information("person.profession", "Profession", true, Sharing::Refused {}),
            ],
            pii_controllers: vec!["die".to_owned()],
            storage_locations: vec!["die".to_owned()],
            retention_period: "10 years under the Passports Act, section 14.".to_owned(),
            recipient_third_parties: Vec::new(),
            withdrawal_method: Withdrawal {
                address: format!("https://share.example/my/{record_id}"),
                other_way: Some("telephone 011 555 0100".to_owned()),
            },
            authority_party: "the Data Protection Authority of Farajaland".to_owned(),
        },
        parties: vec![Party {
            party_id: "die".to_owned(),
            party_name: "Department of Immigration and Emigration".to_owned(),
            party_role: vec![PartyRole::Controller],
            party_contact: "telephone 011 555 0140".to_owned(),
        }],
        events: vec![
            event(1, EventState::Requested, Entity::Controller),
            event(2, EventState::Given, Entity::Principal),
        ],
    }
}

/// `record`, signed by `key`, with what was signed earlier.
pub fn receipt(record: Record, key: &SigningKey, earlier: &[&Receipt]) -> Receipt {
    let signature = sign(&record, key).unwrap();
    Receipt { record, signature, earlier: earlier.iter().map(|one| one.signature.clone()).collect() }
}

/// The receipt of a first yes.
pub fn granted(key: &SigningKey) -> Receipt {
    receipt(record(key.public().id(), 2, at(0)), key, &[])
}

/// The record after the person has shortened what `first` tells of.
pub fn narrowed(key: &SigningKey, first: &Receipt) -> Record {
    let mut record = first.record.clone();
    record.record_version = 3;
    record.issued_at = at(3600);
    record.receipt_id = Record::receipt_id(record.record_id, 3, at(3600));
    record.key_id = key.public().id().to_owned();
    record.state = State::Narrowed;
    record.events[1].signed = Some(Evidence { key_id: first.record.key_id.clone(), sha256: digest(&first.signature) });
    record.events.push(Event {
        seq: 3,
        event_time: at(3600),
        event_state: EventState::Narrowed,
        signed: None,
        ..record.events[1].clone()
    });
    record
}
