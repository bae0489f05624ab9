//! Which records of a batch are kept, and in which order.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use ndx_contracts::audit::{AuditEvent, AuditRecord};
use ndx_store::{Keyring, StoreError};
use uuid::Uuid;

use super::super::{
    Entry, Written,
    audit_records::{self, RecordRow},
    audit_subjects::{self, SubjectRow},
    posted_events::{self, EventRow},
};
use crate::opendif::LogRecord;

/// The requests of a batch's INTENTs that are open now, and those of its ends that were.
#[derive(Debug, Default)]
pub struct Doors {
    /// They are open.
    pub opened: HashSet<Uuid>,
    /// They were open until now. INVARIANT: each of them has one end in the batch.
    pub closed: HashSet<Uuid>,
}

/// What is kept of a batch.
pub struct Admitted<'b> {
    /// The records, in their order: INTENTs first, so that an end that waited together with its INTENT stands after it.
    pub records: Vec<&'b AuditRecord>,
    /// What becomes of each entry of the batch.
    pub written: Vec<Written>,
}

/// What is kept of `batch`.
pub fn admit(batch: &[Entry], mut doors: Doors) -> Admitted<'_> {
    let mut written = vec![Written::Kept; batch.len()];
    let mut kept = Vec::new();
    for wanted in [opens as fn(&AuditRecord) -> bool, |record| !opens(record)] {
        for (place, record) in records(batch).filter(|(_, record)| wanted(record)) {
            let (keep, outcome) = match &record.event {
                AuditEvent::Intent { .. } if !doors.opened.contains(&record.request_id) => (false, Written::HasEnded),
                AuditEvent::Release { .. } if !doors.closed.remove(&record.request_id) => (false, Written::NotOpen),
                AuditEvent::Aborted { .. } if !doors.closed.remove(&record.request_id) => (false, Written::Kept),
                _ => (true, Written::Kept),
            };
            if let Some(at) = written.get_mut(place) {
                *at = outcome;
            }
            if keep {
                kept.push(record);
            }
        }
    }
    Admitted { records: kept, written }
}

/// The rows of `records` after the place `last`.
///
/// # Errors
/// When one cannot be written down.
pub fn rows(
    records: &[&AuditRecord],
    last: i64,
    keyring: &Keyring,
    now: DateTime<Utc>,
) -> Result<(Vec<RecordRow>, Vec<SubjectRow>), StoreError> {
    let (mut rows, mut subjects) = (Vec::with_capacity(records.len()), Vec::with_capacity(records.len()));
    for (record, seq) in records.iter().zip(last + 1..) {
        rows.push(audit_records::row(seq, record, now)?);
        subjects.extend(audit_subjects::rows(seq, &record.subjects, keyring)?);
    }
    Ok((rows, subjects))
}

/// The rows of the `events` after the place `last`.
///
/// # Errors
/// When one cannot be sealed.
pub fn event_rows(events: &[&LogRecord], last: i64, keyring: &Keyring) -> Result<Vec<EventRow>, StoreError> {
    events.iter().zip(last + 1..).map(|(event, seq)| posted_events::row(seq, event, keyring)).collect()
}

/// The events that others posted.
pub fn events(batch: &[Entry]) -> Vec<&LogRecord> {
    let mut events = Vec::new();
    for entry in batch {
        if let Entry::Event(event) = entry {
            events.push(event.as_ref());
        }
    }
    events
}

/// The requests, each once, of the records that are `wanted`.
pub fn requests(batch: &[Entry], wanted: fn(&AuditRecord) -> bool) -> Vec<Uuid> {
    let mut requests: Vec<Uuid> =
        records(batch).filter(|(_, record)| wanted(record)).map(|(_, record)| record.request_id).collect();
    requests.sort_unstable();
    requests.dedup();
    requests
}

/// Whether all of `batch` are INTENTs.
pub fn is_intents(batch: &[Entry]) -> bool {
    batch.iter().all(|entry| matches!(entry, Entry::Record(record) if opens(record)))
}

/// The records of a batch, with their places in it.
fn records(batch: &[Entry]) -> impl Iterator<Item = (usize, &AuditRecord)> {
    batch.iter().enumerate().filter_map(|(place, entry)| match entry {
        Entry::Record(record) => Some((place, record.as_ref())),
        Entry::Event(_) => None,
    })
}

/// Whether it opens its request.
pub fn opens(record: &AuditRecord) -> bool {
    matches!(record.event, AuditEvent::Intent { .. })
}

/// Whether it ends its request.
pub fn ends(record: &AuditRecord) -> bool {
    matches!(record.event, AuditEvent::Release { .. } | AuditEvent::Aborted { .. })
}
