//! The log, on SQLite and on PostgreSQL.

use crate::ground::*;
use audit_service::{
    Audit, WriteError,
    opendif::{EventType, LogRecord},
    store::{AuditStore, Entry, EventFilter, RecordFilter, TABLES, Written},
};
use ndx_contracts::{
    FieldRef, JudgeError,
    audit::{AuditEvent, AuditLog, AuditRecord, FieldEntry, ProviderName, SubjectEntry},
};
use ndx_store::{Engine, connection::connect};
use uuid::Uuid;

#[tokio::test]
async fn f9_an_intent_that_nothing_closed_is_aborted_at_the_next_start_and_only_once() {
    let ground = Ground::new();
    for place in ground.both() {
        let audit = ground.open(&place).await;
        audit.append(record(1, intent())).await.unwrap();
        audit.append(record(2, intent())).await.unwrap();
        audit.append(record(2, release())).await.unwrap();
        audit.close().await;

        for _ in 0..2 {
            let audit = ground.open(&place).await;
            assert_eq!(events(&audit).await, ["INTENT", "INTENT", "RELEASE", "ABORTED"], "{place}");
            let filter = RecordFilter { event: Some("ABORTED".to_owned()), limit: 1, ..RecordFilter::default() };
            let aborted = audit.records(&filter).await.unwrap().logs.remove(0);
            assert_eq!((aborted.seq, aborted.request_id), (4, Uuid::from_u128(1)), "{place}");
            assert_eq!(aborted.content.reason.as_deref(), Some("interrupted"));
            assert_eq!((aborted.content.policy_version, aborted.content.fields.len()), (Some(3), 0));
            assert_eq!(aborted.content.providers.len(), 1);
            let roots: Vec<_> = aborted.subjects.iter().map(|subject| subject.root.as_str()).collect();
            assert_eq!(roots, ["0:personInfo", "1:offices"]);
            assert_eq!(aborted.subjects[0].consent_version, Some(2));
            assert_eq!(aborted.subjects[0].subject_hash.as_ref().unwrap().len(), 64);
            audit.close().await;
        }
    }
}

#[tokio::test]
async fn many_records_that_wait_together_are_all_kept_in_their_order_per_request() {
    let ground = Ground::new();
    for place in ground.both() {
        let audit = ground.open(&place).await;
        let tasks = (0..100).map(|request| {
            let audit = audit.clone();
            tokio::spawn(async move {
                audit.append(record(request, intent())).await.unwrap();
                audit.append(record(request, release())).await.unwrap();
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap();
        }
        let page = all(&audit).await;
        assert_eq!(page.total, 200);
        assert!(audit.commits() <= 100, "those that wait together share a commit: {}", audit.commits());
        let seqs: Vec<_> = page.logs.iter().rev().map(|entry| entry.seq).collect();
        assert_eq!(seqs, (1..=200).collect::<Vec<_>>(), "{place}");
        for request in 0..100 {
            let id = Uuid::from_u128(request);
            let own: Vec<_> =
                page.logs.iter().filter(|entry| entry.request_id == id).map(|entry| entry.event.as_str()).collect();
            assert_eq!(own, ["RELEASE", "INTENT"], "newest first");
        }
    }
}

#[tokio::test]
async fn each_intent_has_one_end() {
    let ground = Ground::new();
    for place in ground.both() {
        let audit = ground.open(&place).await;
        let write = async |request, event| audit.write(keep(request, event)).await;
        assert!(matches!(write(1, release()).await, Err(WriteError::NotOpen)), "{place}: it was never opened");
        write(1, intent()).await.unwrap();
        write(1, intent()).await.unwrap();
        write(1, release()).await.unwrap();
        assert!(
            matches!(write(1, intent()).await, Err(WriteError::HasEnded)),
            "{place}: what has ended is not reopened"
        );
        assert!(matches!(write(1, release()).await, Err(WriteError::NotOpen)), "{place}: it was closed");
        // Whoever does not know whether a request was closed may say so again.
        write(1, aborted()).await.unwrap();
        write(2, aborted()).await.unwrap();
        write(3, AuditEvent::Refused { code: "PDP_NOT_ALLOWED".to_owned(), fields: Vec::new() }).await.unwrap();
        assert_eq!(events(&audit).await, ["INTENT", "INTENT", "RELEASE", "REFUSED"], "{place}");

        // Together in one commit: who is first closes, the others of the commit are kept.
        let store = audit_service::store::SqlStore::open(&place, &ground.root_key()).await.unwrap();
        let batch = [(4, release()), (4, aborted()), (5, release()), (4, intent()), (6, intent()), (6, intent())];
        let batch = batch.map(|(request, event)| keep(request, event));
        let written = store.write(batch.to_vec(), audit.now()).await.unwrap();
        use Written::{HasEnded, Kept, NotOpen};
        assert_eq!(written, [Kept, Kept, NotOpen, Kept, Kept, Kept], "{place}");
        let seen = events(&audit).await;
        assert_eq!(seen[4..], ["INTENT", "INTENT", "INTENT", "RELEASE"], "{place}");
        let batch = [(4, intent()), (6, release()), (6, intent()), (7, intent())];
        let batch = batch.map(|(request, event)| keep(request, event));
        assert_eq!(store.write(batch.to_vec(), audit.now()).await.unwrap(), [HasEnded, Kept, Kept, Kept], "{place}");
        assert_eq!(events(&audit).await[8..], ["INTENT", "INTENT", "RELEASE"], "{place}: the end comes last");
        store.close().await;
    }
}

#[tokio::test]
async fn a_request_that_asks_in_stages_has_one_end_for_all_its_intents() {
    let ground = Ground::new();
    for place in ground.both() {
        let audit = ground.open(&place).await;
        for request in [1, 2, 3] {
            audit.append(record(request, intent())).await.unwrap();
            audit.append(second_stage(request)).await.unwrap();
        }
        audit.append(record(1, release())).await.unwrap();
        audit.append(record(2, aborted())).await.unwrap();
        audit.append(second_stage(2)).await.unwrap_err();
        audit.close().await;

        // The third was interrupted between its stages and its end.
        for _ in 0..2 {
            let audit = ground.open(&place).await;
            let seen = events(&audit).await;
            assert_eq!(seen[6..], ["RELEASE", "ABORTED", "ABORTED"], "{place}");
            let last = all(&audit).await.logs.remove(0);
            assert_eq!((last.seq, last.request_id), (9, Uuid::from_u128(3)), "{place}");
            let roots: Vec<_> = last.subjects.iter().map(|subject| (subject.place, subject.root.as_str())).collect();
            assert_eq!(roots, [(0, "0:personInfo"), (1, "1:offices"), (2, "2:personInfo")], "{place}");
            assert!(last.subjects[2].subject_hash.is_some(), "{place}");
            let schemas: Vec<_> = last.content.providers.iter().map(|one| one.schema_id.as_str()).collect();
            assert_eq!(schemas, ["drp-schema-v1", "abc-212"], "{place}");

            let told = audit.events(&EventFilter { limit: 100, ..EventFilter::default() }).await.unwrap();
            let of = |name: &str| {
                let ours = told.logs.iter().filter(|event| event.seq == Some(9));
                ours.filter(|event| event.event_type.unwrap().as_str() == name).collect::<Vec<_>>()
            };
            let [one, two] = of("PROVIDER_FETCH")[..] else { panic!("{place}: a fetch a provider") };
            let asked = |event: &LogRecord| event.request_metadata.clone().unwrap()["requestedFields"].clone();
            assert_eq!(asked(one), serde_json::json!(["person.fullName"]), "{place}");
            assert_eq!(asked(two), serde_json::json!(["getPersonInfo.brNo"]), "{place}");
            assert_eq!((of("DATA_REQUEST").len(), of("CONSENT_CHECK").len()), (1, 2), "{place}");
            audit.close().await;
        }
        let mut database = connect(&place, &TABLES).await.unwrap();
        let open = sqlx::query("SELECT request_id FROM open_requests").fetch_all(&mut database).await.unwrap();
        assert_eq!(open.len(), 0, "{place}: nothing stays in the table of what is open");
    }
}

/// The INTENT of a second stage, about a person who was found by the first, at another provider.
fn second_stage(request: u128) -> AuditRecord {
    let stage = record(request, intent());
    let subject = SubjectEntry { root: "2:personInfo".into(), ..stage.subjects[0].clone() };
    let field = FieldRef::new("abc-212", "getPersonInfo.brNo");
    let asked = FieldEntry { root: subject.root.clone(), field, outcome: "asked".into(), basis: None };
    AuditRecord {
        subjects: vec![subject],
        providers: vec![ProviderName { provider_key: "rgd".into(), schema_id: "abc-212".into() }],
        event: AuditEvent::Intent { fields: vec![asked] },
        ..stage
    }
}

#[tokio::test]
async fn a_request_that_was_only_explained_is_on_the_record() {
    let ground = Ground::new();
    for place in ground.both() {
        let audit = ground.open(&place).await;
        let explained = AuditEvent::Refused { code: "EXPLAINED".to_owned(), fields: fields("asked") };
        audit.append(record(1, explained)).await.unwrap();
        let kept = all(&audit).await.logs.remove(0);
        assert_eq!((kept.event.as_str(), kept.content.code.as_deref()), ("REFUSED", Some("EXPLAINED")), "{place}");
        let told = audit.events(&EventFilter { limit: 100, ..EventFilter::default() }).await.unwrap();
        assert!(told.logs.iter().all(|event| event.event_type != Some(EventType::ProviderFetch)), "{place}");
    }
}

#[tokio::test]
async fn l5_nothing_that_is_stored_names_the_person() {
    let ground = Ground::new();
    for place in ground.both() {
        let audit = ground.open(&place).await;
        audit.append(record(1, intent())).await.unwrap();
        audit.append(record(1, aborted())).await.unwrap();
        audit.append(record(2, intent())).await.unwrap();
        for closed in [false, true] {
            if closed {
                audit.close().await;
            }
            let bytes = ground.dump(&place);
            let hex: String = NIC.bytes().map(|byte| format!("{byte:02x}")).collect();
            for hidden in [NIC.as_bytes(), hex.as_bytes()] {
                assert!(!bytes.windows(hidden.len()).any(|window| window == hidden), "{place}");
            }
            let seen = |word: &str| bytes.windows(word.len()).any(|window| window == word.as_bytes());
            assert!(seen("passport-app") && seen("0:personInfo"), "{place}: the dump shows what lies there");
        }
    }
}

#[tokio::test]
async fn l1_the_log_cannot_be_rewritten() {
    let ground = Ground::new();
    for place in ground.both() {
        let audit = ground.open(&place).await;
        audit.append(record(1, intent())).await.unwrap();
        keep_an_event(&audit).await;
        let mut database = connect(&place, &TABLES).await.unwrap();
        let tables = [("audit_records", "seq"), ("audit_subjects", "record_seq"), ("posted_events", "seq")];
        for (table, number) in tables {
            let mut attempts =
                vec![format!("DELETE FROM {table}"), format!("UPDATE {table} SET {number} = {number} + 7")];
            match place.engine() {
                Engine::Sqlite => attempts.push(format!("INSERT OR REPLACE INTO {table} SELECT * FROM {table}")),
                Engine::Postgres => {
                    attempts.push(format!("TRUNCATE {table} CASCADE"));
                    attempts.push(format!("DELETE FROM {table} WHERE false"));
                }
            }
            for attempt in attempts {
                let refused = sqlx::query(sqlx::AssertSqlSafe(attempt.clone())).execute(&mut database).await;
                assert!(refused.unwrap_err().to_string().contains("append-only"), "{place}: {attempt}");
            }
        }
    }
}

async fn keep_an_event(audit: &Audit) {
    use audit_service::opendif::{ActorType, LogRecord, Status, TargetType};
    let event = LogRecord {
        id: Uuid::new_v4(),
        trace_id: None,
        timestamp: audit.now(),
        event_type: None,
        event_action: None,
        status: Status::Success,
        actor_type: ActorType::Admin,
        actor_id: NIC.to_owned(),
        target_type: TargetType::Resource,
        target_id: None,
        request_metadata: None,
        response_metadata: None,
        additional_metadata: None,
        created_at: audit.now(),
        posted_by: Some("portal".to_owned()),
        request_id: None,
        seq: None,
    };
    audit.write(Entry::Event(Box::new(event))).await.unwrap();
}

#[tokio::test]
async fn f7_audit_held_by_somebody_is_an_error_in_time_and_the_log_recovers() {
    let ground = Ground::new();
    for place in ground.both() {
        let audit = ground.open(&place).await;
        audit.append(record(1, intent())).await.unwrap();
        // Somebody else holds the log for longer than the writer waits.
        let mut other = connect(&place, &TABLES).await.unwrap();
        let hold: &[&str] = match place.engine() {
            Engine::Sqlite => &["BEGIN EXCLUSIVE"],
            Engine::Postgres => &["BEGIN", "LOCK TABLE audit_records"],
        };
        for statement in hold {
            sqlx::query(*statement).execute(&mut other).await.unwrap();
        }
        let started = std::time::Instant::now();
        let refused = audit.append(record(2, intent())).await;
        assert!(matches!(refused, Err(JudgeError::Unavailable { .. })), "{place}");
        assert!(started.elapsed().as_millis() < 2000, "{place}: before the gateway gives up");
        sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
        audit.append(record(3, intent())).await.unwrap();
        assert_eq!(events(&audit).await, ["INTENT", "INTENT"], "{place}");
    }
}

#[tokio::test]
async fn a_closed_log_refuses_at_once() {
    let ground = Ground::new();
    for place in ground.both() {
        let audit = ground.open(&place).await;
        audit.close().await;
        assert!(matches!(audit.append(record(1, intent())).await, Err(JudgeError::Unavailable { .. })));
    }
}

#[tokio::test]
async fn requests_that_an_older_program_left_open_are_found_by_the_new_one() {
    let ground = Ground::new();
    let old = ndx_store::Tables { steps: &TABLES.steps[..2], names: &TABLES.names[..3], ..TABLES };
    for place in ground.both() {
        ndx_store::migrate::migrate(&place, &old).await.unwrap();
        let mut database = connect(&place, &old).await.unwrap();
        for (seq, request, event) in
            [(1, 1, "INTENT"), (2, 2, "INTENT"), (3, 1, "RELEASE"), (4, 3, "REFUSED"), (5, 2, "INTENT")]
        {
            sqlx::query(
                "INSERT INTO audit_records
                 (seq, id, request_id, trace_id, event, recorded_at, application, member, purpose, content)
                 VALUES ($1, $2, $3, 't', $4, '2026-01-01T00:00:00.000000Z', 'a', 'm', 'p',
                         '{\"providers\":[],\"fields\":[]}')",
            )
            .bind(i64::from(seq))
            .bind(Uuid::new_v4().to_string())
            .bind(Uuid::from_u128(request).to_string())
            .bind(event)
            .execute(&mut database)
            .await
            .unwrap();
            sqlx::query("INSERT INTO audit_subjects (record_seq, root) VALUES ($1, '0:old'), ($1, '1:old')")
                .bind(i64::from(seq))
                .execute(&mut database)
                .await
                .unwrap();
        }
        drop(database);
        let audit = ground.open(&place).await;
        assert_eq!(events(&audit).await[5..], ["ABORTED"], "{place}");
        assert_eq!(all(&audit).await.logs[0].request_id, Uuid::from_u128(2), "{place}");
        let mut people: Vec<_> =
            all(&audit).await.logs[0].subjects.iter().map(|subject| subject.root.clone()).collect();
        people.sort();
        assert_eq!(people, ["0:old", "0:old", "1:old", "1:old"], "{place}: of both INTENTs");
    }
}

#[tokio::test]
async fn a_small_log_becomes_a_big_one_and_goes_on() {
    let ground = Ground::new();
    let small = ground.open(&ground.sqlite()).await;
    small.append(record(1, intent())).await.unwrap();
    small.append(record(1, release())).await.unwrap();
    small.append(record(2, intent())).await.unwrap();
    keep_an_event(&small).await;
    let told = small.events(&EventFilter { limit: 100, ..EventFilter::default() }).await.unwrap();
    assert_eq!(told.total, 5);
    small.close().await;
    ndx_store::copy::copy(&ground.sqlite(), &ground.postgres(), &TABLES, |_, _| {}).await.unwrap();

    let big = ground.open(&ground.postgres()).await;
    assert_eq!(events(&big).await, ["INTENT", "RELEASE", "INTENT", "ABORTED"]);
    let again = big.events(&EventFilter { limit: 100, ..EventFilter::default() }).await.unwrap();
    for event in told.logs {
        assert!(again.logs.contains(&event), "{event:?}");
    }
    keep_an_event(&big).await;
}
