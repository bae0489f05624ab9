//! The engine over a real file: what the gateway hears, what is written, and what is not.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use crate::{
    outbox::{shared, telling},
    support::*,
};
use chrono::TimeDelta;
use consent_engine::{
    Decision, EngineError,
    ledger::Action,
    store::{Chosen, ConsentStore as _, SqlStore, Verdict},
};
use ndx_contracts::{
    JudgeError,
    consent::{ConsentEngine, ConsentStatus, StandingConsent},
};
use uuid::Uuid;

const DAY: i64 = 86_400;

fn share(optional: &[usize]) -> Decision {
    Decision::Share { optional: optional.iter().map(|index| field(*index)).collect(), length: TimeDelta::days(7) }
}

async fn asks_once_and_covers_what_the_person_shares(on: On) {
    let ledger = ledger_on(on).await;
    let asked = ledger.require(NAYANA, &[0, 1, 3]).await;
    assert_eq!(asked.status, ConsentStatus::Pending);
    assert_eq!(asked.missing.len(), 3);
    assert_eq!(asked.portal_url, Some(format!("http://127.0.0.1:8081/c/{}", asked.consent_id)));
    assert!(asked.expires_at.is_some());
    assert_eq!(ledger.require(NAYANA, &[0, 1, 3]).await, asked, "asking again changes nothing");
    assert_eq!(ledger.require(NAYANA, &[1]).await.version, 1);

    let id = asked.consent_id;
    ledger.engine.current().decide(&subject(NAYANA), id, 1, share(&[]), None, &trace()).await.unwrap();
    let answered = ledger.require(NAYANA, &[0, 1, 3]).await;
    assert_eq!(answered.status, ConsentStatus::Approved);
    assert_eq!(answered.covered, [field(0), field(1)]);
    assert_eq!(answered.declined, [field(3)]);
    assert_eq!((answered.missing.len(), answered.portal_url), (0, None));
    assert_eq!(answered.version, 2);
}

async fn a_wider_query_extends_the_open_request_under_the_same_id(on: On) {
    let ledger = ledger_on(on).await;
    let first = ledger.require(NAYANA, &[0]).await;
    let wider = ledger.require(NAYANA, &[0, 2]).await;
    assert_eq!((wider.consent_id, wider.version), (first.consent_id, 2));
    let seen_before =
        ledger.engine.current().decide(&subject(NAYANA), first.consent_id, 1, share(&[]), None, &trace()).await;
    assert!(matches!(seen_before, Err(EngineError::Conflict)), "the person saw less than is asked now");
    assert_eq!(ledger.require(NAYANA, &[0]).await.covered, []);
}

async fn a_wider_query_never_revokes_what_stands(on: On) {
    let ledger = ledger_on(on).await;
    let id = ledger.require(NAYANA, &[0]).await.consent_id;
    ledger.engine.current().decide(&subject(NAYANA), id, 1, share(&[]), None, &trace()).await.unwrap();
    let wider = ledger.require(NAYANA, &[0, 2]).await;
    assert_eq!((wider.status, wider.covered, wider.missing), (ConsentStatus::Pending, vec![field(0)], vec![field(2)]));
    ledger
        .engine
        .current()
        .decide(&subject(NAYANA), id, 3, Decision::Deny { unexpected: false }, None, &trace())
        .await
        .unwrap();
    let after = ledger.require(NAYANA, &[0, 2]).await;
    assert_eq!(
        (after.status, after.covered, after.declined),
        (ConsentStatus::Approved, vec![field(0)], vec![field(2)])
    );
}

async fn a_no_stands_until_the_cool_down_has_passed(on: On) {
    let ledger = ledger_on(on).await;
    let id = ledger.require(NAYANA, &[0]).await.consent_id;
    ledger
        .engine
        .current()
        .decide(&subject(NAYANA), id, 1, Decision::Deny { unexpected: false }, None, &trace())
        .await
        .unwrap();
    let no = ledger.require(NAYANA, &[0, 1]).await;
    assert_eq!((no.status, no.portal_url), (ConsentStatus::Rejected, None));
    assert_eq!(no.manage_url, Some(format!("http://127.0.0.1:8081/my/{id}")));
    assert_eq!(no.missing, [field(0), field(1)]);
    ledger.advance(30 * DAY - 1);
    assert_eq!(ledger.require(NAYANA, &[0]).await.status, ConsentStatus::Rejected);
    ledger.advance(1);
    let again = ledger.require(NAYANA, &[0]).await;
    assert_eq!((again.status, again.consent_id, again.version), (ConsentStatus::Pending, id, 3));
}

async fn stopping_takes_effect_at_the_next_look(on: On) {
    let ledger = ledger_on(on).await;
    let id = ledger.require(NAYANA, &[0, 1]).await.consent_id;
    ledger.engine.current().decide(&subject(NAYANA), id, 1, share(&[]), None, &trace()).await.unwrap();
    let standing = [StandingConsent { consent_id: id, fields: vec![field(0), field(1)] }];
    assert_eq!(ledger.engine.withdrawn(&standing).await.unwrap(), []);
    ledger.engine.current().stop(&subject(NAYANA), id, &trace()).await.unwrap();
    assert_eq!(ledger.engine.withdrawn(&standing).await.unwrap(), standing);
    let stopped = ledger.require(NAYANA, &[0]).await;
    assert_eq!((stopped.status, stopped.covered.len()), (ConsentStatus::Revoked, 0));
    assert_eq!((stopped.portal_url, stopped.manage_url.is_some()), (None, true));
    let twice = ledger.engine.current().stop(&subject(NAYANA), id, &trace()).await;
    assert!(matches!(twice, Err(EngineError::Illegal(_))));
}

async fn what_has_lapsed_is_withdrawn_and_asked_anew_under_the_same_id(on: On) {
    let ledger = ledger_on(on).await;
    let id = ledger.require(NAYANA, &[0]).await.consent_id;
    ledger.engine.current().decide(&subject(NAYANA), id, 1, share(&[]), None, &trace()).await.unwrap();
    ledger.advance(7 * DAY);
    let standing = [StandingConsent { consent_id: id, fields: vec![field(0)] }];
    assert_eq!(ledger.engine.withdrawn(&standing).await.unwrap(), standing);
    let again = ledger.require(NAYANA, &[0]).await;
    assert_eq!((again.status, again.consent_id, again.version), (ConsentStatus::Pending, id, 4));
    let history = ledger.engine.current().history_of(&subject(NAYANA), id).await.unwrap().entries;
    assert_eq!(history[2].action, Action::Expired {}, "the end is recorded before the new request");
}

async fn an_unknown_consent_shares_nothing(on: On) {
    let ledger = ledger_on(on).await;
    let standing = [StandingConsent { consent_id: Uuid::new_v4(), fields: vec![field(0)] }];
    assert_eq!(ledger.engine.withdrawn(&standing).await.unwrap(), standing);
}

async fn nobody_else_can_answer_and_nobody_can_answer_too_late(on: On) {
    let ledger = ledger_on(on).await;
    let id = ledger.require(NAYANA, &[0]).await.consent_id;
    let other = ledger.engine.current().decide(&subject(REGINA), id, 1, share(&[]), None, &trace()).await;
    assert!(matches!(other, Err(EngineError::NotFound)));
    ledger.advance(3600);
    let late = ledger.engine.current().decide(&subject(NAYANA), id, 1, share(&[]), None, &trace()).await;
    assert!(matches!(late, Err(EngineError::Illegal(_))));
    let history = ledger.engine.current().history_of(&subject(NAYANA), id).await.unwrap().entries;
    assert_eq!(history.last().unwrap().action, Action::Expired {}, "the end was noticed, so it is recorded");
}

async fn of_many_decisions_at_once_exactly_one_wins(on: On) {
    let ledger = ledger_on(on).await;
    let id = ledger.require(NAYANA, &[0]).await.consent_id;
    let decide = |index: usize| {
        let engine = Arc::clone(&ledger.engine);
        let decision = if index.is_multiple_of(2) { share(&[]) } else { Decision::Deny { unexpected: false } };
        tokio::spawn(async move { engine.current().decide(&subject(NAYANA), id, 1, decision, None, &trace()).await })
    };
    let tasks: Vec<_> = (0..20).map(decide).collect();
    let mut won = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => won += 1,
            Err(error) => assert!(matches!(error, EngineError::Conflict), "{error}"),
        }
    }
    assert_eq!(won, 1);
    assert_eq!(ledger.engine.current().history_of(&subject(NAYANA), id).await.unwrap().entries.len(), 2);
}

async fn many_questions_at_once_open_one_request(on: On) {
    let ledger = ledger_on(on).await;
    let ask = |_| {
        let engine = Arc::clone(&ledger.engine);
        tokio::spawn(async move { engine.require(&requirement(NAYANA, &[0, 1])).await.unwrap() })
    };
    let tasks: Vec<_> = (0..20).map(ask).collect();
    let mut ids = std::collections::HashSet::new();
    for task in tasks {
        let answer = task.await.unwrap();
        assert_eq!(answer.version, 1);
        ids.insert(answer.consent_id);
    }
    assert_eq!(ids.len(), 1);
}

async fn two_people_are_two_consents(on: On) {
    let ledger = ledger_on(on).await;
    let (one, other) = (ledger.require(NAYANA, &[0]).await, ledger.require(REGINA, &[0]).await);
    assert_ne!(one.consent_id, other.consent_id);
    ledger.engine.current().decide(&subject(NAYANA), one.consent_id, 1, share(&[]), None, &trace()).await.unwrap();
    assert_eq!(ledger.require(REGINA, &[0]).await.covered, []);
}

async fn an_application_that_is_not_registered_gets_no_answer(on: On) {
    let ledger = ledger_on(on).await;
    let mut unknown = requirement(NAYANA, &[0]);
    unknown.application = "nobody".into();
    assert!(matches!(ledger.engine.require(&unknown).await, Err(JudgeError::Confused { .. })));
    let mut other_purpose = requirement(NAYANA, &[0]);
    other_purpose.purpose = "curiosity".into();
    assert!(matches!(ledger.engine.require(&other_purpose).await, Err(JudgeError::Confused { .. })));
}

async fn the_ledger_is_the_same_when_it_is_opened_again(on: On) {
    let ledger = ledger_on(on).await;
    let id = ledger.require(NAYANA, &[0]).await.consent_id;
    ledger.engine.current().decide(&subject(NAYANA), id, 1, share(&[]), None, &trace()).await.unwrap();
    let before = ledger.require(NAYANA, &[0]).await;
    ledger.engine.close().await;
    assert_eq!(ledger.another().await.require(&requirement(NAYANA, &[0])).await.unwrap(), before);
}

#[tokio::test]
async fn no_identifier_and_no_name_lies_in_the_file() {
    let portal = portal().await;
    let ledger = &portal.ledger;
    let id = ledger.require(NAYANA, &[0]).await.consent_id;
    let browser = portal.signed_in("nayana").await;
    browser.answer(&format!("/c/{id}"), &[("decision", "deny")]).await;
    for name in ["consent.db", "consent.db-wal"] {
        let bytes = std::fs::read(ledger.folder.path().join(name)).unwrap();
        let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(!holds(NAYANA) && !holds("Perera"), "{name}");
    }
    let wal = std::fs::read(ledger.folder.path().join("consent.db-wal")).unwrap();
    assert!(wal.windows(6).any(|window| window == b"DENIED"), "the file is the one that was written");
}

#[tokio::test]
async fn no_identifier_and_no_name_lies_in_the_database() {
    let portal = portal_on(On::Postgres).await;
    let id = portal.ledger.require(NAYANA, &[0]).await.consent_id;
    let browser = portal.signed_in("nayana").await;
    browser.answer(&format!("/c/{id}"), &[("decision", "deny")]).await;
    // An application is told of somebody else.
    let engine = &portal.ledger.engine;
    engine.reconfigure(telling(&[("passport-app", "http://127.0.0.1:9/")], serde_json::json!({})));
    shared(engine, REGINA).await;
    // An operator gives that up.
    let event = engine.outbox().list(&Chosen::default(), 1).await.unwrap().remove(0).event.id;
    let now = ndx_clock::Clock::now(&*portal.ledger.clock);
    assert!(engine.outbox().decide(event, Verdict::Dropped, "uid 0", now).await.unwrap());
    // Somebody blocks an application, and sends an answer under a key that tells too much.
    engine.current().block(&subject(NAYANA), &"vehicle-insurance".into(), &trace()).await.unwrap();
    let (place, key, clock) = (portal.ledger.place(), portal.ledger.root_key(), portal.ledger.clock.clone());
    let store = SqlStore::open_as_it_is(&place, &key, clock).await.unwrap();
    let call = store.call(&subject(NAYANA), NAYANA, "Nayana Perera says yes");
    let mut writing = store.begin().await.unwrap();
    writing.keep(&call, "{}").await.unwrap();
    writing.commit().await.unwrap();
    let database = portal.ledger.database.as_ref().unwrap();
    let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    for table in consent_engine::TABLES.names {
        let rows = database.sql(&format!("SELECT to_json(t)::text FROM ndx_consent.{table} t"));
        assert!(!rows.is_empty(), "{table} was written");
        for personal in [NAYANA, REGINA, "Perera"] {
            assert!(!rows.contains(personal) && !rows.contains(&hex(personal)), "{table}");
        }
    }
}

#[tokio::test]
async fn an_action_cannot_be_changed_removed_or_emptied_away() {
    let ledger = ledger_on(On::Postgres).await;
    ledger.require(NAYANA, &[0]).await;
    let database = ledger.database.as_ref().unwrap();
    for sql in [
        "UPDATE ndx_consent.consent_actions SET at = 0",
        "DELETE FROM ndx_consent.consent_actions",
        "TRUNCATE ndx_consent.consent_actions",
        "INSERT INTO ndx_consent.consent_actions SELECT * FROM ndx_consent.consent_actions \
         ON CONFLICT (consent_id, seq) DO UPDATE SET at = 0",
        "UPDATE ndx_consent.consents SET purpose = 'another'",
        "DELETE FROM ndx_consent.consents",
        "TRUNCATE ndx_consent.consents CASCADE",
    ] {
        let refused = format!(
            "DO $$ BEGIN {sql}; RAISE EXCEPTION 'it was done'; \
             EXCEPTION WHEN raise_exception THEN \
             IF SQLERRM NOT LIKE '%only ever added%' THEN RAISE; END IF; END $$"
        );
        database.sql(&refused);
    }
    assert_eq!(database.sql("SELECT count(*) FROM ndx_consent.consent_actions").trim(), "1");
}

#[tokio::test]
async fn an_action_cannot_be_changed_removed_or_replaced() {
    use sqlx::{ConnectOptions, sqlite::SqliteConnectOptions};
    let ledger = ledger().await;
    ledger.require(NAYANA, &[0]).await;
    let file = ledger.folder.path().join("consent.db");
    let mut stranger = SqliteConnectOptions::new().filename(file).connect().await.unwrap();
    for sql in [
        "UPDATE consent_actions SET at = 0",
        "DELETE FROM consent_actions",
        "INSERT OR REPLACE INTO consent_actions SELECT * FROM consent_actions",
        "UPDATE consents SET purpose = 'another'",
        "DELETE FROM consents",
    ] {
        assert!(sqlx::query(sql).execute(&mut stranger).await.is_err(), "{sql}");
    }
}

/// Whoever begins to look after the person was told that she has stopped finds nothing shared, whatever is kept in memory.
async fn c1_nobody_who_looks_after_a_stop_finds_what_was_shared(on: On) {
    let ledger = ledger_on(on).await;
    let id = ledger.require(NAYANA, &[0]).await.consent_id;
    let standing = [StandingConsent { consent_id: id, fields: vec![field(0)] }];
    for round in 0..10 {
        let asked = ledger.engine.current().reopen(&subject(NAYANA), id, &trace()).await.unwrap();
        let version = asked.consent.version;
        ledger.engine.current().decide(&subject(NAYANA), id, version, share(&[]), None, &trace()).await.unwrap();
        let stopped = Arc::new(AtomicBool::new(false));
        let readers = (0..4).map(|_| {
            let (engine, standing) = (Arc::clone(&ledger.engine), standing.clone());
            let stopped = Arc::clone(&stopped);
            tokio::spawn(async move {
                let (mut before, mut after) = (0, 0);
                while after < 3 {
                    let is_stopped = stopped.load(Ordering::SeqCst);
                    let covered = engine.require(&requirement(NAYANA, &[0])).await.unwrap().covered;
                    let lost = engine.withdrawn(&standing).await.unwrap();
                    if is_stopped {
                        assert_eq!((covered.len(), lost.as_slice()), (0, standing.as_slice()), "round {round}");
                        after += 1;
                    }
                    before += covered.len();
                    tokio::task::yield_now().await;
                }
                before
            })
        });
        let readers: Vec<_> = readers.collect();
        while !ledger.engine.withdrawn(&standing).await.unwrap().is_empty() {}
        ledger.engine.current().stop(&subject(NAYANA), id, &trace()).await.unwrap();
        stopped.store(true, Ordering::SeqCst);
        for reader in readers {
            reader.await.unwrap();
        }
    }
}

/// A change that its caller gave up is made or not; either way everybody sees the same.
#[tokio::test]
async fn a_change_that_nobody_waits_for_leaves_memory_and_ledger_at_one() {
    let ledger = ledger().await;
    let id = ledger.require(NAYANA, &[0]).await.consent_id;
    for patience in (0..40).map(|step| std::time::Duration::from_micros(step * 100)) {
        let recorded = ledger.engine.current().reopen(&subject(NAYANA), id, &trace()).await.unwrap();
        if recorded.consent.request.is_some() {
            let version = recorded.consent.version;
            ledger.engine.current().decide(&subject(NAYANA), id, version, share(&[]), None, &trace()).await.unwrap();
        }
        ledger.require(NAYANA, &[0]).await;
        let current = ledger.engine.current();
        drop(tokio::time::timeout(patience, current.stop(&subject(NAYANA), id, &trace())).await);
        ledger.require(NAYANA, &[0]).await;
        // Whoever writes next waits for what is still being written.
        let held = ledger.engine.current().reopen(&subject(NAYANA), id, &trace()).await.unwrap();
        let remembered = ledger.require(NAYANA, &[0]).await;
        let kept = ledger.engine.current().consents_of(&subject(NAYANA)).await.unwrap().remove(0);
        assert_eq!((remembered.version, kept.consent.version), (held.consent.version, held.consent.version));
    }
}

on_both_engines! {
    c1_nobody_who_looks_after_a_stop_finds_what_was_shared,
    asks_once_and_covers_what_the_person_shares,
    a_wider_query_extends_the_open_request_under_the_same_id,
    a_wider_query_never_revokes_what_stands,
    a_no_stands_until_the_cool_down_has_passed,
    stopping_takes_effect_at_the_next_look,
    what_has_lapsed_is_withdrawn_and_asked_anew_under_the_same_id,
    an_unknown_consent_shares_nothing,
    nobody_else_can_answer_and_nobody_can_answer_too_late,
    of_many_decisions_at_once_exactly_one_wins,
    many_questions_at_once_open_one_request,
    two_people_are_two_consents,
    an_application_that_is_not_registered_gets_no_answer,
    the_ledger_is_the_same_when_it_is_opened_again,
}
