//! A store's database, SQLite or PostgreSQL, behind one pool type.
//!
//! Both engines take `$1` placeholders and give back the three kinds of values that our tables hold: `BIGINT`/`INTEGER`,
//! `TEXT` and `BYTEA`/`BLOB`. So every statement is written once, through `sqlx`'s `Any` driver; what differs (the tables'
//! SQL, how a transaction takes the pen) stands in [`Step`](crate::Step) and here.

use std::time::Duration;

use sqlx::{Any, AnyConnection, AnyPool, Transaction, any::AnyPoolOptions};

use crate::{
    connection::{Access, is_reusable, options, prepare},
    error::StoreError,
    migrate::migrate,
    place::{Engine, Place},
    tables::Tables,
};

/// How long somebody waits for a connection: a store that is gone, or has too much to do, is said soon.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// An opened database: connections that write and connections that read.
///
/// SQLite has one writer at a time. With one writing connection, writers wait for each other in the program, in order,
/// instead of failing with `SQLITE_BUSY`. PostgreSQL has one pool for both.
#[derive(Debug, Clone)]
pub struct Database {
    engine: Engine,
    writer: AnyPool,
    reader: AnyPool,
}

impl Database {
    /// Opens the database of `tables` at `place`, making it when it is not there, and takes its tables through their
    /// steps, under a lock.
    ///
    /// # Errors
    /// When it cannot be opened, or its tables are newer than the program.
    pub async fn open(place: &Place, tables: &Tables) -> Result<Self, StoreError> {
        migrate(place, tables).await?;
        let pool = |most| {
            let pool = AnyPoolOptions::new().max_connections(most).acquire_timeout(LONGEST_WAIT);
            let engine = place.engine();
            let pool = pool.after_connect(move |connection, _| Box::pin(prepare(connection, engine)));
            pool.after_release(move |connection, _| Box::pin(is_reusable(connection, engine)))
        };
        let (writer, reader) = match place.engine() {
            Engine::Sqlite => (
                pool(1).connect_with(options(place, tables, Access::Write)?).await?,
                pool(4).connect_with(options(place, tables, Access::Read)?).await?,
            ),
            Engine::Postgres => {
                let both = pool(10).connect_with(options(place, tables, Access::Write)?).await?;
                (both.clone(), both)
            }
        };
        Ok(Self { engine: place.engine(), writer, reader })
    }

    /// Which engine it is.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// For reading.
    pub fn reader(&self) -> &AnyPool {
        &self.reader
    }

    /// For single statements that write.
    pub fn writer(&self) -> &AnyPool {
        &self.writer
    }

    /// A transaction that may write. On SQLite it holds the one pen from its beginning; on PostgreSQL it must lock the
    /// rows on which it decides: end their `SELECT` with [`Database::for_update`].
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn begin(&self) -> Result<Transaction<'static, Any>, StoreError> {
        Ok(match self.engine {
            Engine::Sqlite => self.writer.begin_with("BEGIN IMMEDIATE").await?,
            Engine::Postgres => self.writer.begin().await?,
        })
    }

    /// A transaction in which nobody else adds to `table`: for a history whose numbers must follow each other without a
    /// gap, and be seen in their order.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn begin_alone(&self, table: &'static str) -> Result<Transaction<'static, Any>, StoreError> {
        let mut transaction = self.begin().await?;
        alone(&mut transaction, self.engine, table).await?;
        Ok(transaction)
    }

    /// The end of a `SELECT` inside [`Database::begin`] whose rows must stay as they are until the commit.
    pub fn for_update(&self) -> &'static str {
        match self.engine {
            Engine::Sqlite => "",
            Engine::Postgres => " FOR UPDATE",
        }
    }

    /// Closes all connections; SQLite's last one folds the write-ahead log into the file.
    pub async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }
}

/// Keeps everybody else from adding to `table` until the transaction that `connection` is in ends.
///
/// # Errors
/// When the database refuses.
pub async fn alone(connection: &mut AnyConnection, engine: Engine, table: &'static str) -> Result<(), StoreError> {
    if engine == Engine::Postgres {
        let lock = sqlx::AssertSqlSafe(format!("LOCK TABLE {table} IN EXCLUSIVE MODE"));
        sqlx::query(lock).execute(connection).await?;
    }
    Ok(())
}
