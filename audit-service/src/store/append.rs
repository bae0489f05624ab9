//! Adds records.

use chrono::{DateTime, Utc};
use ndx_contracts::audit::{AuditEvent, AuditRecord, FieldEntry, ProviderName, SubjectEntry};
use ndx_store::{Keyring, sqlite::StoreError};
use serde::Serialize;
use sqlx::{Row, SqliteConnection};
use uuid::Uuid;

use super::SUBJECT_COLUMN;

/// The event's name, as it stands in the table.
fn event_name(event: &AuditEvent) -> &'static str {
    match event {
        AuditEvent::Intent { .. } => "INTENT",
        AuditEvent::Release { .. } => "RELEASE",
        AuditEvent::Aborted { .. } => "ABORTED",
        AuditEvent::Refused { .. } => "REFUSED",
    }
}

/// Adds one record, inside the transaction that `connection` is in.
///
/// # Errors
/// When the database refuses.
pub async fn append(
    connection: &mut SqliteConnection,
    keyring: &Keyring,
    record: &AuditRecord,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = sqlx::query(
        "INSERT INTO audit_records (id, request_id, trace_id, event, recorded_at, application, member, purpose, content)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING seq",
    )
    .bind(Uuid::new_v4().to_string())
    .bind(record.request_id.to_string())
    .bind(record.trace_id.as_str())
    .bind(event_name(&record.event))
    .bind(now.to_rfc3339_opts(chrono::SecondsFormat::Micros, true))
    .bind(record.application.as_str())
    .bind(record.member.as_str())
    .bind(record.purpose.as_str())
    .bind(content(record)?)
    .fetch_one(&mut *connection)
    .await?;
    let seq: i64 = row.try_get("seq")?;
    for subject in &record.subjects {
        append_subject(connection, keyring, seq, subject).await?;
    }
    Ok(())
}

async fn append_subject(
    connection: &mut SqliteConnection,
    keyring: &Keyring,
    seq: i64,
    entry: &SubjectEntry,
) -> Result<(), StoreError> {
    let sealed = entry.subject.as_ref().map(|subject| keyring.seal(SUBJECT_COLUMN, subject)).transpose()?;
    let hash = entry.subject.as_ref().map(|subject| keyring.hash(subject.expose()));
    let version = entry.consent.as_ref().and_then(|consent| i64::try_from(consent.version).ok());
    sqlx::query(
        "INSERT INTO audit_subjects (record_seq, root, subject_hash, subject_sealed, consent_id, consent_version)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(seq)
    .bind(&entry.root)
    .bind(hash.as_ref().map(|hash| hash.as_column().to_vec()))
    .bind(sealed.as_ref().map(|sealed| sealed.as_column().to_vec()))
    .bind(entry.consent.as_ref().map(|consent| consent.consent_id.to_string()))
    .bind(version)
    .execute(&mut *connection)
    .await?;
    Ok(())
}

/// What a record says besides its columns.
///
/// INVARIANT: this is a list of what may stand in clear. People are not on it: they are kept sealed.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Content<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_version: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    plan_hash: Option<&'a str>,
    providers: &'a [ProviderName],
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "<[FieldEntry]>::is_empty")]
    fields: &'a [FieldEntry],
}

fn content(record: &AuditRecord) -> Result<String, StoreError> {
    let (code, reason, fields): (_, _, &[FieldEntry]) = match &record.event {
        AuditEvent::Intent { fields } | AuditEvent::Release { fields } => (None, None, fields),
        AuditEvent::Aborted { reason } => (None, Some(reason.as_str()), &[]),
        AuditEvent::Refused { code, fields } => (Some(code.as_str()), None, fields),
    };
    let (policy_version, plan_hash) = (record.policy_version, record.plan_hash.as_deref());
    let content = Content { policy_version, plan_hash, providers: &record.providers, code, reason, fields };
    serde_json::to_string(&content).map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// Closes every INTENT that nothing has closed: the process ended before it could. Returns how many there were.
///
/// # Errors
/// When the database refuses.
pub async fn close_interrupted(connection: &mut SqliteConnection, now: DateTime<Utc>) -> Result<u64, StoreError> {
    let rows = sqlx::query(
        "SELECT max(seq) AS seq FROM audit_records AS intent
         WHERE event = 'INTENT' AND NOT EXISTS (
             SELECT 1 FROM audit_records AS closing
             WHERE closing.request_id = intent.request_id AND closing.event <> 'INTENT')
         GROUP BY request_id",
    )
    .fetch_all(&mut *connection)
    .await?;
    for row in &rows {
        let seq: i64 = row.try_get("seq")?;
        let closing = sqlx::query(
            "INSERT INTO audit_records (id, request_id, trace_id, event, recorded_at, application, member, purpose, content)
             SELECT $1, request_id, trace_id, 'ABORTED', $2, application, member, purpose,
                    json_set(json_remove(content, '$.fields'), '$.reason', 'interrupted')
             FROM audit_records WHERE seq = $3 RETURNING seq",
        )
        .bind(Uuid::new_v4().to_string())
        .bind(now.to_rfc3339_opts(chrono::SecondsFormat::Micros, true))
        .bind(seq)
        .fetch_one(&mut *connection)
        .await?;
        sqlx::query(
            "INSERT INTO audit_subjects (record_seq, root, subject_hash, subject_sealed, consent_id, consent_version)
             SELECT $1, root, subject_hash, subject_sealed, consent_id, consent_version
             FROM audit_subjects WHERE record_seq = $2",
        )
        .bind(closing.try_get::<i64, _>("seq")?)
        .bind(seq)
        .execute(&mut *connection)
        .await?;
    }
    Ok(rows.len() as u64)
}
