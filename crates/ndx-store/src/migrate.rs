//! Taking a database through the history of its tables.

use sqlx::{AnyConnection, AssertSqlSafe, ConnectOptions, Connection, Row};

use crate::{
    connection::{Access, options},
    error::StoreError,
    place::{Engine, Place},
    tables::Tables,
};

/// The number of the PostgreSQL advisory lock under which the stores of a database are brought up to date.
const LOCK: i64 = 0x006e_6478;

/// Takes the database through the steps that it has not seen. On PostgreSQL whoever comes second waits for whoever came
/// first; an SQLite file belongs to one process at a time.
///
/// # Errors
/// When it cannot be reached, a step fails, or the tables are newer than the program or were edited.
pub async fn migrate(place: &Place, tables: &Tables) -> Result<(), StoreError> {
    let mut connection = options(place, tables, Access::Write)?.connect().await?;
    let engine = place.engine();
    if engine == Engine::Postgres {
        sqlx::query(AssertSqlSafe(format!("SELECT pg_advisory_lock({LOCK})::text"))).execute(&mut connection).await?;
        let schema = AssertSqlSafe(format!("CREATE SCHEMA IF NOT EXISTS {}", tables.schema()));
        sqlx::query(schema).execute(&mut connection).await?;
    }
    let done = tables.migrator(engine).run_direct(None, &mut connection, false).await;
    // Closing the connection lets the lock go.
    connection.close().await?;
    done.map_err(|cause| StoreError::Migration { store: format!("{} in {place}", tables.name), cause })
}

/// The last step that the database has seen; 0 when it has no tables yet.
///
/// # Errors
/// When it cannot be reached.
pub async fn version(place: &Place, tables: &Tables) -> Result<i64, StoreError> {
    if let Place::Folder(folder) = place
        && !folder.join(tables.file()).exists()
    {
        return Ok(0);
    }
    let mut connection = options(place, tables, Access::Write)?.connect().await?;
    let version = version_of(&mut connection, place.engine(), tables).await;
    connection.close().await?;
    version
}

async fn version_of(connection: &mut AnyConnection, engine: Engine, tables: &Tables) -> Result<i64, StoreError> {
    let (select, name) = match engine {
        Engine::Sqlite => {
            ("SELECT count(*) FROM sqlite_master WHERE name = '_sqlx_migrations' AND $1 <> ''", "main".into())
        }
        Engine::Postgres => (
            "SELECT count(*) FROM information_schema.tables WHERE table_name = '_sqlx_migrations' AND table_schema = $1",
            tables.schema(),
        ),
    };
    let tables: i64 = sqlx::query(select).bind(name).fetch_one(&mut *connection).await?.try_get(0)?;
    if tables == 0 {
        return Ok(0);
    }
    let row = sqlx::query("SELECT coalesce(max(version), 0) FROM _sqlx_migrations").fetch_one(connection).await?;
    Ok(row.try_get(0)?)
}
