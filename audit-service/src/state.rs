//! The audit log of the exchange.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use ndx_clock::Clock;
use ndx_contracts::{
    JudgeError,
    audit::{AuditLog, AuditRecord},
    history::{Complaint, ComplaintReceipt, HistoryPage, HistoryQuestion, SubjectHistory},
};
use ndx_store::{Place, RootKey, StoreError};
use tokio::{sync::Mutex, task::JoinHandle};
use tokio_util::task::AbortOnDropHandle;

use crate::{
    error::WriteError,
    group_commit::Writer,
    indexing::Indexing,
    interrupted::{self, Role},
    opendif::LogRecord,
    store::{AuditStore, ComplaintEntry, Entry, EventFilter, Page, RecordEntry, RecordFilter, SqlStore, in_time},
};

/// A page that takes longer cannot be read.
const LONGEST_PAGE: Duration = Duration::from_secs(10);
/// For so long a question for somebody's history takes in what is new before it is answered.
const CATCHING_UP: Duration = Duration::from_secs(1);
/// What this log is called where it does not answer.
const JUDGE: &str = "the audit log";

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
    /// Takes in whom the record is about.
    indexing: Arc<Indexing>,
    taking_in: std::sync::Mutex<Option<AbortOnDropHandle<()>>>,
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
        let indexing = Indexing::of(store.clone());
        let taking_in = {
            let indexing = indexing.clone();
            AbortOnDropHandle::new(tokio::spawn(async move { indexing.go_on().await }))
        };
        Ok(Arc::new(Self {
            store,
            clock,
            writer: std::sync::Mutex::new(Some(writer)),
            writing: Mutex::new(Some(writing)),
            sweeping: std::sync::Mutex::new(sweeping),
            indexing,
            taking_in: std::sync::Mutex::new(Some(taking_in)),
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

    /// The part of a person's history that `question` wants, with what was kept until now.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn history(&self, question: &HistoryQuestion) -> Result<HistoryPage, StoreError> {
        in_time(LONGEST_PAGE, async {
            self.indexing.catch_up(CATCHING_UP).await?;
            self.store.history(question, self.clock.now()).await
        })
        .await
    }

    /// Keeps a complaint; `None` when the person's history shows no such use.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub async fn complain(&self, complaint: &Complaint) -> Result<Option<ComplaintReceipt>, StoreError> {
        in_time(LONGEST_PAGE, self.store.complain(complaint, self.clock.now())).await
    }

    /// The complaints, newest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn complaints(&self, limit: i64, offset: i64) -> Result<Page<ComplaintEntry>, StoreError> {
        in_time(LONGEST_PAGE, self.store.complaints(limit, offset)).await
    }

    /// How many commits there were since the log was opened; 0 once it is closed.
    pub fn commits(&self) -> u64 {
        self.writer.lock().ok().and_then(|writer| writer.as_ref().map(Writer::commits)).unwrap_or(0)
    }

    /// Writes what waits, then closes the store. Later records are refused.
    pub async fn close(&self) {
        for task in [&self.sweeping, &self.taking_in] {
            let task = task.lock().ok().and_then(|mut task| task.take());
            if let Some(task) = task {
                task.abort();
                drop(task.await);
            }
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
        self.write(Entry::Record(Box::new(record))).await.map_err(|error| JudgeError::unavailable(JUDGE, error))
    }
}

#[async_trait]
impl SubjectHistory for Audit {
    async fn history(&self, question: &HistoryQuestion) -> Result<HistoryPage, JudgeError> {
        self.history(question).await.map_err(|error| JudgeError::unavailable(JUDGE, error))
    }

    async fn complain(&self, complaint: &Complaint) -> Result<Option<ComplaintReceipt>, JudgeError> {
        self.complain(complaint).await.map_err(|error| JudgeError::unavailable(JUDGE, error))
    }
}
