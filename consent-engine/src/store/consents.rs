//! Consents and their actions.
//!
//! INVARIANT: an action is never changed and never removed. The triggers say so to everybody who opens the file,
//! `INSERT OR REPLACE` included; a consent's own row is fixed from its first day too.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ndx_contracts::{ApplicationId, Purpose, Subject, TraceId};
use ndx_store::{Keyring, LookupHash, sqlite::StoreError};
use sqlx::{Row, Sqlite, SqliteConnection, Transaction, sqlite::SqliteRow};
use uuid::Uuid;

use crate::{
    ledger::{Action, Consent, Entry, fold},
    store::{Store, from_millis},
};

pub(super) const TABLES: &str = "\
CREATE TABLE consents (
    id           TEXT PRIMARY KEY,
    subject      BLOB NOT NULL,
    subject_hash BLOB NOT NULL,
    application  TEXT NOT NULL,
    purpose      TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    UNIQUE (subject_hash, application, purpose)
) STRICT;
CREATE TABLE consent_actions (
    consent_id TEXT NOT NULL REFERENCES consents (id),
    seq        INTEGER NOT NULL CHECK (seq > 0),
    at         INTEGER NOT NULL,
    trace_id   TEXT NOT NULL,
    action     TEXT NOT NULL CHECK (json_valid(action)),
    PRIMARY KEY (consent_id, seq)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER consent_actions_are_not_changed BEFORE UPDATE ON consent_actions
BEGIN SELECT RAISE(ABORT, 'actions are only ever added'); END;
CREATE TRIGGER consent_actions_are_not_removed BEFORE DELETE ON consent_actions
BEGIN SELECT RAISE(ABORT, 'actions are only ever added'); END;
CREATE TRIGGER consent_actions_are_not_replaced BEFORE INSERT ON consent_actions
WHEN EXISTS (SELECT 1 FROM consent_actions WHERE consent_id = NEW.consent_id AND seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'actions are only ever added'); END;
CREATE TRIGGER consents_are_not_changed BEFORE UPDATE ON consents
BEGIN SELECT RAISE(ABORT, 'a consent is about one person, application and purpose'); END;
CREATE TRIGGER consents_are_not_removed BEFORE DELETE ON consents
BEGIN SELECT RAISE(ABORT, 'a consent is never removed'); END;
";

/// The column of the sealed identifiers, as the keyring knows it.
const SUBJECT: &str = "consents.subject";

const SELECT: &str = "SELECT c.id, c.application, c.purpose, c.subject_hash, a.seq, a.at, a.trace_id, a.action \
                      FROM consents c JOIN consent_actions a ON a.consent_id = c.id";

/// A consent as it lies in the file.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// Its id.
    pub id: Uuid,
    /// Who asks.
    pub application: ApplicationId,
    /// What for.
    pub purpose: Purpose,
    /// Its actions, in their order.
    pub entries: Vec<Entry>,
    /// What they amount to.
    pub consent: Consent,
    subject_hash: Vec<u8>,
}

impl Store {
    /// The consent of this person, application and purpose, read only.
    pub(crate) async fn find(
        &self,
        subject: &Subject,
        application: &ApplicationId,
        purpose: &Purpose,
    ) -> Result<Option<Recorded>, StoreError> {
        let mut reader = self.sqlite.reader.acquire().await?;
        find(&mut reader, &self.keys, subject, application, purpose).await
    }

    /// The consent with this id, read only.
    pub(crate) async fn get(&self, id: Uuid) -> Result<Option<Recorded>, StoreError> {
        let mut reader = self.sqlite.reader.acquire().await?;
        get(&mut reader, id).await
    }

    /// All consents of this person, the newest first.
    pub(crate) async fn all_of(&self, subject: &Subject) -> Result<Vec<Recorded>, StoreError> {
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!("{SELECT} WHERE c.subject_hash = $1 ORDER BY a.seq")))
            .bind(self.keys.hash(subject.expose()).as_column().to_vec())
            .fetch_all(&self.sqlite.reader)
            .await?;
        let mut all = recorded(rows)?;
        all.sort_by_key(|one| std::cmp::Reverse(one.entries.last().map(|entry| entry.at)));
        Ok(all)
    }

    /// Whether `recorded` is about this person.
    pub(crate) fn is_about(&self, recorded: &Recorded, subject: &Subject) -> bool {
        self.keys.hash(subject.expose()).as_column() == recorded.subject_hash.as_slice()
    }

    /// A transaction that may write. It holds the one pen from its beginning, so that what it reads stays so.
    pub(crate) async fn begin(&self) -> Result<Writing<'_>, StoreError> {
        let transaction = self.sqlite.writer.begin_with("BEGIN IMMEDIATE").await?;
        Ok(Writing { transaction, keys: &self.keys })
    }
}

/// A transaction that may write. Dropped without [`commit`](Self::commit), it has written nothing.
#[derive(Debug)]
pub struct Writing<'a> {
    transaction: Transaction<'a, Sqlite>,
    keys: &'a Keyring,
}

impl Writing<'_> {
    pub(crate) async fn find(
        &mut self,
        subject: &Subject,
        application: &ApplicationId,
        purpose: &Purpose,
    ) -> Result<Option<Recorded>, StoreError> {
        find(&mut self.transaction, self.keys, subject, application, purpose).await
    }

    pub(crate) async fn get(&mut self, id: Uuid) -> Result<Option<Recorded>, StoreError> {
        get(&mut self.transaction, id).await
    }

    /// A new consent without actions.
    pub(crate) async fn create(
        &mut self,
        subject: &Subject,
        application: &ApplicationId,
        purpose: &Purpose,
        at: DateTime<Utc>,
    ) -> Result<Recorded, StoreError> {
        let id = Uuid::new_v4();
        let sealed = self.keys.seal(SUBJECT, subject)?;
        let subject_hash = self.keys.hash(subject.expose()).as_column().to_vec();
        sqlx::query(
            "INSERT INTO consents (id, subject, subject_hash, application, purpose, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(id.to_string())
        .bind(sealed.as_column().to_vec())
        .bind(subject_hash.clone())
        .bind(application.as_str())
        .bind(purpose.as_str())
        .bind(at.timestamp_millis())
        .execute(&mut *self.transaction)
        .await?;
        Ok(Recorded {
            id,
            application: application.clone(),
            purpose: purpose.clone(),
            entries: Vec::new(),
            consent: Consent::default(),
            subject_hash,
        })
    }

    /// Writes one action, which `entry` has already been accepted as by the fold.
    pub(crate) async fn append(&mut self, consent: Uuid, entry: &Entry) -> Result<(), StoreError> {
        let action = serde_json::to_string(&entry.action).map_err(|error| StoreError::Corrupt(error.to_string()))?;
        let seq = i64::try_from(entry.seq).map_err(|error| StoreError::Corrupt(error.to_string()))?;
        sqlx::query("INSERT INTO consent_actions (consent_id, seq, at, trace_id, action) VALUES ($1, $2, $3, $4, $5)")
            .bind(consent.to_string())
            .bind(seq)
            .bind(entry.at.timestamp_millis())
            .bind(entry.trace_id.as_str())
            .bind(action)
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }

    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        Ok(self.transaction.commit().await?)
    }
}

async fn find(
    connection: &mut SqliteConnection,
    keys: &Keyring,
    subject: &Subject,
    application: &ApplicationId,
    purpose: &Purpose,
) -> Result<Option<Recorded>, StoreError> {
    let hash: LookupHash = keys.hash(subject.expose());
    let sql = format!("{SELECT} WHERE c.subject_hash = $1 AND c.application = $2 AND c.purpose = $3 ORDER BY a.seq");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(hash.as_column().to_vec())
        .bind(application.as_str())
        .bind(purpose.as_str())
        .fetch_all(connection)
        .await?;
    Ok(recorded(rows)?.pop())
}

async fn get(connection: &mut SqliteConnection, id: Uuid) -> Result<Option<Recorded>, StoreError> {
    let rows = sqlx::query(sqlx::AssertSqlSafe(format!("{SELECT} WHERE c.id = $1 ORDER BY a.seq")))
        .bind(id.to_string())
        .fetch_all(connection)
        .await?;
    Ok(recorded(rows)?.pop())
}

/// Groups rows, which come in the order of their numbers, by consent, and folds each group.
fn recorded(rows: Vec<SqliteRow>) -> Result<Vec<Recorded>, StoreError> {
    let mut all: BTreeMap<String, Recorded> = BTreeMap::new();
    for row in rows {
        let id: String = row.try_get("id")?;
        let one = match all.entry(id) {
            std::collections::btree_map::Entry::Occupied(found) => found.into_mut(),
            std::collections::btree_map::Entry::Vacant(place) => {
                let id = Uuid::parse_str(place.key()).map_err(|error| StoreError::Corrupt(error.to_string()))?;
                place.insert(Recorded {
                    id,
                    application: ApplicationId::new(row.try_get::<String, _>("application")?),
                    purpose: Purpose::new(row.try_get::<String, _>("purpose")?),
                    entries: Vec::new(),
                    consent: Consent::default(),
                    subject_hash: row.try_get("subject_hash")?,
                })
            }
        };
        one.entries.push(entry(&row)?);
    }
    let mut all: Vec<Recorded> = all.into_values().collect();
    for one in &mut all {
        one.consent = fold(&one.entries).map_err(|illegal| {
            StoreError::Corrupt(format!("the history of consent {} is not one: {illegal}", one.id))
        })?;
    }
    Ok(all)
}

fn entry(row: &SqliteRow) -> Result<Entry, StoreError> {
    let corrupt = |what: String| StoreError::Corrupt(what);
    let action: Action = serde_json::from_str(row.try_get("action")?).map_err(|error| corrupt(error.to_string()))?;
    Ok(Entry {
        seq: u64::try_from(row.try_get::<i64, _>("seq")?).map_err(|error| corrupt(error.to_string()))?,
        at: from_millis(row.try_get("at")?)?,
        trace_id: TraceId::new(row.try_get::<String, _>("trace_id")?),
        action,
    })
}
