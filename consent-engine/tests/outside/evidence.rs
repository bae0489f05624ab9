//! What people decide is signed when it is written, and their receipts prove it.

use crate::support::*;
use chrono::TimeDelta;
use consent_engine::{
    Decision, EngineError, Narrowing, Proofs, Unproved,
    ledger::{Action, Offered, Shown, SignedIn},
    store::SqlStore,
};
use ndx_clock::Clock;
use ndx_contracts::consent::ConsentEngine;
use ndx_receipt::{
    Genuine, Receipt,
    record::{Entity, EventState, Information, PartyRole, Record, Sharing, State},
    verify,
};
use serde_json::json;
use uuid::Uuid;

const DAY: i64 = 86_400;

fn share(optional: &[usize], days: i64) -> Decision {
    Decision::Share { optional: optional.iter().map(|index| field(*index)).collect(), length: TimeDelta::days(days) }
}

fn shown(ledger: &Ledger, language: &str) -> Shown {
    Shown {
        text_hash: "ab".repeat(32),
        language: language.to_owned(),
        offered: Offered::default(),
        templates: None,
        sign_in: SignedIn {
            at: ledger.clock.now(),
            acr: Some("2".to_owned()),
            amr: vec!["pwd".to_owned(), "otp".to_owned()],
        },
    }
}

/// The request for `fields`, answered with a yes.
async fn shared(ledger: &Ledger, fields: &[usize], decision: Decision) -> Uuid {
    let asked = ledger.require(NAYANA, fields).await;
    let (id, version, shown) = (asked.consent_id, asked.version, shown(ledger, "en"));
    ledger.engine.current().decide(&subject(NAYANA), id, version, decision, Some(shown), &trace()).await.unwrap();
    id
}

async fn receipt(ledger: &Ledger, id: Uuid) -> Receipt {
    ledger.engine.current().receipt_of(&subject(NAYANA), id).await.unwrap().unwrap()
}

/// What the receipt proves to somebody who has nothing but its text and the published keys.
async fn proven(ledger: &Ledger, receipt: &Receipt) -> Genuine {
    let keys = ledger.engine.current().public_keys().await.unwrap().to_json();
    verify(&receipt.to_json(), &ndx_receipt::KeySet::read(&keys).unwrap()).unwrap()
}

async fn rotate(ledger: &Ledger) {
    let store = SqlStore::open(&ledger.place(), &ledger.root_key(), ledger.clock.clone()).await.unwrap();
    store.rotate_evidence_key(ledger.clock.now()).await.unwrap();
}

fn item(record: &Record, index: usize) -> &Information {
    let id = field(index).to_string();
    record.pii_processing.pii_information.iter().find(|item| item.pii_attribute_id == id).unwrap()
}

fn states(record: &Record) -> Vec<EventState> {
    record.events.iter().map(|event| event.event_state).collect()
}

async fn a_yes_is_signed_with_everything_that_was_shown(on: On) {
    let ledger = ledger_on(on).await;
    let id = shared(&ledger, &[0, 2, 3], share(&[], 7)).await;
    let history = ledger.engine.current().history_of(&subject(NAYANA), id).await.unwrap();
    let proof = history.entries[1].action.evidence().unwrap();
    let receipt = receipt(&ledger, id).await;
    assert_eq!(
        (receipt.signature.as_str(), receipt.earlier.len()),
        (proof, 0),
        "the receipt is what lies in the ledger"
    );
    let genuine = proven(&ledger, &receipt).await;
    let record = &genuine.signed.record;
    let now = ledger.clock.now();
    assert_eq!((record.record_id, record.record_version, record.issued_at), (id, 2, now));
    assert_eq!((record.state, record.given_at, record.ends_at), (State::Given, now, now + TimeDelta::days(7)));
    assert_eq!(
        (record.pii_principal.id_ending.as_str(), record.key_id.as_str()),
        ("5678", genuine.signed.key.key.id())
    );
    assert!(!receipt.to_json().contains(NAYANA));
    let processing = &record.pii_processing;
    assert_eq!(processing.service.name, "Online Passport Application");
    assert_eq!(processing.purpose.description, "to fill in and check your passport application");
    assert!(processing.retention_period.contains("Passports Act"));
    assert!(processing.authority_party.contains("Data Protection Authority"));
    assert!(processing.withdrawal_method.address.ends_with(&format!("/my/{id}")));
    assert!(processing.withdrawal_method.other_way.as_ref().unwrap().contains("telephone"));
    let notice = processing.privacy_notice.as_ref().unwrap();
    assert_eq!((notice.sha256.as_str(), notice.language.as_str()), ("ab".repeat(32).as_str(), "en"));
    assert_eq!((notice.sign_in.acr.as_deref(), notice.sign_in.amr.len()), (Some("2"), 2));
    let name = item(record, 0);
    assert_eq!((name.pii_type.as_str(), name.form.as_deref()), ("Full name", Some("As on your identity card")));
    assert_eq!((name.reason.as_deref(), name.pii_optional), (Some("Printed in your passport"), false));
    assert_eq!(name.sharing, Sharing::Shared { since: now, until: now + TimeDelta::days(7) });
    assert_eq!((&item(record, 3).sharing, item(record, 3).pii_optional), (&Sharing::Refused {}, true));
    let roles = |id: &str| record.party(id).unwrap().party_role.clone();
    assert_eq!((roles("die"), roles("drp")), (vec![PartyRole::Controller], vec![PartyRole::Source]));
    assert_eq!(item(record, 2).source.as_deref(), Some("rgd"));
    assert_eq!(record.party("die").unwrap().party_contact, "telephone 011 555 0140");
    assert_eq!(states(record), [EventState::Requested, EventState::Given]);
    assert_eq!(record.events[0].entity, Entity::Controller);
}

async fn whoever_shares_less_has_that_signed_too_and_keeps_what_was_signed_before(on: On) {
    let ledger = ledger_on(on).await;
    let id = shared(&ledger, &[0, 1], share(&[], 30)).await;
    let first = receipt(&ledger, id).await;
    ledger.advance(DAY);
    rotate(&ledger).await;
    let narrowing = Narrowing { stop: vec![field(1)], length: Some(TimeDelta::days(2)) };
    let seen = shown(&ledger, "en");
    ledger.engine.current().narrow(&subject(NAYANA), id, 2, narrowing, Some(seen), &trace()).await.unwrap();
    let second = receipt(&ledger, id).await;
    assert_eq!(second.earlier, std::slice::from_ref(&first.signature));
    let genuine = proven(&ledger, &second).await;
    assert_ne!(genuine.signed.key.key.id(), genuine.earlier[0].key.key.id(), "each with the key of its day");
    let (record, now) = (&genuine.signed.record, ledger.clock.now());
    assert_eq!((record.state, record.record_version, record.ends_at), (State::Narrowed, 3, now + TimeDelta::days(2)));
    let given = now - TimeDelta::days(1);
    assert_eq!(item(record, 0).sharing, Sharing::Shared { since: given, until: now + TimeDelta::days(2) });
    assert_eq!(item(record, 1).sharing, Sharing::Ended { since: given, until: now });
    assert_eq!(states(record), [EventState::Requested, EventState::Given, EventState::Narrowed]);
    proven(&ledger, &first).await;
}

async fn after_a_stop_the_receipt_tells_of_it_and_still_holds_the_yes(on: On) {
    let ledger = ledger_on(on).await;
    let id = shared(&ledger, &[0], share(&[], 7)).await;
    let first = receipt(&ledger, id).await;
    ledger.advance(DAY);
    ledger.engine.current().stop(&subject(NAYANA), id, &trace()).await.unwrap();
    ledger.advance(60);
    let last = receipt(&ledger, id).await;
    assert_eq!(last.earlier, [first.signature]);
    let record = proven(&ledger, &last).await.signed.record;
    let stopped = ledger.clock.now() - TimeDelta::seconds(60);
    assert_eq!((record.state, record.ends_at, record.issued_at), (State::Withdrawn, stopped, ledger.clock.now()));
    assert_eq!(states(&record), [EventState::Requested, EventState::Given, EventState::Withdrawn]);
    assert_eq!(record.events[2].event_time, stopped);
}

async fn what_has_lapsed_is_told_as_ended_before_anybody_wrote_it_down(on: On) {
    let ledger = ledger_on(on).await;
    let id = shared(&ledger, &[0], share(&[], 7)).await;
    ledger.advance(7 * DAY);
    let record = proven(&ledger, &receipt(&ledger, id).await).await.signed.record;
    assert_eq!((record.state, record.record_version), (State::Expired, 2));
    assert!(matches!(item(&record, 0).sharing, Sharing::Ended { .. }));
    // A question that waits changes nothing of what was decided.
    let id = shared(&ledger, &[0], share(&[], 7)).await;
    let before = receipt(&ledger, id).await;
    ledger.require(NAYANA, &[0, 1]).await;
    assert_eq!(receipt(&ledger, id).await, before);
}

async fn a_yes_to_more_tells_all_that_is_shared_in_the_words_of_its_day(on: On) {
    let ledger = ledger_on(on).await;
    shared(&ledger, &[0], share(&[], 7)).await;
    ledger.advance(60);
    // The body has another name by now, and so have the fields.
    let mut renamed = requirement(NAYANA, &[0, 1]);
    renamed.fields[1].display_name = "Another name".into();
    ledger.engine.reconfigure(renamed_body());
    let asked = ledger.engine.require(&renamed).await.unwrap();
    let (id, seen) = (asked.consent_id, shown(&ledger, "en"));
    let current = ledger.engine.current();
    current.decide(&subject(NAYANA), id, asked.version, share(&[], 1), Some(seen), &trace()).await.unwrap();
    let genuine = proven(&ledger, &receipt(&ledger, id).await).await;
    let record = &genuine.signed.record;
    assert_eq!((record.record_version, genuine.earlier.len()), (4, 1));
    assert_eq!((item(record, 0).pii_type.as_str(), item(record, 1).pii_type.as_str()), ("Full name", "Another name"));
    assert_eq!(record.ends_at, ledger.clock.now() + TimeDelta::days(7) - TimeDelta::seconds(60));
    assert_eq!(record.party("die").unwrap().party_name, "Department of Passports");
    // What is told after a stop is what was signed, whatever the body is called then.
    ledger.engine.reconfigure(config("127.0.0.1:8081", "127.0.0.1:8090"));
    current.stop(&subject(NAYANA), id, &trace()).await.unwrap();
    let stopped = proven(&ledger, &receipt(&ledger, id).await).await.signed.record;
    assert_eq!(stopped.party("die").unwrap().party_name, "Department of Passports");
    assert_eq!(stopped.pii_processing.privacy_notice, record.pii_processing.privacy_notice);
}

async fn a_no_and_a_stop_need_no_key_and_a_yes_is_not_written_without_one(on: On) {
    let ledger = ledger_on(on).await;
    let id = shared(&ledger, &[0], share(&[], 7)).await;
    spoil(&ledger).await;
    let wider = ledger.require(NAYANA, &[0, 1]).await;
    let current = ledger.engine.current();
    let yes = current.decide(&subject(NAYANA), id, wider.version, share(&[], 7), None, &trace()).await;
    assert!(matches!(yes, Err(EngineError::Store(_))));
    assert!(matches!(current.receipt_of(&subject(NAYANA), id).await, Err(EngineError::Store(_))));
    let no = Decision::Deny { unexpected: false };
    current.decide(&subject(NAYANA), id, wider.version, no, None, &trace()).await.unwrap();
    current.stop(&subject(NAYANA), id, &trace()).await.unwrap();
    let entries = current.history_of(&subject(NAYANA), id).await.unwrap().entries;
    assert!(matches!(entries.last().unwrap().action, Action::Revoked { .. }));
    assert_eq!(entries.len(), 5, "nothing was half written");
}

async fn a_receipt_is_hers_alone_and_there_is_none_without_a_yes(on: On) {
    let ledger = ledger_on(on).await;
    let id = ledger.require(NAYANA, &[0]).await.consent_id;
    let current = ledger.engine.current();
    assert_eq!(current.receipt_of(&subject(NAYANA), id).await.unwrap(), None);
    assert!(matches!(current.receipt_of(&subject(REGINA), id).await, Err(EngineError::NotFound)));
    let no = Decision::Deny { unexpected: false };
    current.decide(&subject(NAYANA), id, 1, no, None, &trace()).await.unwrap();
    assert_eq!(current.receipt_of(&subject(NAYANA), id).await.unwrap(), None);
}

#[tokio::test]
async fn no_two_consents_of_a_person_name_her_alike() {
    let ledger = ledger().await;
    let id = shared(&ledger, &[0], share(&[], 7)).await;
    let mut other = requirement(NAYANA, &[0]);
    (other.application, other.purpose) = ("vehicle-insurance".into(), "vehicle-insurance".into());
    let asked = ledger.engine.require(&other).await.unwrap();
    let current = ledger.engine.current();
    current.decide(&subject(NAYANA), asked.consent_id, 1, share(&[], 7), None, &trace()).await.unwrap();
    let (one, two) = (receipt(&ledger, id).await.record, receipt(&ledger, asked.consent_id).await.record);
    assert_ne!(one.pii_principal.pii_principal_id, two.pii_principal.pii_principal_id);
    assert_eq!(two.pii_processing.privacy_notice, None, "another portal showed it");
}

#[tokio::test]
async fn a_record_is_in_the_language_that_was_shown() {
    let ledger = ledger().await;
    let asked = ledger.require(NAYANA, &[0]).await;
    let (id, seen) = (asked.consent_id, shown(&ledger, "ta"));
    ledger.engine.current().decide(&subject(NAYANA), id, 1, share(&[], 7), Some(seen), &trace()).await.unwrap();
    let record = proven(&ledger, &receipt(&ledger, id).await).await.signed.record;
    assert_eq!(record.pii_processing.language, "ta");
    assert_ne!(record.pii_processing.service.name, "Online Passport Application");
}

/// Farajaland after the Department of Immigration got another name.
fn renamed_body() -> consent_engine::Config {
    config_with("127.0.0.1:8081", "127.0.0.1:8090", |text| {
        text.replace("Department of Immigration and Emigration", "Department of Passports")
    })
}

/// Takes the private key away that signs.
async fn spoil(ledger: &Ledger) {
    use sqlx::{ConnectOptions, sqlite::SqliteConnectOptions};
    match &ledger.database {
        Some(database) => drop(database.sql("DELETE FROM ndx_consent.evidence_private_keys")),
        None => {
            let file = ledger.folder.path().join("consent.db");
            let mut stranger = SqliteConnectOptions::new().filename(file).connect().await.unwrap();
            sqlx::query("DELETE FROM evidence_private_keys").execute(&mut stranger).await.unwrap();
        }
    }
}

/// Somebody who may write to the database lets a person say yes: without a signature, with that of another answer, with one that was
/// changed, or to more than what she signed.
async fn c14_a_yes_that_nobody_signed_is_found(on: On) {
    let ledger = ledger_on(on).await;
    let id = shared(&ledger, &[0, 3], share(&[3], 7)).await;
    let current = ledger.engine.current();
    let less = Narrowing { stop: vec![field(3)], length: None };
    current.narrow(&subject(NAYANA), id, 2, less, Some(shown(&ledger, "en")), &trace()).await.unwrap();
    rotate(&ledger).await;
    let other = ledger.require(REGINA, &[0]).await.consent_id;
    current.decide(&subject(REGINA), other, 1, share(&[], 7), Some(shown(&ledger, "en")), &trace()).await.unwrap();
    let store = SqlStore::open(&ledger.place(), &ledger.root_key(), ledger.clock.clone()).await.unwrap();
    let proofs = Proofs::of(&store).await.unwrap();
    assert_eq!((proofs.answers, proofs.unproved), (3, vec![]), "by the keys of all times");

    let third = "200012345680";
    let forged = ledger.require(third, &[0]).await.consent_id;
    let found = async || Proofs::of(&store).await.unwrap().unproved;
    let yes = |fields: &[usize], until: i64| {
        let fields: Vec<_> = fields.iter().map(|index| field(*index)).collect();
        json!({"action": "GRANTED", "fields": fields, "declined": [], "until": ledger.clock_at(until)})
    };
    let insert = |id: Uuid, yes: &serde_json::Value, evidence: &str| {
        format!(
            "INSERT INTO consent_actions (consent_id, seq, at, trace_id, action, evidence) SELECT '{id}', 2, \
             (SELECT max(at) FROM consent_actions), 't', '{yes}', {evidence} FROM consents WHERE id = '{id}'"
        )
    };
    ledger.sql(&insert(forged, &yes(&[0], 604_800), "NULL")).await;
    let told = |why: &str, id: Uuid| vec![Unproved { consent_id: id, step: 2, why: why.to_owned() }];
    assert_eq!(found().await, told("nothing was signed", forged));
    let by_ledger = ledger.engine.current().history_of(&subject(third), forged).await.unwrap();
    assert_eq!(by_ledger.entries.len(), 2, "the fold takes it, so somebody must look");

    // The same with the signature of the other's yes, which is a good one.
    let ledger = ledger_on(on).await;
    shared(&ledger, &[0], share(&[], 7)).await;
    let forged = ledger.require(REGINA, &[0]).await.consent_id;
    let yes = json!({"action": "GRANTED", "fields": [field(0)], "declined": [], "until": ledger.clock_at(604_800)});
    let of_another = "(SELECT evidence FROM consent_actions WHERE evidence IS NOT NULL)";
    ledger.sql(&insert(forged, &yes, of_another)).await;
    let store = SqlStore::open(&ledger.place(), &ledger.root_key(), ledger.clock.clone()).await.unwrap();
    assert_eq!(Proofs::of(&store).await.unwrap().unproved, told("something else was signed", forged));
}

on_both_engines! {
    c14_a_yes_that_nobody_signed_is_found,
    a_yes_is_signed_with_everything_that_was_shown,
    whoever_shares_less_has_that_signed_too_and_keeps_what_was_signed_before,
    after_a_stop_the_receipt_tells_of_it_and_still_holds_the_yes,
    what_has_lapsed_is_told_as_ended_before_anybody_wrote_it_down,
    a_yes_to_more_tells_all_that_is_shared_in_the_words_of_its_day,
    a_no_and_a_stop_need_no_key_and_a_yes_is_not_written_without_one,
    a_receipt_is_hers_alone_and_there_is_none_without_a_yes,
}
