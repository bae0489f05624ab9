//! The table `schema_actions`.

use chrono::DateTime;
use ndx_store::StoreError;
use sqlx::{AnyConnection, Row, any::AnyRow};

use crate::schema::versions::Recorded;

pub(super) const TABLE: &str = "schema_actions";

pub(super) async fn newest(connection: &mut AnyConnection) -> Result<u64, StoreError> {
    let row = sqlx::query("SELECT coalesce(max(number), 0) FROM schema_actions").fetch_one(connection).await?;
    number(row.try_get(0)?)
}

pub(super) async fn after(connection: &mut AnyConnection, number: u64, most: u32) -> Result<Vec<Recorded>, StoreError> {
    let select = "SELECT number, recorded_at, recorded_by, action FROM schema_actions WHERE number > $1 \
                  ORDER BY number LIMIT $2";
    // No history is so long that its last number does not fit.
    let number = i64::try_from(number).unwrap_or(i64::MAX);
    let rows = sqlx::query(select).bind(number).bind(i64::from(most)).fetch_all(connection).await?;
    rows.iter().map(recorded).collect()
}

pub(super) async fn insert(connection: &mut AnyConnection, recorded: &Recorded) -> Result<(), StoreError> {
    let action = serde_json::to_string(&recorded.action).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    sqlx::query("INSERT INTO schema_actions (number, recorded_at, recorded_by, action) VALUES ($1, $2, $3, $4)")
        .bind(i64::try_from(recorded.number).map_err(|error| StoreError::Corrupt(error.to_string()))?)
        .bind(recorded.at.to_rfc3339())
        .bind(recorded.by.clone())
        .bind(action)
        .execute(connection)
        .await?;
    Ok(())
}

fn number(column: i64) -> Result<u64, StoreError> {
    u64::try_from(column).map_err(|error| StoreError::Corrupt(format!("schema action {column}: {error}")))
}

fn recorded(row: &AnyRow) -> Result<Recorded, StoreError> {
    let number = number(row.try_get("number")?)?;
    let corrupt = |what: String| StoreError::Corrupt(format!("schema action {number}: {what}"));
    let (at, by): (String, String) = (row.try_get("recorded_at")?, row.try_get("recorded_by")?);
    let action: String = row.try_get("action")?;
    Ok(Recorded {
        number,
        at: DateTime::parse_from_rfc3339(&at).map_err(|error| corrupt(error.to_string()))?.to_utc(),
        by,
        action: serde_json::from_str(&action).map_err(|error| corrupt(error.to_string()))?,
    })
}
