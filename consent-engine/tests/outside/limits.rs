//! C15: people are asked within limits, an operator is warned, and whoever has had enough blocks the application.

use std::sync::Arc;

use crate::support::*;
use chrono::TimeDelta;
use consent_engine::{Config, Decision, Engine, ledger::Action};
use ndx_contracts::{
    JudgeError,
    consent::{ConsentAnswer, ConsentEngine, ConsentRequirement, ConsentStatus},
};

const DAY: i64 = 86_400;

fn share() -> Decision {
    Decision::Share { optional: Vec::new(), length: TimeDelta::days(7) }
}

/// Farajaland's configuration with other limits.
fn limited(of_an_application: u64, of_a_person: u64, waiting: u64) -> Config {
    let mut config = config("127.0.0.1:8081", "127.0.0.1:8090");
    config.limits.requests_per_day = of_an_application;
    config.limits.requests_per_person_and_day = of_a_person;
    config.limits.waiting_per_person = waiting;
    config
}

fn of_the_insurance(nic: &str, field: usize) -> ConsentRequirement {
    let (application, purpose) = ("vehicle-insurance".into(), "vehicle-insurance".into());
    ConsentRequirement { application, purpose, ..requirement(nic, &[field]) }
}

async fn asked(engine: &Arc<Engine>, requirement: &ConsentRequirement) -> Result<ConsentAnswer, u32> {
    match engine.require(requirement).await {
        Ok(answer) => Ok(answer),
        Err(JudgeError::Limited { retry_after, .. }) => Err(retry_after),
        Err(error) => panic!("{error}"),
    }
}

async fn c15_an_application_opens_so_many_requests_a_day_and_no_more(on: On) {
    let ledger = ledger_with(on, limited(3, 10, 10), clock()).await;
    let person = |number: usize| requirement(&format!("2000123456{number:02}"), &[0]);
    for number in 0..3 {
        asked(&ledger.engine, &person(number)).await.unwrap();
    }
    // 05:00 in universal time: the day has nineteen hours more.
    assert_eq!(asked(&ledger.engine, &person(3)).await, Err(19 * 3600));
    assert!(asked(&ledger.engine, &person(0)).await.is_ok(), "what waits already is not counted");
    assert!(asked(&ledger.engine, &of_the_insurance(NAYANA, 0)).await.is_ok(), "nor what others ask");
    let id = asked(&ledger.engine, &person(0)).await.unwrap().consent_id;
    ledger.engine.current().decide(&subject("200012345600"), id, 1, share(), None, &trace()).await.unwrap();
    let shared = asked(&ledger.engine, &person(0)).await.unwrap();
    assert_eq!(shared.status, ConsentStatus::Approved, "what is shared is not asked for");
    // The other day.
    ledger.advance(19 * 3600);
    assert!(asked(&ledger.engine, &person(3)).await.is_ok());
    assert_eq!(ledger.sql("SELECT CAST(count(*) AS TEXT) FROM consent_actions").await, ["6"]);
}

async fn c15_one_person_is_asked_so_often_by_one_application_and_by_all(on: On) {
    let ledger = ledger_with(on, limited(100, 2, 1), clock()).await;
    asked(&ledger.engine, &requirement(NAYANA, &[0])).await.unwrap();
    assert!(asked(&ledger.engine, &requirement(NAYANA, &[1])).await.is_ok(), "what waits is extended");
    let third = asked(&ledger.engine, &requirement(NAYANA, &[2])).await;
    let of_another = asked(&ledger.engine, &of_the_insurance(NAYANA, 0)).await;
    assert_eq!((&third, &of_another), (&Err(19 * 3600), &Err(19 * 3600)), "nobody learns which limit it was");
    assert!(asked(&ledger.engine, &requirement(REGINA, &[2])).await.is_ok());
    let id = asked(&ledger.engine, &requirement(NAYANA, &[0])).await.unwrap().consent_id;
    ledger.engine.current().decide(&subject(NAYANA), id, 2, share(), None, &trace()).await.unwrap();
    assert!(asked(&ledger.engine, &of_the_insurance(NAYANA, 0)).await.is_ok(), "nothing waits any more");
    assert_eq!(asked(&ledger.engine, &requirement(NAYANA, &[2])).await, Err(19 * 3600));
}

/// Many at once, through two processes' worth of engines where there can be two.
async fn c15_of_many_requests_at_once_as_many_are_opened_as_may_be(on: On) {
    let ledger = ledger_with(on, limited(5, 10, 10), clock()).await;
    let second = match on {
        On::Sqlite => Arc::clone(&ledger.engine),
        On::Postgres => {
            let (place, key) = (ledger.place(), ledger.root_key());
            Engine::open(limited(5, 10, 10), &place, &key, ledger.clock.clone()).await.unwrap()
        }
    };
    let ask = |number: usize| {
        let engine = Arc::clone(if number.is_multiple_of(2) { &ledger.engine } else { &second });
        tokio::spawn(async move { asked(&engine, &requirement(&format!("2000123456{number:02}"), &[0])).await.is_ok() })
    };
    let mut opened = 0;
    for task in (0..20).map(ask).collect::<Vec<_>>() {
        opened += usize::from(task.await.unwrap());
    }
    assert_eq!(opened, 5);
    assert_eq!(ledger.sql("SELECT CAST(count(*) AS TEXT) FROM consent_actions").await, ["5"]);
}

async fn c15_an_operator_is_warned_once_a_day(on: On) {
    let ledger = ledger_with(on, limited(1, 10, 10), clock()).await;
    asked(&ledger.engine, &requirement(NAYANA, &[0])).await.unwrap();
    let warned = "SELECT CAST(warned AS TEXT) FROM asking_counts WHERE warned > 0 AND number > 0";
    for _ in 0..3 {
        assert!(asked(&ledger.engine, &requirement(REGINA, &[0])).await.is_err());
        assert_eq!(ledger.sql(warned).await, ["20778"]);
    }
    ledger.advance(DAY);
    asked(&ledger.engine, &requirement("198512345678", &[0])).await.unwrap();
    assert!(asked(&ledger.engine, &requirement(REGINA, &[0])).await.is_err());
    assert_eq!(ledger.sql(warned).await, ["20779"]);
}

async fn who_is_blocked_asks_nobody_and_hears_no_more_than_a_no(on: On) {
    let ledger = ledger_on(on).await;
    let (current, nayana) = (ledger.engine.current(), subject(NAYANA));
    let shared = ledger.require(NAYANA, &[0]).await.consent_id;
    current.decide(&nayana, shared, 1, share(), None, &trace()).await.unwrap();
    ledger.require(NAYANA, &[0, 1]).await;
    current.block(&nayana, &"passport-app".into(), &trace()).await.unwrap();
    current.block(&nayana, &"passport-app".into(), &trace()).await.unwrap();
    let blocks = current.blocks_of(&nayana).await.unwrap();
    assert_eq!(blocks.iter().map(|block| block.application.as_str()).collect::<Vec<_>>(), ["passport-app"]);
    let answer = ledger.require(NAYANA, &[0, 1]).await;
    assert_eq!((answer.covered, answer.declined), (vec![field(0)], vec![field(1)]), "what she shares stays shared");

    // Another purpose of the application, of which she was never asked: as after a no.
    let before = ledger.sql("SELECT id FROM consents").await.len();
    let mut config = config("127.0.0.1:8081", "127.0.0.1:8090");
    config.cool_down = TimeDelta::days(10);
    ledger.engine.reconfigure(config);
    current.stop(&nayana, shared, &trace()).await.unwrap();
    ledger.advance(30 * DAY);
    let again = ledger.require(NAYANA, &[0]).await;
    assert_eq!((again.status, again.portal_url), (ConsentStatus::Rejected, None));
    assert!(again.manage_url.is_some());
    let history = current.history_of(&nayana, shared).await.unwrap().entries;
    assert!(matches!(history.last().unwrap().action, Action::Denied { blocked: true, unexpected: false, .. }));
    assert_eq!(ledger.require(NAYANA, &[0]).await.version, again.version, "she reads once that they tried");
    assert_eq!(ledger.sql("SELECT id FROM consents").await.len(), before);
    assert_eq!(ledger.require(REGINA, &[0]).await.status, ConsentStatus::Pending, "others are asked");
    assert!(ledger.engine.require(&of_the_insurance(NAYANA, 0)).await.unwrap().portal_url.is_some());

    current.unblock(&nayana, &"passport-app".into(), &trace()).await.unwrap();
    assert!(current.blocks_of(&nayana).await.unwrap().is_empty());
    ledger.advance(10 * DAY);
    assert_eq!(ledger.require(NAYANA, &[0]).await.status, ConsentStatus::Pending);
    for sql in ["UPDATE blocks SET blocked = 0", "DELETE FROM blocks"] {
        assert!(ledger.try_sql(sql).await.is_err(), "{sql}");
    }
}

/// Whoever asks while the person blocks is refused or was before; nothing waits for her afterwards.
async fn nothing_waits_after_a_block_was_acknowledged(on: On) {
    let ledger = ledger_on(on).await;
    for round in 0..10 {
        let nic = format!("2000123456{round:02}");
        let ask = |index: usize| {
            let (engine, requirement) = (Arc::clone(&ledger.engine), requirement(&nic, &[index % 3]));
            tokio::spawn(async move { engine.require(&requirement).await.unwrap() })
        };
        let asking: Vec<_> = (0..6).map(ask).collect();
        ledger.engine.current().block(&subject(&nic), &"passport-app".into(), &trace()).await.unwrap();
        let waits = ledger.engine.current().consents_of(&subject(&nic)).await.unwrap();
        assert!(waits.iter().all(|one| one.consent.request.is_none()), "round {round}");
        for task in asking {
            task.await.unwrap();
        }
        let waits = ledger.engine.current().consents_of(&subject(&nic)).await.unwrap();
        assert!(waits.iter().all(|one| one.consent.request.is_none()), "round {round}");
    }
}

on_both_engines! {
    c15_an_application_opens_so_many_requests_a_day_and_no_more,
    c15_one_person_is_asked_so_often_by_one_application_and_by_all,
    c15_of_many_requests_at_once_as_many_are_opened_as_may_be,
    c15_an_operator_is_warned_once_a_day,
    who_is_blocked_asks_nobody_and_hears_no_more_than_a_no,
    nothing_waits_after_a_block_was_acknowledged,
}
