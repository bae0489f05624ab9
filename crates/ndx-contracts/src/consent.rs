//! What the gateway asks the consent engine, and what it hears.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{ApplicationId, FieldRef, JudgeError, Need, Purpose, Reference, Subject, TraceId, Words};

/// Knows what each person has shared, with whom and for what. No answer is a refusal.
#[async_trait]
pub trait ConsentEngine: Send + Sync {
    /// What of the required fields is shared. Where something was never answered or has lapsed, a request is opened for
    /// the person (or the one that is open already is found), unless a "no" still stands.
    ///
    /// # Errors
    /// When the engine cannot be reached or cannot read or write its ledger.
    async fn require(&self, requirement: &ConsentRequirement) -> Result<ConsentAnswer, JudgeError>;

    /// What of the required fields stands already, of a person who is not to be asked: one found by way of another, or one
    /// about whom it is only explained what would happen. Nothing is made, written or opened by asking, and the answer
    /// leads nowhere: it has neither `portal_url` nor `manage_url`. `None` when this person never had anything with this
    /// application and purpose.
    ///
    /// # Errors
    /// As for [`ConsentEngine::require`].
    async fn standing(&self, requirement: &ConsentRequirement) -> Result<Option<ConsentAnswer>, JudgeError>;

    /// Looks again, from the ledger itself, just before the release: which of these fields are not shared any more?
    /// One entry for each consent that has lost a field; an empty list when all still stands.
    ///
    /// # Errors
    /// As for [`ConsentEngine::require`].
    async fn withdrawn(&self, standing: &[StandingConsent]) -> Result<Vec<StandingConsent>, JudgeError>;
}

/// Which fields of one person an application wants for a purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConsentRequirement {
    /// Who asks.
    pub application: ApplicationId,
    /// What for.
    pub purpose: Purpose,
    /// About whom.
    pub subject: Subject,
    /// Which fields, each once.
    pub fields: Vec<RequiredField>,
    /// The application's own case. It decides nothing: what is shared for one case is shared for every other.
    pub reference: Option<Reference>,
    /// The request that this belongs to.
    pub trace_id: TraceId,
}

/// One field, with the words in which a citizen is asked for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RequiredField {
    /// The field.
    #[serde(flatten)]
    pub field: FieldRef,
    /// Needed, or the person's choice.
    pub need: Need,
    /// What people call it, from the provider's schema: "Home address".
    pub display_name: Words,
    /// The form in which it is held: "Your registered address".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Words>,
    /// Whether its provider marks it as sensitive: who is asked for it must have signed in with more care.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sensitive: bool,
}

/// Where the required fields stand. `covered`, `missing` and `declined` part the required fields among them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConsentAnswer {
    /// The consent of this person, application and purpose.
    pub consent_id: Uuid,
    /// The number of its last action.
    pub version: u64,
    /// Where it stands as a whole.
    pub status: ConsentStatus,
    /// Shared, now.
    pub covered: Vec<FieldRef>,
    /// Never answered, lapsed, or refused as a whole.
    pub missing: Vec<FieldRef>,
    /// Left out or declined when the person answered; not asked again by itself.
    pub declined: Vec<FieldRef>,
    /// Where the person answers; only when a request waits for an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub portal_url: Option<String>,
    /// Where the person can see and change what she decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manage_url: Option<String>,
    /// When the open request or, with none open, the consent ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime<Utc>>,
}

/// Where a consent stands, in the words of the OpenDIF API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ConsentStatus {
    /// Something is asked and not answered.
    Pending,
    /// Shared, in whole or in part.
    Approved,
    /// The person said no.
    Rejected,
    /// The person stopped sharing.
    Revoked,
    /// The request or what was shared has ended.
    Expired,
}

/// Fields that a consent covered when the request was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StandingConsent {
    /// The consent.
    pub consent_id: Uuid,
    /// The fields.
    pub fields: Vec<FieldRef>,
}
