//! Where the history of the consumer schema is kept: `gateway.db`, or the schema `ndx_gateway` of a PostgreSQL database.

mod actions;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use ndx_store::{Database, Place, Step, StoreError, Tables};

use crate::schema::versions::{Action, Recorded};

/// The store's tables.
pub const TABLES: Tables = Tables {
    name: "gateway",
    steps: &[Step {
        version: 1,
        name: "schema actions",
        sqlite: include_str!("1_schema_actions.sqlite.sql"),
        postgres: include_str!("1_schema_actions.postgres.sql"),
    }],
    names: &["schema_actions"],
};

/// Keeps the history of the consumer schema. It only grows, and its numbers are 1, 2, 3, … without a gap, for everybody in
/// the same order.
#[async_trait]
pub trait SchemaStore: Send + Sync + std::fmt::Debug {
    /// The number of the last action; 0 when there is none. One cheap question.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn newest(&self) -> Result<u64, StoreError>;

    /// The actions after `number`, in their order, `most` of them at most.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn after(&self, number: u64, most: u32) -> Result<Vec<Recorded>, StoreError>;

    /// Appends `actions`, all or nothing, if the last action still is number `newest`. `None` when it is not: somebody
    /// was faster, nothing was written, and the writer must think again.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    async fn append(
        &self,
        newest: u64,
        actions: Vec<Action>,
        by: &str,
        at: DateTime<Utc>,
    ) -> Result<Option<Vec<Recorded>>, StoreError>;

    /// Closes all connections.
    async fn close(&self);
}

/// What is wrong with a store that does not answer in time.
pub(crate) fn too_slow() -> StoreError {
    StoreError::Database(sqlx::Error::PoolTimedOut)
}

/// The store in SQLite or PostgreSQL.
#[derive(Debug, Clone)]
pub struct SqlStore(Database);

impl SqlStore {
    /// Opens the store at `place` and brings its tables up to date.
    ///
    /// # Errors
    /// When it cannot be opened or is newer than the program.
    pub async fn open(place: &Place) -> Result<Self, StoreError> {
        Ok(Self(Database::open(place, &TABLES).await?))
    }
}

#[async_trait]
impl SchemaStore for SqlStore {
    async fn close(&self) {
        self.0.close().await;
    }

    async fn newest(&self) -> Result<u64, StoreError> {
        let mut connection = self.0.reader().acquire().await?;
        actions::newest(&mut connection).await
    }

    async fn after(&self, number: u64, most: u32) -> Result<Vec<Recorded>, StoreError> {
        let mut connection = self.0.reader().acquire().await?;
        actions::after(&mut connection, number, most).await
    }

    async fn append(
        &self,
        newest: u64,
        actions: Vec<Action>,
        by: &str,
        at: DateTime<Utc>,
    ) -> Result<Option<Vec<Recorded>>, StoreError> {
        let mut transaction = self.0.begin_alone(actions::TABLE).await?;
        if actions::newest(&mut transaction).await? != newest {
            transaction.rollback().await?;
            return Ok(None);
        }
        let recorded: Vec<_> = (newest + 1..)
            .zip(actions)
            .map(|(number, action)| Recorded { number, at, by: by.to_owned(), action })
            .collect();
        for one in &recorded {
            actions::insert(&mut transaction, one).await?;
        }
        transaction.commit().await?;
        Ok(Some(recorded))
    }
}
