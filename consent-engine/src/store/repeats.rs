//! Answers to calls that their senders may send again, under a key that they chose (`Idempotency-Key`): the same call gets
//! the same answer, whatever has happened since.
//!
//! INVARIANT: the answer lies in the transaction of what it answers. A key belongs to one person and is kept as a hash; so is
//! what was sent under it.

use chrono::{DateTime, TimeDelta, Utc};
use ndx_contracts::Subject;
use ndx_store::{Keyring, Step, StoreError};
use sqlx::{AnyConnection, Row};

use crate::store::{consents::hash_of, corrupt};

pub(super) const STEP: Step =
    Step { version: 6, name: "answers to calls that are sent again", sqlite: SQLITE, postgres: POSTGRES };

const SQLITE: &str = "\
CREATE TABLE repeats (
    subject_hash BLOB NOT NULL,
    key_hash     BLOB NOT NULL,
    call_hash    BLOB NOT NULL,
    answer       TEXT NOT NULL,
    at           INTEGER NOT NULL,
    PRIMARY KEY (subject_hash, key_hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX repeats_at ON repeats (at);
";

const POSTGRES: &str = "\
CREATE TABLE repeats (
    subject_hash BYTEA NOT NULL,
    key_hash     BYTEA NOT NULL,
    call_hash    BYTEA NOT NULL,
    answer       TEXT NOT NULL,
    at           BIGINT NOT NULL,
    PRIMARY KEY (subject_hash, key_hash)
);
CREATE INDEX repeats_at ON repeats (at);
";

/// So long the same call gets the same answer.
const KEPT: TimeDelta = TimeDelta::hours(24);

/// A call that its sender may send again.
#[derive(Debug, Clone)]
pub struct Call {
    subject_hash: Vec<u8>,
    key_hash: Vec<u8>,
    call_hash: Vec<u8>,
}

/// What is known of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Before {
    /// Nothing: it is the first under its key.
    Nothing,
    /// It was answered so.
    Answered(String),
    /// Another call was sent under its key.
    Another,
}

impl Call {
    /// The call `what` of `subject`, sent under `key`.
    pub(super) fn new(keys: &Keyring, subject: &Subject, key: &str, what: &str) -> Self {
        let hash = |text: String| keys.hash(&text).as_column().to_vec();
        Self {
            subject_hash: hash_of(keys, subject),
            key_hash: hash(format!("repeats.key/{key}")),
            call_hash: hash(format!("repeats.call/{what}")),
        }
    }

    /// What is known of it at `now`.
    pub(super) async fn before(
        &self,
        connection: &mut AnyConnection,
        now: DateTime<Utc>,
    ) -> Result<Before, StoreError> {
        let row =
            sqlx::query("SELECT call_hash, answer FROM repeats WHERE subject_hash = $1 AND key_hash = $2 AND at > $3")
                .bind(self.subject_hash.clone())
                .bind(self.key_hash.clone())
                .bind((now - KEPT).timestamp_millis())
                .fetch_optional(connection)
                .await?;
        let Some(row) = row else { return Ok(Before::Nothing) };
        let same = row.try_get::<Vec<u8>, _>("call_hash")? == self.call_hash;
        Ok(if same { Before::Answered(row.try_get("answer")?) } else { Before::Another })
    }

    /// Keeps its `answer`, and takes the opportunity to forget old ones. Gives back what was known by then: when somebody
    /// was faster, that is kept.
    pub(super) async fn keep(
        &self,
        connection: &mut AnyConnection,
        answer: &str,
        now: DateTime<Utc>,
    ) -> Result<Before, StoreError> {
        let old = (now - KEPT).timestamp_millis();
        sqlx::query("DELETE FROM repeats WHERE at <= $1").bind(old).execute(&mut *connection).await?;
        let kept = sqlx::query(
            "INSERT INTO repeats (subject_hash, key_hash, call_hash, answer, at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (subject_hash, key_hash) DO NOTHING",
        )
        .bind(self.subject_hash.clone())
        .bind(self.key_hash.clone())
        .bind(self.call_hash.clone())
        .bind(answer)
        .bind(now.timestamp_millis())
        .execute(&mut *connection)
        .await?;
        match kept.rows_affected() {
            0 => match self.before(connection, now).await? {
                Before::Nothing => Err(corrupt("a key that is taken is not there")),
                known => Ok(known),
            },
            _ => Ok(Before::Nothing),
        }
    }
}
