//! The audit service over HTTP, as the consent engine asks it.

use async_trait::async_trait;
use ndx_contracts::{
    JudgeError,
    history::{Complaint, ComplaintReceipt, HistoryPage, HistoryQuestion, SubjectHistory},
};
use reqwest::StatusCode;

use crate::call::RemoteService;

/// The record in another process.
#[derive(Debug, Clone)]
pub struct RemoteSubjectHistory(pub RemoteService);

#[async_trait]
impl SubjectHistory for RemoteSubjectHistory {
    async fn history(&self, question: &HistoryQuestion) -> Result<HistoryPage, JudgeError> {
        self.0.ask("/internal/api/v1/history", question, None, StatusCode::OK).await
    }

    async fn complain(&self, complaint: &Complaint) -> Result<Option<ComplaintReceipt>, JudgeError> {
        self.0.ask_for("/internal/api/v1/complaints", complaint, StatusCode::CREATED).await
    }
}
