//! The audit log over HTTP.

use async_trait::async_trait;
use ndx_contracts::{
    JudgeError,
    audit::{AuditLog, AuditRecord},
};

use crate::call::RemoteService;

/// An audit log in another process.
#[derive(Debug, Clone)]
pub struct RemoteAuditLog(pub RemoteService);

#[async_trait]
impl AuditLog for RemoteAuditLog {
    async fn append(&self, record: AuditRecord) -> Result<(), JudgeError> {
        self.0.tell("/api/v1/records", &record, Some(&record.trace_id)).await
    }
}
