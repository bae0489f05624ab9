//! Statements over many rows, so that a batch costs few round trips.

use ndx_store::StoreError;
use sqlx::{Any, AnyConnection, AssertSqlSafe, any::AnyArguments, query::Query};

/// At most so many values in one statement: below SQLite's 32,766 and PostgreSQL's 65,535.
const MOST_VALUES: usize = 30_000;

/// `$first, …`: `count` placeholders.
pub fn places(first: usize, count: usize) -> String {
    let mut text = String::with_capacity(count * 6);
    for number in first..first + count {
        text.push_str(if number == first { "$" } else { ", $" });
        text.push_str(&number.to_string());
    }
    text
}

/// A statement that many rows share; `bind` binds one row's values, in the order of the columns.
pub type Bind<'b, Row> =
    &'b (dyn Fn(Query<'static, Any, AnyArguments>, &Row) -> Query<'static, Any, AnyArguments> + Sync);

/// The statement that inserts `rows` rows into `table`.
pub fn insertion(table: &str, columns: &[&str], rows: usize) -> String {
    format!("INSERT INTO {table} ({}) VALUES {}", columns.join(", "), rows_of_places(columns.len(), rows))
}

/// `($1, …), (…), …`: placeholders for `rows` rows of `columns` values.
pub fn rows_of_places(columns: usize, rows: usize) -> String {
    let row = |number: usize| format!("({})", places(number * columns + 1, columns));
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

/// Inserts `rows`, with as few statements as the engines allow.
///
/// # Errors
/// When the database refuses.
pub async fn insert<Row: Sync>(
    connection: &mut AnyConnection,
    table: &str,
    columns: &[&str],
    rows: &[Row],
    bind: Bind<'_, Row>,
) -> Result<(), StoreError> {
    for chunk in rows.chunks(MOST_VALUES / columns.len().max(1)) {
        let statement = insertion(table, columns, chunk.len());
        let query = chunk.iter().fold(sqlx::query(AssertSqlSafe(statement)), bind);
        query.execute(&mut *connection).await?;
    }
    Ok(())
}
