//! Reads records, newest first.

use ndx_store::sqlite::StoreError;
use serde::Serialize;
use serde_json::Value;
use sqlx::{Row, SqlitePool, sqlite::SqliteRow};

/// Which records are wanted.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Those of one trace.
    pub trace_id: Option<String>,
    /// Those of one event.
    pub event: Option<String>,
    /// At most so many.
    pub limit: u32,
    /// After so many newer ones.
    pub offset: u32,
}

/// Some of the records.
#[derive(Debug, Serialize)]
pub struct Page {
    /// The records.
    pub logs: Vec<LogEntry>,
    /// How many there are in all.
    pub total: i64,
    /// As it was asked.
    pub limit: u32,
    /// As it was asked.
    pub offset: u32,
}

/// One record, as it may be shown to a service.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LogEntry {
    /// Its place in the log.
    pub seq: i64,
    /// Its id.
    pub id: String,
    /// The request.
    pub request_id: String,
    /// The trace.
    pub trace_id: String,
    /// What happened.
    pub event: String,
    /// When it was recorded.
    pub recorded_at: String,
    /// Who asked.
    pub application: String,
    /// The body that runs it.
    pub member: String,
    /// What for.
    pub purpose: String,
    /// The people, as keyed hashes in hexadecimal.
    pub subjects: Vec<SubjectHash>,
    /// What else it says.
    #[serde(flatten)]
    pub content: Value,
}

/// One person of a record.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SubjectHash {
    /// The root field: its number in the query and its name in the schema.
    pub root: String,
    /// The keyed hash.
    pub subject_hash: Option<String>,
    /// The consent that was asked.
    pub consent_id: Option<String>,
    /// Its version at that time.
    pub consent_version: Option<i64>,
}

const WANTED: &str = "($1 IS NULL OR trace_id = $1) AND ($2 IS NULL OR event = $2)";

/// The records that `filter` wants, newest first.
///
/// # Errors
/// When the database refuses.
pub async fn page(pool: &SqlitePool, filter: &Filter) -> Result<Page, StoreError> {
    let count = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM audit_records WHERE {WANTED}"));
    let total: i64 = sqlx::query_scalar(count).bind(&filter.trace_id).bind(&filter.event).fetch_one(pool).await?;
    let select = format!("SELECT * FROM audit_records WHERE {WANTED} ORDER BY seq DESC LIMIT $3 OFFSET $4");
    let rows = sqlx::query(sqlx::AssertSqlSafe(select))
        .bind(&filter.trace_id)
        .bind(&filter.event)
        .bind(filter.limit)
        .bind(filter.offset)
        .fetch_all(pool)
        .await?;
    let mut logs = Vec::new();
    for row in &rows {
        logs.push(entry(pool, row).await?);
    }
    Ok(Page { logs, total, limit: filter.limit, offset: filter.offset })
}

async fn entry(pool: &SqlitePool, row: &SqliteRow) -> Result<LogEntry, StoreError> {
    let seq: i64 = row.try_get("seq")?;
    let content: String = row.try_get("content")?;
    Ok(LogEntry {
        seq,
        id: row.try_get("id")?,
        request_id: row.try_get("request_id")?,
        trace_id: row.try_get("trace_id")?,
        event: row.try_get("event")?,
        recorded_at: row.try_get("recorded_at")?,
        application: row.try_get("application")?,
        member: row.try_get("member")?,
        purpose: row.try_get("purpose")?,
        subjects: subjects(pool, seq).await?,
        content: serde_json::from_str(&content)
            .map_err(|error| StoreError::Corrupt(format!("audit record {seq}: {error}")))?,
    })
}

async fn subjects(pool: &SqlitePool, seq: i64) -> Result<Vec<SubjectHash>, StoreError> {
    let rows = sqlx::query(
        "SELECT root, lower(hex(subject_hash)) AS hash, consent_id, consent_version
         FROM audit_subjects WHERE record_seq = $1 ORDER BY rowid",
    )
    .bind(seq)
    .fetch_all(pool)
    .await?;
    let subject = |row: &SqliteRow| {
        let hash: Option<String> = row.try_get("hash")?;
        Ok(SubjectHash {
            root: row.try_get("root")?,
            subject_hash: hash.filter(|hash| !hash.is_empty()),
            consent_id: row.try_get("consent_id")?,
            consent_version: row.try_get("consent_version")?,
        })
    };
    rows.iter().map(subject).collect()
}
