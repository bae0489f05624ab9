//! The keys that sign what people decided: one at a time, and none is ever forgotten.

use crate::support::*;
use chrono::TimeDelta;
use consent_engine::{
    Engine,
    store::{EvidenceKeyStore, SqlStore, published_keys},
};
use ndx_clock::Clock;
use ndx_receipt::KeySet;
use reqwest::StatusCode;

async fn store(ledger: &Ledger) -> SqlStore {
    SqlStore::open(&ledger.place(), &ledger.root_key()).await.unwrap()
}

async fn a_key_is_made_once_and_is_the_same_for_all(on: On) {
    let ledger = ledger_on(on).await;
    let first = ledger.engine.current().public_keys().await.unwrap();
    assert_eq!(first.keys().len(), 1);
    assert_eq!((first.keys()[0].used_from, first.keys()[0].used_until), (Some(ledger.clock.now()), None));
    ledger.advance(100);
    let again = ledger.another().await.current().public_keys().await.unwrap();
    assert_eq!(again, first);
    assert_eq!(published_keys(&ledger.place()).await.unwrap(), first, "nobody needs a key to read public ones");
    let signs = store(&ledger).await.signing_key(ledger.clock.now()).await.unwrap();
    assert_eq!(signs.public(), &first.keys()[0].key);
}

#[tokio::test]
async fn of_many_processes_that_start_at_once_one_makes_the_key() {
    // Made without an engine: nobody has asked for a key yet.
    let folder = tempfile::tempdir().unwrap();
    let database = ndx_test_postgres::TestDatabase::new();
    let place = ndx_store::Place::Postgres(ndx_store::PostgresDatabase::new(database.url(), None));
    let root = ndx_store::RootKey::read_or_make(&folder.path().join("root.key")).unwrap();
    let start = |_| {
        let (place, root) = (place.clone(), root.clone());
        tokio::spawn(async move {
            let engine =
                Engine::open(config("127.0.0.1:8081", "127.0.0.1:8090"), &place, &root, clock()).await.unwrap();
            engine.current().public_keys().await.unwrap()
        })
    };
    let starting: Vec<_> = (0..6).map(start).collect();
    let mut seen = Vec::new();
    for one in starting {
        seen.push(one.await.unwrap());
    }
    assert!(seen.iter().all(|keys| *keys == seen[0] && keys.keys().len() == 1), "{seen:?}");
}

async fn a_new_key_takes_over_and_the_old_one_stays_known(on: On) {
    let ledger = ledger_on(on).await;
    let store = store(&ledger).await;
    let old = store.signing_key(ledger.clock.now()).await.unwrap();
    ledger.advance(3600);
    let rotated = store.rotate_evidence_key(ledger.clock.now()).await.unwrap();
    assert_eq!(rotated.before.as_ref(), Some(old.public()));
    // The engine that was running all the while signs with the new one at once.
    let new = store.signing_key(ledger.clock.now()).await.unwrap();
    assert_eq!(new.public(), &rotated.now);
    let keys = ledger.engine.current().public_keys().await.unwrap();
    let times: Vec<_> = keys.keys().iter().map(|key| (key.key.id(), key.used_from, key.used_until)).collect();
    let (begun, now) = (ledger.clock.now() - TimeDelta::hours(1), ledger.clock.now());
    assert_eq!(times, [(old.public().id(), Some(begun), Some(now)), (new.public().id(), Some(now), None)]);
    // A clock that was set back, and a rotation in the same moment.
    ledger.advance(-7200);
    store.rotate_evidence_key(ledger.clock.now()).await.unwrap();
    let keys = ledger.engine.current().public_keys().await.unwrap();
    assert_eq!((keys.keys().len(), keys.keys()[2].used_from), (3, Some(now)));
}

async fn keys_are_rotated_one_after_the_other(on: On) {
    let ledger = ledger_on(on).await;
    let store = store(&ledger).await;
    let rotate = |_| {
        let (store, now) = (store.clone(), ledger.clock.now());
        tokio::spawn(async move { store.rotate_evidence_key(now).await })
    };
    let tasks: Vec<_> = (0..5).map(rotate).collect();
    let mut done = 0;
    for task in tasks {
        done += usize::from(task.await.unwrap().is_ok());
    }
    let keys = ledger.engine.current().public_keys().await.unwrap();
    assert!(done >= 1 && keys.keys().len() == done + 1, "{done} of 5");
    assert_eq!(store.signing_key(ledger.clock.now()).await.unwrap().public(), &keys.keys()[done].key);
}

async fn the_private_key_lies_sealed_and_goes_when_another_takes_over(on: On) {
    let ledger = ledger_on(on).await;
    let store = store(&ledger).await;
    let old = store.signing_key(ledger.clock.now()).await.unwrap();
    let sealed = private_keys(&ledger).await;
    assert_eq!(sealed.len(), 1);
    // The secret is the half of PKCS #8 that the public key does not follow from.
    let secret = &old.to_pkcs8()[16..48];
    assert!(!sealed[0].windows(secret.len()).any(|window| window == secret));
    store.rotate_evidence_key(ledger.clock.now()).await.unwrap();
    let after = private_keys(&ledger).await;
    assert!(after.len() == 1 && after != sealed);
}

#[tokio::test]
async fn a_public_key_cannot_be_changed_removed_or_emptied_away() {
    let ledger = ledger_on(On::Postgres).await;
    let database = ledger.database.as_ref().unwrap();
    for sql in [
        "UPDATE ndx_consent.evidence_keys SET used_from = 0",
        "DELETE FROM ndx_consent.evidence_keys",
        "TRUNCATE ndx_consent.evidence_keys CASCADE",
    ] {
        let refused = format!(
            "DO $$ BEGIN {sql}; RAISE EXCEPTION 'it was done'; \
             EXCEPTION WHEN raise_exception THEN \
             IF SQLERRM NOT LIKE '%only ever added%' THEN RAISE; END IF; END $$"
        );
        database.sql(&refused);
    }
    assert_eq!(ledger.engine.current().public_keys().await.unwrap().keys().len(), 1);
}

#[tokio::test]
async fn a_public_key_cannot_be_changed_removed_or_replaced() {
    use sqlx::{ConnectOptions, sqlite::SqliteConnectOptions};
    let ledger = ledger().await;
    let file = ledger.folder.path().join("consent.db");
    let mut stranger = SqliteConnectOptions::new().filename(file).connect().await.unwrap();
    for sql in [
        "UPDATE evidence_keys SET used_from = 0",
        "DELETE FROM evidence_keys",
        "INSERT OR REPLACE INTO evidence_keys SELECT * FROM evidence_keys",
    ] {
        assert!(sqlx::query(sql).execute(&mut stranger).await.is_err(), "{sql}");
    }
    assert_eq!(ledger.engine.current().public_keys().await.unwrap().keys().len(), 1);
}

/// What lies in the table of private keys.
async fn private_keys(ledger: &Ledger) -> Vec<Vec<u8>> {
    use sqlx::{ConnectOptions, Row, sqlite::SqliteConnectOptions};
    if let Some(database) = &ledger.database {
        let rows = database.sql("SELECT encode(pkcs8, 'hex') FROM ndx_consent.evidence_private_keys ORDER BY number");
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        return rows.lines().map(|row| row.trim().as_bytes().chunks(2).map(byte).collect()).collect();
    }
    let file = ledger.folder.path().join("consent.db");
    let mut connection = SqliteConnectOptions::new().filename(file).connect().await.unwrap();
    let rows = sqlx::query("SELECT pkcs8 FROM evidence_private_keys ORDER BY number").fetch_all(&mut connection).await;
    rows.unwrap().iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn everybody_may_read_the_public_keys_and_keep_them_a_while() {
    let portal = portal().await;
    let page = portal.browser().get("/.well-known/jwks.json").await;
    assert_eq!(
        (page.status, page.headers["content-type"].as_bytes()),
        (StatusCode::OK, &b"application/jwk-set+json"[..])
    );
    assert_eq!(page.headers["cache-control"], "public, max-age=300");
    let read = KeySet::read(&page.html).unwrap();
    assert_eq!(read, portal.ledger.engine.current().public_keys().await.unwrap());
    assert!(!page.html.contains("\"d\""));
}

on_both_engines! {
    a_key_is_made_once_and_is_the_same_for_all,
    a_new_key_takes_over_and_the_old_one_stays_known,
    keys_are_rotated_one_after_the_other,
    the_private_key_lies_sealed_and_goes_when_another_takes_over,
}
