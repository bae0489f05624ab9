//! `policy.db`: the history of the policies.

use std::path::Path;

use chrono::{DateTime, Utc};
use ndx_store::sqlite::{SqliteStore, Step, StoreError};
use sqlx::Row;

use crate::{
    error::PolicyStoreError,
    policy::{Action, PolicySet},
};

const STEPS: [Step; 1] = [Step { version: 1, name: "policy actions", sql: include_str!("1_policy_actions.sql") }];

/// The store.
#[derive(Debug)]
pub struct PolicyStore(SqliteStore);

impl PolicyStore {
    /// Opens `policy.db` in `folder`.
    ///
    /// # Errors
    /// When it cannot be opened or is newer than the program.
    pub async fn open(folder: &Path) -> Result<Self, PolicyStoreError> {
        Ok(Self(SqliteStore::open(&folder.join("policy.db"), &STEPS).await?))
    }

    /// The policies in force: all actions, folded.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub async fn load(&self) -> Result<PolicySet, PolicyStoreError> {
        let rows =
            sqlx::query("SELECT number, action FROM policy_actions ORDER BY number").fetch_all(&self.0.reader).await?;
        let mut policies = PolicySet::default();
        for row in rows {
            let (number, text): (i64, String) = (row.try_get("number")?, row.try_get("action")?);
            let corrupt = |what: String| StoreError::Corrupt(format!("policy action {number}: {what}"));
            let action: Action = serde_json::from_str(&text).map_err(|error| corrupt(error.to_string()))?;
            policies.apply(u64::try_from(number).map_err(|error| corrupt(error.to_string()))?, action);
        }
        Ok(policies)
    }

    /// Appends what leads from the policies in force to `wanted`, all or nothing; returns the policies then in force.
    ///
    /// # Errors
    /// When the history cannot be read or written.
    pub async fn become_like(
        &self,
        wanted: &PolicySet,
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<PolicySet, PolicyStoreError> {
        let actions = self.load().await?.difference(wanted);
        let mut transaction = self.0.writer.begin_with("BEGIN IMMEDIATE").await?;
        for action in actions {
            let text = serde_json::to_string(&action).map_err(|error| StoreError::Corrupt(error.to_string()))?;
            sqlx::query("INSERT INTO policy_actions (recorded_at, recorded_by, action) VALUES ($1, $2, $3)")
                .bind(now.to_rfc3339())
                .bind(by)
                .bind(text)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        self.load().await
    }
}
