//! Several engines on one PostgreSQL: what one has written, the others know.

use std::{collections::HashSet, sync::Arc};

use crate::support::*;
use chrono::TimeDelta;
use consent_engine::{Decision, Engine, EngineError};
use ndx_contracts::consent::{ConsentEngine, ConsentStatus, StandingConsent};

fn share() -> Decision {
    Decision::Share { optional: Vec::new(), length: TimeDelta::days(7) }
}

async fn two() -> (Ledger, [Arc<Engine>; 2]) {
    let ledger = ledger_on(On::Postgres).await;
    let engines = [Arc::clone(&ledger.engine), ledger.another().await];
    (ledger, engines)
}

#[tokio::test]
async fn what_is_answered_through_one_is_seen_at_once_by_the_other() {
    let (_ledger, [one, other]) = two().await;
    let asked = one.require(&requirement(NAYANA, &[0])).await.unwrap();
    assert_eq!(other.require(&requirement(NAYANA, &[0])).await.unwrap(), asked);
    other.current().decide(&subject(NAYANA), asked.consent_id, 1, share(), None, &trace()).await.unwrap();
    let seen = one.require(&requirement(NAYANA, &[0])).await.unwrap();
    assert_eq!((seen.status, seen.version), (ConsentStatus::Approved, 2));
}

#[tokio::test]
async fn one_person_asked_for_through_both_at_once_has_one_consent_and_one_request() {
    let (ledger, engines) = two().await;
    for round in 0..10 {
        let nic = format!("2000123456{round:02}");
        let ask = |index: usize| {
            let (engine, requirement) = (Arc::clone(&engines[index % 2]), requirement(&nic, &[0, 1]));
            tokio::spawn(async move { engine.require(&requirement).await.unwrap() })
        };
        let mut answers = HashSet::new();
        for asked in (0..12).map(ask).collect::<Vec<_>>() {
            let answer = asked.await.unwrap();
            answers.insert((answer.consent_id, answer.version));
        }
        assert_eq!(answers.len(), 1, "{answers:?}");
    }
    let count = |table: &str| {
        ledger.database.as_ref().unwrap().sql(&format!("SELECT count(*) FROM ndx_consent.{table}")).trim().to_owned()
    };
    assert_eq!((count("consents"), count("consent_actions")), ("10".to_owned(), "10".to_owned()));
}

#[tokio::test]
async fn c6_of_many_decisions_through_both_exactly_one_wins() {
    let (_ledger, engines) = two().await;
    for round in 0..10 {
        let nic = format!("2000123456{round:02}");
        let id = engines[0].require(&requirement(&nic, &[0])).await.unwrap().consent_id;
        let decide = |index: usize| {
            let (engine, nic) = (Arc::clone(&engines[index % 2]), nic.clone());
            let decision = if index.is_multiple_of(3) { Decision::Deny { unexpected: false } } else { share() };
            tokio::spawn(async move { engine.current().decide(&subject(&nic), id, 1, decision, None, &trace()).await })
        };
        let mut won = 0;
        for decided in (0..12).map(decide).collect::<Vec<_>>() {
            match decided.await.unwrap() {
                Ok(_) => won += 1,
                Err(error) => assert!(matches!(error, EngineError::Conflict), "{error}"),
            }
        }
        assert_eq!(won, 1);
        let history = engines[1].current().consent_of(&subject(&nic), id).await.unwrap().entries;
        assert_eq!(history.len(), 2);
    }
}

/// C2, F6: whoever looks after the stop was acknowledged sees it, through whichever engine, in whatever interleaving.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c2_f6_what_was_stopped_through_one_is_withdrawn_for_the_other_at_once() {
    let (_ledger, engines) = two().await;
    for round in 0..60 {
        let nic = format!("2000123457{round:02}");
        let id = engines[0].require(&requirement(&nic, &[0])).await.unwrap().consent_id;
        engines[0].current().decide(&subject(&nic), id, 1, share(), None, &trace()).await.unwrap();
        let standing = vec![StandingConsent { consent_id: id, fields: vec![field(0)] }];
        let acknowledged = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let look = |index: usize| {
            let (engine, standing) = (Arc::clone(&engines[index % 2]), standing.clone());
            let acknowledged = Arc::clone(&acknowledged);
            tokio::spawn(async move {
                let mut after = 0;
                while after < 2 {
                    let stopped = acknowledged.load(std::sync::atomic::Ordering::SeqCst);
                    let withdrawn = engine.withdrawn(&standing).await.unwrap();
                    if stopped {
                        assert_eq!(withdrawn, standing, "it was acknowledged before this look began");
                        after += 1;
                    }
                }
            })
        };
        let looking: Vec<_> = (0..4).map(look).collect();
        engines[round % 2].current().stop(&subject(&nic), id, &trace()).await.unwrap();
        acknowledged.store(true, std::sync::atomic::Ordering::SeqCst);
        for looked in looking {
            looked.await.unwrap();
        }
    }
}
