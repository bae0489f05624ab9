//! The log on SQLite or on PostgreSQL.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use ndx_contracts::history::{Complaint, ComplaintReceipt, HistoryPage, HistoryQuestion};
use ndx_store::{Database, Engine, Keyring, Place, RootKey, StoreError};
use sqlx::Row;

use super::{
    AuditStore, ComplaintEntry, Entry, EventFilter, Indexed, Page, RecordEntry, RecordFilter, TABLES, Written,
    audit_events, audit_records, complaints, in_time, open_requests, pen::Pen, subject_history,
};
use crate::opendif::LogRecord;

/// A commit on PostgreSQL that takes longer has failed: whoever waits for a record waits two seconds, and a server that is
/// gone without a word must not hold up those who come after.
const PATIENCE: Duration = Duration::from_millis(1500);

/// How many interrupted requests are closed in one transaction.
const AT_ONCE: u64 = 100;

/// The store.
#[derive(Debug)]
pub struct SqlStore {
    engine: Engine,
    database: Database,
    keyring: Keyring,
    pen: Pen,
}

impl SqlStore {
    /// Opens the store at `place`, making it when it is not there.
    ///
    /// # Errors
    /// When it cannot be opened, is newer than the program, or its keys do not open with `root_key`.
    pub async fn open(place: &Place, root_key: &RootKey) -> Result<Self, StoreError> {
        let database = Database::open(place, &TABLES).await?;
        let keyring = Keyring::open(&database, root_key).await?;
        let pen = Pen::new(place, &keyring);
        Ok(Self { engine: place.engine(), database, keyring, pen })
    }

    /// Closes the oldest requests that were interrupted, at most [`AT_ONCE`]; returns how many that were.
    async fn close_a_few(&self, open_since: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let mut transaction = self.database.begin_alone("audit_records").await?;
        let most = i64::try_from(AT_ONCE).unwrap_or(i64::MAX);
        let interrupted = open_requests::list(&mut transaction, open_since, most).await?;
        let last: i64 = sqlx::query(audit_records::LAST).fetch_one(&mut *transaction).await?.try_get(0)?;
        for (request, seq) in interrupted.iter().zip(last + 1..) {
            audit_records::abort(&mut transaction, *request, seq, now).await?;
        }
        open_requests::close(&mut transaction, &interrupted).await?;
        transaction.commit().await?;
        Ok(interrupted.len() as u64)
    }
}

#[async_trait]
impl AuditStore for SqlStore {
    async fn write(&self, batch: Vec<Entry>, now: DateTime<Utc>) -> Result<Vec<Written>, StoreError> {
        match self.engine {
            Engine::Sqlite => self.pen.commit(batch, now).await,
            Engine::Postgres => in_time(PATIENCE, self.pen.commit(batch, now)).await,
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

    async fn index(&self) -> Result<Indexed, StoreError> {
        subject_history::index(&self.database).await
    }

    async fn history(&self, question: &HistoryQuestion, now: DateTime<Utc>) -> Result<HistoryPage, StoreError> {
        subject_history::page(self.database.reader(), &self.keyring, question, now).await
    }

    async fn complain(
        &self,
        complaint: &Complaint,
        now: DateTime<Utc>,
    ) -> Result<Option<ComplaintReceipt>, StoreError> {
        complaints::keep(&self.database, &self.keyring, complaint, now).await
    }

    async fn complaints(&self, limit: i64, offset: i64) -> Result<Page<ComplaintEntry>, StoreError> {
        complaints::page(self.database.reader(), &self.keyring, limit, offset).await
    }

    async fn close(&self) {
        self.pen.close().await;
        self.database.close().await;
    }
}
