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
