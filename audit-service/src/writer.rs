//! The one task that writes. What waits is written together, so that many requests share one wait for the disk.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use ndx_clock::Clock;
use ndx_contracts::audit::{AuditEvent, AuditRecord};
use ndx_store::{
    Keyring,
    sqlite::{StoreError, connect},
};
use sqlx::{Connection, SqliteConnection};
use tokio::sync::{mpsc, oneshot};

use crate::store;

/// At most so many records in one commit.
const LARGEST_BATCH: usize = 256;
/// At most so many records wait; the next one is refused at once, so that a slow disk does not fill the memory.
const LONGEST_QUEUE: usize = 4096;

/// Why a record was not written.
#[derive(Debug, Clone, thiserror::Error)]
pub enum WriteError {
    /// Too many wait already.
    #[error("too many records wait to be written")]
    QueueFull,
    /// The writer has ended.
    #[error("the audit log is closed")]
    Closed,
    /// The database refused the commit.
    #[error("the records could not be written")]
    Refused(#[source] Arc<StoreError>),
}

struct Waiting {
    record: AuditRecord,
    done: oneshot::Sender<Result<(), WriteError>>,
}

/// Hands records to the writing task.
#[derive(Debug, Clone)]
pub struct Writer {
    queue: mpsc::Sender<Waiting>,
    commits: Arc<AtomicU64>,
}

impl Writer {
    /// Starts the task that writes to `file`.
    pub fn start(file: PathBuf, keyring: Keyring, clock: Arc<dyn Clock>) -> (Self, tokio::task::JoinHandle<()>) {
        let (sender, queue) = mpsc::channel(LONGEST_QUEUE);
        let commits = Arc::new(AtomicU64::new(0));
        let task = Task { file, keyring, clock, connection: None, commits: commits.clone() };
        (Self { queue: sender, commits }, tokio::spawn(task.run(queue)))
    }

    /// How many commits there were: far fewer than records, where many wait together.
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Writes `record` and waits until it is written.
    ///
    /// # Errors
    /// When it was not.
    pub async fn write(&self, record: AuditRecord) -> Result<(), WriteError> {
        let (done, written) = oneshot::channel();
        self.queue.try_send(Waiting { record, done }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => WriteError::QueueFull,
            mpsc::error::TrySendError::Closed(_) => WriteError::Closed,
        })?;
        written.await.map_err(|_| WriteError::Closed)?
    }
}

struct Task {
    file: PathBuf,
    keyring: Keyring,
    clock: Arc<dyn Clock>,
    /// Opened when first needed, and again after a failure.
    connection: Option<SqliteConnection>,
    commits: Arc<AtomicU64>,
}

impl Task {
    async fn run(mut self, mut queue: mpsc::Receiver<Waiting>) {
        let mut batch = Vec::new();
        while queue.recv_many(&mut batch, LARGEST_BATCH).await > 0 {
            let result = self.commit(&batch).await.map_err(|error| {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    records = batch.len(),
                    "audit records were not written"
                );
                WriteError::Refused(Arc::new(error))
            });
            if result.is_err() {
                self.connection = None;
            }
            for waiting in batch.drain(..) {
                // Whoever went away meanwhile does not need the answer.
                drop(waiting.done.send(result.clone()));
            }
        }
        if let Some(connection) = self.connection {
            drop(connection.close().await);
        }
    }

    /// One commit for the whole batch.
    ///
    /// Only INTENTs: `synchronous = NORMAL`, under which a commit in WAL mode is handed to the operating system without
    /// waiting for the disk. Anything else: `FULL`, which waits; the log is one file written in order, so what was
    /// committed before is on the disk too (sqlite.org, "PRAGMA synchronous").
    async fn commit(&mut self, batch: &[Waiting]) -> Result<(), StoreError> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => {
                let connection = none.insert(connect(&self.file).await?);
                // Whoever waits for a record waits two seconds: a file that somebody holds must fail before that.
                sqlx::query("PRAGMA busy_timeout = 1000").execute(&mut *connection).await?;
                connection
            }
        };
        let only_intents = batch.iter().all(|waiting| matches!(waiting.record.event, AuditEvent::Intent { .. }));
        let synchronous = if only_intents { "PRAGMA synchronous = NORMAL" } else { "PRAGMA synchronous = FULL" };
        sqlx::query(synchronous).execute(&mut *connection).await?;
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        let now = self.clock.now();
        for waiting in batch {
            store::append(&mut transaction, &self.keyring, &waiting.record, now).await?;
        }
        transaction.commit().await?;
        self.commits.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}
