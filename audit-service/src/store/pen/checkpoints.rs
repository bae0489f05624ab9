//! Moves what was committed from the write-ahead log to the file while the pen writes on. SQLite does that by itself when the
//! log has grown long, but in the middle of somebody's commit; what was moved here beforehand need not be moved there.

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
};

use ndx_store::{StoreError, connection::connect_to_file};
use rusqlite::Connection;

use super::on_file::PATIENCE;

/// After so many commits.
const EVERY: u32 = 64;

/// Who moves it, at most one at a time.
#[derive(Debug, Clone)]
pub struct Checkpoints(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    file: PathBuf,
    commits: AtomicU32,
    under_way: AtomicBool,
    connection: Mutex<Option<Connection>>,
}

impl Checkpoints {
    /// Of `file`.
    pub fn new(file: PathBuf) -> Self {
        let inner =
            Inner { file, commits: AtomicU32::new(0), under_way: AtomicBool::new(false), connection: Mutex::default() };
        Self(Arc::new(inner))
    }

    /// There was a commit.
    pub fn after_commit(&self) {
        let due = self.0.commits.fetch_add(1, Ordering::Relaxed) % EVERY == EVERY - 1;
        if !due || self.0.under_way.swap(true, Ordering::AcqRel) {
            return;
        }
        let inner = Arc::clone(&self.0);
        tokio::task::spawn_blocking(move || {
            // Nothing is lost when it fails: the pen's own connection moves what is left, and tells its own failures.
            if let Err(error) = inner.run() {
                let cause = &error as &dyn std::error::Error;
                tracing::debug!(error = cause, "the audit log's pages could not be moved");
            }
            inner.under_way.store(false, Ordering::Release);
        });
    }

    /// Ends the connection.
    pub fn close(&self) {
        drop(self.0.connection.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

impl Inner {
    fn run(&self) -> Result<(), StoreError> {
        let mut place = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = place.take().map_or_else(|| connect_to_file(&self.file, PATIENCE), Ok)?;
        // PASSIVE: nobody waits for it, and it waits for nobody.
        connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", (), |_| Ok(()))?;
        *place = Some(connection);
        Ok(())
    }
}
