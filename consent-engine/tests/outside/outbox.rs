//! What applications are told: each event at least once, each consent's in order, whatever becomes of another receiver.

mod earlier;
mod receiver;

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
    time::{Duration, Instant},
};

use crate::support::*;
use chrono::TimeDelta;
use consent_engine::{
    Decision, Engine, Narrowing,
    ledger::{Action, Event, EventKind, EventStatus},
    store::{Chosen, Decided, Letter, LetterState, Verdict},
};
use ndx_contracts::consent::ConsentEngine;
use serde_json::json;
use uuid::Uuid;

pub use self::receiver::{Receiver, telling};

async fn telling_passport(on: On, settings: serde_json::Value) -> (Ledger, Receiver) {
    let (receiver, address) = Receiver::listening().await;
    (ledger_with(on, telling(&[("passport-app", &address)], settings), clock()).await, receiver)
}

fn share() -> Decision {
    Decision::Share { optional: vec![field(3)], length: TimeDelta::days(7) }
}

pub async fn shared(engine: &Engine, nic: &str) -> Uuid {
    let id = engine.require(&requirement(nic, &[0, 3, 4])).await.unwrap().consent_id;
    engine.current().decide(&subject(nic), id, 1, share(), None, &trace()).await.unwrap();
    id
}

/// What became of each event, the oldest first; of none as long as one is being sent.
async fn states(engine: &Engine) -> Vec<(EventStatus, LetterState, u32)> {
    let mut letters = engine.outbox().list(&Chosen::default(), 100).await.unwrap();
    if letters.iter().any(|letter| letter.is_taken) {
        letters.clear();
    }
    letters.into_iter().rev().map(|one| (one.event.data.status, one.state, one.tries)).collect()
}

/// The newest.
async fn the_letter(engine: &Engine) -> Letter {
    engine.outbox().list(&Chosen::default(), 1).await.unwrap().remove(0)
}

/// Waits until the events are in these states, with so many tries, the oldest first.
async fn become_so(engine: &Engine, expected: &[(EventStatus, LetterState, u32)]) {
    for _ in 0..400 {
        if states(engine).await == expected {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert_eq!(states(engine).await, expected);
}

async fn each_change_is_told_in_order_and_a_request_is_not(on: On) {
    let (ledger, receiver) = telling_passport(on, json!({})).await;
    let engine = &ledger.engine;
    engine.begin_work();
    let nayana = shared(engine, NAYANA).await;
    let current = engine.current();
    let narrowing = Narrowing { stop: vec![field(3)], length: None };
    current.narrow(&subject(NAYANA), nayana, 2, narrowing, None, &trace()).await.unwrap();
    current.stop(&subject(NAYANA), nayana, &trace()).await.unwrap();
    let regina = ledger.require(REGINA, &[0]).await.consent_id;
    receiver.has_heard(3).await;
    ledger.advance(1);
    current.decide(&subject(REGINA), regina, 1, Decision::Deny { unexpected: true }, None, &trace()).await.unwrap();
    let told = receiver.has_heard(4).await;
    let expected = [
        (nayana, EventKind::Answered, EventStatus::PartlyGranted, 2),
        (nayana, EventKind::Answered, EventStatus::Narrowed, 3),
        (nayana, EventKind::Ended, EventStatus::Revoked, 4),
        (regina, EventKind::Answered, EventStatus::Denied, 2),
    ];
    let of = |event: &Event| (event.data.consent_id, event.kind, event.data.status, event.data.version);
    assert_eq!(told.iter().map(of).collect::<Vec<_>>(), expected);
    assert!(told.iter().all(|event| event.data.application_id.as_str() == "passport-app"));
    let unexpected: Vec<_> = told.iter().map(|event| event.data.unexpected).collect();
    assert_eq!(unexpected, [false, false, false, true], "she had not asked for anything");
    let delivered = expected.map(|(_, _, status, _)| (status, LetterState::Delivered, 1));
    become_so(engine, &delivered).await;
    engine.close().await;
}

async fn who_is_not_registered_is_told_nothing_and_nothing_is_kept_for_him(on: On) {
    let ledger = ledger_on(on).await;
    shared(&ledger.engine, NAYANA).await;
    assert_eq!(states(&ledger.engine).await, []);
}

/// L11: a receiver that refuses is tried again after pauses, and then no more; the letter is kept and can be sent again.
async fn l11_what_is_refused_again_and_again_becomes_a_dead_letter_that_can_be_replayed(on: On) {
    let settings = json!({"tries": 3, "firstPause": "PT10S", "longestPause": "PT1H"});
    let (ledger, receiver) = telling_passport(on, settings).await;
    let engine = &ledger.engine;
    *receiver.usually.lock().unwrap() = Some(500);
    engine.begin_work();
    shared(engine, NAYANA).await;
    let is = |state, tries| [(EventStatus::PartlyGranted, state, tries)];
    become_so(engine, &is(LetterState::Pending, 1)).await;
    let due = the_letter(engine).await;
    let pause = due.due_at - ndx_clock::Clock::now(&*ledger.clock);
    assert!((TimeDelta::milliseconds(7500)..=TimeDelta::milliseconds(12_500)).contains(&pause), "{pause}");
    assert_eq!(due.failure.as_deref(), Some("status_500"));
    // It is not sent before its time.
    ledger.advance(7);
    tokio::time::sleep(Duration::from_millis(1200)).await;
    assert_eq!(receiver.events().len(), 1);
    ledger.advance(6);
    become_so(engine, &is(LetterState::Pending, 2)).await;
    ledger.advance(25);
    become_so(engine, &is(LetterState::Dead, 3)).await;
    ledger.advance(100_000);
    tokio::time::sleep(Duration::from_millis(1200)).await;
    let told = receiver.has_heard(3).await;
    assert!(told.iter().all(|event| *event == told[0]), "the same id each time, and the same words");

    *receiver.usually.lock().unwrap() = None;
    let now = ndx_clock::Clock::now(&*ledger.clock);
    assert!(engine.outbox().decide(told[0].id, Verdict::Dropped, "somebody", now).await.unwrap());
    become_so(engine, &is(LetterState::Dropped, 3)).await;
    tokio::time::sleep(Duration::from_millis(1200)).await;
    assert_eq!(receiver.events().len(), 3, "it is given up");
    assert!(engine.outbox().decide(told[0].id, Verdict::Replayed, "somebody else", now).await.unwrap());
    become_so(engine, &is(LetterState::Delivered, 1)).await;
    assert_eq!(receiver.has_heard(4).await[3], told[0]);
    assert!(!engine.outbox().decide(told[0].id, Verdict::Dropped, "somebody", now).await.unwrap(), "it was delivered");

    // Who decided what, of an event in which state, is found later, even when the event is forgotten.
    let decided = engine.outbox().decisions_about(told[0].id).await.unwrap();
    let told_of = |one: &Decided| (one.verdict, one.decider.clone(), one.state, one.tries, one.failure.clone());
    let failure = Some("status_500".to_owned());
    assert_eq!(
        decided.iter().map(told_of).collect::<Vec<_>>(),
        [
            (Verdict::Dropped, "somebody".to_owned(), LetterState::Dead, 3, failure.clone()),
            (Verdict::Replayed, "somebody else".to_owned(), LetterState::Dropped, 3, failure),
        ]
    );
    assert_eq!(the_letter(engine).await.replays, 1);
    assert_eq!(engine.outbox().decisions(10).await.unwrap().len(), 2);
    for sql in ["UPDATE outbox_decisions SET decider = ''", "DELETE FROM outbox_decisions"] {
        assert!(ledger.try_sql(sql).await.is_err(), "{sql}");
    }
    engine.close().await;
}

/// L11: one event that its receiver cannot bear holds up neither the other events nor, when it is dead, its consent's own.
async fn l11_a_poison_event_holds_up_its_own_consent_only_and_that_not_for_ever(on: On) {
    let settings = json!({"tries": 2, "firstPause": "PT10S"});
    let (ledger, receiver) = telling_passport(on, settings).await;
    let engine = &ledger.engine;
    let poisoned = shared(engine, NAYANA).await;
    let poison = the_letter(engine).await.event.id;
    receiver.answers.lock().unwrap().insert(poison, Some(400));
    engine.current().stop(&subject(NAYANA), poisoned, &trace()).await.unwrap();
    let others: Vec<String> = (0..5).map(|number| format!("20001234570{number}")).collect();
    for other in &others {
        shared(engine, other).await;
    }
    engine.begin_work();
    let told = receiver.has_heard(6).await;
    assert_eq!(told.iter().filter(|event| event.data.consent_id == poisoned).count(), 1, "what follows it waits");
    ledger.advance(13);
    let told = receiver.has_heard(8).await;
    let own: Vec<_> =
        told.iter().filter(|event| event.data.consent_id == poisoned).map(|one| one.data.version).collect();
    assert_eq!(own, [2, 2, 3], "and comes when it is dead");
    engine.close().await;
}

/// F15, L11: a receiver that is silent keeps its own places busy, and nobody else waits: neither another application nor a
/// person who stops.
async fn a_silent_receiver_delays_nobody_else(on: On) {
    let (silent, silent_address) = Receiver::listening().await;
    let (well, well_address) = Receiver::listening().await;
    *silent.pause.lock().unwrap() = Duration::from_secs(3600);
    let receivers = [("passport-app", silent_address.as_str()), ("vehicle-insurance", well_address.as_str())];
    let config = telling(&receivers, json!({"concurrent": 2, "timeoutMs": 60_000}));
    let ledger = ledger_with(on, config, clock()).await;
    let engine = &ledger.engine;
    engine.begin_work();
    for number in 0..5 {
        shared(engine, &format!("20001234570{number}")).await;
    }
    silent.has_heard(2).await;
    let mut insured = requirement(NAYANA, &[0]);
    (insured.application, insured.purpose) = ("vehicle-insurance".into(), "vehicle-insurance".into());
    let id = engine.require(&insured).await.unwrap().consent_id;
    let begun = Instant::now();
    engine.current().decide(&subject(NAYANA), id, 1, share(), None, &trace()).await.unwrap();
    well.has_heard(1).await;
    engine.current().stop(&subject(NAYANA), id, &trace()).await.unwrap();
    well.has_heard(2).await;
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert_eq!(silent.events().len(), 2, "it has two places");
    engine.close().await;
}

/// What could not be delivered because nobody was there is delivered when somebody is again, before its own time.
async fn l11_who_comes_back_hears_everything_that_was_missed(on: On) {
    let (receiver, address) = Receiver::listening().await;
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gone = format!("http://{}/hooks", nobody.local_addr().unwrap());
    drop(nobody);
    let settings = json!({"firstPause": "PT1H", "longestPause": "PT6H"});
    let config = telling(&[("passport-app", &gone)], settings.clone());
    let ledger = ledger_with(on, config, clock()).await;
    let engine = &ledger.engine;
    engine.begin_work();
    shared(engine, NAYANA).await;
    shared(engine, REGINA).await;
    let waiting = (EventStatus::PartlyGranted, LetterState::Pending, 1);
    become_so(engine, &[waiting, waiting]).await;
    engine.reconfigure(telling(&[("passport-app", &address)], settings));
    shared(engine, "200012345700").await;
    assert_eq!(receiver.has_heard(3).await.iter().map(|event| event.id).collect::<HashSet<_>>().len(), 3);
    engine.close().await;
}

/// What ends by itself is recorded, told and over, though nobody asks: a request that waits, one field before the others, and
/// what is shared by whoever is not told of anything.
async fn what_ends_by_itself_is_recorded_and_told_though_nobody_asks(on: On) {
    let (ledger, receiver) = telling_passport(on, json!({})).await;
    let engine = &ledger.engine;
    let shared = shared(engine, NAYANA).await;
    let asked = ledger.require(REGINA, &[0]).await.consent_id;
    let mut insured = requirement(NAYANA, &[0]);
    (insured.application, insured.purpose) = ("vehicle-insurance".into(), "vehicle-insurance".into());
    let silent = engine.require(&insured).await.unwrap().consent_id;
    engine.begin_work();
    receiver.has_heard(1).await;
    ledger.advance(3600 + 1);
    let told = receiver.has_heard(2).await;
    let ended = |event: &Event| (event.data.consent_id, event.kind, event.data.status);
    assert_eq!(ended(&told[1]), (asked, EventKind::Ended, EventStatus::Expired));
    ledger.advance(7 * 24 * 3600);
    let told = receiver.has_heard(3).await;
    assert_eq!(ended(&told[2]), (shared, EventKind::Ended, EventStatus::Expired));
    assert_eq!(told[2].data.version, 3);
    for (nic, id) in [(NAYANA, shared), (REGINA, asked), (NAYANA, silent)] {
        let history = engine.current().history_of(&subject(nic), id).await.unwrap();
        let last = history.entries.last().unwrap();
        assert_eq!(last.action, Action::Expired {}, "{id}");
        assert_eq!(last.trace_id.as_str().len(), 32);
    }
    // Nothing is recorded twice.
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(receiver.events().len(), 3);
    engine.close().await;
}

/// More consents than are looked at in one step, none of which can be recorded, because their histories cannot be read. What
/// ended after them is recorded all the same.
async fn what_cannot_be_recorded_as_ended_keeps_nothing_else_waiting(on: On) {
    let (ledger, receiver) = telling_passport(on, json!({})).await;
    let engine = &ledger.engine;
    for number in 0..105 {
        ledger.require(&format!("2000123450{number:03}"), &[0]).await;
    }
    let gap = r#"SELECT id, 7, 0, 'gap', '{"action":"EXPIRED"}' FROM consents"#;
    ledger.sql(&format!("INSERT INTO consent_actions (consent_id, seq, at, trace_id, action) {gap}")).await;
    let shared = shared(engine, NAYANA).await;
    engine.begin_work();
    receiver.has_heard(1).await;
    ledger.advance(7 * 24 * 3600);
    let told = receiver.has_heard(2).await;
    assert_eq!((told[1].data.consent_id, told[1].data.status), (shared, EventStatus::Expired));
    engine.close().await;
}

on_both_engines! {
    what_cannot_be_recorded_as_ended_keeps_nothing_else_waiting,
    what_ends_by_itself_is_recorded_and_told_though_nobody_asks,
    each_change_is_told_in_order_and_a_request_is_not,
    who_is_not_registered_is_told_nothing_and_nothing_is_kept_for_him,
    l11_what_is_refused_again_and_again_becomes_a_dead_letter_that_can_be_replayed,
    l11_a_poison_event_holds_up_its_own_consent_only_and_that_not_for_ever,
    a_silent_receiver_delays_nobody_else,
    l11_who_comes_back_hears_everything_that_was_missed,
}

/// What was delivered is kept for as long as is configured, and a dead letter for ever.
#[tokio::test]
async fn what_was_delivered_long_ago_is_forgotten_and_a_dead_letter_never() {
    let settings = json!({"tries": 1, "keepDelivered": "P1D"});
    let (ledger, receiver) = telling_passport(On::Sqlite, settings).await;
    ledger.engine.begin_work();
    shared(&ledger.engine, NAYANA).await;
    receiver.has_heard(1).await;
    become_so(&ledger.engine, &[(EventStatus::PartlyGranted, LetterState::Delivered, 1)]).await;
    *receiver.usually.lock().unwrap() = Some(500);
    ledger.advance(3600);
    shared(&ledger.engine, REGINA).await;
    become_so(
        &ledger.engine,
        &[(EventStatus::PartlyGranted, LetterState::Delivered, 1), (EventStatus::PartlyGranted, LetterState::Dead, 1)],
    )
    .await;
    ledger.engine.close().await;
    ledger.advance(30 * 3600);
    // It is looked for when the work begins, too.
    let again = ledger.another().await;
    again.reconfigure(telling(&[("passport-app", "http://127.0.0.1:9/")], json!({"keepDelivered": "P1D"})));
    again.begin_work();
    become_so(&again, &[(EventStatus::PartlyGranted, LetterState::Dead, 1)]).await;
    again.close().await;
}

/// A name that leads to this machine is refused when it is connected to, whatever the configuration could tell of it.
#[tokio::test]
async fn p9_where_nobody_may_be_told_nobody_is() {
    let (receiver, address) = Receiver::listening().await;
    let ledger = ledger_with(On::Sqlite, telling(&[("passport-app", &address)], json!({})), clock()).await;
    let mut config = telling(&[("passport-app", &address)], json!({"firstPause": "PT10S"}));
    config.webhooks.allowed_networks.clear();
    ledger.engine.reconfigure(config);
    ledger.engine.begin_work();
    shared(&ledger.engine, NAYANA).await;
    become_so(&ledger.engine, &[(EventStatus::PartlyGranted, LetterState::Pending, 1)]).await;
    while the_letter(&ledger.engine).await.failure.as_deref() != Some("not_allowed") {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(receiver.events(), []);
    ledger.engine.close().await;
}

/// Each event is taken by one of several engines, and a consent's events arrive in their order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn l11_two_engines_on_one_postgres_tell_everything_once_and_in_order() {
    let (receiver, address) = Receiver::listening().await;
    let config = || telling(&[("passport-app", &address)], json!({"concurrent": 8}));
    let ledger = ledger_with(On::Postgres, config(), clock()).await;
    let second = ledger.another().await;
    second.reconfigure(config());
    *receiver.pause.lock().unwrap() = Duration::from_millis(20);
    ledger.engine.begin_work();
    second.begin_work();
    let engines = [Arc::clone(&ledger.engine), second];
    let mut changing = Vec::new();
    for number in 0..30 {
        let (engine, nic) = (Arc::clone(&engines[number % 2]), format!("2000123458{number:02}"));
        changing.push(tokio::spawn(async move {
            let id = shared(&engine, &nic).await;
            engine.current().stop(&subject(&nic), id, &trace()).await.unwrap();
        }));
    }
    for changing in changing {
        changing.await.unwrap();
    }
    let told = receiver.has_heard(60).await;
    assert_eq!(told.iter().map(|event| event.id).collect::<HashSet<_>>().len(), 60, "each once");
    let mut newest: BTreeMap<Uuid, u64> = BTreeMap::new();
    for event in &told {
        let before = newest.insert(event.data.consent_id, event.data.version);
        assert!(before.unwrap_or_default() < event.data.version, "{event:?}");
    }
    for engine in &engines {
        engine.close().await;
    }
}

/// L11: who dies after sending and before noting it leaves the event to another, who sends it again under the same id.
#[tokio::test]
async fn l11_what_a_dead_process_had_taken_is_sent_again_with_the_same_id() {
    let (receiver, address) = Receiver::listening().await;
    let config = || telling(&[("passport-app", &address)], json!({"timeoutMs": 2000}));
    let ledger = ledger_with(On::Postgres, config(), clock()).await;
    *receiver.pause.lock().unwrap() = Duration::from_secs(3600);
    ledger.engine.begin_work();
    shared(&ledger.engine, NAYANA).await;
    receiver.has_heard(1).await;
    // Its connections are broken for good: it can note nothing.
    let database = ledger.database.as_ref().unwrap();
    database.shut_out();
    tokio::time::sleep(Duration::from_millis(2500)).await;
    ledger.engine.close().await;
    database.let_in();
    *receiver.pause.lock().unwrap() = Duration::ZERO;
    let second = ledger.another().await;
    second.reconfigure(config());
    second.begin_work();
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(receiver.events().len(), 1, "it is still taken");
    ledger.advance(8);
    let told = receiver.has_heard(2).await;
    assert_eq!(told[0], told[1]);
    become_so(&second, &[(EventStatus::PartlyGranted, LetterState::Delivered, 2)]).await;
    second.close().await;
}
