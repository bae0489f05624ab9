//! What the gateway asks the policy decision point, and what it hears.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::{ApplicationId, FieldRef, JudgeError, LegalBasis, Need, Purpose, TraceId, Words};

/// Decides, field by field, what an application may see for a purpose. No answer is a refusal.
#[async_trait]
pub trait PolicyDecisionPoint: Send + Sync {
    /// One decision for each field of the request, in the same order.
    ///
    /// # Errors
    /// When the decision point cannot be reached or cannot read its policies.
    async fn decide(&self, request: &DecisionRequest) -> Result<Decision, JudgeError>;
}

/// Knows what an application may ask for, whether it does or not: so that people can be told beforehand.
#[async_trait]
pub trait Grants: Send + Sync + std::fmt::Debug {
    /// The fields that `application` may ask for now for `purpose`, in the order of their names.
    ///
    /// # Errors
    /// When the policies cannot be reached or read.
    async fn granted(&self, application: &ApplicationId, purpose: &Purpose) -> Result<Vec<GrantedField>, JudgeError>;
}

/// A field that an application may ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GrantedField {
    /// The field.
    pub field: FieldRef,
    /// On what ground.
    pub basis: LegalBasis,
    /// Whether the application needs it.
    pub need: Need,
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub display_name: Option<Words>,
    /// The form in which it is held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub description: Option<Words>,
}

/// May `application` see `fields` for `purpose`?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DecisionRequest {
    /// Who asks.
    pub application: ApplicationId,
    /// What for.
    pub purpose: Purpose,
    /// Which fields, each once.
    pub fields: Vec<FieldRef>,
    /// The request that this decision belongs to.
    pub trace_id: TraceId,
}

/// The answer: one entry for each field that was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    /// The version of the policies that decided: the number of the last action in their history.
    pub policy_version: u64,
    /// One decision a field.
    pub fields: Vec<FieldDecision>,
}

/// What was decided about one field, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FieldDecision {
    /// The field.
    pub field: FieldRef,
    /// The outcome.
    #[serde(flatten)]
    pub effect: Effect,
    /// The ground of its grant, where that is another than the person's consent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub basis: Option<LegalBasis>,
    /// The rules that made it, for the record: `grant:passport-app/drp-schema-v1:person.fullName`, …
    pub determined_by: Vec<String>,
}

/// The outcome for one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "effect", rename_all = "camelCase")]
pub enum Effect {
    /// It may be released: it is open, or the ground of its grant asks nobody.
    Permit {
        /// Whether the application needs it.
        need: Need,
    },
    /// It may be released when the person has shared it.
    PermitWithConsent {
        /// Whether the application needs it: how the person is asked.
        need: Need,
    },
    /// It may not be released.
    Deny {
        /// Why.
        reason: DenyReason,
    },
}

/// Why a field is denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DenyReason {
    /// No policy speaks of this field, so nobody may have it.
    FieldUnknown,
    /// The application has no grant for it.
    NotGranted,
    /// It has a grant, but for another purpose.
    OtherPurpose,
    /// Its grant has not begun.
    AccessNotYet,
    /// Its grant has ended, or the court's order on which it rests.
    AccessExpired,
}
