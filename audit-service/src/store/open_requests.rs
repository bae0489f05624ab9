//! The requests whose INTENT nothing has closed yet.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use ndx_store::StoreError;
use sqlx::{AnyConnection, AssertSqlSafe, Row, any::AnyRow};
use uuid::Uuid;

use super::{
    statement::{groups, places, rows_of_places},
    time_text,
};

/// Opens one request of a file: `?1` the request, `?2` the time. See [`open`].
pub const OPEN_ONE: &str = "INSERT INTO open_requests (request_id, since) SELECT ?1, ?2
     WHERE NOT EXISTS (SELECT 1 FROM audit_records WHERE request_id = ?1 AND event IN ('RELEASE', 'ABORTED'))
     ON CONFLICT (request_id) DO UPDATE SET since = open_requests.since";
/// Closes one request of a file: `?1` the request. See [`close`].
pub const CLOSE_ONE: &str = "DELETE FROM open_requests WHERE request_id = ?1";

/// At most so many requests in one statement.
const MOST: usize = 10_000;

/// The requests that a statement has changed, and the last place in the log that is taken, told in the same round trip;
/// nothing when no request was changed.
#[derive(Debug, Default)]
pub struct Changed {
    /// The requests.
    pub requests: HashSet<Uuid>,
    /// The last place.
    pub last: Option<i64>,
}

impl Changed {
    const RETURNING: &str = "RETURNING request_id, (SELECT coalesce(max(seq), 0) FROM audit_records) AS last_place";

    fn add(&mut self, rows: &[AnyRow]) -> Result<(), StoreError> {
        if let Some(row) = rows.first() {
            self.last = Some(row.try_get("last_place")?);
        }
        for row in rows {
            self.requests.insert(request_id(row)?);
        }
        Ok(())
    }
}

/// Opens `requests`, each named once; returns those that are open now. One that is open already stays so, since when it
/// was: it asks in several stages. One that has had its end is not opened again.
///
/// # Errors
/// When the database refuses.
pub async fn open(
    connection: &mut AnyConnection,
    requests: &[Uuid],
    now: DateTime<Utc>,
) -> Result<Changed, StoreError> {
    let mut opened = Changed::default();
    for group in groups(requests, MOST) {
        let insert = format!(
            "INSERT INTO open_requests (request_id, since)
             SELECT column1, column2 FROM (VALUES {}) AS named
             WHERE NOT EXISTS (
                 SELECT 1 FROM audit_records WHERE request_id = column1 AND event IN ('RELEASE', 'ABORTED'))
             ON CONFLICT (request_id) DO UPDATE SET since = open_requests.since {}",
            rows_of_places(2, group.len()),
            Changed::RETURNING
        );
        let mut query = sqlx::query(AssertSqlSafe(insert));
        for request in group {
            query = query.bind(request.to_string()).bind(time_text(now));
        }
        opened.add(&query.fetch_all(&mut *connection).await?)?;
    }
    Ok(opened)
}

/// Closes `requests`; returns those that were open. INVARIANT: only who closes a request writes its end.
///
/// # Errors
/// When the database refuses.
pub async fn close(connection: &mut AnyConnection, requests: &[Uuid]) -> Result<Changed, StoreError> {
    let mut closed = Changed::default();
    for group in groups(requests, MOST) {
        let places = places(1, group.len());
        let delete = format!("DELETE FROM open_requests WHERE request_id IN ({places}) {}", Changed::RETURNING);
        let query = sqlx::query(AssertSqlSafe(delete));
        let query = group.iter().fold(query, |query, request| query.bind(request.to_string()));
        closed.add(&query.fetch_all(&mut *connection).await?)?;
    }
    Ok(closed)
}

/// The oldest that are open, or that are open since before `since`; at most `most`.
///
/// # Errors
/// When the database refuses.
pub async fn list(
    connection: &mut AnyConnection,
    since: Option<DateTime<Utc>>,
    most: i64,
) -> Result<Vec<Uuid>, StoreError> {
    let query = match since {
        None => sqlx::query("SELECT request_id FROM open_requests ORDER BY since, request_id LIMIT $1"),
        Some(since) => {
            sqlx::query("SELECT request_id FROM open_requests WHERE since < $1 ORDER BY since, request_id LIMIT $2")
                .bind(time_text(since))
        }
    };
    query.bind(most).fetch_all(connection).await?.iter().map(request_id).collect()
}

fn request_id(row: &AnyRow) -> Result<Uuid, StoreError> {
    let text: String = row.try_get("request_id")?;
    text.parse().map_err(|_| StoreError::Corrupt("an open request has no id".to_owned()))
}
