//! The events that other services have posted.

use ndx_store::{Keyring, Sealed, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{AnyConnection, AnyPool, AssertSqlSafe, Row, any::AnyRow};
use uuid::Uuid;

use super::{
    statement::{insert, places},
    time_of, time_text,
};
use crate::opendif::{ActorType, EventAction, EventType, LogRecord, Status, TargetType};

/// The column of what may name people.
const SEALED: &str = "posted_events.content_sealed";

const COLUMNS: [&str; 12] = [
    "seq",
    "id",
    "trace_id",
    "occurred_at",
    "event_type",
    "event_action",
    "status",
    "actor_type",
    "target_type",
    "content_sealed",
    "posted_by",
    "created_at",
];

/// What of an event may name people.
#[derive(Serialize, Deserialize)]
struct Private {
    actor_id: String,
    target_id: Option<String>,
    request_metadata: Option<Value>,
    response_metadata: Option<Value>,
    additional_metadata: Option<Value>,
}

/// The last place that is taken; 0 when there is none.
///
/// # Errors
/// When the database refuses.
pub async fn last(connection: &mut AnyConnection) -> Result<i64, StoreError> {
    let row = sqlx::query("SELECT coalesce(max(seq), 0) FROM posted_events").fetch_one(connection).await?;
    Ok(row.try_get(0)?)
}

/// Adds `events` after the place `last`.
///
/// # Errors
/// When one cannot be sealed, or the database refuses.
pub async fn add(
    connection: &mut AnyConnection,
    keyring: &Keyring,
    events: &[&LogRecord],
    last: i64,
) -> Result<(), StoreError> {
    let sealed = |event: &LogRecord| -> Result<Vec<u8>, StoreError> {
        let LogRecord { actor_id, target_id, request_metadata, response_metadata, additional_metadata, .. } =
            event.clone();
        let private = Private { actor_id, target_id, request_metadata, response_metadata, additional_metadata };
        Ok(keyring.seal(SEALED, &private)?.as_column().to_vec())
    };
    let rows = events
        .iter()
        .zip(last + 1..)
        .map(|(event, seq)| Ok((seq, *event, sealed(event)?)))
        .collect::<Result<Vec<(i64, &LogRecord, Vec<u8>)>, StoreError>>()?;
    insert(connection, "posted_events", &COLUMNS, &rows, &|query, (seq, event, sealed)| {
        query
            .bind(*seq)
            .bind(event.id.to_string())
            .bind(event.trace_id.map(|id| id.simple().to_string()))
            .bind(time_text(event.timestamp))
            .bind(event.event_type.map(EventType::as_str))
            .bind(event.event_action.map(EventAction::as_str))
            .bind(event.status.as_str())
            .bind(event.actor_type.as_str())
            .bind(event.target_type.as_str())
            .bind(sealed.clone())
            .bind(event.posted_by.clone())
            .bind(time_text(event.created_at))
    })
    .await
}

/// The events at the places `seqs`, with their places.
///
/// # Errors
/// When the database refuses, or what is sealed does not open.
pub async fn at(pool: &AnyPool, keyring: &Keyring, seqs: &[i64]) -> Result<Vec<(i64, LogRecord)>, StoreError> {
    if seqs.is_empty() {
        return Ok(Vec::new());
    }
    let select = format!("SELECT * FROM posted_events WHERE seq IN ({})", places(1, seqs.len()));
    let query = seqs.iter().fold(sqlx::query(AssertSqlSafe(select)), |query, seq| query.bind(*seq));
    query.fetch_all(pool).await?.iter().map(|row| Ok((row.try_get("seq")?, event(row, keyring)?))).collect()
}

fn event(row: &AnyRow, keyring: &Keyring) -> Result<LogRecord, StoreError> {
    let unknown = || StoreError::Corrupt("a posted event holds a word that this program does not know".to_owned());
    let text = |column: &str| row.try_get::<String, _>(column);
    let sealed = Sealed::<Private>::from_column(row.try_get("content_sealed")?);
    let private = keyring.unseal(SEALED, &sealed)?;
    let event_type: Option<String> = row.try_get("event_type")?;
    let event_action: Option<String> = row.try_get("event_action")?;
    let trace_id: Option<String> = row.try_get("trace_id")?;
    Ok(LogRecord {
        id: Uuid::parse_str(&text("id")?).map_err(|_| unknown())?,
        trace_id: trace_id.and_then(|id| Uuid::parse_str(&id).ok()),
        timestamp: time_of(&text("occurred_at")?)?,
        event_type: event_type.map(|word| EventType::of(&word).ok_or_else(unknown)).transpose()?,
        event_action: event_action.map(|word| EventAction::of(&word).ok_or_else(unknown)).transpose()?,
        status: Status::of(&text("status")?).ok_or_else(unknown)?,
        actor_type: ActorType::of(&text("actor_type")?).ok_or_else(unknown)?,
        actor_id: private.actor_id,
        target_type: TargetType::of(&text("target_type")?).ok_or_else(unknown)?,
        target_id: private.target_id,
        request_metadata: private.request_metadata,
        response_metadata: private.response_metadata,
        additional_metadata: private.additional_metadata,
        created_at: time_of(&text("created_at")?)?,
        posted_by: Some(text("posted_by")?),
        request_id: None,
        seq: None,
    })
}
