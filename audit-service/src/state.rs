//! The audit log of the exchange.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use ndx_clock::Clock;
use ndx_contracts::{
    JudgeError,
    audit::{AuditLog, AuditRecord},
};
use ndx_store::{Place, RootKey, StoreError};
use tokio::{sync::Mutex, task::JoinHandle};
use tokio_util::task::AbortOnDropHandle;

use crate::{
    error::WriteError,
    group_commit::Writer,
    interrupted::{self, Role},
    opendif::LogRecord,
    store::{AuditStore, Entry, EventFilter, Page, RecordEntry, RecordFilter, SqlStore, in_time},
};

/// A page that takes longer cannot be read.
const LONGEST_PAGE: Duration = Duration::from_secs(10);

/// The audit log.
#[derive(Debug)]
pub struct Audit {
    store: Arc<dyn AuditStore>,
    clock: Arc<dyn Clock>,
    /// Taken when the log is closed.
    writer: std::sync::Mutex<Option<Writer>>,
    writing: Mutex<Option<JoinHandle<()>>>,
    /// Where others keep their records too: closes again and again what was interrupted.
    sweeping: std::sync::Mutex<Option<AbortOnDropHandle<()>>>,
}

impl Audit {
    /// Opens the log at `place` and closes what was interrupted.
    ///
    /// # Errors
    /// When it cannot be opened, read or written.
    pub async fn open(
        place: &Place,
        root_key: &RootKey,
        clock: Arc<dyn Clock>,
        role: Role,
    ) -> Result<Arc<Self>, StoreError> {
        let store = SqlStore::open(place, root_key).await?;
        Self::over(Arc::new(store), clock, role).await
    }

    /// The log over any store.
    ///
    /// # Errors
    /// When what was interrupted cannot be closed.
    pub async fn over(store: Arc<dyn AuditStore>, clock: Arc<dyn Clock>, role: Role) -> Result<Arc<Self>, StoreError> {
        interrupted::close(store.as_ref(), clock.as_ref(), role).await?;
        let sweeping = matches!(role, Role::OneOfSeveral { .. }).then(|| {
            let task = interrupted::keep_closing(store.clone(), clock.clone(), role);
            AbortOnDropHandle::new(tokio::spawn(task))
        });
        let (writer, writing) = Writer::start(store.clone(), clock.clone());
        Ok(Arc::new(Self {
            store,
            clock,
            writer: std::sync::Mutex::new(Some(writer)),
            writing: Mutex::new(Some(writing)),
            sweeping: std::sync::Mutex::new(sweeping),
        }))
    }

    /// The time, by the log's clock.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Keeps one entry; returns when it is kept.
    ///
    /// # Errors
    /// When it is not kept.
    pub async fn write(&self, entry: Entry) -> Result<(), WriteError> {
        let writer = self.writer.lock().ok().and_then(|writer| writer.clone());
        match writer {
            Some(writer) => writer.write(entry).await,
            None => Err(WriteError::Closed),
        }
    }

    /// The records that `filter` wants, newest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn records(&self, filter: &RecordFilter) -> Result<Page<RecordEntry>, StoreError> {
        in_time(LONGEST_PAGE, self.store.records(filter)).await
    }

    /// The events that `filter` wants, in OpenDIF's words, newest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn events(&self, filter: &EventFilter) -> Result<Page<LogRecord>, StoreError> {
        in_time(LONGEST_PAGE, self.store.events(filter)).await
    }

    /// How many commits there were since the log was opened; 0 once it is closed.
    pub fn commits(&self) -> u64 {
        self.writer.lock().ok().and_then(|writer| writer.as_ref().map(Writer::commits)).unwrap_or(0)
    }

    /// Writes what waits, then closes the store. Later records are refused.
    pub async fn close(&self) {
        let sweeping = self.sweeping.lock().ok().and_then(|mut task| task.take());
        if let Some(task) = sweeping {
            task.abort();
            drop(task.await);
        }
        drop(self.writer.lock().map(|mut writer| writer.take()));
        if let Some(task) = self.writing.lock().await.take() {
            drop(task.await);
        }
        self.store.close().await;
    }
}

#[async_trait]
impl AuditLog for Audit {
    async fn append(&self, record: AuditRecord) -> Result<(), JudgeError> {
        self.write(Entry::Record(Box::new(record)))
            .await
            .map_err(|error| JudgeError::unavailable("the audit log", error))
    }
}
