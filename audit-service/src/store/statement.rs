//! Rows, and the statements that add them: a server gets many at a time, so that a batch costs few round trips.

use ndx_store::StoreError;
use rusqlite::{
    Connection, ToSql,
    types::{ToSqlOutput, ValueRef},
};
use sqlx::{AnyConnection, AssertSqlSafe};

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

/// A value of a column.
#[derive(Debug, Clone, Copy)]
pub enum ColumnValue<'r> {
    /// A whole number.
    Number(Option<i64>),
    /// Text.
    Text(Option<&'r str>),
    /// Bytes.
    Bytes(Option<&'r [u8]>),
}

impl From<i64> for ColumnValue<'_> {
    fn from(number: i64) -> Self {
        Self::Number(Some(number))
    }
}

impl<'r> From<&'r String> for ColumnValue<'r> {
    fn from(text: &'r String) -> Self {
        Self::Text(Some(text))
    }
}

impl<'r> From<&'r str> for ColumnValue<'r> {
    fn from(text: &'r str) -> Self {
        Self::Text(Some(text))
    }
}

impl ToSql for ColumnValue<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let value = match *self {
            Self::Number(Some(number)) => ValueRef::Integer(number),
            Self::Text(Some(text)) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(Some(bytes)) => ValueRef::Blob(bytes),
            Self::Number(None) | Self::Text(None) | Self::Bytes(None) => ValueRef::Null,
        };
        Ok(ToSqlOutput::Borrowed(value))
    }
}

/// A row to be added to a table.
pub trait Row: Sync {
    /// The table.
    const TABLE: &'static str;
    /// Its columns.
    const COLUMNS: &'static [&'static str];

    /// The values, in the order of the columns.
    fn values(&self) -> impl Iterator<Item = ColumnValue<'_>>;
}

/// The statement that inserts `rows` rows into `table`.
pub fn insertion(table: &str, columns: &[&str], rows: usize) -> String {
    format!("INSERT INTO {table} ({}) VALUES {}", columns.join(", "), rows_of_places(columns.len(), rows))
}

/// `($1, …), (…), …`: placeholders for `rows` rows of `columns` values.
pub fn rows_of_places(columns: usize, rows: usize) -> String {
    let row = |number: usize| format!("({})", places(number * columns + 1, columns));
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

/// Parts `rows` into as few groups as there are ones in the binary number of them, each of a power of two: a statement is
/// prepared once for each size, and so there are few of them however the batches come.
pub fn groups<T>(rows: &[T], most: usize) -> impl Iterator<Item = &[T]> {
    let mut left = rows;
    std::iter::from_fn(move || {
        let size = 1 << left.len().min(most).checked_ilog2()?;
        let (group, rest) = left.split_at_checked(size)?;
        left = rest;
        Some(group)
    })
}

/// Inserts `rows` into a server's table, with few statements.
///
/// # Errors
/// When the database refuses.
pub async fn insert<R: Row>(connection: &mut AnyConnection, rows: &[R]) -> Result<(), StoreError> {
    for group in groups(rows, MOST_VALUES / R::COLUMNS.len().max(1)) {
        let statement = insertion(R::TABLE, R::COLUMNS, group.len());
        let mut query = sqlx::query(AssertSqlSafe(statement));
        for value in group.iter().flat_map(R::values) {
            query = match value {
                ColumnValue::Number(number) => query.bind(number),
                ColumnValue::Text(text) => query.bind(text.map(str::to_owned)),
                ColumnValue::Bytes(bytes) => query.bind(bytes.map(<[u8]>::to_vec)),
            };
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

/// Inserts `rows` into a file's table, one by one.
///
/// # Errors
/// When the database refuses.
pub fn insert_into_file<R: Row>(connection: &Connection, rows: &[R]) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut statement = connection.prepare_cached(&insertion(R::TABLE, R::COLUMNS, 1))?;
    for row in rows {
        for (number, value) in (1..).zip(row.values()) {
            statement.raw_bind_parameter(number, value)?;
        }
        statement.raw_execute()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_of_rows_is_parted_into_powers_of_two() {
        let sizes = |rows: usize, most| groups(&vec![(); rows], most).map(<[()]>::len).collect::<Vec<_>>();
        assert_eq!(sizes(0, 8), [0; 0]);
        assert_eq!(sizes(13, 100), [8, 4, 1]);
        assert_eq!(sizes(13, 5), [4, 4, 4, 1]);
        assert_eq!(sizes(256, 256), [256]);
    }
}
