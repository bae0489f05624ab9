//! Who is signed in to the portal, in which browser. The browser holds the session's id; here lies only its hash, and
//! the person sealed.

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use ndx_contracts::Subject;
use ndx_store::{Sealed, Step, StoreError};
use serde::{Deserialize, Serialize};
use sqlx::Row;

use crate::{
    ledger::SignedIn,
    store::{SessionStore, SqlStore, from_millis},
};

pub(super) const STEP: Step = Step { version: 3, name: "sessions", sqlite: SQLITE, postgres: POSTGRES };

const SQLITE: &str = "\
CREATE TABLE sessions (
    id_hash    BLOB PRIMARY KEY,
    person     BLOB NOT NULL,
    begun_at   INTEGER NOT NULL,
    used_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID";

const POSTGRES: &str = "\
CREATE TABLE sessions (
    id_hash    BYTEA PRIMARY KEY,
    person     BYTEA NOT NULL,
    begun_at   BIGINT NOT NULL,
    used_at    BIGINT NOT NULL
)";

/// Who is signed in can be found by a keyed hash, to be signed out everywhere. Everybody signs in anew.
pub(super) const BY_PERSON: Step =
    Step { version: 9, name: "sessions by person", sqlite: BY_PERSON_SQLITE, postgres: BY_PERSON_POSTGRES };

const BY_PERSON_SQLITE: &str = "\
DELETE FROM sessions;
ALTER TABLE sessions ADD COLUMN subject_hash BLOB NOT NULL DEFAULT x'';
CREATE INDEX sessions_by_person ON sessions (subject_hash);
";

const BY_PERSON_POSTGRES: &str = "\
DELETE FROM sessions;
ALTER TABLE sessions ADD COLUMN subject_hash BYTEA NOT NULL DEFAULT '';
CREATE INDEX sessions_by_person ON sessions (subject_hash);
";

/// Each sign-in removes the sessions that have ended: among many that have not, they are found by index.
pub(super) const BY_END: Step =
    Step { version: 11, name: "sessions by their end", sqlite: BY_END_SQL, postgres: BY_END_SQL };

const BY_END_SQL: &str = "\
CREATE INDEX sessions_by_use ON sessions (used_at);
CREATE INDEX sessions_by_beginning ON sessions (begun_at);
";

const ENDED: &str = "DELETE FROM sessions WHERE used_at <= $1 OR begun_at <= $2";

const PERSON: &str = "sessions.person";
/// A session that nobody uses ends after this time.
pub(crate) const IDLE: TimeDelta = TimeDelta::minutes(20);
/// A session ends after this time, used or not.
const LONGEST: TimeDelta = TimeDelta::hours(8);
/// The last use is written down no more often than this.
const BETWEEN_WRITES: TimeDelta = TimeDelta::seconds(60);

/// A citizen who has signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Who it is.
    pub subject: Subject,
    /// What the identity provider calls the person.
    pub name: String,
    /// How she signed in.
    pub signed_in: SignedIn,
}

/// A session that has not ended.
#[derive(Debug, Clone)]
pub struct Session {
    /// Who is signed in.
    pub person: Person,
    /// What every form of this session must bring back.
    pub csrf: String,
}

#[async_trait]
impl SessionStore for SqlStore {
    async fn begin_session(&self, person: &Person, now: DateTime<Utc>) -> Result<String, StoreError> {
        let id = secret()?;
        let sealed = self.keys.seal(PERSON, person)?;
        sqlx::query(ENDED)
            .bind((now - IDLE).timestamp_millis())
            .bind((now - LONGEST).timestamp_millis())
            .execute(self.database.writer())
            .await?;
        sqlx::query(
            "INSERT INTO sessions (id_hash, person, begun_at, used_at, subject_hash) VALUES ($1, $2, $3, $3, $4)",
        )
        .bind(self.keys.hash(&id).as_column().to_vec())
        .bind(sealed.as_column().to_vec())
        .bind(now.timestamp_millis())
        .bind(self.keys.hash(person.subject.expose()).as_column().to_vec())
        .execute(self.database.writer())
        .await?;
        Ok(id)
    }

    async fn session(&self, id: &str, now: DateTime<Utc>) -> Result<Option<Session>, StoreError> {
        let hash = self.keys.hash(id).as_column().to_vec();
        let row = sqlx::query("SELECT person, begun_at, used_at FROM sessions WHERE id_hash = $1")
            .bind(hash.clone())
            .fetch_optional(self.database.reader())
            .await?;
        let Some(row) = row else { return Ok(None) };
        let (begun, used) = (from_millis(row.try_get("begun_at")?)?, from_millis(row.try_get("used_at")?)?);
        if now - used >= IDLE || now - begun >= LONGEST {
            return Ok(None);
        }
        if now - used >= BETWEEN_WRITES {
            sqlx::query("UPDATE sessions SET used_at = $2 WHERE id_hash = $1")
                .bind(hash)
                .bind(now.timestamp_millis())
                .execute(self.database.writer())
                .await?;
        }
        let person = self.keys.unseal(PERSON, &Sealed::from_column(row.try_get("person")?))?;
        Ok(Some(Session { person, csrf: self.csrf(id) }))
    }

    async fn end_session(&self, id: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM sessions WHERE id_hash = $1")
            .bind(self.keys.hash(id).as_column().to_vec())
            .execute(self.database.writer())
            .await?;
        Ok(())
    }

    async fn end_sessions_of(&self, subject: &Subject) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM sessions WHERE subject_hash = $1")
            .bind(self.keys.hash(subject.expose()).as_column().to_vec())
            .execute(self.database.writer())
            .await?;
        Ok(())
    }

    /// Follows from the session's id, under a key of this store: nothing to keep, nothing to guess.
    fn csrf(&self, id: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.keys.hash(&format!("csrf/{id}")).as_column())
    }
}

/// 256 bits that nobody can guess, as text.
fn secret() -> Result<String, StoreError> {
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| ndx_store::sealed::CryptoError::Refused)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use sqlx::AssertSqlSafe;

    use super::*;
    use crate::store::by_index::ledger_of;

    /// What each sign-in removes is found by index, among many sessions that go on.
    #[tokio::test]
    async fn sessions_that_have_ended_are_found_by_index() {
        let (database, store) = ledger_of(1).await;
        database.sql(
            "SET search_path = ndx_consent; INSERT INTO sessions (id_hash, person, begun_at, used_at) \
             SELECT decode(lpad(to_hex(n), 8, '0'), 'hex'), '', n, n FROM generate_series(1, 20000) AS n; ANALYZE sessions;",
        );
        let explain = sqlx::query(AssertSqlSafe(format!("EXPLAIN {ENDED}"))).bind(7_i64).bind(7_i64);
        let rows = explain.fetch_all(store.database.reader()).await.unwrap();
        let plan = rows.iter().map(|row| row.get::<String, _>(0)).collect::<Vec<_>>().join("\n");
        assert!(plan.contains("sessions_by_use") && plan.contains("sessions_by_beginning"), "{plan}");
        assert!(!plan.contains("Seq Scan"), "{plan}");
    }
}
