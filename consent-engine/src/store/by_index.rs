//! A large ledger on PostgreSQL, to see how its database finds things.

use ndx_clock::SystemClock;
use ndx_store::{Place, PostgresDatabase, RootKey};
use ndx_test_postgres::TestDatabase;

use crate::store::SqlStore;

/// A ledger of so many consents: each is shared for a long time, and its application was told so.
pub(super) async fn ledger_of(consents: u32) -> (TestDatabase, SqlStore) {
    let (database, folder) = (TestDatabase::new(), tempfile::tempdir().unwrap());
    let root_key = RootKey::read_or_make(&folder.path().join("root.key")).unwrap();
    let place = Place::Postgres(PostgresDatabase::new(database.url(), None));
    let store = SqlStore::open(&place, &root_key, SystemClock::shared()).await.unwrap();
    let (all, later) = (format!("generate_series(1, {consents}) AS n"), "4000000000000 + n");
    database.sql(&format!(
        "SET search_path = ndx_consent; \
         INSERT INTO consents SELECT 'c' || n, '', decode(lpad(to_hex(n), 8, '0'), 'hex'), 'app', 'p', n FROM {all}; \
         INSERT INTO current_consents (consent_id, rules, version, changed_at, status, lapses_at, state) \
         SELECT 'c' || n, 1, 2, n, 'approved', {later}, '{{}}' FROM {all}; \
         INSERT INTO outbox_events (id, consent_id, version, application, at, body, state, tries, due_at, settled_at) \
         SELECT 'e' || n, 'c' || n, 2, 'app', n, '{{}}', 'delivered', 1, n, n FROM {all}; \
         ANALYZE consents; ANALYZE current_consents; ANALYZE outbox_events;"
    ));
    (database, store)
}
