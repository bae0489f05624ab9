//! The log over a real file.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::{path::Path, sync::Arc, time::Duration};

use audit_service::{Audit, server, store::Filter};
use ndx_auth::{ServiceKey, ServiceVerifier};
use ndx_clock::SystemClock;
use ndx_contracts::{
    FieldRef, JudgeError, Subject,
    audit::{AuditEvent, AuditLog, AuditRecord, ConsentVersion, FieldEntry, SubjectEntry},
};
use ndx_service::{listen, outbound};
use ndx_store::{RootKey, sqlite};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const NIC: &str = "199512345678";

async fn open(folder: &Path) -> Arc<Audit> {
    let root_key = RootKey::read_or_make(&folder.join("root.key")).unwrap();
    Audit::open(folder, &root_key, SystemClock::shared()).await.unwrap()
}

fn record(request: u128, event: AuditEvent) -> AuditRecord {
    AuditRecord {
        request_id: Uuid::from_u128(request),
        trace_id: "4bf92f3577b34da6a3ce929d0e0e4736".into(),
        application: "passport-app".into(),
        member: "die".into(),
        purpose: "passport-application".into(),
        policy_version: Some(3),
        plan_hash: Some("abc".to_owned()),
        providers: Vec::new(),
        subjects: vec![SubjectEntry {
            root: "personInfo".to_owned(),
            subject: Some(Subject::from_canonical(NIC)),
            consent: Some(ConsentVersion { consent_id: Uuid::from_u128(9), version: 2 }),
        }],
        event,
    }
}

fn fields() -> Vec<FieldEntry> {
    let field = FieldRef::new("drp-schema-v1", "person.fullName");
    vec![FieldEntry { root: "personInfo".to_owned(), field, outcome: "asked".to_owned() }]
}

fn intent() -> AuditEvent {
    AuditEvent::Intent { fields: fields() }
}

async fn events(audit: &Audit) -> Vec<String> {
    let page = audit.page(&Filter { limit: 1000, ..Filter::default() }).await.unwrap();
    page.logs.into_iter().rev().map(|entry| entry.event).collect()
}

#[tokio::test]
async fn f9_an_intent_that_nothing_closed_is_aborted_at_the_next_start_and_only_once() {
    let folder = tempfile::tempdir().unwrap();
    let audit = open(folder.path()).await;
    audit.append(record(1, intent())).await.unwrap();
    audit.append(record(2, intent())).await.unwrap();
    audit.append(record(2, AuditEvent::Release { fields: fields() })).await.unwrap();
    audit.close().await;

    for _ in 0..2 {
        let audit = open(folder.path()).await;
        assert_eq!(events(&audit).await, ["INTENT", "INTENT", "RELEASE", "ABORTED"]);
        let page =
            audit.page(&Filter { event: Some("ABORTED".to_owned()), limit: 1, ..Filter::default() }).await.unwrap();
        assert_eq!(page.logs[0].request_id, Uuid::from_u128(1).to_string());
        assert_eq!(page.logs[0].content["reason"], "interrupted");
        assert_eq!(page.logs[0].subjects[0].consent_version, Some(2));
        audit.close().await;
    }
}

#[tokio::test]
async fn many_records_that_wait_together_are_all_kept_in_their_order_per_request() {
    let folder = tempfile::tempdir().unwrap();
    let audit = open(folder.path()).await;
    let tasks = (0..100).map(|request| {
        let audit = audit.clone();
        tokio::spawn(async move {
            audit.append(record(request, intent())).await.unwrap();
            audit.append(record(request, AuditEvent::Release { fields: fields() })).await.unwrap();
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    let page = audit.page(&Filter { limit: 1000, ..Filter::default() }).await.unwrap();
    assert_eq!(page.total, 200);
    assert!(audit.commits() <= 100, "those that wait together share a commit: {}", audit.commits());
    for request in 0..100 {
        let id = Uuid::from_u128(request).to_string();
        let own: Vec<_> =
            page.logs.iter().filter(|entry| entry.request_id == id).map(|entry| entry.event.as_str()).collect();
        assert_eq!(own, ["RELEASE", "INTENT"], "newest first");
    }
}

#[tokio::test]
async fn l5_nothing_in_the_files_names_the_person() {
    let folder = tempfile::tempdir().unwrap();
    let audit = open(folder.path()).await;
    audit.append(record(1, intent())).await.unwrap();
    audit.append(record(1, AuditEvent::Aborted { reason: "x".to_owned() })).await.unwrap();
    for closed in [false, true] {
        if closed {
            audit.close().await;
        }
        let mut read = 0;
        for entry in std::fs::read_dir(folder.path()).unwrap() {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            assert!(!bytes.windows(NIC.len()).any(|window| window == NIC.as_bytes()));
            read += bytes.len();
        }
        assert!(read > 4096);
    }
}

#[tokio::test]
async fn the_log_cannot_be_rewritten() {
    let folder = tempfile::tempdir().unwrap();
    let audit = open(folder.path()).await;
    audit.append(record(1, intent())).await.unwrap();
    let mut database = sqlite::connect(&folder.path().join("audit.db")).await.unwrap();
    for (table, first) in [("audit_records", "id"), ("audit_subjects", "record_seq")] {
        let replace = format!("INSERT OR REPLACE INTO {table} (rowid, {first}) SELECT rowid, {first} FROM {table}");
        for sql in [format!("DELETE FROM {table}"), format!("UPDATE {table} SET rowid = 7"), replace] {
            let refused = sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut database).await.unwrap_err();
            assert!(refused.to_string().contains("append-only"), "{refused}");
        }
    }
}

#[tokio::test]
async fn f7_a_record_that_cannot_be_written_is_an_error_and_the_log_recovers() {
    let folder = tempfile::tempdir().unwrap();
    let audit = open(folder.path()).await;
    audit.append(record(1, intent())).await.unwrap();
    // Somebody else holds the file for longer than the writer waits.
    let mut other = sqlite::connect(&folder.path().join("audit.db")).await.unwrap();
    sqlx::query("BEGIN EXCLUSIVE").execute(&mut other).await.unwrap();
    let refused = audit.append(record(2, intent())).await;
    assert!(matches!(refused, Err(JudgeError::Unavailable { .. })));
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    audit.append(record(3, intent())).await.unwrap();
    assert_eq!(events(&audit).await, ["INTENT", "INTENT"]);
}

#[tokio::test]
async fn a_closed_log_refuses_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let audit = open(folder.path()).await;
    audit.close().await;
    assert!(matches!(audit.append(record(1, intent())).await, Err(JudgeError::Unavailable { .. })));
}

#[tokio::test]
async fn services_read_the_log_and_strangers_do_not() {
    let folder = tempfile::tempdir().unwrap();
    let audit = open(folder.path()).await;
    audit.append(record(1, intent())).await.unwrap();
    audit.append(record(1, AuditEvent::Release { fields: fields() })).await.unwrap();
    let clock = SystemClock::shared();
    let key = ServiceKey::read_or_make("gateway", &folder.path().join("key"), clock.clone()).unwrap();
    let router = server::router(audit, Arc::new(ServiceVerifier::new("audit", [&key], clock)));
    let listener = listen::bind_loopback("audit", 0).await.unwrap();
    let url = format!("http://{}/api/audit-logs", listener.local_addr().unwrap());
    let stop = CancellationToken::new();
    tokio::spawn(listen::serve(listener, router, stop.clone()));

    let client = outbound::client(Duration::from_secs(5)).unwrap();
    let get = async |query: &str, token: Option<String>| -> (u16, Value) {
        let mut request = client.get(format!("{url}{query}"));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    };
    let token = || Some(key.token_for("audit").unwrap());
    assert_eq!(get("", None).await.0, 401);
    assert_eq!(get("", Some(key.token_for("policy").unwrap())).await.0, 401);

    let (status, body) = get("?traceId=4bf92f35-77b3-4da6-a3ce-929d0e0e4736&limit=1", token()).await;
    assert_eq!((status, &body["total"], &body["logs"][0]["event"]), (200, &json!(2), &json!("RELEASE")));
    assert_eq!(body["logs"][0]["fields"][0]["fieldName"], "person.fullName");
    assert_eq!(body["logs"][0]["subjects"][0]["subjectHash"].as_str().unwrap().len(), 64);
    assert!(!body.to_string().contains(NIC));
    assert_eq!(get("?eventType=INTENT", token()).await.1["total"], 1);
    for bad in ["?limit=0", "?limit=1001", "?limit=x", "?traceId=x", "?eventType=x", "?offset=-1", "?more=1"] {
        let (status, body) = get(bad, token()).await;
        assert_eq!((status, &body["error"]["code"]), (400, &json!("BAD_REQUEST")), "{bad}");
    }
    stop.cancel();
}
