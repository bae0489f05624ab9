//! What applications are told, from the moment at which it happened until they have heard it, and a while longer.
//!
//! | Module | What it does |
//! | --- | --- |
//! | `delivery` | what workers take, and what became of it |
//! | `letters` | what an operator sees |
//! | `decisions` | what an operator decides, and that he did |
//!
//! INVARIANT: an event is written by the transaction that writes its action, or not at all, and its text never changes. It is
//! taken by one worker at a time, and only when no earlier event of the same consent waits.

mod delivery;

mod letters;

mod decisions;

use std::sync::Arc;

use ndx_store::{Database, Place, Step, StoreError, migrate};
use sqlx::AnyConnection;
use tokio::sync::Notify;

use crate::{ledger::Event, store::TABLES};

pub(super) const STEP: Step = Step { version: 7, name: "outbox", sqlite: SQLITE, postgres: POSTGRES };

const SQLITE: &str = "\
CREATE TABLE outbox_events (
    id          TEXT PRIMARY KEY,
    consent_id  TEXT NOT NULL REFERENCES consents (id),
    version     INTEGER NOT NULL CHECK (version > 0),
    application TEXT NOT NULL,
    at          INTEGER NOT NULL,
    body        TEXT NOT NULL CHECK (json_valid(body)),
    state       TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'dead')),
    tries       INTEGER NOT NULL,
    due_at      INTEGER NOT NULL,
    taken_by    TEXT,
    settled_at  INTEGER,
    failure     TEXT,
    UNIQUE (consent_id, version)
) STRICT;
CREATE INDEX outbox_events_due ON outbox_events (application, due_at) WHERE state = 'pending';
CREATE INDEX outbox_events_at ON outbox_events (at);
CREATE INDEX outbox_events_dead ON outbox_events (at) WHERE state = 'dead';
CREATE INDEX outbox_events_delivered ON outbox_events (settled_at) WHERE state = 'delivered';
";

const POSTGRES: &str = "\
CREATE TABLE outbox_events (
    id          TEXT PRIMARY KEY,
    consent_id  TEXT NOT NULL REFERENCES consents (id),
    version     BIGINT NOT NULL CHECK (version > 0),
    application TEXT NOT NULL,
    at          BIGINT NOT NULL,
    body        TEXT NOT NULL CHECK (body::json IS NOT NULL),
    state       TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'dead')),
    tries       BIGINT NOT NULL,
    due_at      BIGINT NOT NULL,
    taken_by    TEXT,
    settled_at  BIGINT,
    failure     TEXT,
    UNIQUE (consent_id, version)
);
CREATE INDEX outbox_events_due ON outbox_events (application, due_at) WHERE state = 'pending';
CREATE INDEX outbox_events_at ON outbox_events (at);
CREATE INDEX outbox_events_dead ON outbox_events (at) WHERE state = 'dead';
CREATE INDEX outbox_events_delivered ON outbox_events (settled_at) WHERE state = 'delivered';
";

pub(super) const DECISIONS: Step = decisions::STEP;

pub use self::{
    decisions::{Decided, Verdict},
    delivery::{Next, Taken},
    letters::{Chosen, Letter},
};

/// The outbox.
#[derive(Debug, Clone)]
pub struct Outbox {
    database: Database,
    bell: Arc<Notify>,
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LetterState {
    /// It waits to be sent, or to be sent again.
    Pending,
    /// The receiver has it.
    Delivered,
    /// It was sent too often in vain.
    Dead,
    /// An operator gave it up: the receiver is not told.
    Dropped,
}

/// Writes an event in the transaction of its action.
pub(super) async fn write(connection: &mut AnyConnection, event: &Event) -> Result<(), StoreError> {
    let body = serde_json::to_string(event).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    let version = i64::try_from(event.data.version).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    sqlx::query(
        "INSERT INTO outbox_events (id, consent_id, version, application, at, body, state, tries, due_at) \
         VALUES ($1, $2, $3, $4, $5, $6, 'pending', 0, 0)",
    )
    .bind(event.id.to_string())
    .bind(event.data.consent_id.to_string())
    .bind(version)
    .bind(event.data.application_id.as_str())
    .bind(event.time.timestamp_millis())
    .bind(body)
    .execute(connection)
    .await?;
    Ok(())
}

impl Outbox {
    pub(super) fn of(database: Database) -> Self {
        Self { database, bell: Arc::default() }
    }

    /// Says that something was written, and can be read.
    pub(super) fn ring(&self) {
        self.bell.notify_one();
    }

    /// Waits until this process has written something.
    pub(crate) async fn written(&self) {
        self.bell.notified().await;
    }

    /// Opens the outbox of a store that is there, and whose tables are up to date; beside a running exchange, too.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub async fn open(place: &Place) -> Result<Self, StoreError> {
        if migrate::version(place, &TABLES).await? != TABLES.newest() {
            let what = format!("the consent store in {place} is not at this program's step; see `ndx store check`");
            return Err(StoreError::Corrupt(what));
        }
        Ok(Self::of(Database::open(place, &TABLES).await?))
    }

    /// Closes it, where it was opened by itself.
    pub async fn close(&self) {
        self.database.close().await;
    }
}

impl LetterState {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
            Self::Dropped => "dropped",
        }
    }

    fn read(text: &str) -> Option<Self> {
        [Self::Pending, Self::Delivered, Self::Dead, Self::Dropped].into_iter().find(|state| state.as_str() == text)
    }
}
