//! The people that records are about: as keyed hashes, and in sealed copies.

use std::collections::HashMap;

use ndx_contracts::audit::SubjectEntry;
use ndx_store::{Keyring, StoreError};
use serde::Serialize;
use sqlx::{AnyConnection, AnyPool, AssertSqlSafe, Row, any::AnyRow};
use uuid::Uuid;

use super::{
    hexadecimal,
    statement::{self, ColumnValue, places},
};

/// The column of the sealed copy of a person's identifier.
const SEALED: &str = "audit_subjects.subject_sealed";

/// One person of a record.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubjectHash {
    /// Which of the record's people it is, from 0.
    #[serde(skip)]
    pub place: i64,
    /// The root field: its number in the query and its name in the schema.
    pub root: String,
    /// The keyed hash, in hexadecimal.
    pub subject_hash: Option<String>,
    /// The consent that was asked.
    pub consent_id: Option<String>,
    /// Its version at that time.
    pub consent_version: Option<i64>,
}

/// A row to be added.
pub struct SubjectRow {
    record_seq: i64,
    place: i64,
    root: String,
    hash: Option<Vec<u8>>,
    sealed: Option<Vec<u8>>,
    consent_id: Option<String>,
    consent_version: Option<i64>,
}

impl statement::Row for SubjectRow {
    const TABLE: &'static str = "audit_subjects";
    const COLUMNS: &'static [&'static str] =
        &["record_seq", "place", "root", "subject_hash", "subject_sealed", "consent_id", "consent_version"];

    fn values(&self) -> impl Iterator<Item = ColumnValue<'_>> {
        [
            self.record_seq.into(),
            self.place.into(),
            (&self.root).into(),
            ColumnValue::Bytes(self.hash.as_deref()),
            ColumnValue::Bytes(self.sealed.as_deref()),
            ColumnValue::Text(self.consent_id.as_deref()),
            ColumnValue::Number(self.consent_version),
        ]
        .into_iter()
    }
}

/// The rows of the record `record_seq`.
///
/// # Errors
/// When a person cannot be sealed.
pub fn rows(record_seq: i64, subjects: &[SubjectEntry], keyring: &Keyring) -> Result<Vec<SubjectRow>, StoreError> {
    let row = |(entry, place): (&SubjectEntry, i64)| {
        let sealed = entry.subject.as_ref().map(|subject| keyring.seal(SEALED, subject)).transpose()?;
        let hash = entry.subject.as_ref().map(|subject| keyring.hash(subject.expose()));
        Ok(SubjectRow {
            record_seq,
            place,
            root: entry.root.to_string(),
            hash: hash.map(|hash| hash.as_column().to_vec()),
            sealed: sealed.map(|sealed| sealed.as_column().to_vec()),
            consent_id: entry.consent.as_ref().map(|consent| consent.consent_id.to_string()),
            consent_version: entry.consent.as_ref().and_then(|consent| i64::try_from(consent.version).ok()),
        })
    };
    subjects.iter().zip(0..).map(row).collect()
}

/// Gives the record `to` the people of all INTENTs of `request`, in their order.
///
/// # Errors
/// When the database refuses.
pub async fn gather(connection: &mut AnyConnection, request: Uuid, to: i64) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO audit_subjects
         (record_seq, place, root, subject_hash, subject_sealed, consent_id, consent_version)
         SELECT $1, row_number() OVER (ORDER BY record_seq, place) - 1,
                root, subject_hash, subject_sealed, consent_id, consent_version
         FROM audit_subjects JOIN audit_records ON seq = record_seq
         WHERE request_id = $2 AND event = 'INTENT'",
    )
    .bind(to)
    .bind(request.to_string())
    .execute(connection)
    .await?;
    Ok(())
}

/// The people of `records`, by record.
///
/// # Errors
/// When the database refuses.
pub async fn of(pool: &AnyPool, records: &[i64]) -> Result<HashMap<i64, Vec<SubjectHash>>, StoreError> {
    let mut found: HashMap<i64, Vec<SubjectHash>> = HashMap::new();
    if records.is_empty() {
        return Ok(found);
    }
    let select = format!(
        "SELECT record_seq, place, root, subject_hash, consent_id, consent_version FROM audit_subjects
         WHERE record_seq IN ({}) ORDER BY record_seq, place, root",
        places(1, records.len())
    );
    let query = records.iter().fold(sqlx::query(AssertSqlSafe(select)), |query, seq| query.bind(*seq));
    for row in query.fetch_all(pool).await? {
        found.entry(row.try_get("record_seq")?).or_default().push(subject(&row)?);
    }
    Ok(found)
}

fn subject(row: &AnyRow) -> Result<SubjectHash, StoreError> {
    let hash: Option<Vec<u8>> = row.try_get("subject_hash")?;
    Ok(SubjectHash {
        place: row.try_get("place")?,
        root: row.try_get("root")?,
        subject_hash: hash.as_deref().map(hexadecimal),
        consent_id: row.try_get("consent_id")?,
        consent_version: row.try_get("consent_version")?,
    })
}
