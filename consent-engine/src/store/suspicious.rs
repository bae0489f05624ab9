//! Requests of which people said that they had not asked for anything: an application may be fishing.

use chrono::{DateTime, Utc};
use ndx_contracts::{ApplicationId, Purpose, TraceId};
use ndx_store::StoreError;
use serde::Serialize;
use sqlx::Row;
use uuid::Uuid;

use crate::{
    ledger::{Action, AskedBy, Entry},
    store::{History, SqlStore, corrupt, reading::AT_ONCE},
};

/// A request that somebody had not asked for. It names nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Suspicious {
    /// The consent.
    pub consent_id: Uuid,
    /// Who asked.
    pub application: ApplicationId,
    /// What for.
    pub purpose: Purpose,
    /// When the application last asked before.
    pub asked_at: Option<DateTime<Utc>>,
    /// In which of its requests.
    pub asked_in: Option<TraceId>,
    /// When the person said so.
    pub denied_at: DateTime<Utc>,
    /// In which of her requests.
    pub denied_in: TraceId,
}

impl SqlStore {
    /// Those of which people said so last, the newest first, each consent once.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn suspicious(&self, limit: u32) -> Result<Vec<Suspicious>, StoreError> {
        let rows = sqlx::query(
            "SELECT consent_id FROM current_consents WHERE unexpected_at IS NOT NULL \
             ORDER BY unexpected_at DESC, consent_id LIMIT $1",
        )
        .bind(i64::from(limit))
        .fetch_all(self.database.reader())
        .await?;
        let id = |row: &sqlx::any::AnyRow| Uuid::parse_str(row.try_get("consent_id")?).map_err(corrupt);
        let ids = rows.iter().map(id).collect::<Result<Vec<_>, StoreError>>()?;
        let mut found = Vec::with_capacity(ids.len());
        for ids in ids.chunks(AT_ONCE) {
            found.extend(self.histories(ids).await?.iter().filter_map(suspicious));
        }
        found.sort_by_key(|one| (std::cmp::Reverse(one.denied_at), one.consent_id));
        Ok(found)
    }
}

fn suspicious(History { recorded, entries }: &History) -> Option<Suspicious> {
    let denial = |entry: &Entry| matches!(entry.action, Action::Denied { unexpected: true, .. });
    let asking = |entry: &&Entry| matches!(entry.action, Action::Requested { by: AskedBy::Application, .. });
    let last = entries.iter().rposition(denial)?;
    let (denied, before) = (entries.get(last)?, entries.get(..last)?);
    let asked = before.iter().rev().find(asking);
    Some(Suspicious {
        consent_id: recorded.id,
        application: recorded.application.clone(),
        purpose: recorded.purpose.clone(),
        asked_at: asked.map(|entry| entry.at),
        asked_in: asked.map(|entry| entry.trace_id.clone()),
        denied_at: denied.at,
        denied_in: denied.trace_id.clone(),
    })
}
