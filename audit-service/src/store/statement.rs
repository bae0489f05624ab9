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

/// Inserts `rows`, with few statements.
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
    for group in groups(rows, MOST_VALUES / columns.len().max(1)) {
        let statement = insertion(table, columns, group.len());
        let query = group.iter().fold(sqlx::query(AssertSqlSafe(statement)), bind);
        query.execute(&mut *connection).await?;
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
