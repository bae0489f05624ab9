//! What the consent engine asks the audit service for the person who is signed in: who got her information.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    ApplicationId, FieldRef, JudgeError, LegalBasis, MemberId, Purpose, Reference, Subject, TraceId,
    audit::ProviderName, nullable,
};

/// Knows what was asked about a person, from the record without which nothing leaves. That a person looks is no request for
/// data, and is not recorded as one.
#[async_trait]
pub trait SubjectHistory: Send + Sync + std::fmt::Debug {
    /// What was asked about a person, newest first.
    ///
    /// # Errors
    /// When the record cannot be reached or read.
    async fn history(&self, question: &HistoryQuestion) -> Result<HistoryPage, JudgeError>;

    /// Keeps what a person finds wrong with one use of her data, for the data protection officer. `None` when her history
    /// shows no such use.
    ///
    /// # Errors
    /// When it cannot be kept.
    async fn complain(&self, complaint: &Complaint) -> Result<Option<ComplaintReceipt>, JudgeError>;
}

/// Which part of whose history. The person is never part of an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistoryQuestion {
    /// The person, by the canonical form of the identifier.
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    pub person: Subject,
    /// Only this use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = nullable::id)]
    pub id: Option<Uuid>,
    /// Only what this body asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub body: Option<MemberId>,
    /// Only where this consent was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = nullable::id)]
    pub consent: Option<Uuid>,
    /// Only from this time on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = nullable::time)]
    pub from: Option<DateTime<Utc>>,
    /// Only before this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = nullable::time)]
    pub until: Option<DateTime<Utc>>,
    /// At most so many.
    #[serde(default = "usual")]
    #[schema(minimum = 1, maximum = 500, default = 25)]
    pub limit: u32,
    /// After so many newer ones.
    #[serde(default)]
    #[schema(maximum = 1_000_000_000, default = 0)]
    pub offset: u32,
}

fn usual() -> u32 {
    25
}

impl HistoryQuestion {
    /// The newest uses of the data of `person`.
    pub fn about(person: Subject) -> Self {
        Self { person, id: None, body: None, consent: None, from: None, until: None, limit: usual(), offset: 0 }
    }
}

/// A part of a person's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistoryPage {
    /// The uses, newest first.
    pub uses: Vec<Use>,
    /// How many there are in all.
    pub total: u64,
    /// Whether the record holds uses, of whosever data, that a law or a court keeps back. INVARIANT: it is the same for
    /// everybody, so that nobody learns from it whether one of them is about her.
    pub some_not_shown: bool,
    /// How many records of the log were not looked through yet: newer uses may be missing.
    pub behind: u64,
}

/// One use of a person's data: one request, as far as it was about her.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Use {
    /// The record that ended the request.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// The trace that it belongs to.
    #[schema(value_type = String)]
    pub trace_id: TraceId,
    /// Who asked.
    #[schema(value_type = String)]
    pub application: ApplicationId,
    /// The body that runs it.
    #[schema(value_type = String)]
    pub member: MemberId,
    /// What for.
    #[schema(value_type = String)]
    pub purpose: Purpose,
    /// The application's own case, where it named one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Reference>,
    /// How it ended.
    pub result: UseResult,
    /// What was asked, each with what became of it.
    pub fields: Vec<UsedField>,
    /// The providers that keep it, where they were asked.
    pub providers: Vec<ProviderName>,
    /// The consents that were looked at.
    pub consents: Vec<Uuid>,
}

/// How a request ended, as far as it was about the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum UseResult {
    /// The body got at least one value.
    Released,
    /// The registers were asked and have nothing.
    NothingFound,
    /// The registers were asked and did not answer, or the answer did not leave.
    Failed,
    /// It was refused.
    Refused,
    /// The body only asked what it might get.
    Explained,
}

/// One field of a use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsedField {
    /// The field.
    #[serde(flatten)]
    pub field: FieldRef,
    /// `released`, `nothing`, `asked`, or the code that stood in its place.
    pub outcome: String,
    /// The ground on which it was asked; none where it is open, or nothing was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub basis: Option<LegalBasis>,
}

/// What a person finds wrong with one use of her data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Complaint {
    /// The person.
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    pub person: Subject,
    /// The use.
    #[serde(rename = "use")]
    pub about: Uuid,
    /// What is wrong, in her words.
    #[schema(min_length = 1, max_length = 2000)]
    pub text: String,
}

/// That a complaint is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ComplaintReceipt {
    /// Its id.
    pub id: Uuid,
    /// When it was received.
    pub received_at: DateTime<Utc>,
}
