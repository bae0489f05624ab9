//! Several processes that keep one log, in PostgreSQL.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use crate::ground::*;
use audit_service::{Role, WriteError};
use chrono::TimeDelta;
use ndx_clock::{Clock, ManualClock, SystemClock};
use ndx_contracts::{JudgeError, audit::AuditLog};
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_that_append_at_once_leave_no_gap_and_each_intent_has_one_end() {
    let ground = Ground::new();
    let place = ground.postgres();
    let clock = ManualClock::at(SystemClock.now());
    let one = ground.open_as(&place, clock.clone(), several()).await;
    let two = ground.open_as(&place, clock, several()).await;
    let tasks = (0..60).map(|request| {
        let (one, two) = (one.clone(), two.clone());
        tokio::spawn(async move {
            // What one has opened, the other may close; and both may try.
            one.append(record(request, intent())).await.unwrap();
            let (released, aborted) =
                tokio::join!(two.write(keep(request, release())), one.write(keep(request, aborted())));
            aborted.unwrap();
            assert!(matches!(released, Ok(()) | Err(WriteError::NotOpen)));
            released.is_ok()
        })
    });
    let mut released = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        released.push(task.await.unwrap());
    }
    let page = all(&two).await;
    let seqs: Vec<_> = page.logs.iter().rev().map(|entry| entry.seq).collect();
    assert_eq!(seqs, (1..=120).collect::<Vec<_>>());
    let mut of_request: BTreeMap<Uuid, Vec<&str>> = BTreeMap::new();
    for entry in page.logs.iter().rev() {
        of_request.entry(entry.request_id).or_default().push(&entry.event);
    }
    for (request, was_released) in (0..60).zip(released) {
        let end = if was_released { "RELEASE" } else { "ABORTED" };
        assert_eq!(of_request[&Uuid::from_u128(request)], ["INTENT", end]);
    }
    assert_eq!(ground.database.sql("SELECT count(*) FROM ndx_audit.open_requests").trim(), "0");
}

#[tokio::test]
async fn f8_a_release_after_the_request_was_swept_is_refused() {
    let ground = Ground::new();
    let place = ground.postgres();
    let clock = ManualClock::at(SystemClock.now());
    let one = ground.open_as(&place, clock.clone(), several()).await;
    one.append(record(1, intent())).await.unwrap();
    clock.advance(TimeDelta::seconds(100));
    one.append(record(2, intent())).await.unwrap();

    // Another that starts closes what is older than any request may be, and nothing else.
    clock.advance(TimeDelta::seconds(19));
    ground.open_as(&place, clock.clone(), several()).await.close().await;
    assert_eq!(events(&one).await, ["INTENT", "INTENT"]);
    clock.advance(TimeDelta::seconds(2));
    ground.open_as(&place, clock.clone(), several()).await.close().await;
    assert_eq!(events(&one).await, ["INTENT", "INTENT", "ABORTED"]);

    assert!(matches!(one.append(record(1, release())).await, Err(JudgeError::Unavailable { .. })));
    one.append(record(1, aborted())).await.unwrap();
    one.append(record(2, release())).await.unwrap();
    assert_eq!(events(&one).await, ["INTENT", "INTENT", "ABORTED", "RELEASE"]);
}

#[tokio::test]
async fn f8_what_another_left_open_is_closed_by_those_that_run_until_they_end() {
    let ground = Ground::new();
    let place = ground.postgres();
    let clock = ManualClock::at(SystemClock.now());
    let lost = ground.open_as(&place, clock.clone(), several()).await;
    lost.append(record(1, intent())).await.unwrap();
    lost.close().await;
    drop(lost);
    let often = Role::OneOfSeveral { longest_request: Duration::from_secs(30), look_every: Duration::from_millis(20) };
    let running = ground.open_as(&place, clock.clone(), often).await;
    assert_eq!(events(&running).await, ["INTENT"]);
    clock.advance(TimeDelta::seconds(121));
    let waited = Instant::now();
    while events(&running).await.len() < 2 {
        assert!(waited.elapsed() < Duration::from_secs(20), "it is closed");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(events(&running).await, ["INTENT", "ABORTED"]);
    running.append(record(2, intent())).await.unwrap();
    running.close().await;

    // Once it is closed, it looks no more.
    let connections =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    assert_eq!(ground.database.sql(connections).trim(), "0");
    clock.advance(TimeDelta::seconds(121));
    assert_eq!(Arc::strong_count(&clock), 2, "the task that held the clock is gone; the log holds it still");
}

#[test]
fn a_request_is_open_for_longer_than_any_may_last() {
    assert_eq!(Role::Alone.patience(), None);
    assert_eq!(several().patience(), Some(Duration::from_secs(120)));
    let patient = Role::one_of_several(Duration::from_secs(300));
    assert_eq!(patient.patience(), Some(Duration::from_secs(360)));
}

#[tokio::test]
async fn f7_audit_down_at_intent_and_f8_at_release_are_errors_in_time_and_the_log_recovers() {
    let ground = Ground::new();
    let audit = ground.open_as(&ground.postgres(), SystemClock::shared(), several()).await;
    audit.append(record(1, intent())).await.unwrap();
    ground.database.shut_out();
    for (request, event) in [(2, intent()), (1, release()), (1, aborted())] {
        let started = Instant::now();
        assert!(matches!(audit.append(record(request, event)).await, Err(JudgeError::Unavailable { .. })));
        assert!(started.elapsed() < Duration::from_secs(2), "before the gateway gives up: {:?}", started.elapsed());
    }
    ground.database.let_in();
    audit.append(record(1, release())).await.unwrap();
    audit.append(record(3, intent())).await.unwrap();
    assert_eq!(events(&audit).await, ["INTENT", "RELEASE", "INTENT"]);
}
