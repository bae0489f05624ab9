//! Sign-ins that have begun and not ended. Each belongs to one browser and can be taken once.

use chrono::{DateTime, TimeDelta, Utc};
use ndx_auth::openid::Attempt;
use ndx_store::{Sealed, sqlite::StoreError};
use sqlx::Row;

use crate::store::{Store, from_millis, sessions::secret};

pub(super) const TABLE: &str = "\
CREATE TABLE sign_in_attempts (
    id_hash  BLOB PRIMARY KEY,
    attempt  BLOB NOT NULL,
    begun_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID";

const ATTEMPT: &str = "sign_in_attempts.attempt";
/// Who has not signed in after this time begins again.
const LIFETIME: TimeDelta = TimeDelta::minutes(15);

impl Store {
    /// Keeps `attempt`, which leads back to `path`; gives the id by which its browser, and nobody else, can take it.
    pub(crate) async fn keep_attempt(
        &self,
        attempt: &Attempt,
        path: &str,
        now: DateTime<Utc>,
    ) -> Result<String, StoreError> {
        let id = secret()?;
        let sealed = self.keys.seal(ATTEMPT, &(attempt.clone(), path.to_owned()))?;
        sqlx::query("DELETE FROM sign_in_attempts WHERE begun_at <= $1")
            .bind((now - LIFETIME).timestamp_millis())
            .execute(&self.sqlite.writer)
            .await?;
        sqlx::query("INSERT INTO sign_in_attempts (id_hash, attempt, begun_at) VALUES ($1, $2, $3)")
            .bind(self.keys.hash(&id).as_column().to_vec())
            .bind(sealed.as_column().to_vec())
            .bind(now.timestamp_millis())
            .execute(&self.sqlite.writer)
            .await?;
        Ok(id)
    }

    /// Takes the attempt with this id, and where it leads back to. Nobody can take it again.
    pub(crate) async fn take_attempt(
        &self,
        id: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<(Attempt, String)>, StoreError> {
        let row = sqlx::query("DELETE FROM sign_in_attempts WHERE id_hash = $1 RETURNING attempt, begun_at")
            .bind(self.keys.hash(id).as_column().to_vec())
            .fetch_optional(&self.sqlite.writer)
            .await?;
        let Some(row) = row else { return Ok(None) };
        if now - from_millis(row.try_get("begun_at")?)? >= LIFETIME {
            return Ok(None);
        }
        Ok(Some(self.keys.unseal(ATTEMPT, &Sealed::from_column(row.try_get("attempt")?))?))
    }
}
