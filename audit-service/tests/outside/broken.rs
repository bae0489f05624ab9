//! A store that fails.

use std::sync::Arc;

use crate::ground::*;
use audit_service::{
    Audit, Role,
    opendif::LogRecord,
    store::{AuditStore, ComplaintEntry, Entry, EventFilter, Indexed, Page, RecordEntry, RecordFilter, Written},
};
use chrono::{DateTime, Utc};
use ndx_clock::SystemClock;
use ndx_contracts::{
    JudgeError,
    audit::AuditLog,
    history::{Complaint, ComplaintReceipt, HistoryPage, HistoryQuestion},
};
use ndx_store::StoreError;

/// A store that cannot.
#[derive(Debug)]
struct Broken;

fn broken<T>() -> Result<T, StoreError> {
    Err(StoreError::Corrupt("broken".to_owned()))
}

#[async_trait::async_trait]
impl AuditStore for Broken {
    async fn write(&self, _: Vec<Entry>, _: DateTime<Utc>) -> Result<Vec<Written>, StoreError> {
        broken()
    }
    async fn close_interrupted(&self, _: Option<DateTime<Utc>>, _: DateTime<Utc>) -> Result<u64, StoreError> {
        Ok(0)
    }
    async fn records(&self, _: &RecordFilter) -> Result<Page<RecordEntry>, StoreError> {
        broken()
    }
    async fn events(&self, _: &EventFilter) -> Result<Page<LogRecord>, StoreError> {
        broken()
    }
    async fn index(&self) -> Result<Indexed, StoreError> {
        broken()
    }
    async fn history(&self, _: &HistoryQuestion, _: DateTime<Utc>) -> Result<HistoryPage, StoreError> {
        broken()
    }
    async fn complain(&self, _: &Complaint, _: DateTime<Utc>) -> Result<Option<ComplaintReceipt>, StoreError> {
        broken()
    }
    async fn complaints(&self, _: i64, _: i64) -> Result<Page<ComplaintEntry>, StoreError> {
        broken()
    }
    async fn close(&self) {}
}

#[tokio::test]
async fn f7_a_store_that_fails_is_a_judge_that_is_missing() {
    let audit = Audit::over(Arc::new(Broken), SystemClock::shared(), Role::Alone).await.unwrap();
    for event in [intent(), release(), aborted()] {
        assert!(matches!(audit.append(record(1, event)).await, Err(JudgeError::Unavailable { .. })));
    }
    assert_eq!(audit.commits(), 0);
}
