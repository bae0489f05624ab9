//! The exchange's own records.

use chrono::{DateTime, Utc};
use ndx_contracts::audit::{AuditEvent, AuditRecord};
use ndx_store::StoreError;
use serde::Serialize;
use sqlx::{AnyConnection, AnyPool, AssertSqlSafe, Row, any::AnyRow};
use uuid::Uuid;

use super::{
    Page, RecordFilter,
    audit_subjects::{self, SubjectHash},
    content::{self, Content},
    statement::{self, ColumnValue, insert, places},
    time_text,
};

/// One record, as it may be shown to a service.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecordEntry {
    /// Its place in the log.
    #[schema(minimum = 1)]
    pub seq: i64,
    /// Its id.
    pub id: Uuid,
    /// The request.
    pub request_id: Uuid,
    /// The trace.
    pub trace_id: String,
    /// What happened: `INTENT`, `RELEASE`, `ABORTED` or `REFUSED`.
    pub event: String,
    /// When it was recorded.
    #[schema(format = DateTime)]
    pub recorded_at: String,
    /// Who asked.
    pub application: String,
    /// The body that runs it.
    pub member: String,
    /// What for.
    pub purpose: String,
    /// The people, as keyed hashes.
    pub subjects: Vec<SubjectHash>,
    /// What else it says.
    #[serde(flatten)]
    pub content: Content,
}

/// A row to be added.
pub struct RecordRow {
    seq: i64,
    id: String,
    request_id: String,
    trace_id: String,
    event: &'static str,
    recorded_at: String,
    application: String,
    member: String,
    purpose: String,
    content: String,
}

impl statement::Row for RecordRow {
    const TABLE: &'static str = "audit_records";
    const COLUMNS: &'static [&'static str] =
        &["seq", "id", "request_id", "trace_id", "event", "recorded_at", "application", "member", "purpose", "content"];

    fn values(&self) -> impl Iterator<Item = ColumnValue<'_>> {
        [
            self.seq.into(),
            (&self.id).into(),
            (&self.request_id).into(),
            (&self.trace_id).into(),
            self.event.into(),
            (&self.recorded_at).into(),
            (&self.application).into(),
            (&self.member).into(),
            (&self.purpose).into(),
            (&self.content).into(),
        ]
        .into_iter()
    }
}

/// The row of `record`, at the place `seq`.
///
/// # Errors
/// When what it says cannot be written down.
pub fn row(seq: i64, record: &AuditRecord, now: DateTime<Utc>) -> Result<RecordRow, StoreError> {
    let event = match &record.event {
        AuditEvent::Intent { .. } => "INTENT",
        AuditEvent::Release { .. } => "RELEASE",
        AuditEvent::Aborted { .. } => "ABORTED",
        AuditEvent::Refused { .. } => "REFUSED",
    };
    Ok(RecordRow {
        seq,
        id: Uuid::now_v7().to_string(),
        request_id: record.request_id.to_string(),
        trace_id: record.trace_id.as_str().to_owned(),
        event,
        recorded_at: time_text(now),
        application: record.application.as_str().to_owned(),
        member: record.member.as_str().to_owned(),
        purpose: record.purpose.as_str().to_owned(),
        content: content::kept(record)?,
    })
}

/// What asks for the last place in the log that is taken; 0 when it is empty.
pub const LAST: &str = "SELECT coalesce(max(seq), 0) FROM audit_records";

/// Closes `request` as interrupted, with an ABORTED at the place `seq` that names the providers and people of all its
/// INTENTs.
///
/// # Errors
/// When the database refuses.
pub async fn abort(
    connection: &mut AnyConnection,
    request: Uuid,
    seq: i64,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let select = "SELECT seq, trace_id, application, member, purpose, content FROM audit_records
                  WHERE request_id = $1 AND event = 'INTENT' ORDER BY seq DESC";
    let intents = sqlx::query(select).bind(request.to_string()).fetch_all(&mut *connection).await?;
    let last = intents.first().ok_or_else(|| StoreError::Corrupt("an open request has no INTENT".to_owned()))?;
    let mut said = content_of(last)?;
    for earlier in intents.iter().skip(1) {
        said.providers.extend(content_of(earlier)?.providers);
    }
    said.providers.sort();
    said.providers.dedup();
    let aborted = Content { fields: Vec::new(), reason: Some("interrupted".to_owned()), ..said };
    let row = RecordRow {
        seq,
        id: Uuid::now_v7().to_string(),
        request_id: request.to_string(),
        trace_id: last.try_get("trace_id")?,
        event: "ABORTED",
        recorded_at: time_text(now),
        application: last.try_get("application")?,
        member: last.try_get("member")?,
        purpose: last.try_get("purpose")?,
        content: aborted.kept()?,
    };
    insert(connection, &[row]).await?;
    audit_subjects::gather(connection, request, seq).await
}

/// The records that `filter` wants, newest first.
///
/// # Errors
/// When the database refuses.
pub async fn page(pool: &AnyPool, filter: &RecordFilter) -> Result<Page<RecordEntry>, StoreError> {
    let wanted: Vec<_> = [("trace_id", &filter.trace_id), ("event", &filter.event)]
        .into_iter()
        .filter_map(|(column, value)| value.as_ref().map(|value| (column, value)))
        .collect();
    let conditions = wanted.iter().zip(1..).map(|((column, _), number)| format!("AND {column} = ${number} "));
    let conditions = conditions.collect::<String>();
    let count = format!("SELECT count(*) FROM audit_records WHERE seq > 0 {conditions}");
    let count = wanted.iter().fold(sqlx::query(AssertSqlSafe(count)), |query, (_, value)| query.bind((*value).clone()));
    let total = count.fetch_one(pool).await?.try_get(0)?;
    let (limit, offset) = (wanted.len() + 1, wanted.len() + 2);
    let select = format!(
        "SELECT * FROM audit_records WHERE seq > 0 {conditions} ORDER BY seq DESC LIMIT ${limit} OFFSET ${offset}"
    );
    let select =
        wanted.iter().fold(sqlx::query(AssertSqlSafe(select)), |query, (_, value)| query.bind((*value).clone()));
    let rows = select.bind(filter.limit).bind(filter.offset).fetch_all(pool).await?;
    Ok(Page { logs: entries(pool, &rows).await?, total, limit: filter.limit, offset: filter.offset })
}

/// The records at the places `seqs`, and the INTENTs of their requests, in their order.
///
/// # Errors
/// When the database refuses.
pub async fn with_intents(pool: &AnyPool, seqs: &[i64]) -> Result<Vec<RecordEntry>, StoreError> {
    if seqs.is_empty() {
        return Ok(Vec::new());
    }
    let places = places(1, seqs.len());
    let select = format!(
        "SELECT * FROM audit_records WHERE seq IN ({places}) OR event = 'INTENT'
         AND request_id IN (SELECT request_id FROM audit_records WHERE seq IN ({places}))
         ORDER BY seq"
    );
    let query = seqs.iter().fold(sqlx::query(AssertSqlSafe(select)), |query, seq| query.bind(*seq));
    let rows = query.fetch_all(pool).await?;
    entries(pool, &rows).await
}

async fn entries(pool: &AnyPool, rows: &[AnyRow]) -> Result<Vec<RecordEntry>, StoreError> {
    let seqs = rows.iter().map(|row| row.try_get("seq")).collect::<Result<Vec<i64>, _>>()?;
    let mut subjects = audit_subjects::of(pool, &seqs).await?;
    rows.iter().zip(seqs).map(|(row, seq)| entry(row, seq, subjects.remove(&seq).unwrap_or_default())).collect()
}

fn entry(row: &AnyRow, seq: i64, subjects: Vec<SubjectHash>) -> Result<RecordEntry, StoreError> {
    let id = |column: &str| -> Result<Uuid, StoreError> {
        let text: String = row.try_get(column)?;
        text.parse().map_err(|_| StoreError::Corrupt(format!("audit record {seq}: `{column}` is no id")))
    };
    Ok(RecordEntry {
        seq,
        id: id("id")?,
        request_id: id("request_id")?,
        trace_id: row.try_get("trace_id")?,
        event: row.try_get("event")?,
        recorded_at: row.try_get("recorded_at")?,
        application: row.try_get("application")?,
        member: row.try_get("member")?,
        purpose: row.try_get("purpose")?,
        subjects,
        content: content_of(row)?,
    })
}

/// What the record in `row` says besides its columns.
///
/// # Errors
/// When it cannot be understood.
pub fn content_of(row: &AnyRow) -> Result<Content, StoreError> {
    let (seq, text): (i64, String) = (row.try_get("seq")?, row.try_get("content")?);
    serde_json::from_str(&text).map_err(|error| StoreError::Corrupt(format!("audit record {seq}: {error}")))
}
