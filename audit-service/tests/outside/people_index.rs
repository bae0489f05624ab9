//! The index of people beside the record: filled by several at once, from what was there before, and without being asked.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use crate::{
    ground::*,
    history::{history, question, released},
};
use audit_service::Audit;
use ndx_contracts::{
    Subject,
    audit::{AuditLog, SubjectEntry},
};
use ndx_store::{Place, StoreError};

/// Whom each end of a request is about, from the record itself; and from the index.
async fn from_the_record(audit: &Audit) -> BTreeSet<(i64, String)> {
    let ends = all(audit).await.logs.into_iter().filter(|entry| entry.event != "INTENT");
    ends.flat_map(|end| end.subjects.into_iter().filter_map(move |one| Some((end.seq, one.subject_hash?)))).collect()
}

async fn from_the_index(place: &Place) -> BTreeSet<(i64, String)> {
    let mut database = ndx_store::connection::connect(place, &audit_service::store::TABLES).await.unwrap();
    let rows =
        sqlx::query("SELECT record_seq, subject_hash FROM subject_history").fetch_all(&mut database).await.unwrap();
    let hexadecimal = |bytes: Vec<u8>| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    rows.iter().map(|row| (sqlx::Row::get(row, 0), hexadecimal(sqlx::Row::get(row, 1)))).collect()
}

async fn caught_up(audit: &Audit) {
    while history(audit, NIC).await.behind > 0 {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_that_take_in_at_once_leave_nothing_out_and_take_nothing_in_twice() {
    let ground = Ground::new();
    let place = ground.postgres();
    let logs = [
        ground.open_as(&place, ndx_clock::SystemClock::shared(), several()).await,
        ground.open_as(&place, ndx_clock::SystemClock::shared(), several()).await,
    ];
    let tasks = (0..4_u128).map(|writer| {
        let logs: Vec<Arc<Audit>> = logs.to_vec();
        tokio::spawn(async move {
            for number in 0..40 {
                let request = writer * 1000 + number;
                let (one, other) = (&logs[(number % 2) as usize], &logs[((number + 1) % 2) as usize]);
                let about = |event| {
                    let mut entry = record(request, event);
                    let second = Subject::from_canonical(format!("20001234{:04}", request % 10_000));
                    entry.subjects.push(SubjectEntry {
                        root: "2:personInfo".into(),
                        subject: Some(second),
                        consent: None,
                    });
                    entry
                };
                one.append(about(intent())).await.unwrap();
                other.append(about(release())).await.unwrap();
                if number % 10 == 0 {
                    history(one, NIC).await;
                }
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    for log in &logs {
        caught_up(log).await;
    }
    assert_eq!(history(&logs[0], NIC).await.total, 160);
    let wanted = 2 * 160;
    assert_eq!(ground.database.sql("SELECT count(*) FROM ndx_audit.subject_history").trim(), wanted.to_string());
    let done = ground.database.sql("SELECT done FROM ndx_audit.subject_history_progress");
    assert_eq!(done.trim(), ground.database.sql("SELECT max(seq) FROM ndx_audit.audit_records").trim());
}

#[tokio::test]
async fn what_was_recorded_before_is_taken_in() {
    let ground = Ground::new();
    for place in ground.both() {
        let audit = ground.open(&place).await;
        // More than is taken in at once; those that wait together are written together.
        let requests = (0..600).map(|request| {
            let audit = audit.clone();
            tokio::spawn(async move {
                audit.append(record(request, intent())).await.unwrap();
                audit.append(record(request, release())).await.unwrap();
            })
        });
        for request in requests.collect::<Vec<_>>() {
            request.await.unwrap();
        }
        audit.close().await;
        // As it is when the index is new, or half done.
        let mut database = ndx_store::connection::connect(&place, &audit_service::store::TABLES).await.unwrap();
        for statement in ["DELETE FROM subject_history", "DELETE FROM subject_history_progress"] {
            sqlx::query(statement).execute(&mut database).await.unwrap();
        }
        drop(database);
        let audit = ground.open(&place).await;
        caught_up(&audit).await;
        assert_eq!(history(&audit, NIC).await.total, 600, "{place}");
        assert_eq!(from_the_index(&place).await, from_the_record(&audit).await, "{place}");
    }
}

#[tokio::test]
async fn a_place_that_is_missing_is_not_read_over() {
    let ground = Ground::new();
    let audit = ground.open(&ground.postgres()).await;
    for request in 0..5 {
        released(&audit, request, &[("person.fullName", "released", None)]).await;
    }
    audit.close().await;
    // Nobody can do so but who may switch the database's own rules off.
    let tampered = "SET session_replication_role = replica; SET search_path = ndx_audit;
                    DELETE FROM subject_history; DELETE FROM subject_history_progress; DELETE FROM audit_records WHERE seq = 4";
    ground.database.sql(tampered);
    let audit = ground.open(&ground.postgres()).await;
    let failed = audit.history(&question(NIC)).await;
    assert!(matches!(failed, Err(StoreError::Corrupt(_))), "{failed:?}");
    assert_eq!(ground.database.sql("SELECT count(*) FROM ndx_audit.subject_history").trim(), "0");
}

#[tokio::test]
async fn the_index_is_filled_without_being_asked() {
    let ground = Ground::new();
    let audit = ground.open(&ground.postgres()).await;
    released(&audit, 1, &[("person.fullName", "released", None)]).await;
    let count = || ground.database.sql("SELECT count(*) FROM ndx_audit.subject_history").trim().to_owned();
    let begun = std::time::Instant::now();
    while count() != "1" {
        assert!(begun.elapsed() < Duration::from_secs(20), "it is taken in");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    audit.close().await;
}
