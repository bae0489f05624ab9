//! The log on SQLite or on PostgreSQL.

use std::{collections::BTreeSet, time::Duration};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use ndx_contracts::audit::{AuditEvent, AuditRecord};
use ndx_store::{Database, Engine, Keyring, Place, RootKey, StoreError, connection::connect};
use sqlx::{Any, AnyConnection, Connection, Transaction};
use tokio::sync::Mutex;
use uuid::Uuid;

use super::{
    AuditStore, Entry, EventFilter, Page, RecordEntry, RecordFilter, TABLES, Written, audit_events, audit_records,
    audit_subjects, in_time, open_requests, posted_events,
};
use crate::opendif::LogRecord;

/// A commit on PostgreSQL that takes longer has failed: whoever waits for a record waits two seconds, and a server that is
/// gone without a word must not hold up those who come after.
const PATIENCE: Duration = Duration::from_millis(1500);

/// What begins a commit of nothing but INTENTs, which need not be on the disk when it returns; a later commit that waits for
/// the disk takes them there, because the log is written in order. On SQLite a commit in WAL mode is then handed to the
/// operating system (sqlite.org, "PRAGMA synchronous"), on PostgreSQL to the server (postgresql.org, "Asynchronous Commit").
const BEGIN_INTENTS: Begin = Begin {
    sqlite: "PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE",
    postgres: "BEGIN; SET LOCAL lock_timeout = '1s'; SET LOCAL synchronous_commit = off; \
               LOCK TABLE audit_records IN EXCLUSIVE MODE",
};
/// What begins a commit that waits for the disk. In every commit nobody else adds to the record until it ends.
const BEGIN: Begin = Begin {
    sqlite: "PRAGMA synchronous = FULL; BEGIN IMMEDIATE",
    postgres: "BEGIN; SET LOCAL lock_timeout = '1s'; SET LOCAL synchronous_commit = on; \
               LOCK TABLE audit_records IN EXCLUSIVE MODE",
};

struct Begin {
    sqlite: &'static str,
    postgres: &'static str,
}

/// How many interrupted requests are closed in one transaction.
const AT_ONCE: u64 = 100;

/// The store.
#[derive(Debug)]
pub struct SqlStore {
    place: Place,
    database: Database,
    keyring: Keyring,
    /// The one connection that writes what the service is given; opened when first needed, and again after a failure.
    pen: Mutex<Option<AnyConnection>>,
}

impl SqlStore {
    /// Opens the store at `place`, making it when it is not there.
    ///
    /// # Errors
    /// When it cannot be opened, is newer than the program, or its keys do not open with `root_key`.
    pub async fn open(place: &Place, root_key: &RootKey) -> Result<Self, StoreError> {
        let database = Database::open(place, &TABLES).await?;
        let keyring = Keyring::open(&database, root_key).await?;
        Ok(Self { place: place.clone(), database, keyring, pen: Mutex::new(None) })
    }

    async fn commit(&self, batch: &[Entry], now: DateTime<Utc>) -> Result<Vec<Written>, StoreError> {
        let mut pen = self.pen.lock().await;
        // Out of its place while it is in use: whatever cuts the commit off also ends the connection.
        let mut connection = match pen.take() {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        let mut transaction = self.begin(&mut connection, batch).await?;
        let written = self.add(&mut transaction, batch, now).await?;
        transaction.commit().await?;
        *pen = Some(connection);
        Ok(written)
    }

    async fn connect(&self) -> Result<AnyConnection, StoreError> {
        let mut connection = connect(&self.place, &TABLES).await?;
        if self.place.engine() == Engine::Sqlite {
            // Whoever waits for a record waits two seconds: a file that somebody holds must fail before that.
            sqlx::query("PRAGMA busy_timeout = 1000").execute(&mut connection).await?;
        }
        Ok(connection)
    }

    /// Begins a commit that waits for the disk, unless all of `batch` are INTENTs.
    async fn begin<'c>(
        &self,
        connection: &'c mut AnyConnection,
        batch: &[Entry],
    ) -> Result<Transaction<'c, Any>, StoreError> {
        let is_intent = |entry: &Entry| matches!(entry, Entry::Record(record) if opens(record));
        let begin = if batch.iter().all(is_intent) { BEGIN_INTENTS } else { BEGIN };
        Ok(match self.place.engine() {
            Engine::Sqlite => connection.begin_with(begin.sqlite).await?,
            Engine::Postgres => connection.begin_with(begin.postgres).await?,
        })
    }

    /// Adds `batch`: its INTENTs first, so that an end that waited together with its INTENT stands after it.
    async fn add(
        &self,
        connection: &mut AnyConnection,
        batch: &[Entry],
        now: DateTime<Utc>,
    ) -> Result<Vec<Written>, StoreError> {
        let requests = |wanted: fn(&AuditRecord) -> bool| -> Vec<Uuid> {
            let named = records(batch).filter(|(_, record)| wanted(record)).map(|(_, record)| record.request_id);
            named.collect::<BTreeSet<_>>().into_iter().collect()
        };
        let opened = open_requests::open(connection, &requests(opens), now).await?;
        let mut closed = open_requests::close(connection, &requests(ends)).await?;

        let mut written = vec![Written::Kept; batch.len()];
        let mut kept = Vec::new();
        for wanted in [opens as fn(&AuditRecord) -> bool, |record| !opens(record)] {
            for (place, record) in records(batch).filter(|(_, record)| wanted(record)) {
                let (keep, outcome) = match &record.event {
                    AuditEvent::Intent { .. } if !opened.requests.contains(&record.request_id) => {
                        (false, Written::HasEnded)
                    }
                    AuditEvent::Release { .. } if !closed.requests.remove(&record.request_id) => {
                        (false, Written::NotOpen)
                    }
                    AuditEvent::Aborted { .. } if !closed.requests.remove(&record.request_id) => (false, Written::Kept),
                    _ => (true, Written::Kept),
                };
                if let Some(at) = written.get_mut(place) {
                    *at = outcome;
                }
                if keep {
                    kept.push(record);
                }
            }
        }
        let last = match opened.last.or(closed.last) {
            Some(last) => last,
            None if kept.is_empty() => 0,
            None => audit_records::last(connection).await?,
        };
        self.add_records(connection, &kept, last, now).await?;

        let events: Vec<&LogRecord> = batch
            .iter()
            .filter_map(|entry| match entry {
                Entry::Event(event) => Some(event.as_ref()),
                Entry::Record(_) => None,
            })
            .collect();
        if !events.is_empty() {
            let last = posted_events::last(connection).await?;
            posted_events::add(connection, &self.keyring, &events, last).await?;
        }
        Ok(written)
    }

    /// Closes the oldest requests that were interrupted, at most [`AT_ONCE`]; returns how many that were.
    async fn close_a_few(&self, open_since: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let mut transaction = self.database.begin_alone("audit_records").await?;
        let most = i64::try_from(AT_ONCE).unwrap_or(i64::MAX);
        let interrupted = open_requests::list(&mut transaction, open_since, most).await?;
        let last = audit_records::last(&mut transaction).await?;
        for (request, seq) in interrupted.iter().zip(last + 1..) {
            audit_records::abort(&mut transaction, *request, seq, now).await?;
        }
        open_requests::close(&mut transaction, &interrupted).await?;
        transaction.commit().await?;
        Ok(interrupted.len() as u64)
    }

    /// Adds `records` after the place `last`.
    async fn add_records(
        &self,
        connection: &mut AnyConnection,
        records: &[&AuditRecord],
        last: i64,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (mut rows, mut subjects) = (Vec::new(), Vec::new());
        for (record, seq) in records.iter().zip(last + 1..) {
            rows.push(audit_records::row(seq, record, now)?);
            subjects.extend(audit_subjects::rows(seq, &record.subjects, &self.keyring)?);
        }
        audit_records::add(connection, &rows).await?;
        audit_subjects::add(connection, &subjects).await
    }
}

/// The records of a batch, with their places in it.
fn records(batch: &[Entry]) -> impl Iterator<Item = (usize, &AuditRecord)> {
    batch.iter().enumerate().filter_map(|(place, entry)| match entry {
        Entry::Record(record) => Some((place, record.as_ref())),
        Entry::Event(_) => None,
    })
}

fn opens(record: &AuditRecord) -> bool {
    matches!(record.event, AuditEvent::Intent { .. })
}

fn ends(record: &AuditRecord) -> bool {
    matches!(record.event, AuditEvent::Release { .. } | AuditEvent::Aborted { .. })
}

#[async_trait]
impl AuditStore for SqlStore {
    async fn write(&self, batch: &[Entry], now: DateTime<Utc>) -> Result<Vec<Written>, StoreError> {
        match self.place.engine() {
            Engine::Sqlite => self.commit(batch, now).await,
            Engine::Postgres => in_time(PATIENCE, self.commit(batch, now)).await,
        }
    }

    async fn close_interrupted(
        &self,
        open_since: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let mut closed = 0;
        loop {
            // A few at a time: while they are closed, nobody else can write.
            let few = in_time(PATIENCE, self.close_a_few(open_since, now)).await?;
            closed += few;
            if few < AT_ONCE {
                return Ok(closed);
            }
        }
    }

    async fn records(&self, filter: &RecordFilter) -> Result<Page<RecordEntry>, StoreError> {
        audit_records::page(self.database.reader(), filter).await
    }

    async fn events(&self, filter: &EventFilter) -> Result<Page<LogRecord>, StoreError> {
        audit_events::page(self.database.reader(), &self.keyring, filter).await
    }

    async fn close(&self) {
        if let Some(connection) = self.pen.lock().await.take() {
            drop(connection.close().await);
        }
        self.database.close().await;
    }
}
