//! Finds consents of which something has ended that nobody has recorded yet, by index.

use ndx_store::{Engine, StoreError};
use sqlx::{Row, any::AnyRow};
use uuid::Uuid;

use crate::store::{SqlStore, corrupt};

/// The database's time is asked for once, and compared with the index.
const ON_POSTGRES: &str = "\
SELECT consent_id FROM current_consents WHERE lapses_at <= (SELECT ledger_time()) ORDER BY lapses_at LIMIT $1";

const ON_SQLITE: &str = "\
SELECT consent_id FROM current_consents WHERE lapses_at <= $2 ORDER BY lapses_at LIMIT $1";

impl SqlStore {
    /// At most `most` of them, those that ended first.
    pub(super) async fn lapsed_by_now(&self, most: u32) -> Result<Vec<Uuid>, StoreError> {
        let rows = match self.database.engine() {
            Engine::Postgres => {
                sqlx::query(ON_POSTGRES).bind(i64::from(most)).fetch_all(self.database.reader()).await?
            }
            Engine::Sqlite => {
                let query = sqlx::query(ON_SQLITE).bind(i64::from(most)).bind(self.own_time().timestamp_millis());
                query.fetch_all(self.database.reader()).await?
            }
        };
        let id = |row: &AnyRow| Uuid::parse_str(row.try_get("consent_id")?).map_err(corrupt);
        rows.iter().map(id).collect()
    }
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
        let explain = sqlx::query(AssertSqlSafe(format!("EXPLAIN {ON_POSTGRES}"))).bind(100_i64);
        let rows = explain.fetch_all(store.database.reader()).await.unwrap();
        let plan = rows.iter().map(|row| row.get::<String, _>(0)).collect::<Vec<_>>().join("\n");
        assert!(plan.contains("current_consents_lapse") && !plan.contains("Seq Scan"), "{plan}");
    }
}
