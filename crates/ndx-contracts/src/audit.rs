//! What is recorded of each request: that it was about to ask, and what it let out or why it did not.

use std::{borrow::Cow, sync::Arc};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    ApplicationId, FieldRef, JudgeError, LegalBasis, MemberId, ProviderKey, Purpose, Reference, SchemaId, Subject,
    TraceId,
};

/// Keeps the record. No record, no data: when it cannot write, nothing is asked and nothing leaves.
#[async_trait]
pub trait AuditLog: Send + Sync {
    /// Writes one record. When this returns, an [`AuditEvent::Intent`] survives the end of the process and every other
    /// record, with all records written before it, survives the end of power.
    ///
    /// # Errors
    /// When the record could not be written.
    async fn append(&self, record: AuditRecord) -> Result<(), JudgeError>;
}

/// One record. It holds no value that a provider returned, and the person only as a [`Subject`], which the log keeps as
/// a keyed hash and a sealed copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditRecord {
    /// The request: the same in its INTENT and in what closes it.
    pub request_id: Uuid,
    /// The trace the request belongs to; also returned to the application.
    #[schema(value_type = String, pattern = "^[0-9a-f]{32}$")]
    pub trace_id: TraceId,
    /// Who asked.
    #[schema(value_type = String, pattern = "^[ -~]{1,200}$")]
    pub application: ApplicationId,
    /// The body that runs the application.
    #[schema(value_type = String, pattern = "^[ -~]{1,200}$")]
    pub member: MemberId,
    /// What for.
    #[schema(value_type = String, pattern = "^[ -~]{1,200}$")]
    pub purpose: Purpose,
    /// The application's own case, where it named one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Reference>,
    /// The policies that decided, when they did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 1_000_000_000_000_i64)]
    pub policy_version: Option<u64>,
    /// SHA-256 of the plan's text, in hexadecimal: the same question gives the same plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan_hash: Option<String>,
    /// The providers that are asked.
    pub providers: Vec<ProviderName>,
    /// The people the data is about, one entry for each root field of the request.
    pub subjects: Vec<SubjectEntry>,
    /// What happened.
    #[serde(flatten)]
    pub event: AuditEvent,
}

/// A provider by key and schema.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProviderName {
    /// The provider's key.
    pub provider_key: ProviderKey,
    /// Its schema.
    pub schema_id: SchemaId,
}

impl std::fmt::Display for ProviderName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.provider_key, self.schema_id)
    }
}

/// One root field of the request and the person it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubjectEntry {
    /// The root field: its number in the query and its name in the schema, `0:personInfo`.
    #[schema(pattern = "^[0-9]{1,9}:[_A-Za-z][_0-9A-Za-z]{0,199}$")]
    #[schema(value_type = String)]
    pub root: Arc<str>,
    /// The person; `None` where the root field is about nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Subject>,
    /// The consent that was asked, and its version, where one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<ConsentVersion>,
}

/// A consent as it stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConsentVersion {
    /// The consent.
    pub consent_id: Uuid,
    /// The number of its last action at that time.
    #[schema(maximum = 1_000_000_000_000_i64)]
    pub version: u64,
}

/// What happened to the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "event", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AuditEvent {
    /// Providers are about to be asked for these fields. A request that asks in several stages writes one before each, with
    /// the fields, providers and people of that stage; one end closes them all.
    Intent {
        /// The fields, by root.
        fields: Vec<FieldEntry>,
    },
    /// An answer leaves, with exactly these outcomes.
    Release {
        /// Each asked field with its outcome.
        fields: Vec<FieldEntry>,
    },
    /// Providers may have been asked, and nothing left.
    Aborted {
        /// Why.
        reason: String,
    },
    /// The request was refused as a whole, before any provider was asked; or it only wanted to be told what would happen.
    Refused {
        /// The error code that the application received; `EXPLAINED` where it was told what would happen.
        #[schema(pattern = "^[A-Z0-9_]{0,100}$")]
        code: String,
        /// The fields and why.
        fields: Vec<FieldEntry>,
    },
}

/// One field of one root field, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FieldEntry {
    /// The root field, as in [`SubjectEntry`].
    #[schema(value_type = String)]
    pub root: Arc<str>,
    /// The field.
    #[serde(flatten)]
    pub field: FieldRef,
    /// `asked`, `released`, `nothing` (the provider has none), or the code that stands in its place.
    #[schema(value_type = String)]
    pub outcome: Cow<'static, str>,
    /// The ground on which it was to be released; none where it is open, or nothing was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub basis: Option<LegalBasis>,
}
