//! What the tests of the log stand on: a log on either engine, and records to keep in it.
#![allow(dead_code, unused_imports, reason = "each test file uses a part of it")]

mod running;

use std::{sync::Arc, time::Duration};

use audit_service::{
    Audit, Role,
    store::{Entry, Page, RecordEntry, RecordFilter},
};
use ndx_clock::{Clock, SystemClock};
use ndx_contracts::{
    FieldRef, Subject,
    audit::{AuditEvent, AuditRecord, ConsentVersion, FieldEntry, ProviderName, SubjectEntry},
};
use ndx_store::{Engine, Place, PostgresDatabase, RootKey};
use ndx_test_postgres::TestDatabase;
use tempfile::TempDir;
use uuid::Uuid;

pub use self::running::*;

pub const NIC: &str = "199512345678";
pub const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// A folder and a database of a test's own.
pub struct Ground {
    pub folder: TempDir,
    pub database: TestDatabase,
}

impl Ground {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), database: TestDatabase::new() }
    }

    pub fn sqlite(&self) -> Place {
        Place::Folder(self.folder.path().to_owned())
    }

    pub fn postgres(&self) -> Place {
        Place::Postgres(PostgresDatabase::new(self.database.url(), None))
    }

    pub fn both(&self) -> [Place; 2] {
        [self.sqlite(), self.postgres()]
    }

    pub fn root_key(&self) -> RootKey {
        RootKey::read_or_make(&self.folder.path().join("root.key")).unwrap()
    }

    /// A log that is alone at `place`.
    pub async fn open(&self, place: &Place) -> Arc<Audit> {
        self.open_as(place, SystemClock::shared(), Role::Alone).await
    }

    pub async fn open_as(&self, place: &Place, clock: Arc<dyn Clock>, role: Role) -> Arc<Audit> {
        Audit::open(place, &self.root_key(), clock, role).await.unwrap()
    }

    /// Everything that is stored at `place`, as bytes; what is sealed or hashed is in it as it lies there.
    pub fn dump(&self, place: &Place) -> Vec<u8> {
        if place.engine() == Engine::Sqlite {
            let files = std::fs::read_dir(self.folder.path()).unwrap();
            return files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect();
        }
        let tables = audit_service::store::TABLES.names.iter();
        // A row as text shows bytes in hexadecimal, where a text would hide.
        let rows = tables.map(|table| {
            let bytes = "regexp_replace(t::text, '\\\\x', '', 'g')";
            self.database.sql(&format!("SET search_path = ndx_audit; SELECT {bytes} FROM {table} t; SELECT '{table}'"))
        });
        let text = rows.collect::<String>();
        text.into_bytes()
    }
}

pub fn several() -> Role {
    Role::one_of_several(Duration::from_secs(30))
}

pub fn record(request: u128, event: AuditEvent) -> AuditRecord {
    AuditRecord {
        request_id: Uuid::from_u128(request),
        trace_id: TRACE.into(),
        application: "passport-app".into(),
        member: "die".into(),
        purpose: "passport-application".into(),
        reference: None,
        policy_version: Some(3),
        plan_hash: Some("abc".to_owned()),
        providers: vec![ProviderName { provider_key: "drp".into(), schema_id: "drp-schema-v1".into() }],
        subjects: vec![
            SubjectEntry {
                root: "0:personInfo".into(),
                subject: Some(Subject::from_canonical(NIC)),
                consent: Some(ConsentVersion { consent_id: Uuid::from_u128(9), version: 2 }),
            },
            SubjectEntry { root: "1:offices".into(), subject: None, consent: None },
        ],
        event,
    }
}

/// The same, ready to be kept.
pub fn keep(request: u128, event: AuditEvent) -> Entry {
    Entry::Record(Box::new(record(request, event)))
}

pub fn fields(outcome: &str) -> Vec<FieldEntry> {
    let field = FieldRef::new("drp-schema-v1", "person.fullName");
    vec![FieldEntry { root: "0:personInfo".into(), field, outcome: outcome.to_owned().into(), basis: None }]
}

pub fn intent() -> AuditEvent {
    AuditEvent::Intent { fields: fields("asked") }
}

pub fn release() -> AuditEvent {
    AuditEvent::Release { fields: fields("released") }
}

pub fn aborted() -> AuditEvent {
    AuditEvent::Aborted { reason: "PROVIDER_TIMEOUT".to_owned() }
}

/// All records, newest first.
pub async fn all(audit: &Audit) -> Page<RecordEntry> {
    audit.records(&RecordFilter { limit: 1000, ..RecordFilter::default() }).await.unwrap()
}

/// All events, oldest first.
pub async fn events(audit: &Audit) -> Vec<String> {
    all(audit).await.logs.into_iter().rev().map(|entry| entry.event).collect()
}
