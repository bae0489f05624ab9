//! The pen on a PostgreSQL server. Each statement is a way there and back, so a batch goes in few of them.

use chrono::{DateTime, Utc};
use ndx_store::{Keyring, Place, StoreError, connection::connect};
use sqlx::{AnyConnection, Connection, Row};
use tokio::sync::Mutex;

use super::{
    super::{TABLES, statement::insert},
    admitted::{self, Doors, admit},
};
use crate::store::{Entry, Written, audit_records, open_requests, posted_events};

/// What begins a commit of nothing but INTENTs, which need not be on the disk when it returns: it is then in the hands of the
/// server, and a later commit that waits for the disk takes it there, because the log is written in order (postgresql.org,
/// "Asynchronous Commit").
const BEGIN_INTENTS: &str = "BEGIN; SET LOCAL lock_timeout = '1s'; SET LOCAL synchronous_commit = off; \
                             LOCK TABLE audit_records IN EXCLUSIVE MODE";
/// What begins a commit that waits for the disk. In every commit nobody else adds to the record until it ends.
const BEGIN: &str = "BEGIN; SET LOCAL lock_timeout = '1s'; SET LOCAL synchronous_commit = on; \
                     LOCK TABLE audit_records IN EXCLUSIVE MODE";

/// The pen.
#[derive(Debug)]
pub struct ServerPen {
    place: Place,
    keyring: Keyring,
    connection: Mutex<Option<AnyConnection>>,
}

impl ServerPen {
    /// The pen for the store at `place`.
    pub fn new(place: Place, keyring: Keyring) -> Self {
        Self { place, keyring, connection: Mutex::new(None) }
    }

    /// Keeps `batch`.
    ///
    /// # Errors
    /// When the commit failed, or may have failed.
    pub async fn commit(&self, batch: &[Entry], now: DateTime<Utc>) -> Result<Vec<Written>, StoreError> {
        let mut place = self.connection.lock().await;
        // Out of its place while it is in use: whatever cuts the commit off also ends the connection.
        let mut connection = match place.take() {
            Some(connection) => connection,
            None => connect(&self.place, &TABLES).await?,
        };
        let begin = if admitted::is_intents(batch) { BEGIN_INTENTS } else { BEGIN };
        let mut transaction = connection.begin_with(begin).await?;
        let written = self.add(&mut transaction, batch, now).await?;
        transaction.commit().await?;
        *place = Some(connection);
        Ok(written)
    }

    /// Ends the connection.
    pub async fn close(&self) {
        if let Some(connection) = self.connection.lock().await.take() {
            drop(connection.close().await);
        }
    }

    async fn add(
        &self,
        connection: &mut AnyConnection,
        batch: &[Entry],
        now: DateTime<Utc>,
    ) -> Result<Vec<Written>, StoreError> {
        let opened = open_requests::open(connection, &admitted::requests(batch, admitted::opens), now).await?;
        let closed = open_requests::close(connection, &admitted::requests(batch, admitted::ends)).await?;
        let last = opened.last.or(closed.last);
        let kept = admit(batch, Doors { opened: opened.requests, closed: closed.requests });
        if !kept.records.is_empty() {
            let last = match last {
                Some(last) => last,
                None => sqlx::query(audit_records::LAST).fetch_one(&mut *connection).await?.try_get(0)?,
            };
            let (records, subjects) = admitted::rows(&kept.records, last, &self.keyring, now)?;
            insert(connection, &records).await?;
            insert(connection, &subjects).await?;
        }
        let events = admitted::events(batch);
        if !events.is_empty() {
            let last = sqlx::query(posted_events::LAST).fetch_one(&mut *connection).await?.try_get(0)?;
            insert(connection, &admitted::event_rows(&events, last, &self.keyring)?).await?;
        }
        Ok(kept.written)
    }
}
