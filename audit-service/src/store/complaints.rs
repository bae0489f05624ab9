//! What people find wrong with a use of their data. Person and words lie sealed; the officer reads the words.

use chrono::{DateTime, Utc};
use ndx_contracts::history::{Complaint, ComplaintReceipt};
use ndx_store::{Database, Keyring, Sealed, StoreError};
use serde::Serialize;
use sqlx::{AnyPool, Row, any::AnyRow};
use uuid::Uuid;

use super::{Page, hexadecimal, time_of, time_text};

const SUBJECT: &str = "complaints.subject_sealed";
const TEXT: &str = "complaints.text_sealed";

/// A complaint, as the data protection officer reads it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ComplaintEntry {
    /// Its id.
    pub id: Uuid,
    /// When it was received.
    pub received_at: DateTime<Utc>,
    /// Who complains, as the keyed hash by which the record knows her.
    pub subject_hash: String,
    /// What is wrong, in her words.
    pub text: String,
    /// The request's record that it is about.
    #[serde(rename = "use")]
    pub about: Uuid,
    /// The request.
    pub request_id: Uuid,
    /// The trace that it belongs to.
    pub trace_id: String,
    /// Who asked.
    pub application: String,
    /// The body that runs it.
    pub member: String,
    /// What for.
    pub purpose: String,
}

/// Keeps `complaint`; `None` when the person's history shows no such use.
///
/// # Errors
/// When the database refuses.
pub async fn keep(
    database: &Database,
    keyring: &Keyring,
    complaint: &Complaint,
    now: DateTime<Utc>,
) -> Result<Option<ComplaintReceipt>, StoreError> {
    let Complaint { person, about, text } = complaint;
    let hash = keyring.hash(person.expose());
    let mut transaction = database.begin_alone("complaints").await?;
    let select = "SELECT seq FROM audit_records JOIN subject_history ON record_seq = seq
                  WHERE id = $1 AND subject_hash = $2 AND (shown = 1 OR shown_from <= $3)";
    let found =
        sqlx::query(select).bind(about.to_string()).bind(hash.as_column().to_vec()).bind(now.timestamp_millis());
    let Some(row) = found.fetch_optional(&mut *transaction).await? else {
        transaction.rollback().await?;
        return Ok(None);
    };
    let record: i64 = row.try_get(0)?;
    let last: i64 =
        sqlx::query("SELECT coalesce(max(seq), 0) FROM complaints").fetch_one(&mut *transaction).await?.try_get(0)?;
    let receipt = ComplaintReceipt { id: Uuid::now_v7(), received_at: time_of(&time_text(now))? };
    sqlx::query(
        "INSERT INTO complaints (seq, id, received_at, record_seq, subject_hash, subject_sealed, text_sealed)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(last + 1)
    .bind(receipt.id.to_string())
    .bind(time_text(now))
    .bind(record)
    .bind(hash.as_column().to_vec())
    .bind(keyring.seal(SUBJECT, person)?.as_column().to_vec())
    .bind(keyring.seal(TEXT, text)?.as_column().to_vec())
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(Some(receipt))
}

/// Complaints, newest first.
///
/// # Errors
/// When the database refuses, or what is sealed does not open.
pub async fn page(
    pool: &AnyPool,
    keyring: &Keyring,
    limit: i64,
    offset: i64,
) -> Result<Page<ComplaintEntry>, StoreError> {
    let total = sqlx::query("SELECT count(*) FROM complaints").fetch_one(pool).await?.try_get(0)?;
    let select = "SELECT complaints.id AS id, received_at, subject_hash, text_sealed, audit_records.id AS about,
                  request_id, trace_id, application, member, purpose
                  FROM complaints JOIN audit_records ON audit_records.seq = record_seq
                  ORDER BY complaints.seq DESC LIMIT $1 OFFSET $2";
    let rows = sqlx::query(select).bind(limit).bind(offset).fetch_all(pool).await?;
    let logs = rows.iter().map(|row| entry(row, keyring)).collect::<Result<_, _>>()?;
    Ok(Page { logs, total, limit, offset })
}

fn entry(row: &AnyRow, keyring: &Keyring) -> Result<ComplaintEntry, StoreError> {
    let id = |column: &str| -> Result<Uuid, StoreError> {
        let text: String = row.try_get(column)?;
        text.parse().map_err(|_| StoreError::Corrupt(format!("a complaint: `{column}` is no id")))
    };
    let (received_at, hash): (String, Vec<u8>) = (row.try_get("received_at")?, row.try_get("subject_hash")?);
    Ok(ComplaintEntry {
        id: id("id")?,
        received_at: time_of(&received_at)?,
        subject_hash: hexadecimal(&hash),
        text: keyring.unseal(TEXT, &Sealed::from_column(row.try_get("text_sealed")?))?,
        about: id("about")?,
        request_id: id("request_id")?,
        trace_id: row.try_get("trace_id")?,
        application: row.try_get("application")?,
        member: row.try_get("member")?,
        purpose: row.try_get("purpose")?,
    })
}
