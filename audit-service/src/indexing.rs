//! Takes in, beside the writing, whom the record is about: so that a person's history is found, and nobody who waits for a
//! record waits for that.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use ndx_store::StoreError;
use tokio::sync::Mutex;

use crate::store::AuditStore;

/// How often the record is looked at when there was nothing new.
const EVERY: Duration = Duration::from_secs(1);
/// Between two batches when there is more, and after a failure. Whoever writes the record goes first: under load the index may
/// fall behind, and catches up after it.
const PAUSE: Duration = Duration::from_millis(250);
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// Takes in what is new.
#[derive(Debug)]
pub struct Indexing {
    store: Arc<dyn AuditStore>,
    /// One batch of this process at a time; those of others are told apart by the store.
    turn: Mutex<()>,
}

impl Indexing {
    /// Of the record in `store`.
    pub fn of(store: Arc<dyn AuditStore>) -> Arc<Self> {
        Arc::new(Self { store, turn: Mutex::default() })
    }

    /// Takes in what is new, for at most `time`.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn catch_up(&self, time: Duration) -> Result<(), StoreError> {
        let begun = Instant::now();
        while self.batch().await? > 0 && begun.elapsed() < time {}
        Ok(())
    }

    /// Does so again and again.
    pub async fn go_on(&self) {
        let mut fails = false;
        loop {
            let pause = match self.batch().await {
                Ok(behind) => {
                    fails = false;
                    if behind > 0 { PAUSE } else { EVERY }
                }
                Err(error) => {
                    // Said once, however long it lasts.
                    if !fails {
                        let cause = &error as &dyn std::error::Error;
                        tracing::error!(
                            error = cause,
                            "whom the record is about cannot be taken in; this is tried again"
                        );
                    }
                    fails = true;
                    AFTER_FAILURE
                }
            };
            tokio::time::sleep(pause).await;
        }
    }

    /// Takes in a batch; how many records are left.
    async fn batch(&self) -> Result<i64, StoreError> {
        let _turn = self.turn.lock().await;
        Ok(self.store.index().await?.behind)
    }
}
