//! Writes batches, each in one commit: to a file or to a server, in the ways in which each of them is fast.

mod admitted;

mod checkpoints;

mod on_file;

mod on_server;

use chrono::{DateTime, Utc};
use ndx_store::{Keyring, Place, StoreError};

use self::{on_file::FilePen, on_server::ServerPen};
use super::{Entry, TABLES, Written};

/// The one connection that writes what the service is given; opened when first needed, and again after a failure.
#[derive(Debug)]
pub enum Pen {
    /// To an SQLite file.
    File(FilePen),
    /// To a PostgreSQL server.
    Server(ServerPen),
}

impl Pen {
    /// The pen for the store at `place`.
    pub fn new(place: &Place, keyring: &Keyring) -> Self {
        match place.file(&TABLES) {
            Some(file) => Self::File(FilePen::new(file, keyring.clone())),
            None => Self::Server(ServerPen::new(place.clone(), keyring.clone())),
        }
    }

    /// Keeps all of `batch` in one commit, or none of it.
    ///
    /// # Errors
    /// When the commit failed, or may have failed.
    pub async fn commit(&self, batch: Vec<Entry>, now: DateTime<Utc>) -> Result<Vec<Written>, StoreError> {
        match self {
            Self::File(pen) => pen.commit(batch, now).await,
            Self::Server(pen) => pen.commit(&batch, now).await,
        }
    }

    /// Ends the connection.
    pub async fn close(&self) {
        match self {
            Self::File(pen) => pen.close(),
            Self::Server(pen) => pen.close().await,
        }
    }
}
