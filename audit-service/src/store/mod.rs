//! `audit.db`: opening it, adding to it, reading it.

mod append;

mod read;

use std::path::{Path, PathBuf};

use ndx_store::{
    Keyring, RootKey, keyring,
    sqlite::{SqliteStore, Step, StoreError},
};

pub use self::{
    append::{append, close_interrupted},
    read::{Filter, LogEntry, Page, SubjectHash, page},
};

const STEPS: [Step; 2] = [
    Step { version: 1, name: "data keys", sql: keyring::TABLE },
    Step { version: 2, name: "audit records", sql: include_str!("2_audit_records.sql") },
];

/// The column of the sealed copy of a person's identifier.
const SUBJECT_COLUMN: &str = "audit_subjects.subject_sealed";

/// The store.
#[derive(Debug)]
pub struct AuditStore {
    /// Its file.
    pub file: PathBuf,
    /// Its connections for reading.
    pub sqlite: SqliteStore,
    /// Its keys.
    pub keyring: Keyring,
}

impl AuditStore {
    /// Opens `audit.db` in `folder`.
    ///
    /// # Errors
    /// When it cannot be opened, is newer than the program, or its keys do not open with `root_key`.
    pub async fn open(folder: &Path, root_key: &RootKey) -> Result<Self, StoreError> {
        let file = folder.join("audit.db");
        let sqlite = SqliteStore::open(&file, &STEPS).await?;
        let keyring = Keyring::open(&sqlite.writer, root_key).await?;
        Ok(Self { file, sqlite, keyring })
    }
}
