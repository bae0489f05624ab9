//! The one task that writes. What waits is written together, so that many requests share one wait for the disk.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use ndx_clock::Clock;
use tokio::sync::{mpsc, oneshot};

use crate::{
    error::WriteError,
    store::{AuditStore, Entry, Written},
};

/// At most so many entries in one commit.
const LARGEST_BATCH: usize = 256;
/// So many entries are worth a commit: nobody else is waited for, so that some are written while others are answered.
const ENOUGH: usize = 32;
/// At most so many entries wait; the next one is refused at once, so that a slow disk does not fill the memory.
const LONGEST_QUEUE: usize = 4096;

struct Waiting {
    entry: Entry,
    done: oneshot::Sender<Result<(), WriteError>>,
}

/// Hands entries to the writing task.
#[derive(Debug, Clone)]
pub struct Writer {
    queue: mpsc::Sender<Waiting>,
    commits: Arc<AtomicU64>,
}

impl Writer {
    /// Starts the task that writes to `store`.
    pub fn start(store: Arc<dyn AuditStore>, clock: Arc<dyn Clock>) -> (Self, tokio::task::JoinHandle<()>) {
        let (sender, queue) = mpsc::channel(LONGEST_QUEUE);
        let commits = Arc::new(AtomicU64::new(0));
        let task = tokio::spawn(run(store, clock, commits.clone(), queue));
        (Self { queue: sender, commits }, task)
    }

    /// How many commits there were: far fewer than records, where many wait together.
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Writes `entry` and waits until it is written.
    ///
    /// # Errors
    /// When it was not.
    pub async fn write(&self, entry: Entry) -> Result<(), WriteError> {
        let (done, written) = oneshot::channel();
        self.queue.try_send(Waiting { entry, done }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => WriteError::QueueFull,
            mpsc::error::TrySendError::Closed(_) => WriteError::Closed,
        })?;
        written.await.map_err(|_| WriteError::Closed)?
    }
}

async fn run(
    store: Arc<dyn AuditStore>,
    clock: Arc<dyn Clock>,
    commits: Arc<AtomicU64>,
    mut queue: mpsc::Receiver<Waiting>,
) {
    let mut waiting = Vec::new();
    while queue.recv_many(&mut waiting, LARGEST_BATCH).await > 0 {
        gather(&mut queue, &mut waiting).await;
        // Under load, those who could not wait have gone: their INTENT asks nobody and their RELEASE lets nothing out, so the
        // time is for those who still wait. An ABORTED or REFUSED is written for the record's own sake.
        waiting.retain(|Waiting { entry, done }| !(done.is_closed() && entry.is_for_its_caller()));
        if waiting.is_empty() {
            continue;
        }
        let (batch, answers): (Vec<_>, Vec<_>) = waiting.drain(..).map(|Waiting { entry, done }| (entry, done)).unzip();
        let records = batch.len();
        let results = match store.write(batch, clock.now()).await {
            Ok(written) => {
                commits.fetch_add(1, Ordering::Relaxed);
                written.into_iter().map(result).collect()
            }
            Err(error) => {
                let cause = &error as &dyn std::error::Error;
                tracing::error!(error = cause, records, "audit records were not written");
                let error = Arc::new(error);
                vec![Err(WriteError::Refused(error)); records]
            }
        };
        for (done, result) in answers.into_iter().zip(results) {
            // Whoever went away meanwhile does not need the answer.
            drop(done.send(result));
        }
    }
}

/// Lets everybody go on who can, as long as that brings more to write and it is not yet [`ENOUGH`]: it shares the commit, and
/// nobody waits for a clock.
async fn gather(queue: &mut mpsc::Receiver<Waiting>, waiting: &mut Vec<Waiting>) {
    loop {
        let before = waiting.len();
        tokio::task::yield_now().await;
        while waiting.len() < ENOUGH
            && let Ok(one) = queue.try_recv()
        {
            waiting.push(one);
        }
        if waiting.len() == before || waiting.len() >= ENOUGH {
            return;
        }
    }
}

fn result(written: Written) -> Result<(), WriteError> {
    match written {
        Written::Kept => Ok(()),
        Written::HasEnded => Err(WriteError::HasEnded),
        Written::NotOpen => Err(WriteError::NotOpen),
    }
}
