//! How often people are asked, counted where all processes see it; and whom a person does not want to be asked by.
//!
//! INVARIANT: whoever counts a request of an application to a person holds the person's row of that application until the
//! end of the transaction, and so does whoever blocks it: after a block was acknowledged no request is opened any more.

use chrono::{DateTime, Utc};
use ndx_contracts::{ApplicationId, Subject, TraceId};
use ndx_store::{Step, StoreError};
use sqlx::{AnyConnection, Row};
use uuid::Uuid;

use crate::store::{Recorded, SqlStore, Writing, consents::hash_of, from_millis, writing::SqlWriting};

pub(super) const STEP: Step =
    Step { version: 10, name: "how often people are asked", sqlite: SQLITE, postgres: POSTGRES };

const SQLITE: &str = "\
CREATE TABLE asking_counts (
    scope  TEXT NOT NULL,
    who    BLOB NOT NULL,
    day    INTEGER NOT NULL,
    number INTEGER NOT NULL,
    warned INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (scope, who)
) STRICT, WITHOUT ROWID;
CREATE TABLE blocks (
    subject_hash BLOB NOT NULL,
    application  TEXT NOT NULL,
    seq          INTEGER NOT NULL CHECK (seq > 0),
    at           INTEGER NOT NULL,
    trace_id     TEXT NOT NULL,
    blocked      INTEGER NOT NULL CHECK (blocked IN (0, 1)),
    PRIMARY KEY (subject_hash, application, seq)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER blocks_are_not_changed BEFORE UPDATE ON blocks
BEGIN SELECT RAISE(ABORT, 'blocks are only ever added'); END;
CREATE TRIGGER blocks_are_not_removed BEFORE DELETE ON blocks
BEGIN SELECT RAISE(ABORT, 'blocks are only ever added'); END;
CREATE TRIGGER blocks_are_not_replaced BEFORE INSERT ON blocks
WHEN EXISTS (SELECT 1 FROM blocks
             WHERE subject_hash = NEW.subject_hash AND application = NEW.application AND seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'blocks are only ever added'); END;
";

const POSTGRES: &str = "\
CREATE TABLE asking_counts (
    scope  TEXT NOT NULL,
    who    BYTEA NOT NULL,
    day    BIGINT NOT NULL,
    number BIGINT NOT NULL,
    warned BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (scope, who)
);
CREATE TABLE blocks (
    subject_hash BYTEA NOT NULL,
    application  TEXT NOT NULL,
    seq          BIGINT NOT NULL CHECK (seq > 0),
    at           BIGINT NOT NULL,
    trace_id     TEXT NOT NULL,
    blocked      BIGINT NOT NULL CHECK (blocked IN (0, 1)),
    PRIMARY KEY (subject_hash, application, seq)
);
CREATE TRIGGER blocks_are_only_ever_added BEFORE UPDATE OR DELETE OR TRUNCATE ON blocks
FOR EACH STATEMENT EXECUTE FUNCTION only_ever_added();
";

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The requests of an application in a day, to whomever.
    Application,
    /// The requests of an application to one person in a day.
    Person,
    /// The requests to one person that wait for her answer, of whichever application.
    Waiting,
}

/// Who asks whom, as it is counted.
#[derive(Debug, Clone)]
pub struct Asking {
    consent: Uuid,
    application: ApplicationId,
    subject_hash: Vec<u8>,
}

/// An application by which a person does not want to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The application.
    pub application: ApplicationId,
    /// Since when.
    pub since: DateTime<Utc>,
}

impl Scope {
    /// The name in the table, which is also what an operator reads.
    pub fn name(self) -> &'static str {
        match self {
            Self::Application => "requests of an application in a day",
            Self::Person => "requests of an application to one person in a day",
            Self::Waiting => "requests that wait for one person",
        }
    }
}

impl Asking {
    /// The application of this consent asks its person.
    pub fn of(recorded: &Recorded) -> Self {
        let Recorded { id, application, subject_hash, .. } = recorded;
        Self { consent: *id, application: application.clone(), subject_hash: subject_hash.clone() }
    }

    /// By what a count is found.
    fn who(&self, scope: Scope) -> Vec<u8> {
        match scope {
            Scope::Application => self.application.as_str().as_bytes().to_vec(),
            Scope::Person => [&self.subject_hash, self.application.as_str().as_bytes()].concat(),
            Scope::Waiting => self.subject_hash.clone(),
        }
    }

    /// Counts one more on the day of `now`; how many there are with it. The row is held until the transaction ends.
    pub(super) async fn count(
        &self,
        connection: &mut AnyConnection,
        scope: Scope,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let row = sqlx::query(
            "INSERT INTO asking_counts (scope, who, day, number) VALUES ($1, $2, $3, 1) \
             ON CONFLICT (scope, who) DO UPDATE SET day = excluded.day, \
             number = CASE WHEN asking_counts.day = excluded.day THEN asking_counts.number + 1 ELSE 1 END \
             RETURNING number",
        )
        .bind(scope.name())
        .bind(self.who(scope))
        .bind(day(now))
        .fetch_one(&mut *connection)
        .await?;
        Ok(row.try_get::<i64, _>("number")?.unsigned_abs())
    }

    /// How many other requests wait for the person at `now`. She must be held by [`count`](Self::count).
    pub(super) async fn waiting(&self, connection: &mut AnyConnection, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let row = sqlx::query(
            "SELECT count(*) FROM consents c JOIN current_consents k ON k.consent_id = c.id \
             WHERE c.subject_hash = $1 AND c.id <> $2 AND k.request_ends > $3",
        )
        .bind(self.subject_hash.clone())
        .bind(self.consent.to_string())
        .bind(now.timestamp_millis())
        .fetch_one(&mut *connection)
        .await?;
        Ok(row.try_get::<i64, _>(0)?.unsigned_abs())
    }

    /// Whether the person has blocked the application. She must be held by [`count`](Self::count).
    pub(super) async fn is_blocked(&self, connection: &mut AnyConnection) -> Result<bool, StoreError> {
        let row = sqlx::query(
            "SELECT blocked FROM blocks WHERE subject_hash = $1 AND application = $2 ORDER BY seq DESC LIMIT 1",
        )
        .bind(self.subject_hash.clone())
        .bind(self.application.as_str())
        .fetch_optional(&mut *connection)
        .await?;
        Ok(row.map(|row| row.try_get::<i64, _>("blocked")).transpose()? == Some(1))
    }

    /// Whether nobody was warned yet, on the day of `now`, that this limit was hit; now somebody is.
    pub(super) async fn warns(&self, store: &SqlStore, scope: Scope, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let told = sqlx::query(
            "INSERT INTO asking_counts (scope, who, day, number, warned) VALUES ($1, $2, 0, 0, $3) \
             ON CONFLICT (scope, who) DO UPDATE SET warned = excluded.warned WHERE asking_counts.warned < excluded.warned",
        )
        .bind(scope.name())
        .bind(self.who(scope))
        .bind(day(now))
        .execute(store.database.writer())
        .await?;
        Ok(told.rows_affected() > 0)
    }
}

/// The number of the day, in universal time.
fn day(now: DateTime<Utc>) -> i64 {
    now.timestamp().div_euclid(86_400)
}

impl SqlStore {
    /// Writes that `subject` blocks the application, or does so no more; false when it is so already.
    pub(super) async fn write_block(
        &self,
        subject: &Subject,
        application: &ApplicationId,
        blocked: bool,
        trace_id: &TraceId,
    ) -> Result<bool, StoreError> {
        let mut writing = SqlWriting::begin(self).await?;
        let subject_hash = hash_of(&self.keys, subject);
        let asking = Asking { consent: Uuid::nil(), application: application.clone(), subject_hash };
        let connection = &mut *writing.transaction;
        hold(connection, &asking).await?;
        if asking.is_blocked(connection).await? == blocked {
            return Ok(false);
        }
        let now = writing.now().await?;
        sqlx::query(
            "INSERT INTO blocks (subject_hash, application, seq, at, trace_id, blocked) \
             SELECT $1, $2, coalesce(max(seq), 0) + 1, $3, $4, $5 FROM blocks \
             WHERE subject_hash = $1 AND application = $2",
        )
        .bind(asking.subject_hash.clone())
        .bind(application.as_str())
        .bind(now.timestamp_millis())
        .bind(trace_id.as_str())
        .bind(i64::from(blocked))
        .execute(&mut *writing.transaction)
        .await?;
        writing.transaction.commit().await?;
        Ok(true)
    }

    /// The applications that `subject` blocks, by their ids.
    pub(super) async fn blocks(&self, subject: &Subject) -> Result<Vec<Block>, StoreError> {
        let rows = sqlx::query(
            "SELECT b.application, b.at FROM blocks b WHERE b.subject_hash = $1 AND b.blocked = 1 AND b.seq = \
             (SELECT max(l.seq) FROM blocks l WHERE l.subject_hash = b.subject_hash AND l.application = b.application) \
             ORDER BY b.application",
        )
        .bind(hash_of(&self.keys, subject))
        .fetch_all(self.database.reader())
        .await?;
        let block = |row: &sqlx::any::AnyRow| {
            let application = ApplicationId::new(row.try_get::<String, _>("application")?);
            Ok(Block { application, since: from_millis(row.try_get("at")?)? })
        };
        rows.iter().map(block).collect()
    }
}

/// Holds the person's row of the application, without counting.
async fn hold(connection: &mut AnyConnection, asking: &Asking) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO asking_counts (scope, who, day, number) VALUES ($1, $2, 0, 0) \
         ON CONFLICT (scope, who) DO UPDATE SET number = asking_counts.number",
    )
    .bind(Scope::Person.name())
    .bind(asking.who(Scope::Person))
    .execute(connection)
    .await?;
    Ok(())
}
