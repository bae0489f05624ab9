//! Finds consents of which something has ended that nobody has recorded yet, by index.

use chrono::{DateTime, Utc};
use ndx_store::{Engine, StoreError};
use sqlx::{Row, any::AnyRow};
use uuid::Uuid;

use crate::store::{SqlStore, corrupt, from_millis};

/// Where a look at them has come to: those that ended first come first, and of those that ended at once the lower ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lapsed {
    /// When something of it ended.
    pub at: DateTime<Utc>,
    /// The consent.
    pub id: Uuid,
}

/// The database's time is asked for once, and compared with the index.
const ON_POSTGRES: &str = "\
SELECT lapses_at, consent_id FROM current_consents \
WHERE lapses_at <= (SELECT ledger_time()) AND (lapses_at, consent_id) > ($2, $3) ORDER BY lapses_at, consent_id LIMIT $1";

const ON_SQLITE: &str = "\
SELECT lapses_at, consent_id FROM current_consents \
WHERE lapses_at <= $4 AND (lapses_at, consent_id) > ($2, $3) ORDER BY lapses_at, consent_id LIMIT $1";

impl SqlStore {
    /// At most `most` of them that come after `after`.
    pub(super) async fn lapsed_by_now(&self, after: Option<Lapsed>, most: u32) -> Result<Vec<Lapsed>, StoreError> {
        let (at, id) = after.map_or((i64::MIN, String::new()), |one| (one.at.timestamp_millis(), one.id.to_string()));
        let select = match self.database.engine() {
            Engine::Postgres => sqlx::query(ON_POSTGRES).bind(i64::from(most)).bind(at).bind(id),
            Engine::Sqlite => {
                let now = self.own_time().timestamp_millis();
                sqlx::query(ON_SQLITE).bind(i64::from(most)).bind(at).bind(id).bind(now)
            }
        };
        let rows = select.fetch_all(self.database.reader()).await?;
        rows.iter().map(lapsed).collect()
    }
}

fn lapsed(row: &AnyRow) -> Result<Lapsed, StoreError> {
    let id = Uuid::parse_str(row.try_get("consent_id")?).map_err(corrupt)?;
    Ok(Lapsed { at: from_millis(row.try_get("lapses_at")?)?, id })
}

#[cfg(test)]
mod tests {
    use sqlx::AssertSqlSafe;

    use super::*;
    use crate::store::by_index::ledger_of;

    /// What every process asks every second finds what has ended among many that have not, by index.
    #[tokio::test]
    async fn what_has_ended_is_found_by_index() {
        let (_database, store) = ledger_of(20_000).await;
        let explain = sqlx::query(AssertSqlSafe(format!("EXPLAIN {ON_POSTGRES}"))).bind(100_i64).bind(7_i64).bind("");
        let rows = explain.fetch_all(store.database.reader()).await.unwrap();
        let plan = rows.iter().map(|row| row.get::<String, _>(0)).collect::<Vec<_>>().join("\n");
        assert!(plan.contains("current_consents_lapse") && !plan.contains("Seq Scan"), "{plan}");
    }
}
