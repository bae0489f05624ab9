//! What the log keeps, in its own words, and where it keeps it: [`SqlStore`], on SQLite or on PostgreSQL.

mod statement;

mod content;

mod patience;

mod open_requests;

mod audit_subjects;

mod audit_records;

mod posted_events;

mod audit_events;

mod subject_history;

mod complaints;

mod pen;

mod sql;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use ndx_contracts::{
    audit::{AuditEvent, AuditRecord},
    history::{Complaint, ComplaintReceipt, HistoryPage, HistoryQuestion},
};
use ndx_store::{Step, StoreError, Tables, keyring};
use serde::Serialize;

pub use self::{
    audit_records::RecordEntry, audit_subjects::SubjectHash, complaints::ComplaintEntry, content::Content,
    patience::in_time, sql::SqlStore,
};
use crate::opendif::{EventType, LogRecord};

/// The tables of the audit log.
pub const TABLES: Tables = Tables {
    name: "audit",
    steps: &[
        keyring::FIRST_STEP,
        Step {
            version: 2,
            name: "audit records",
            sqlite: include_str!("2_audit_records.sqlite.sql"),
            postgres: include_str!("2_audit_records.postgres.sql"),
        },
        Step {
            version: 3,
            name: "open requests",
            sqlite: include_str!("3_open_requests.sqlite.sql"),
            postgres: include_str!("3_open_requests.postgres.sql"),
        },
        Step {
            version: 4,
            name: "posted events",
            sqlite: include_str!("4_posted_events.sqlite.sql"),
            postgres: include_str!("4_posted_events.postgres.sql"),
        },
        Step {
            version: 5,
            name: "no index by person",
            sqlite: include_str!("5_no_index_by_person.sql"),
            postgres: include_str!("5_no_index_by_person.sql"),
        },
        Step {
            version: 6,
            name: "one tree less",
            sqlite: include_str!("6_one_tree_less.sqlite.sql"),
            postgres: include_str!("6_one_tree_less.postgres.sql"),
        },
        Step {
            version: 7,
            name: "subject history",
            sqlite: include_str!("7_subject_history.sqlite.sql"),
            postgres: include_str!("7_subject_history.postgres.sql"),
        },
        Step {
            version: 8,
            name: "what is shown later",
            sqlite: include_str!("8_shown_later.sqlite.sql"),
            postgres: include_str!("8_shown_later.postgres.sql"),
        },
    ],
    names: &[
        "data_keys",
        "audit_records",
        "audit_subjects",
        "open_requests",
        "posted_events",
        "subject_history",
        "subject_history_progress",
        "complaints",
    ],
};

/// Something to be kept.
#[derive(Debug, Clone)]
pub enum Entry {
    /// A record of the exchange's own.
    Record(Box<AuditRecord>),
    /// An event that another service has posted.
    Event(Box<LogRecord>),
}

impl Entry {
    /// Whether it is worth nothing without the caller who waits for it.
    pub fn is_for_its_caller(&self) -> bool {
        match self {
            Self::Record(record) => matches!(record.event, AuditEvent::Intent { .. } | AuditEvent::Release { .. }),
            Self::Event(_) => false,
        }
    }
}

/// What became of an entry of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// It is kept. An ABORTED for which nothing was open says nothing new, and counts as kept.
    Kept,
    /// An INTENT of a request that has had its end: it was closed as ABORTED meanwhile.
    HasEnded,
    /// A RELEASE of a request that is not open: it never was, or was closed as ABORTED meanwhile.
    NotOpen,
}

/// Which records are wanted.
#[derive(Debug, Clone, Default)]
pub struct RecordFilter {
    /// Those of one trace.
    pub trace_id: Option<String>,
    /// Those of one event: `INTENT`, `RELEASE`, `ABORTED` or `REFUSED`.
    pub event: Option<String>,
    /// At most so many.
    pub limit: i64,
    /// After so many newer ones.
    pub offset: i64,
}

/// Which events, in OpenDIF's words, are wanted.
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    /// Those of one trace.
    pub trace_id: Option<String>,
    /// Those of one type.
    pub event_type: Option<EventType>,
    /// At most so many.
    pub limit: i64,
    /// After so many newer ones.
    pub offset: i64,
}

/// Some of what was asked for.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Page<T> {
    /// Newest first.
    pub logs: Vec<T>,
    /// How many there are in all.
    #[schema(minimum = 0)]
    pub total: i64,
    /// At most so many are shown.
    pub limit: i64,
    /// So many newer ones are left out.
    pub offset: i64,
}

/// How far the index of people was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Indexed {
    /// How many records were looked through.
    pub took: i64,
    /// How many are left.
    pub behind: i64,
}

/// Keeps the log. It only grows, and the INTENTs of a request in it have at most one end, after the last of them.
#[async_trait]
pub trait AuditStore: Send + Sync + std::fmt::Debug {
    /// Keeps all of `batch` in one commit, or none of it. What becomes of each stands at its place in the answer.
    ///
    /// When this returns, an INTENT survives the end of the process, and everything else, with all that was kept before
    /// it, survives the end of power.
    ///
    /// # Errors
    /// When the commit failed, or may have failed.
    async fn write(&self, batch: Vec<Entry>, now: DateTime<Utc>) -> Result<Vec<Written>, StoreError>;

    /// Closes as ABORTED every request that is open, or only those open since before `open_since`. Returns how many.
    ///
    /// # Errors
    /// When the store cannot be reached, read or written.
    async fn close_interrupted(&self, open_since: Option<DateTime<Utc>>, now: DateTime<Utc>)
    -> Result<u64, StoreError>;

    /// The records that `filter` wants, newest first.
    ///
    /// # Errors
    /// When they cannot be read.
    async fn records(&self, filter: &RecordFilter) -> Result<Page<RecordEntry>, StoreError>;

    /// The events that `filter` wants, newest first: those of requests that have ended, and those that others posted.
    ///
    /// # Errors
    /// When they cannot be read.
    async fn events(&self, filter: &EventFilter) -> Result<Page<LogRecord>, StoreError>;

    /// Looks through the next records, at most a thousand, and takes in whom they are about.
    ///
    /// # Errors
    /// When the record cannot be read, or what was found cannot be written. Nothing is lost: the next try begins where the
    /// last one ended.
    async fn index(&self) -> Result<Indexed, StoreError>;

    /// The part of a person's history that `question` wants, newest first, as far as she may see it `now`.
    ///
    /// # Errors
    /// When it cannot be read.
    async fn history(&self, question: &HistoryQuestion, now: DateTime<Utc>) -> Result<HistoryPage, StoreError>;

    /// Keeps a complaint; `None` when the person's history shows no such use.
    ///
    /// # Errors
    /// When it cannot be kept.
    async fn complain(&self, complaint: &Complaint, now: DateTime<Utc>)
    -> Result<Option<ComplaintReceipt>, StoreError>;

    /// The complaints, newest first.
    ///
    /// # Errors
    /// When they cannot be read.
    async fn complaints(&self, limit: i64, offset: i64) -> Result<Page<ComplaintEntry>, StoreError>;

    /// Closes all connections.
    async fn close(&self);
}

/// A time as it stands in a column: of one length, so that texts sort as times.
fn time_text(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}

/// Bytes as people compare them.
fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn time_of(text: &str) -> Result<DateTime<Utc>, StoreError> {
    DateTime::parse_from_rfc3339(text)
        .map(|time| time.to_utc())
        .map_err(|_| StoreError::Corrupt("a time is none".to_owned()))
}
