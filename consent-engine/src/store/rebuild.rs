//! Compares what is derived with the histories, and mends it.

use std::collections::BTreeMap;

use ndx_store::StoreError;
use serde::Serialize;
use sqlx::{AssertSqlSafe, Row};
use uuid::Uuid;

use crate::store::{
    History, SqlStore, Writing,
    current_consents::{Derived, RULES},
    reading::one_of,
    writing::SqlWriting,
};

/// So many consents are compared by one statement.
const AT_ONCE: i64 = 200;

/// What was compared, and what differed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rebuilt {
    /// How many consents were compared.
    pub compared: u64,
    /// Those whose row was not what their history says.
    pub different: Vec<Different>,
}

/// A consent whose row was not what its history says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Different {
    /// Its id.
    pub consent_id: Uuid,
    /// In what: the names of the columns; `row` where the row was missing, or should not be there.
    pub columns: Vec<&'static str>,
}

impl SqlStore {
    /// Folds every history and compares what it amounts to with the consent's row. With `mend` it writes the rows that
    /// differ anew. Histories are only ever read. Others may write meanwhile.
    ///
    /// # Errors
    /// When the tables cannot be read or written, or a history is not one.
    pub async fn rebuild(&self, mend: bool) -> Result<Rebuilt, StoreError> {
        let (mut rebuilt, mut after) = (Rebuilt::default(), String::new());
        loop {
            let rows = sqlx::query("SELECT id FROM consents WHERE id > $1 ORDER BY id LIMIT $2")
                .bind(after)
                .bind(AT_ONCE)
                .fetch_all(self.database.reader())
                .await?;
            let ids: Vec<String> = rows.iter().map(|row| row.try_get("id")).collect::<Result<_, _>>()?;
            let Some(last) = ids.last() else { return Ok(rebuilt) };
            after = last.clone();
            for id in self.suspects(&ids).await? {
                rebuilt.different.extend(self.look_closely(id, mend).await?);
            }
            rebuilt.compared += ids.len() as u64;
        }
    }

    /// Derives what this program has not derived yet: everything, after a change of the rules. What is half done when the
    /// process ends goes on at the next start.
    pub(super) async fn derive_all(&self) -> Result<(), StoreError> {
        let done = sqlx::query("SELECT rules FROM derived WHERE name = 'current_consents'")
            .fetch_optional(self.database.reader())
            .await?;
        if done.map(|row| row.try_get::<i64, _>("rules")).transpose()? == Some(RULES) {
            return Ok(());
        }
        let Rebuilt { compared, different } = self.rebuild(true).await?;
        tracing::info!(compared, derived = different.len(), "what each consent is now was derived from its history");
        sqlx::query(
            "INSERT INTO derived (name, rules) VALUES ('current_consents', $1) \
             ON CONFLICT (name) DO UPDATE SET rules = excluded.rules",
        )
        .bind(RULES)
        .execute(self.database.writer())
        .await?;
        Ok(())
    }

    /// Those of the consents `ids` that seem to differ: history and row are read one after the other, and somebody may
    /// write in between.
    async fn suspects(&self, ids: &[String]) -> Result<Vec<Uuid>, StoreError> {
        let uuids: Vec<Uuid> = ids.iter().filter_map(|id| Uuid::parse_str(id).ok()).collect();
        let histories = self.histories(&uuids).await?;
        let sql = format!("SELECT * FROM current_consents WHERE {}", one_of("consent_id", ids.len()));
        let query = ids.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, id| query.bind(id.clone()));
        let mut rows = BTreeMap::new();
        for row in query.fetch_all(self.database.reader()).await? {
            rows.insert(row.try_get::<String, _>("consent_id")?, Derived::of_row(&row)?);
        }
        let mut suspects = Vec::new();
        for history in histories {
            let row = rows.remove(&history.recorded.id.to_string());
            if row != Some(Derived::of(&history.recorded)?) {
                suspects.push(history.recorded.id);
            }
        }
        // Rows of consents without a history.
        suspects.extend(rows.keys().filter_map(|id| Uuid::parse_str(id).ok()));
        Ok(suspects)
    }

    /// Compares one consent while nobody else can write it.
    async fn look_closely(&self, id: Uuid, mend: bool) -> Result<Option<Different>, StoreError> {
        let mut writing = SqlWriting::begin(self).await?;
        let Some(History { recorded, .. }) = writing.hold(id).await? else { return Ok(None) };
        let row = Derived::read(&mut writing.transaction, id).await?;
        let wanted = if recorded.consent.version == 0 { None } else { Some(Derived::of(&recorded)?) };
        let columns = match (&row, &wanted) {
            (Some(row), Some(wanted)) => row.differs(wanted),
            (None, None) => Vec::new(),
            _ => vec!["row"],
        };
        if columns.is_empty() {
            return Ok(None);
        }
        if mend {
            match wanted {
                Some(wanted) => wanted.put(&mut writing.transaction, id).await?,
                None => Derived::remove(&mut writing.transaction, id).await?,
            }
            Box::new(writing).commit().await?;
        }
        Ok(Some(Different { consent_id: id, columns }))
    }
}
