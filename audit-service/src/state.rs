//! The audit log of the exchange.

use std::{path::Path, sync::Arc};

use async_trait::async_trait;
use ndx_clock::Clock;
use ndx_contracts::{
    JudgeError,
    audit::{AuditLog, AuditRecord},
};
use ndx_store::{RootKey, sqlite::StoreError};
use tokio::{sync::Mutex, task::JoinHandle};

use crate::{
    store::{self, AuditStore, Filter, Page},
    writer::Writer,
};

/// The audit log.
#[derive(Debug)]
pub struct Audit {
    store: AuditStore,
    /// Taken when the log is closed.
    writer: std::sync::Mutex<Option<Writer>>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Audit {
    /// Opens `audit.db` in `folder` and closes what an earlier process left open.
    ///
    /// # Errors
    /// When it cannot be opened, read or written.
    pub async fn open(folder: &Path, root_key: &RootKey, clock: Arc<dyn Clock>) -> Result<Arc<Self>, StoreError> {
        let store = AuditStore::open(folder, root_key).await?;
        let mut transaction = store.sqlite.writer.begin_with("BEGIN IMMEDIATE").await?;
        let interrupted = store::close_interrupted(&mut transaction, clock.now()).await?;
        transaction.commit().await?;
        if interrupted > 0 {
            tracing::warn!(
                requests = interrupted,
                "requests were interrupted when the exchange last ended; closed as ABORTED"
            );
        }
        let (writer, task) = Writer::start(store.file.clone(), store.keyring.clone(), clock);
        let writer = std::sync::Mutex::new(Some(writer));
        Ok(Arc::new(Self { store, writer, task: Mutex::new(Some(task)) }))
    }

    /// The records that `filter` wants, newest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn page(&self, filter: &Filter) -> Result<Page, StoreError> {
        store::page(&self.store.sqlite.reader, filter).await
    }

    /// How many commits there were since the log was opened; 0 once it is closed.
    pub fn commits(&self) -> u64 {
        self.writer.lock().ok().and_then(|writer| writer.as_ref().map(Writer::commits)).unwrap_or(0)
    }

    /// Writes what waits, then closes the store. Later records are refused.
    pub async fn close(&self) {
        drop(self.writer.lock().map(|mut writer| writer.take()));
        if let Some(task) = self.task.lock().await.take() {
            drop(task.await);
        }
        self.store.sqlite.close().await;
    }
}

#[async_trait]
impl AuditLog for Audit {
    async fn append(&self, record: AuditRecord) -> Result<(), JudgeError> {
        let writer = self.writer.lock().ok().and_then(|writer| writer.clone());
        let written = match writer {
            Some(writer) => writer.write(record).await,
            None => Err(crate::writer::WriteError::Closed),
        };
        written.map_err(|error| JudgeError::unavailable("the audit log", error))
    }
}
