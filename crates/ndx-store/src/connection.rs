//! One connection to a store.

use std::{path::Path, sync::Once, time::Duration};

use rusqlite::OpenFlags;
use sqlx::{AnyConnection, ConnectOptions, Row, any::AnyConnectOptions};

use crate::{
    error::StoreError,
    place::{Engine, Place},
    tables::Tables,
};

static DRIVERS: Once = Once::new();

/// A single connection, for a task that owns its writing. The tables must be up to date already.
///
/// # Errors
/// When the database cannot be reached.
pub async fn connect(place: &Place, tables: &Tables) -> Result<AnyConnection, StoreError> {
    let mut connection = options(place, tables, Access::Write)?.connect().await?;
    prepare(&mut connection, place.engine()).await?;
    Ok(connection)
}

/// Pages of the write-ahead log after which they are moved to the file: 16 MiB of them. The more there are, the more often a
/// page that changed in several commits is moved only once.
const PAGES_BEFORE_CHECKPOINT: i64 = 4096;

/// A single connection to the SQLite file `file`, for a thread that writes so much that every statement counts. The tables
/// must be up to date already. Waits at most for `patience` for others who write.
///
/// # Errors
/// When the file cannot be opened.
pub fn connect_to_file(file: &Path, patience: Duration) -> Result<rusqlite::Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = rusqlite::Connection::open_with_flags(file, flags)?;
    connection.busy_timeout(patience)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "wal_autocheckpoint", PAGES_BEFORE_CHECKPOINT)?;
    Ok(connection)
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Write,
    Read,
}

pub(crate) fn options(place: &Place, tables: &Tables, access: Access) -> Result<AnyConnectOptions, StoreError> {
    DRIVERS.call_once(sqlx::any::install_default_drivers);
    let url = place.url(tables, access == Access::Read).ok_or_else(|| StoreError::Place(place.to_string()))?;
    // The URL holds a password, so its parser's own words are not passed on.
    let options: AnyConnectOptions = url.parse().map_err(|_| StoreError::Place(place.to_string()))?;
    Ok(options.disable_statement_logging())
}

/// Whether a connection that comes back may be used by somebody else. On PostgreSQL a caller that was dropped while it began
/// a transaction has left it open, and a server that is gone answers nothing: both are found out here, in a moment.
pub(crate) async fn is_reusable(connection: &mut AnyConnection, engine: Engine) -> Result<bool, sqlx::Error> {
    if engine == Engine::Sqlite {
        return Ok(true);
    }
    // A transaction began before its present statement, unless the statement is all of it. It is asked in one message: of a
    // statement that is bound and executed by two, the second is later than the transaction that the first began.
    let outside = "SELECT CASE WHEN now() = statement_timestamp() THEN 1 ELSE 0 END";
    let asked = tokio::time::timeout(Duration::from_secs(1), sqlx::raw_sql(outside).fetch_one(connection)).await;
    Ok(matches!(asked, Ok(Ok(row)) if row.try_get::<i32, _>(0).is_ok_and(|outside| outside == 1)))
}

/// SQLite: the write-ahead log, and no commit before it is on the disk.
pub(crate) async fn prepare(connection: &mut AnyConnection, engine: Engine) -> Result<(), sqlx::Error> {
    if engine == Engine::Sqlite {
        sqlx::query("PRAGMA journal_mode = WAL").execute(&mut *connection).await?;
        sqlx::query("PRAGMA synchronous = FULL").execute(&mut *connection).await?;
    }
    Ok(())
}
