//! Opens SQLite files.

use std::{path::Path, time::Duration};

use sqlx::{
    AssertSqlSafe, ConnectOptions, SqlSafeStr,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
    sqlite::{
        SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
    },
};

/// Why a store could not be opened or used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused.
    #[error("the database refused")]
    Database(#[from] sqlx::Error),
    /// The tables could not be brought up to date.
    #[error("the tables of `{file}` could not be brought up to date")]
    Migration {
        /// The file.
        file: String,
        /// What the migration met.
        #[source]
        cause: MigrateError,
    },
    /// A key or a sealed value is not what it should be.
    #[error(transparent)]
    Crypto(#[from] crate::sealed::CryptoError),
    /// A row holds something that the program does not understand.
    #[error("a stored row cannot be read: {0}")]
    Corrupt(String),
}

/// One step in the history of a store's tables. Steps only go forward and are never edited.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// 1, 2, 3, …
    pub version: i64,
    /// What it does, in a few words.
    pub name: &'static str,
    /// Its SQL.
    pub sql: &'static str,
}

/// A store's file: one connection that writes, several that read.
///
/// SQLite has one writer at a time. With one writing connection, writers wait for each other in the program, in order,
/// instead of failing with `SQLITE_BUSY`.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    /// For transactions that write: begin them with `BEGIN IMMEDIATE`.
    pub writer: SqlitePool,
    /// For reading.
    pub reader: SqlitePool,
}

impl SqliteStore {
    /// Opens `file`, making it when it is not there, and takes its tables through `steps`.
    ///
    /// # Errors
    /// When the file cannot be opened, or its tables are newer than `steps`.
    pub async fn open(file: &Path, steps: &[Step]) -> Result<Self, StoreError> {
        let writer = SqlitePoolOptions::new().max_connections(1).connect_with(options(file)).await?;
        migrate(&writer, file, steps).await?;
        let reader = SqlitePoolOptions::new().max_connections(4).connect_with(options(file).read_only(true)).await?;
        Ok(Self { writer, reader })
    }

    /// Closes all connections; the last one folds the write-ahead log into the file.
    pub async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }
}

/// A single connection to `file`, for a task that owns its writing. Its tables must be up to date already.
///
/// # Errors
/// When the file cannot be opened.
pub async fn connect(file: &Path) -> Result<SqliteConnection, StoreError> {
    Ok(options(file).connect().await?)
}

fn options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        .disable_statement_logging()
}

async fn migrate(pool: &SqlitePool, file: &Path, steps: &[Step]) -> Result<(), StoreError> {
    let migrations = steps
        .iter()
        .map(|step| {
            let sql = AssertSqlSafe(step.sql).into_sql_str();
            Migration::new(step.version, step.name.into(), MigrationType::Simple, sql, false)
        })
        .collect();
    // A version in the file that is not among the steps is an error: the file is newer than this program.
    let migrator = Migrator::with_migrations(migrations);
    migrator.run(pool).await.map_err(|cause| StoreError::Migration { file: file.display().to_string(), cause })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Step = Step { version: 1, name: "first", sql: "CREATE TABLE a (x INTEGER) STRICT" };
    const SECOND: Step = Step { version: 2, name: "second", sql: "CREATE TABLE b (x INTEGER) STRICT" };

    #[tokio::test]
    async fn keeps_what_was_written_when_it_is_opened_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("store.db");
        let store = SqliteStore::open(&file, &[FIRST]).await.unwrap();
        sqlx::query("INSERT INTO a VALUES (7)").execute(&store.writer).await.unwrap();
        store.close().await;

        let store = SqliteStore::open(&file, &[FIRST, SECOND]).await.unwrap();
        let x: i64 = sqlx::query_scalar("SELECT x FROM a").fetch_one(&store.reader).await.unwrap();
        assert_eq!(x, 7);
    }

    #[tokio::test]
    async fn refuses_a_file_that_is_newer_than_the_program() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("store.db");
        SqliteStore::open(&file, &[FIRST, SECOND]).await.unwrap().close().await;
        let refused = SqliteStore::open(&file, &[FIRST]).await;
        assert!(matches!(refused, Err(StoreError::Migration { cause: MigrateError::VersionMissing(2), .. })));
    }
}
