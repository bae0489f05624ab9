//! Moving a store from SQLite to PostgreSQL: a small exchange becomes a big one.

use futures::TryStreamExt as _;
use sqlx::{Any, AnyConnection, AssertSqlSafe, Connection, Row, Transaction, any::AnyRow};

use crate::{
    connection::connect,
    database::Database,
    error::StoreError,
    migrate::version,
    place::{Engine, Place},
    tables::Tables,
};

/// After how many rows the progress is told.
const TOLD_EVERY: u64 = 1000;

/// Why a store was not copied. Nothing has been written then.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The copy goes the other way.
    #[error("stores are copied from SQLite to PostgreSQL; from `{from}` to `{to}` is another way")]
    Direction {
        /// From where.
        from: String,
        /// To where.
        to: String,
    },
    /// There is nothing to copy, or it must be brought up to date first.
    #[error("the store `{store}` in {place} is at step {found} of {wanted}; run `ndx store migrate` on it first")]
    NotUpToDate {
        /// The store.
        store: &'static str,
        /// Where.
        place: String,
        /// Its step.
        found: i64,
        /// The step of this program.
        wanted: i64,
    },
    /// Something is there already.
    #[error("the table `{table}` of the store `{store}` in {place} is not empty; copy into an empty database")]
    NotEmpty {
        /// The store.
        store: &'static str,
        /// Its table.
        table: &'static str,
        /// Where.
        place: String,
    },
    /// A database refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for CopyError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// A table that was copied, and its number of rows.
pub type Copied = (&'static str, u64);

/// Copies all rows of one store, all or nothing; tells `progress` the table and how many of its rows are done.
/// The source should not be written meanwhile: stop the exchange first.
///
/// # Errors
/// When the source is not up to date, the target is not empty, or a database refuses.
pub async fn copy(
    from: &Place,
    to: &Place,
    tables: &Tables,
    mut progress: impl FnMut(&'static str, u64),
) -> Result<Vec<Copied>, CopyError> {
    if (from.engine(), to.engine()) != (Engine::Sqlite, Engine::Postgres) {
        return Err(CopyError::Direction { from: from.to_string(), to: to.to_string() });
    }
    let found = version(from, tables).await?;
    if found != tables.newest() {
        let (place, wanted) = (from.to_string(), tables.newest());
        return Err(CopyError::NotUpToDate { store: tables.name, place, found, wanted });
    }
    let target = Database::open(to, tables).await?;
    let mut source = connect(from, tables).await?;
    let mut reading = source.begin().await?;
    let mut writing = target.begin().await?;
    let mut copied = Vec::new();
    for table in tables.names {
        let held: i64 = count(&mut writing, table).await?;
        if held > 0 {
            return Err(CopyError::NotEmpty { store: tables.name, table, place: to.to_string() });
        }
        let rows = copy_table(&mut reading, &mut writing, table, &mut progress).await?;
        copied.push((*table, rows));
    }
    writing.commit().await?;
    drop(reading);
    source.close().await?;
    target.close().await;
    Ok(copied)
}

async fn count(connection: &mut AnyConnection, table: &'static str) -> Result<i64, StoreError> {
    let row = sqlx::query(AssertSqlSafe(format!("SELECT count(*) FROM {table}"))).fetch_one(connection).await?;
    Ok(row.try_get(0)?)
}

/// A column: its name, and the kind of its values as SQLite declares it.
struct Column {
    name: String,
    kind: String,
}

async fn copy_table(
    reading: &mut AnyConnection,
    writing: &mut Transaction<'static, Any>,
    table: &'static str,
    progress: &mut impl FnMut(&'static str, u64),
) -> Result<u64, StoreError> {
    let columns: Vec<Column> = sqlx::query("SELECT name, type FROM pragma_table_info($1) ORDER BY cid")
        .bind(table)
        .fetch_all(&mut *reading)
        .await?
        .iter()
        .map(|row| Ok(Column { name: row.try_get("name")?, kind: row.try_get("type")? }))
        .collect::<Result<_, sqlx::Error>>()?;
    let names = columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ");
    let places = (1..=columns.len()).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ");
    let select = format!("SELECT {names} FROM {table}");
    let insert = format!("INSERT INTO {table} ({names}) VALUES ({places})");
    let mut rows = sqlx::query(AssertSqlSafe(select)).fetch(reading);
    let mut done: u64 = 0;
    while let Some(row) = rows.try_next().await? {
        bound(&insert, &row, &columns)?.execute(&mut **writing).await?;
        done += 1;
        if done.is_multiple_of(TOLD_EVERY) {
            progress(table, done);
        }
    }
    progress(table, done);
    Ok(done)
}

fn bound<'q>(
    insert: &str,
    row: &AnyRow,
    columns: &[Column],
) -> Result<sqlx::query::Query<'q, Any, sqlx::any::AnyArguments>, StoreError> {
    let mut query = sqlx::query(AssertSqlSafe(insert.to_owned()));
    for (place, column) in columns.iter().enumerate() {
        query = match column.kind.as_str() {
            "INTEGER" => query.bind(row.try_get::<Option<i64>, _>(place)?),
            "TEXT" => query.bind(row.try_get::<Option<String>, _>(place)?),
            "BLOB" => query.bind(row.try_get::<Option<Vec<u8>>, _>(place)?),
            other => return Err(StoreError::Corrupt(format!("column `{}` is of kind `{other}`", column.name))),
        };
    }
    Ok(query)
}
