//! What a consent covers: of which register, for which purpose, and in which words somebody said yes.

use std::path::Path;

use crate::support::*;
use chrono::TimeDelta;
use consent_engine::{Config, Decision, EngineError, ledger::Action};
use ndx_config::Exchange;
use ndx_contracts::{
    FieldRef, Words,
    consent::{ConsentEngine, ConsentRequirement, ConsentStatus, StandingConsent},
};
use uuid::Uuid;

/// Farajaland's configuration with a change.
fn changed(change: impl FnOnce(&mut Exchange)) -> Config {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fl-config.json");
    let mut exchange = ndx_config::load(&file, |text| text).unwrap();
    change(&mut exchange);
    Config::of(&exchange).unwrap()
}

fn yes(optional: &[usize]) -> Decision {
    Decision::Share { optional: optional.iter().map(|index| field(*index)).collect(), length: TimeDelta::days(7) }
}

async fn shares(ledger: &Ledger, fields: &[usize]) -> Uuid {
    let asked = ledger.require(NAYANA, fields).await;
    let current = ledger.engine.current();
    current.decide(&subject(NAYANA), asked.consent_id, asked.version, yes(&[]), None, &trace()).await.unwrap();
    asked.consent_id
}

async fn actions(ledger: &Ledger, id: Uuid) -> Vec<String> {
    let entries = ledger.engine.current().history_of(&subject(NAYANA), id).await.unwrap().entries;
    let name = |action: &Action| serde_json::to_value(action).unwrap()["action"].as_str().unwrap().to_owned();
    entries.iter().map(|entry| name(&entry.action)).collect()
}

async fn c8_a_wider_query_asks_for_what_is_missing_and_leaves_what_stands(on: On) {
    let ledger = ledger_on(on).await;
    let id = shares(&ledger, &[0, 1]).await;
    let wider = ledger.require(NAYANA, &[0, 1, 2]).await;
    assert_eq!((wider.status, &wider.missing), (ConsentStatus::Pending, &vec![field(2)]));
    let current = ledger.engine.current();
    let asked = current.consent_of(&subject(NAYANA), id).await.unwrap().consent.request.unwrap();
    assert_eq!(asked.fields.iter().map(|asked| &asked.field).collect::<Vec<_>>(), [&field(2)]);
    assert_eq!(ledger.require(NAYANA, &[1]).await.covered, [field(1)], "a narrower query works meanwhile");
    assert_eq!(actions(&ledger, id).await, ["REQUESTED", "GRANTED", "REQUESTED"]);
}

async fn c10_what_was_left_out_is_told_as_such_and_not_asked_again(on: On) {
    let ledger = ledger_on(on).await;
    let id = shares(&ledger, &[0, 3, 4]).await;
    for _ in 0..2 {
        let answer = ledger.require(NAYANA, &[0, 3, 4]).await;
        assert_eq!((answer.covered, answer.declined), (vec![field(0)], vec![field(3), field(4)]));
        assert_eq!((answer.missing.len(), answer.portal_url), (0, None));
    }
    assert_eq!(actions(&ledger, id).await, ["REQUESTED", "GRANTED"]);
}

async fn c11_what_one_register_gives_covers_nothing_of_another(on: On) {
    let ledger = ledger_on(on).await;
    shares(&ledger, &[0]).await;
    let mut of_another = requirement(NAYANA, &[0]);
    of_another.fields[0].field = FieldRef::new("abc-212", "person.fullName");
    let answer = ledger.engine.require(&of_another).await.unwrap();
    assert_eq!((answer.covered.len(), answer.status), (0, ConsentStatus::Pending));
}

async fn two_purposes_of_one_application_stand_side_by_side(on: On) {
    let ledger = ledger_on(on).await;
    ledger.engine.reconfigure(changed(|exchange| {
        let mut other = exchange.applications[0].purposes[0].clone();
        other.id = "renewal".into();
        exchange.applications[0].purposes.push(other);
    }));
    let renewal = ConsentRequirement { purpose: "renewal".into(), ..requirement(NAYANA, &[0]) };
    let first = shares(&ledger, &[0]).await;
    let second = ledger.engine.require(&renewal).await.unwrap();
    assert_ne!(second.consent_id, first);
    assert_eq!(second.covered, [], "a yes is a yes to one purpose");
    let current = ledger.engine.current();
    current.decide(&subject(NAYANA), second.consent_id, 1, yes(&[]), None, &trace()).await.unwrap();
    current.stop(&subject(NAYANA), first, &trace()).await.unwrap();
    assert_eq!(ledger.engine.require(&renewal).await.unwrap().covered, [field(0)]);
    assert_eq!(ledger.require(NAYANA, &[0]).await.status, ConsentStatus::Revoked);
}

async fn c9_a_purpose_in_other_words_is_asked_anew_and_the_answer_replaces_the_old_one(on: On) {
    for (answer, last, after) in [
        (yes(&[]), "GRANTED", ConsentStatus::Approved),
        (Decision::Deny { unexpected: false }, "DENIED", ConsentStatus::Rejected),
    ] {
        let ledger = ledger_on(on).await;
        let id = shares(&ledger, &[0, 1]).await;
        ledger.engine.reconfigure(changed(|exchange| {
            exchange.applications[0].purposes[0].text = "to sell it to whoever pays".into();
        }));
        let asked = ledger.require(NAYANA, &[0, 1]).await;
        assert_eq!((asked.status, asked.covered.len(), asked.missing.len()), (ConsentStatus::Pending, 0, 2));
        assert!(asked.portal_url.is_some());
        let standing = ledger.engine.standing(&requirement(NAYANA, &[0])).await.unwrap().unwrap();
        assert_eq!(standing.covered, [], "it releases nothing for the new words");
        let old = [StandingConsent { consent_id: id, fields: vec![field(0)] }];
        assert_eq!(ledger.engine.withdrawn(&old).await.unwrap(), [], "nobody has withdrawn it");
        let current = ledger.engine.current();
        current.decide(&subject(NAYANA), id, 3, answer, None, &trace()).await.unwrap();
        assert_eq!(actions(&ledger, id).await, ["REQUESTED", "GRANTED", "REQUESTED", "SUPERSEDED", last]);
        let now = ledger.require(NAYANA, &[0, 1]).await;
        assert_eq!((now.status, now.covered.is_empty()), (after, after == ConsentStatus::Rejected));
    }
}

async fn c9_a_field_in_other_words_is_asked_anew_and_the_others_stand(on: On) {
    let ledger = ledger_on(on).await;
    let id = shares(&ledger, &[0, 1]).await;
    let mut renamed = requirement(NAYANA, &[0, 1]);
    renamed.fields[1].description = Some("Every address you ever had".into());
    let asked = ledger.engine.require(&renamed).await.unwrap();
    assert_eq!((asked.covered, asked.missing), (vec![field(0)], vec![field(1)]));
    let current = ledger.engine.current();
    let no = Decision::Deny { unexpected: false };
    current.decide(&subject(NAYANA), id, 3, no, None, &trace()).await.unwrap();
    let answer = ledger.engine.require(&renamed).await.unwrap();
    assert_eq!((answer.covered, answer.declined), (vec![field(0)], vec![field(1)]));
    assert_eq!(ledger.require(NAYANA, &[1]).await.declined, [field(1)], "nor in the old words");
}

async fn c9_a_translation_more_changes_nothing_and_one_that_is_changed_does(on: On) {
    let ledger = ledger_on(on).await;
    let text = |exchange: &Exchange| exchange.applications[0].purposes[0].text.clone();
    let with = |exchange: &Exchange, language: &str, said: &str| -> Words {
        let known = |language: &str| (language.to_owned(), text(exchange).in_language(language).to_owned());
        let all = exchange.portal.languages.iter().map(|language| known(language));
        all.chain([(language.to_owned(), said.to_owned())]).collect()
    };
    let one_language = changed(|exchange| exchange.portal.languages = vec!["en".to_owned()]);
    ledger.engine.reconfigure(one_language);
    shares(&ledger, &[0]).await;
    for stands in [
        changed(|_| {}),
        changed(|exchange| {
            exchange.applications[0].purposes[0].text = with(exchange, "fr", "pour votre passeport");
            exchange.portal.languages.push("fr".to_owned());
        }),
        changed(|exchange| {
            exchange.applications[0].purposes[0].if_refused = "Nothing happens.".into();
            exchange.applications[0].purposes[0].durations.truncate(1);
            exchange.applications[0].return_uris = vec!["http://127.0.0.1:3000/elsewhere".parse().unwrap()];
        }),
    ] {
        ledger.engine.reconfigure(stands);
        assert_eq!(ledger.require(NAYANA, &[0]).await.covered, [field(0)]);
    }
    // Said in three languages, one of which then says something else.
    ledger.engine.reconfigure(changed(|_| {}));
    let asked = ledger.require(REGINA, &[0]).await;
    let current = ledger.engine.current();
    current.decide(&subject(REGINA), asked.consent_id, 1, yes(&[]), None, &trace()).await.unwrap();
    let other = exchange_language();
    ledger.engine.reconfigure(changed(|exchange| {
        exchange.applications[0].purposes[0].text = with(exchange, &other, "something else");
    }));
    assert_eq!(ledger.require(REGINA, &[0]).await.missing, [field(0)]);
}

/// A language of Farajaland's other than the first.
fn exchange_language() -> String {
    let mut languages = Vec::new();
    changed(|exchange| languages.clone_from(&exchange.portal.languages));
    languages.pop().unwrap()
}

async fn c9_who_answers_a_question_that_has_changed_is_asked_in_the_new_words(on: On) {
    let ledger = ledger_on(on).await;
    let asked = ledger.require(NAYANA, &[0]).await;
    let id = asked.consent_id;
    ledger.engine.reconfigure(changed(|exchange| {
        exchange.applications[0].purposes[0].retention = "It is kept for ever.".into();
    }));
    let current = ledger.engine.current();
    let late = current.decide(&subject(NAYANA), id, 1, yes(&[]), None, &trace()).await;
    assert!(matches!(late, Err(EngineError::Conflict)), "she saw other words");
    assert_eq!(actions(&ledger, id).await, ["REQUESTED", "REQUESTED"]);
    let anew = current.consent_of(&subject(NAYANA), id).await.unwrap().consent.request.unwrap();
    assert_eq!(Some(anew.expires_at), asked.expires_at, "she has no more time for it than before");
    current.decide(&subject(NAYANA), id, 2, yes(&[]), None, &trace()).await.unwrap();
    assert_eq!(ledger.require(NAYANA, &[0]).await.covered, [field(0)]);
}

async fn c9_an_application_that_asks_again_asks_in_its_new_words(on: On) {
    let ledger = ledger_on(on).await;
    let before = ledger.require(NAYANA, &[0, 1]).await;
    ledger.engine.reconfigure(changed(|exchange| exchange.applications[0].name = "Passports and More".into()));
    let after = ledger.require(NAYANA, &[1]).await;
    assert_eq!((after.consent_id, after.version), (before.consent_id, 2));
    assert_eq!(ledger.require(NAYANA, &[1]).await.version, 2, "once");
    let current = ledger.engine.current();
    let seen_before = current.decide(&subject(NAYANA), after.consent_id, 1, yes(&[]), None, &trace()).await;
    assert!(matches!(seen_before, Err(EngineError::Conflict)));
}

/// Whether they ask in other words before or after she blocks them: they hear a no, and what she shares stays as it is.
async fn c15_a_block_says_no_to_other_words_and_ends_nothing_that_is_shared(on: On) {
    for asked_before in [true, false] {
        let ledger = ledger_on(on).await;
        let (current, nayana) = (|| ledger.engine.current(), subject(NAYANA));
        let id = shares(&ledger, &[0, 1]).await;
        let in_other_words = || changed(|exchange| exchange.applications[0].purposes[0].text = "to sell it".into());
        if asked_before {
            ledger.engine.reconfigure(in_other_words());
            assert_eq!(ledger.require(NAYANA, &[0, 2]).await.status, ConsentStatus::Pending);
        }
        current().block(&nayana, &"passport-app".into(), &trace()).await.unwrap();
        ledger.engine.reconfigure(in_other_words());
        for _ in 0..2 {
            let answer = ledger.require(NAYANA, &[0, 2]).await;
            assert_eq!((answer.status, answer.portal_url), (ConsentStatus::Rejected, None));
            assert_eq!((answer.covered, answer.missing, answer.declined), (vec![], vec![field(0)], vec![field(2)]));
        }
        assert_eq!(actions(&ledger, id).await, ["REQUESTED", "GRANTED", "REQUESTED", "DENIED"], "{asked_before}");
        let old = [StandingConsent { consent_id: id, fields: vec![field(0), field(1)] }];
        assert_eq!(ledger.engine.withdrawn(&old).await.unwrap(), [], "her block has ended nothing");
        // In the words to which she said yes it is shared as ever.
        ledger.engine.reconfigure(changed(|_| {}));
        assert_eq!(ledger.require(NAYANA, &[0, 1]).await.covered, [field(0), field(1)]);

        // Let in again, they ask when the time after the no has passed; she can stop as ever.
        ledger.engine.reconfigure(in_other_words());
        current().unblock(&nayana, &"passport-app".into(), &trace()).await.unwrap();
        assert_eq!(ledger.require(NAYANA, &[0]).await.status, ConsentStatus::Rejected);
        current().stop(&nayana, id, &trace()).await.unwrap();
        assert_eq!(ledger.engine.withdrawn(&old).await.unwrap(), old);
    }
}

on_both_engines! {
    c15_a_block_says_no_to_other_words_and_ends_nothing_that_is_shared,
    c8_a_wider_query_asks_for_what_is_missing_and_leaves_what_stands,
    c10_what_was_left_out_is_told_as_such_and_not_asked_again,
    c11_what_one_register_gives_covers_nothing_of_another,
    two_purposes_of_one_application_stand_side_by_side,
    c9_a_purpose_in_other_words_is_asked_anew_and_the_answer_replaces_the_old_one,
    c9_a_field_in_other_words_is_asked_anew_and_the_others_stand,
    c9_a_translation_more_changes_nothing_and_one_that_is_changed_does,
    c9_who_answers_a_question_that_has_changed_is_asked_in_the_new_words,
    c9_an_application_that_asks_again_asks_in_its_new_words,
}
