//! The events that other services have posted.

use ndx_store::{Keyring, Sealed, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{AnyPool, AssertSqlSafe, Row, any::AnyRow};
use uuid::Uuid;

use super::{
    statement::{self, ColumnValue, places},
    time_of, time_text,
};
use crate::opendif::{ActorType, EventAction, EventType, LogRecord, Status, TargetType};

/// The column of what may name people.
const SEALED: &str = "posted_events.content_sealed";

/// What of an event may name people.
#[derive(Serialize, Deserialize)]
struct Private {
    actor_id: String,
    target_id: Option<String>,
    request_metadata: Option<Value>,
    response_metadata: Option<Value>,
    additional_metadata: Option<Value>,
}

/// A row to be added.
pub struct EventRow {
    seq: i64,
    id: String,
    trace_id: Option<String>,
    occurred_at: String,
    event_type: Option<&'static str>,
    event_action: Option<&'static str>,
    status: &'static str,
    actor_type: &'static str,
    target_type: &'static str,
    sealed: Vec<u8>,
    posted_by: Option<String>,
    created_at: String,
}

impl statement::Row for EventRow {
    const TABLE: &'static str = "posted_events";
    const COLUMNS: &'static [&'static str] = &[
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

    fn values(&self) -> impl Iterator<Item = ColumnValue<'_>> {
        [
            self.seq.into(),
            (&self.id).into(),
            ColumnValue::Text(self.trace_id.as_deref()),
            (&self.occurred_at).into(),
            ColumnValue::Text(self.event_type),
            ColumnValue::Text(self.event_action),
            self.status.into(),
            self.actor_type.into(),
            self.target_type.into(),
            ColumnValue::Bytes(Some(&self.sealed)),
            ColumnValue::Text(self.posted_by.as_deref()),
            (&self.created_at).into(),
        ]
        .into_iter()
    }
}

/// What asks for the last place that is taken; 0 when there is none.
pub const LAST: &str = "SELECT coalesce(max(seq), 0) FROM posted_events";

/// The row of `event`, at the place `seq`.
///
/// # Errors
/// When it cannot be sealed.
pub fn row(seq: i64, event: &LogRecord, keyring: &Keyring) -> Result<EventRow, StoreError> {
    let LogRecord { actor_id, target_id, request_metadata, response_metadata, additional_metadata, .. } = event.clone();
    let private = Private { actor_id, target_id, request_metadata, response_metadata, additional_metadata };
    Ok(EventRow {
        seq,
        id: event.id.to_string(),
        trace_id: event.trace_id.map(|id| id.simple().to_string()),
        occurred_at: time_text(event.timestamp),
        event_type: event.event_type.map(EventType::as_str),
        event_action: event.event_action.map(EventAction::as_str),
        status: event.status.as_str(),
        actor_type: event.actor_type.as_str(),
        target_type: event.target_type.as_str(),
        sealed: keyring.seal(SEALED, &private)?.as_column().to_vec(),
        posted_by: event.posted_by.clone(),
        created_at: time_text(event.created_at),
    })
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
