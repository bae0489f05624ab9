//! The pen on an SQLite file. It is the gateway's busiest place, so it speaks with SQLite itself: a batch goes to a thread
//! once, and there each statement is a function call.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use ndx_store::{Keyring, StoreError, connection::connect_to_file};
use rusqlite::{Connection, Transaction, TransactionBehavior};
use uuid::Uuid;

use super::{
    admitted::{self, Doors, admit},
    checkpoints::Checkpoints,
};
use crate::store::{
    Entry, Written, audit_records, open_requests, posted_events, statement::insert_into_file, time_text,
};

/// Whoever waits for a record waits two seconds: a file that somebody holds must fail before that.
pub const PATIENCE: Duration = Duration::from_secs(1);
/// Statements that stay prepared: each of the pen's own.
const STATEMENTS: usize = 32;

/// The pen.
#[derive(Debug)]
pub struct FilePen {
    file: PathBuf,
    keyring: Arc<Keyring>,
    held: Arc<Mutex<Option<Held>>>,
    checkpoints: Checkpoints,
}

/// The connection, and what its commits wait for.
#[derive(Debug)]
struct Held {
    connection: Connection,
    waits: &'static str,
}

impl FilePen {
    /// The pen for `file`.
    pub fn new(file: PathBuf, keyring: Keyring) -> Self {
        let checkpoints = Checkpoints::new(file.clone());
        Self { file, keyring: Arc::new(keyring), held: Arc::default(), checkpoints }
    }

    /// Keeps `batch`.
    ///
    /// # Errors
    /// When the commit failed, or may have failed.
    pub async fn commit(&self, batch: Vec<Entry>, now: DateTime<Utc>) -> Result<Vec<Written>, StoreError> {
        let (file, keyring, held) = (self.file.clone(), self.keyring.clone(), self.held.clone());
        let written = tokio::task::spawn_blocking(move || {
            let mut place = held.lock().unwrap_or_else(PoisonError::into_inner);
            // Out of its place while it is in use: a commit that fails also ends the connection.
            let mut held = place.take().map_or_else(|| connect(&file), Ok)?;
            let written = write(&mut held, &batch, &keyring, now)?;
            *place = Some(held);
            Ok(written)
        });
        let written =
            written.await.unwrap_or_else(|_| Err(StoreError::Corrupt("the audit log's pen broke".to_owned())))?;
        self.checkpoints.after_commit();
        Ok(written)
    }

    /// Ends the connection.
    pub fn close(&self) {
        self.checkpoints.close();
        drop(self.held.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

fn connect(file: &Path) -> Result<Held, StoreError> {
    let connection = connect_to_file(file, PATIENCE)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(Held { connection, waits: "" })
}

fn write(held: &mut Held, batch: &[Entry], keyring: &Keyring, now: DateTime<Utc>) -> Result<Vec<Written>, StoreError> {
    // INTENTs need not be on the disk when they are kept: the commit is then handed to the operating system, and a later one
    // that waits for the disk takes it there, because the log is written in order (sqlite.org, "PRAGMA synchronous").
    let waits = if admitted::is_intents(batch) { "NORMAL" } else { "FULL" };
    if held.waits != waits {
        held.connection.pragma_update(None, "synchronous", waits)?;
        held.waits = waits;
    }
    let transaction = held.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let doors = Doors {
        opened: each(&transaction, open_requests::OPEN_ONE, &admitted::requests(batch, admitted::opens), Some(now))?,
        closed: each(&transaction, open_requests::CLOSE_ONE, &admitted::requests(batch, admitted::ends), None)?,
    };
    let kept = admit(batch, doors);
    if !kept.records.is_empty() {
        let last = transaction.prepare_cached(audit_records::LAST)?.query_row((), |row| row.get(0))?;
        let (records, subjects) = admitted::rows(&kept.records, last, keyring, now)?;
        insert_into_file(&transaction, &records)?;
        insert_into_file(&transaction, &subjects)?;
    }
    let events = admitted::events(batch);
    if !events.is_empty() {
        let last = transaction.prepare_cached(posted_events::LAST)?.query_row((), |row| row.get(0))?;
        insert_into_file(&transaction, &admitted::event_rows(&events, last, keyring)?)?;
    }
    transaction.commit()?;
    Ok(kept.written)
}

/// Those of `requests` that `statement` changes; its first parameter is the request, its second the time where it has one.
fn each(
    transaction: &Transaction<'_>,
    statement: &str,
    requests: &[Uuid],
    now: Option<DateTime<Utc>>,
) -> Result<HashSet<Uuid>, StoreError> {
    let mut changed = HashSet::new();
    if requests.is_empty() {
        return Ok(changed);
    }
    let mut statement = transaction.prepare_cached(statement)?;
    let now = now.map(time_text);
    for request in requests {
        statement.raw_bind_parameter(1, request.to_string())?;
        if let Some(now) = &now {
            statement.raw_bind_parameter(2, now)?;
        }
        if statement.raw_execute()? > 0 {
            changed.insert(*request);
        }
    }
    Ok(changed)
}
