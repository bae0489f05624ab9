//! The ledger as it is kept: its tables, and all SQL of this service, one file a table.
//!
//! | Module | What it does |
//! | --- | --- |
//! | `consents` | consents and their actions; actions are only ever added |
//! | `current_consents` | what each consent is now: derived from its actions, and rebuilt from them at any time |
//! | `reading` | finds consents, by index |
//! | `writing` | holds a consent, adds an action, derives what follows |
//! | `rebuild` | compares what is derived with the histories, and mends it |
//! | `repeats` | answers to calls that their senders may send again |
//! | `limits` | how often people are asked, and whom a person does not want to be asked by |
//! | `suspicious` | requests of which people said that they had not asked for anything |
//! | `kept` | consents that were read lately, where nobody else writes them |
//! | `evidence_keys` | the keys that sign what people decided |
//! | `lapsed` | finds consents of which something has ended that is not recorded yet |
//! | `outbox` | what applications are told, until they have heard it |
//! | `sessions` | who is signed in to the portal, in which browser |
//!
//! INVARIANT: whatever is read here comes from where it is written, or from a copy that every change takes away first, never
//! from one that may be behind: what a person has stopped is stopped for everybody who looks after she was told so.

#[cfg(test)]
mod by_index;
mod consents;
mod current_consents;
mod evidence_keys;
mod kept;
mod lapsed;
mod limits;
mod reading;
mod rebuild;
mod repeats;
mod outbox;
mod sessions;
mod suspicious;
mod writing;

use std::{fmt::Debug, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use ndx_clock::Clock;
use ndx_contracts::{ApplicationId, Purpose, Subject, TraceId};
use ndx_receipt::{KeySet, SigningKey};
use ndx_store::{Database, Keyring, Place, RootKey, StoreError, Tables, keyring};
use uuid::Uuid;

use self::kept::Kept;
use crate::ledger::{Entry, Event};

pub use self::{
    consents::{History, Recorded},
    evidence_keys::{Rotated, published_keys},
    lapsed::Lapsed,
    limits::{Asking, Block, Scope},
    outbox::{Chosen, Decided, Letter, LetterState, Next, Outbox, Taken, Verdict},
    reading::finding,
    rebuild::{Different, Rebuilt},
    repeats::{Before, Call},
    sessions::{Person, Session},
    suspicious::Suspicious,
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
        current_consents::STEP,
        repeats::STEP,
        outbox::STEP,
        evidence_keys::STEP,
        sessions::BY_PERSON,
        limits::STEP,
        sessions::BY_END,
        outbox::DECISIONS,
    ],
    names: &[
        "data_keys",
        "consents",
        "consent_actions",
        "sessions",
        "current_consents",
        "derived",
        "repeats",
        "asking_counts",
        "blocks",
        "evidence_keys",
        "evidence_private_keys",
        "outbox_events",
        "outbox_decisions",
    ],
};

/// What was found, and the ledger's time at which it was looked for.
#[derive(Debug, Clone)]
pub struct Found<T> {
    /// What was found.
    pub what: T,
    /// When: on PostgreSQL by the clock of the database, which all processes share.
    pub at: DateTime<Utc>,
}

/// Keeps consents and what happened to them.
#[async_trait]
pub trait ConsentStore: SessionStore + EvidenceKeyStore {
    /// The consent of this person, application and purpose.
    async fn find(
        &self,
        subject: &Subject,
        application: &ApplicationId,
        purpose: &Purpose,
    ) -> Result<Found<Option<Arc<Recorded>>>, StoreError>;

    /// The consents with these ids, in no order; what is not there is left out.
    async fn get(&self, ids: &[Uuid]) -> Result<Found<Vec<Arc<Recorded>>>, StoreError>;

    /// All consents of this person, those that changed last first.
    async fn all_of(&self, subject: &Subject) -> Result<Found<Vec<Recorded>>, StoreError>;

    /// The consent with this id, with all that happened to it.
    async fn history(&self, id: Uuid) -> Result<Option<History>, StoreError>;

    /// Whether `recorded` is about this person.
    fn is_about(&self, recorded: &Recorded, subject: &Subject) -> bool;

    /// The call `what` of this person, sent under `key`.
    fn call(&self, subject: &Subject, key: &str, what: &str) -> Call;

    /// What is known of a call.
    async fn before(&self, call: &Call) -> Result<Before, StoreError>;

    /// Whether an operator is to be warned that this limit was hit: once a day.
    async fn warns(&self, asking: &Asking, scope: Scope) -> Result<bool, StoreError>;

    /// Writes that this person blocks the application, or does so no more; false when it is so already. Afterwards no
    /// request of a transaction that did not see it is under way.
    async fn set_block(
        &self,
        subject: &Subject,
        application: &ApplicationId,
        blocked: bool,
        trace_id: &TraceId,
    ) -> Result<bool, StoreError>;

    /// The applications that this person blocks, by their ids.
    async fn blocks_of(&self, subject: &Subject) -> Result<Vec<Block>, StoreError>;

    /// At most `most` consents of which something has ended that is not recorded as ended, those that ended first; of
    /// those that come after `after`, where a look before this one has come to it.
    async fn lapsed(&self, after: Option<Lapsed>, most: u32) -> Result<Vec<Lapsed>, StoreError>;

    /// A transaction that may write.
    async fn begin(&self) -> Result<Box<dyn Writing>, StoreError>;

    /// What applications are told.
    fn outbox(&self) -> Outbox;

    /// The store's keys, for what is sealed elsewhere than in its tables.
    fn keys(&self) -> &Keyring;

    /// Closes all connections.
    async fn close(&self);
}

/// A transaction that may write. It holds each consent that it has read: nobody else changes that one before it ends.
/// Dropped without [`commit`](Self::commit), it has written nothing.
#[async_trait]
pub trait Writing: Send {
    /// The ledger's time, now: asked for after a consent is held, it is later than all that was written to it.
    async fn now(&mut self) -> Result<DateTime<Utc>, StoreError>;

    /// The consent with this id.
    async fn hold(&mut self, id: Uuid) -> Result<Option<History>, StoreError>;

    /// The consent of this person, application and purpose; made, without actions, when there is none.
    async fn hold_or_make(
        &mut self,
        subject: &Subject,
        application: &ApplicationId,
        purpose: &Purpose,
    ) -> Result<History, StoreError>;

    /// Writes actions to a consent that is held, and what they amount to: `recorded` is what the fold has made of them.
    async fn append(&mut self, recorded: &Recorded, entries: &[Entry]) -> Result<(), StoreError>;

    /// What is known of a call.
    async fn before(&mut self, call: &Call) -> Result<Before, StoreError>;

    /// Keeps the answer to a call; when it was answered already, or another one was sent under its key, that is given back
    /// and stays.
    async fn keep(&mut self, call: &Call, answer: &str) -> Result<Before, StoreError>;

    /// Counts one more request, of today; how many there are with it.
    async fn count(&mut self, asking: &Asking, scope: Scope) -> Result<u64, StoreError>;

    /// How many other requests wait for the person, whom [`count`](Self::count) has counted before.
    async fn waiting(&mut self, asking: &Asking) -> Result<u64, StoreError>;

    /// Whether the person, whom [`count`](Self::count) has counted before, blocks the application.
    async fn is_blocked(&mut self, asking: &Asking) -> Result<bool, StoreError>;

    /// Writes what an application is told of an action that was appended.
    async fn announce(&mut self, event: &Event) -> Result<(), StoreError>;

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
    clock: Arc<dyn Clock>,
    outbox: Outbox,
    kept: Option<Kept>,
}

impl SqlStore {
    /// Opens the store at `place`, making it when it is not there, and derives what is not derived yet. On SQLite it goes
    /// by `clock`, on PostgreSQL by the clock of the database.
    ///
    /// # Errors
    /// When it cannot be opened, or its keys do not open with `root_key`.
    pub async fn open(place: &Place, root_key: &RootKey, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let store = Self::open_as_it_is(place, root_key, clock).await?;
        store.derive_all().await?;
        Ok(store)
    }

    /// The same, and nothing is derived.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    pub async fn open_as_it_is(place: &Place, root_key: &RootKey, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let database = Database::open(place, &TABLES).await?;
        let keys = Keyring::open(&database, root_key).await?;
        let outbox = Outbox::of(database.clone());
        Ok(Self { database, keys, clock, outbox, kept: None })
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

/// What is in the tables and cannot be so.
fn corrupt(what: impl ToString) -> StoreError {
    StoreError::Corrupt(what.to_string())
}

/// A value without fields as JSON writes it, without its quotes.
fn wire(value: &impl serde::Serialize) -> Result<String, StoreError> {
    let value = serde_json::to_value(value).map_err(corrupt)?;
    value.as_str().map(str::to_owned).ok_or_else(|| corrupt("a status is not a word"))
}
