//! The file `consent.db`: its tables, and all SQL of this service, one file a table.
//!
//! | Module | What it does |
//! | --- | --- |
//! | `consents` | consents and their actions; actions are only ever added |
//! | `sessions` | who is signed in to the portal, in which browser |

mod consents;
mod sessions;

use std::path::Path;

use chrono::{DateTime, Utc};
use ndx_store::{
    Keyring, RootKey, keyring,
    sqlite::{SqliteStore, Step, StoreError},
};

pub use self::{
    consents::{Recorded, Writing},
    sessions::{Person, Session},
};
pub(crate) use sessions::IDLE;

/// The history of the tables. Steps are added at the end and never edited.
const STEPS: [Step; 3] = [
    Step { version: 1, name: "data keys", sql: keyring::TABLE },
    Step { version: 2, name: "consents and their actions", sql: consents::TABLES },
    Step { version: 3, name: "sessions", sql: sessions::TABLE },
];

/// The opened file and its keys.
#[derive(Debug, Clone)]
pub struct Store {
    sqlite: SqliteStore,
    keys: Keyring,
}

impl Store {
    /// Opens `consent.db` in `folder`.
    ///
    /// # Errors
    /// When the file cannot be opened, or its keys do not open with `root_key`.
    pub async fn open(folder: &Path, root_key: &RootKey) -> Result<Self, StoreError> {
        let sqlite = SqliteStore::open(&folder.join("consent.db"), &STEPS).await?;
        let keys = Keyring::open(&sqlite.writer, root_key).await?;
        Ok(Self { sqlite, keys })
    }

    /// The store's keys, for what is sealed elsewhere than in its tables.
    pub(crate) fn keys(&self) -> &Keyring {
        &self.keys
    }

    /// Closes all connections to the file.
    pub async fn close(&self) {
        self.sqlite.close().await;
    }
}

fn from_millis(millis: i64) -> Result<DateTime<Utc>, StoreError> {
    DateTime::from_timestamp_millis(millis).ok_or_else(|| StoreError::Corrupt("a time is out of range".to_owned()))
}
