//! The ledger as it is kept: its tables, and all SQL of this service, one file a table.
//!
//! | Module | What it does |
//! | --- | --- |
//! | `consents` | consents and their actions; actions are only ever added |
//! | `kept` | consents that were read lately, where nobody else writes them |
//! | `evidence_keys` | the keys that sign what people decided |
//! | `sessions` | who is signed in to the portal, in which browser |
//!
//! INVARIANT: whatever is read here comes from where it is written, or from a copy that every change takes away first, never
//! from one that may be behind: what a person has stopped is stopped for everybody who looks after she was told so.

mod consents;
mod evidence_keys;
mod kept;
mod sessions;

use std::{fmt::Debug, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use ndx_contracts::{ApplicationId, Purpose, Subject};
use ndx_receipt::{KeySet, SigningKey};
use ndx_store::{Database, Keyring, Place, RootKey, StoreError, Tables, keyring};
use uuid::Uuid;

use self::kept::Kept;
use crate::ledger::Entry;

pub use self::{
    consents::Recorded,
    evidence_keys::{Rotated, published_keys},
    sessions::{Person, Session},
};
pub(crate) use sessions::IDLE;

/// The tables, and their history. Steps are added at the end and never edited.
pub const TABLES: Tables = Tables {
    name: "consent",
    steps: &[
        keyring::FIRST_STEP,
        consents::STEP,
        sessions::STEP,
        consents::PROOF_STEP,
        evidence_keys::STEP,
        sessions::BY_PERSON,
    ],
    names: &["data_keys", "consents", "consent_actions", "sessions", "evidence_keys", "evidence_private_keys"],
};

/// Keeps consents and what happened to them.
#[async_trait]
pub trait ConsentStore: SessionStore + EvidenceKeyStore {
    /// The consent of this person, application and purpose.
    async fn find(
        &self,
        subject: &Subject,
        application: &ApplicationId,
        purpose: &Purpose,
    ) -> Result<Option<Arc<Recorded>>, StoreError>;

    /// The consents with these ids, in no order; what is not there is left out.
    async fn get(&self, ids: &[Uuid]) -> Result<Vec<Arc<Recorded>>, StoreError>;

    /// All consents of this person, those that changed last first.
    async fn all_of(&self, subject: &Subject) -> Result<Vec<Recorded>, StoreError>;

    /// Whether `recorded` is about this person.
    fn is_about(&self, recorded: &Recorded, subject: &Subject) -> bool;

    /// A transaction that may write.
    async fn begin(&self) -> Result<Box<dyn Writing>, StoreError>;

    /// The store's keys, for what is sealed elsewhere than in its tables.
    fn keys(&self) -> &Keyring;

    /// Closes all connections.
    async fn close(&self);
}

/// A transaction that may write. It holds each consent that it has read: nobody else changes that one before it ends.
/// Dropped without [`commit`](Self::commit), it has written nothing.
#[async_trait]
pub trait Writing: Send {
    /// The consent with this id.
    async fn hold(&mut self, id: Uuid) -> Result<Option<Recorded>, StoreError>;

    /// The consent of this person, application and purpose; made, without actions, when there is none.
    async fn hold_or_make(
        &mut self,
        subject: &Subject,
        application: &ApplicationId,
        purpose: &Purpose,
        at: DateTime<Utc>,
    ) -> Result<Recorded, StoreError>;

    /// Writes one action, which the fold has already accepted, to a consent that is held.
    async fn append(&mut self, consent: Uuid, entry: &Entry) -> Result<(), StoreError>;

    /// Makes it last.
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;
}

/// Keeps the keys that sign what people decided.
#[async_trait]
pub trait EvidenceKeyStore: Debug + Send + Sync {
    /// The key that signs at `now`; made, once for all processes, when there is none.
    async fn signing_key(&self, now: DateTime<Utc>) -> Result<SigningKey, StoreError>;

    /// The public keys of all times.
    async fn published_keys(&self) -> Result<KeySet, StoreError>;
}

/// Keeps who is signed in.
#[async_trait]
pub trait SessionStore: Debug + Send + Sync {
    /// Begins a session for `person` and gives its id, which nobody can guess. Takes the opportunity to remove sessions
    /// that have ended.
    async fn begin_session(&self, person: &Person, now: DateTime<Utc>) -> Result<String, StoreError>;

    /// The session with this id, unless it has ended.
    async fn session(&self, id: &str, now: DateTime<Utc>) -> Result<Option<Session>, StoreError>;

    /// Ends the session with this id.
    async fn end_session(&self, id: &str) -> Result<(), StoreError>;

    /// Ends every session of this person.
    async fn end_sessions_of(&self, subject: &Subject) -> Result<(), StoreError>;

    /// What every form of the session with this id must bring back, whether it has ended or not.
    fn csrf(&self, id: &str) -> String;
}

/// The opened database, SQLite or PostgreSQL, and its keys.
#[derive(Debug, Clone)]
pub struct SqlStore {
    database: Database,
    keys: Keyring,
    kept: Option<Kept>,
}

impl SqlStore {
    /// Opens the store at `place`, making it when it is not there.
    ///
    /// # Errors
    /// When it cannot be opened, or its keys do not open with `root_key`.
    pub async fn open(place: &Place, root_key: &RootKey) -> Result<Self, StoreError> {
        let database = Database::open(place, &TABLES).await?;
        let keys = Keyring::open(&database, root_key).await?;
        Ok(Self { database, keys, kept: None })
    }

    /// The same, keeping what it reads in memory. INVARIANT: only for a ledger that nobody else writes, neither another
    /// process nor another store of this one.
    #[must_use]
    pub fn alone(self) -> Self {
        Self { kept: Some(Kept::new()), ..self }
    }
}

fn from_millis(millis: i64) -> Result<DateTime<Utc>, StoreError> {
    DateTime::from_timestamp_millis(millis).ok_or_else(|| StoreError::Corrupt("a time is out of range".to_owned()))
}
