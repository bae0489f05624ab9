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
        let history = engines[1].current().history_of(&subject(&nic), id).await.unwrap().entries;
        assert_eq!(history.len(), 2);
    }
}

/// F12: processes whose clocks differ decide alike, by the clock of the database.
#[tokio::test]
async fn f12_what_has_ended_has_ended_for_processes_whose_clocks_differ() {
    let ledger = ledger_on(On::Postgres).await;
    let with_a_clock_that_is_off_by = async |minutes: i64| {
        let clock = clock();
        clock.advance(TimeDelta::minutes(minutes));
        let config = config("127.0.0.1:8081", "127.0.0.1:8090");
        Engine::open(config, &ledger.place(), &ledger.root_key(), clock).await.unwrap()
    };
    let (slow, fast) = (with_a_clock_that_is_off_by(-600).await, with_a_clock_that_is_off_by(600).await);
    let asked = fast.require(&requirement(NAYANA, &[0])).await.unwrap();
    assert_eq!(asked.expires_at.unwrap().to_rfc3339(), ledger.clock_at(3600), "an hour from the database's now");
    assert_eq!(slow.require(&requirement(NAYANA, &[0])).await.unwrap(), asked);
    let hour = Decision::Share { optional: Vec::new(), length: TimeDelta::hours(1) };
    let id = asked.consent_id;
    fast.current().decide(&subject(NAYANA), id, 1, hour.clone(), None, &trace()).await.unwrap();
    let standing = [StandingConsent { consent_id: id, fields: vec![field(0)] }];
    ledger.advance(3599);
    for engine in [&slow, &fast] {
        assert_eq!(engine.require(&requirement(NAYANA, &[0])).await.unwrap().covered, [field(0)]);
        assert_eq!(engine.withdrawn(&standing).await.unwrap(), []);
    }
    ledger.advance(1);
    for engine in [&slow, &fast] {
        assert_eq!(engine.withdrawn(&standing).await.unwrap(), standing);
    }
    let again = slow.require(&requirement(NAYANA, &[0])).await.unwrap();
    assert_eq!((again.status, again.version), (ConsentStatus::Pending, 4));
    ledger.advance(3600);
    let late = slow.current().decide(&subject(NAYANA), id, 4, hour, None, &trace()).await;
    assert!(matches!(late, Err(EngineError::Illegal(_))), "a slow clock opens nothing again");
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

/// Among many thousands of consents, one is found by index: no table is read from its beginning to its end.
#[tokio::test]
async fn one_among_many_is_found_by_index() {
    let ledger = ledger_on(On::Postgres).await;
    let id = ledger.require(NAYANA, &[0]).await.consent_id;
    ledger.engine.current().decide(&subject(NAYANA), id, 1, share(), None, &trace()).await.unwrap();
    let database = ledger.database.as_ref().unwrap();
    database.sql(&format!(
        "SET search_path TO ndx_consent;
         CREATE TEMP TABLE others AS SELECT gen_random_uuid()::text AS id, sha256(number::text::bytea) AS hash
         FROM generate_series(1, 50000) AS number;
         INSERT INTO consents SELECT o.id, c.subject, o.hash, c.application, c.purpose, c.created_at
         FROM others o, consents c WHERE c.id = '{id}';
         INSERT INTO consent_actions SELECT o.id, a.seq, a.at, a.trace_id, a.action, a.evidence
         FROM others o, consent_actions a WHERE a.consent_id = '{id}';
         INSERT INTO current_consents SELECT o.id, k.rules, k.version, k.changed_at, k.status, k.request_ends, k.sharing_ends,
         k.lapses_at, k.unexpected_at, k.state FROM others o, current_consents k WHERE k.consent_id = '{id}';
         ANALYZE;"
    ));
    let scans = |kind: &str| {
        let tables = "'consents', 'current_consents', 'consent_actions', 'blocks', 'asking_counts'";
        let sum = format!("SELECT coalesce(sum({kind}), 0) FROM pg_stat_user_tables WHERE relname IN ({tables})");
        database.sql(&sum).trim().parse::<u64>().unwrap()
    };
    let (whole, by_index) = (scans("seq_tup_read"), scans("idx_scan"));
    let standing = [StandingConsent { consent_id: id, fields: vec![field(0)] }];
    for number in 0..20 {
        ledger.engine.require(&requirement(NAYANA, &[0])).await.unwrap();
        ledger.engine.withdrawn(&standing).await.unwrap();
        ledger.engine.current().consents_of(&subject(NAYANA)).await.unwrap();
        ledger.engine.require(&requirement(&format!("1985123456{number:02}"), &[0])).await.unwrap();
    }
    // The server counts what a connection has done when the connection has been idle for a moment.
    ledger.engine.close().await;
    for _ in 0..100 {
        if scans("idx_scan") >= by_index + 80 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert!(scans("idx_scan") >= by_index + 80, "{by_index}");
    assert!(scans("seq_tup_read") - whole < 50_000, "not one table was read whole");
}
