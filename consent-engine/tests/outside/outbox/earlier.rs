//! Events that were written before operators' decisions were kept.

use chrono::DateTime;
use consent_engine::{
    TABLES,
    store::{Chosen, ConsentStore as _, LetterState, SqlStore, Verdict},
};
use ndx_store::{Database, Place, PostgresDatabase, RootKey, Tables};
use ndx_test_postgres::TestDatabase;
use serde_json::json;
use uuid::Uuid;

use crate::support::*;

const CONSENT: &str = "46ce3611-0c2c-4a1c-9468-b5a615a656f8";
const EVENT: &str = "334fa0c5-6fc8-591e-822b-16cc59aa7ac5";

/// They are what they were after the table was made anew, and can be decided about.
async fn what_was_written_before_decisions_were_kept_is_as_it_was(on: On) {
    let (folder, database) = (tempfile::tempdir().unwrap(), matches!(on, On::Postgres).then(TestDatabase::new));
    let place = match &database {
        Some(database) => Place::Postgres(PostgresDatabase::new(database.url(), None)),
        None => Place::Folder(folder.path().to_owned()),
    };
    let number = TABLES.steps.iter().position(|step| step.version == 12).unwrap();
    let before = Tables { steps: &TABLES.steps[..number], ..TABLES };
    let older = Database::open(&place, &before).await.unwrap();
    sqlx::query("INSERT INTO consents (id, subject, subject_hash, application, purpose, created_at) VALUES ($1, $2, $2, $3, $3, 0)")
        .bind(CONSENT)
        .bind(vec![0_u8])
        .bind("passport-app")
        .execute(older.writer())
        .await
        .unwrap();
    let body = json!({
        "id": EVENT, "type": "consent.ended", "time": "2026-11-21T05:00:00Z",
        "data": {"consentId": CONSENT, "applicationId": "passport-app", "purpose": "p", "status": "revoked", "version": 3},
    });
    sqlx::query(
        "INSERT INTO outbox_events (id, consent_id, version, application, at, body, state, tries, due_at, settled_at, failure) \
         VALUES ($1, $2, 3, 'passport-app', 7, $3, 'dead', 25, 8, 9, 'timeout')",
    )
    .bind(EVENT)
    .bind(CONSENT)
    .bind(body.to_string())
    .execute(older.writer())
    .await
    .unwrap();
    older.close().await;

    let root_key = RootKey::read_or_make(&folder.path().join("root.key")).unwrap();
    let store = SqlStore::open(&place, &root_key, clock()).await.unwrap();
    let found = store.outbox().list(&Chosen::default(), 10).await.unwrap();
    let [letter] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((letter.state, letter.tries, letter.failure.as_deref()), (LetterState::Dead, 25, Some("timeout")));
    assert_eq!((letter.body.as_str(), letter.replays), (body.to_string().as_str(), 0));
    let now = DateTime::from_timestamp_millis(10).unwrap();
    let id: Uuid = EVENT.parse().unwrap();
    assert!(store.outbox().decide(id, Verdict::Dropped, "somebody", now).await.unwrap());
    assert_eq!(store.outbox().find(id).await.unwrap().unwrap().state, LetterState::Dropped);
    store.close().await;
}

on_both_engines! {
    what_was_written_before_decisions_were_kept_is_as_it_was,
}
