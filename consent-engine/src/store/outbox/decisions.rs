//! What an operator has decided about events: to send one again, to give one up. Decisions are only ever added, and stay when
//! their event is forgotten.

use chrono::{DateTime, Utc};
use ndx_store::{Step, StoreError};
use sqlx::{AssertSqlSafe, Row, any::AnyRow};
use uuid::Uuid;

use super::{LetterState, Outbox};
use crate::store::{corrupt, from_millis};

pub(in crate::store) const STEP: Step =
    Step { version: 12, name: "what operators decide about events", sqlite: SQLITE, postgres: POSTGRES };

/// A state more; a file's table is made anew for that.
const SQLITE: &str = "\
CREATE TABLE outbox_events_anew (
    id          TEXT PRIMARY KEY,
    consent_id  TEXT NOT NULL REFERENCES consents (id),
    version     INTEGER NOT NULL CHECK (version > 0),
    application TEXT NOT NULL,
    at          INTEGER NOT NULL,
    body        TEXT NOT NULL CHECK (json_valid(body)),
    state       TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'dead', 'dropped')),
    tries       INTEGER NOT NULL,
    due_at      INTEGER NOT NULL,
    taken_by    TEXT,
    settled_at  INTEGER,
    failure     TEXT,
    UNIQUE (consent_id, version)
) STRICT;
INSERT INTO outbox_events_anew (id, consent_id, version, application, at, body, state, tries, due_at, taken_by, settled_at,
failure) SELECT id, consent_id, version, application, at, body, state, tries, due_at, taken_by, settled_at, failure
FROM outbox_events;
DROP TABLE outbox_events;
ALTER TABLE outbox_events_anew RENAME TO outbox_events;
CREATE INDEX outbox_events_due ON outbox_events (application, due_at) WHERE state = 'pending';
CREATE INDEX outbox_events_at ON outbox_events (at);
CREATE INDEX outbox_events_dead ON outbox_events (at) WHERE state = 'dead';
CREATE INDEX outbox_events_delivered ON outbox_events (settled_at) WHERE state = 'delivered';
CREATE TABLE outbox_decisions (
    event_id TEXT NOT NULL,
    seq      INTEGER NOT NULL CHECK (seq > 0),
    at       INTEGER NOT NULL,
    decision TEXT NOT NULL CHECK (decision IN ('replayed', 'dropped')),
    decider  TEXT NOT NULL,
    state    TEXT NOT NULL,
    tries    INTEGER NOT NULL,
    failure  TEXT,
    PRIMARY KEY (event_id, seq)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER outbox_decisions_are_not_changed BEFORE UPDATE ON outbox_decisions
BEGIN SELECT RAISE(ABORT, 'decisions are only ever added'); END;
CREATE TRIGGER outbox_decisions_are_not_removed BEFORE DELETE ON outbox_decisions
BEGIN SELECT RAISE(ABORT, 'decisions are only ever added'); END;
CREATE TRIGGER outbox_decisions_are_not_replaced BEFORE INSERT ON outbox_decisions
WHEN EXISTS (SELECT 1 FROM outbox_decisions WHERE event_id = NEW.event_id AND seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'decisions are only ever added'); END;
";

const POSTGRES: &str = "\
ALTER TABLE outbox_events DROP CONSTRAINT outbox_events_state_check;
ALTER TABLE outbox_events ADD CONSTRAINT outbox_events_state_check
CHECK (state IN ('pending', 'delivered', 'dead', 'dropped'));
CREATE TABLE outbox_decisions (
    event_id TEXT NOT NULL,
    seq      BIGINT NOT NULL CHECK (seq > 0),
    at       BIGINT NOT NULL,
    decision TEXT NOT NULL CHECK (decision IN ('replayed', 'dropped')),
    decider  TEXT NOT NULL,
    state    TEXT NOT NULL,
    tries    BIGINT NOT NULL,
    failure  TEXT,
    PRIMARY KEY (event_id, seq)
);
CREATE TRIGGER outbox_decisions_are_only_ever_added BEFORE UPDATE OR DELETE OR TRUNCATE ON outbox_decisions
FOR EACH STATEMENT EXECUTE FUNCTION only_ever_added();
";

const COLUMNS: &str = "event_id, at, decision, decider, state, tries, failure";

/// What can be decided about an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is sent again as if it had never been sent, under its own id.
    Replayed,
    /// Its receiver will not be told.
    Dropped,
}

/// What somebody has decided about an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// The event.
    pub event: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub verdict: Verdict,
    /// Who, as the computer knows him that the command was given on.
    pub decider: String,
    /// What had become of the event before.
    pub state: LetterState,
    /// How often it had been sent.
    pub tries: u32,
    /// Why it was not delivered when it was sent last before.
    pub failure: Option<String>,
}

impl Outbox {
    /// Sends an event again, or gives up one that was not delivered, and writes down that `decider` wants it; says whether
    /// there is such an event. What a worker is sending now stays with it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn decide(
        &self,
        id: Uuid,
        verdict: Verdict,
        decider: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let among = match verdict {
            Verdict::Replayed => "",
            Verdict::Dropped => " AND state IN ('pending', 'dead')",
        };
        let select = format!(
            "SELECT state, tries, failure FROM outbox_events WHERE id = $1 AND (taken_by IS NULL OR due_at < $2){among}{}",
            self.database.for_update()
        );
        let mut transaction = self.database.begin().await?;
        let row = sqlx::query(AssertSqlSafe(select))
            .bind(id.to_string())
            .bind(now.timestamp_millis())
            .fetch_optional(&mut *transaction)
            .await?;
        let Some(row) = row else { return Ok(false) };
        sqlx::query(
            "INSERT INTO outbox_decisions (event_id, seq, at, decision, decider, state, tries, failure) \
             SELECT $1, coalesce(max(seq), 0) + 1, $2, $3, $4, $5, $6, $7 FROM outbox_decisions WHERE event_id = $1",
        )
        .bind(id.to_string())
        .bind(now.timestamp_millis())
        .bind(verdict.as_str())
        .bind(decider)
        .bind(row.try_get::<String, _>("state")?)
        .bind(row.try_get::<i64, _>("tries")?)
        .bind(row.try_get::<Option<String>, _>("failure")?)
        .execute(&mut *transaction)
        .await?;
        let update = match verdict {
            Verdict::Replayed => "state = 'pending', tries = 0, due_at = $2, settled_at = NULL, taken_by = NULL",
            Verdict::Dropped => "state = 'dropped', settled_at = $2, taken_by = NULL",
        };
        sqlx::query(AssertSqlSafe(format!("UPDATE outbox_events SET {update} WHERE id = $1")))
            .bind(id.to_string())
            .bind(now.timestamp_millis())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// What was decided about this event, the first first.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn decisions_about(&self, id: Uuid) -> Result<Vec<Decided>, StoreError> {
        let select = format!("SELECT {COLUMNS} FROM outbox_decisions WHERE event_id = $1 ORDER BY seq");
        let select = sqlx::query(AssertSqlSafe(select)).bind(id.to_string());
        select.fetch_all(self.database.reader()).await?.iter().map(decided).collect()
    }

    /// At most `most` of all decisions, the last first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn decisions(&self, most: u32) -> Result<Vec<Decided>, StoreError> {
        let select = format!("SELECT {COLUMNS} FROM outbox_decisions ORDER BY at DESC, event_id, seq DESC LIMIT $1");
        let select = sqlx::query(AssertSqlSafe(select)).bind(i64::from(most));
        select.fetch_all(self.database.reader()).await?.iter().map(decided).collect()
    }
}

impl Verdict {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Replayed => "replayed",
            Self::Dropped => "dropped",
        }
    }
}

fn decided(row: &AnyRow) -> Result<Decided, StoreError> {
    let (verdict, state): (String, String) = (row.try_get("decision")?, row.try_get("state")?);
    let known = [Verdict::Replayed, Verdict::Dropped].into_iter().find(|known| known.as_str() == verdict);
    Ok(Decided {
        event: Uuid::parse_str(row.try_get("event_id")?).map_err(corrupt)?,
        at: from_millis(row.try_get("at")?)?,
        verdict: known.ok_or_else(|| corrupt(format!("a decision is `{verdict}`")))?,
        decider: row.try_get("decider")?,
        state: LetterState::read(&state).ok_or_else(|| corrupt(format!("an event was `{state}`")))?,
        tries: u32::try_from(row.try_get::<i64, _>("tries")?).map_err(corrupt)?,
        failure: row.try_get("failure")?,
    })
}
