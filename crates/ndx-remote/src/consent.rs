//! The consent engine over HTTP.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use ndx_contracts::{
    ApplicationId, FieldRef, JudgeError, Need, Purpose, Reference, Words,
    consent::{ConsentAnswer, ConsentEngine, ConsentRequirement, ConsentStatus, RequiredField, StandingConsent},
};
use reqwest::StatusCode;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::call::RemoteService;

/// A consent engine in another process.
#[derive(Debug, Clone)]
pub struct RemoteConsentEngine(pub RemoteService);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Question<'a> {
    app_id: &'a ApplicationId,
    purpose: &'a Purpose,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<&'a Reference>,
    consent_requirement: Requirement<'a>,
}

impl<'a> Question<'a> {
    fn of(requirement: &'a ConsentRequirement) -> Self {
        let ConsentRequirement { application, purpose, subject, fields, reference, trace_id: _ } = requirement;
        let fields = fields.iter().map(Field::of).collect();
        let consent_requirement = Requirement { owner: "citizen", owner_id: subject.expose(), fields };
        Self { app_id: application, purpose, reference: reference.as_ref(), consent_requirement }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Requirement<'a> {
    owner: &'static str,
    owner_id: &'a str,
    fields: Vec<Field<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Field<'a> {
    #[serde(flatten)]
    field: &'a FieldRef,
    display_name: &'a Words,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a Words>,
    owner: &'static str,
    need: Need,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    sensitive: bool,
}

impl<'a> Field<'a> {
    fn of(required: &'a RequiredField) -> Self {
        let RequiredField { field, need, display_name, description, sensitive } = required;
        let (need, sensitive, description) = (*need, *sensitive, description.as_ref());
        Self { field, display_name, description, owner: "citizen", need, sensitive }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    consent_id: Uuid,
    version: u64,
    status: ConsentStatus,
    covered: Vec<FieldRef>,
    missing: Vec<FieldRef>,
    declined: Vec<FieldRef>,
    #[serde(default)]
    consent_portal_url: Option<String>,
    #[serde(default)]
    manage_url: Option<String>,
    #[serde(default)]
    expires_at: Option<DateTime<Utc>>,
}

impl From<Answer> for ConsentAnswer {
    fn from(answer: Answer) -> Self {
        Self {
            consent_id: answer.consent_id,
            version: answer.version,
            status: answer.status,
            covered: answer.covered,
            missing: answer.missing,
            declined: answer.declined,
            portal_url: answer.consent_portal_url,
            manage_url: answer.manage_url,
            expires_at: answer.expires_at,
        }
    }
}

#[derive(Deserialize)]
struct Standing {
    #[serde(default)]
    consent: Option<Answer>,
}

#[derive(Serialize)]
struct Looked<'a> {
    standing: &'a [StandingConsent],
}

#[derive(Deserialize)]
struct Withdrawn {
    withdrawn: Vec<StandingConsent>,
}

#[async_trait]
impl ConsentEngine for RemoteConsentEngine {
    async fn require(&self, requirement: &ConsentRequirement) -> Result<ConsentAnswer, JudgeError> {
        let (path, trace_id) = ("/internal/api/v1/consents", Some(&requirement.trace_id));
        let answer: Answer = self.0.ask(path, &Question::of(requirement), trace_id, StatusCode::CREATED).await?;
        Ok(answer.into())
    }

    async fn standing(&self, requirement: &ConsentRequirement) -> Result<Option<ConsentAnswer>, JudgeError> {
        let (path, trace_id) = ("/internal/api/v1/consents/standing", Some(&requirement.trace_id));
        let answer: Standing = self.0.ask(path, &Question::of(requirement), trace_id, StatusCode::OK).await?;
        let leads_nowhere = |answer| ConsentAnswer { portal_url: None, manage_url: None, ..answer };
        Ok(answer.consent.map(ConsentAnswer::from).map(leads_nowhere))
    }

    async fn withdrawn(&self, standing: &[StandingConsent]) -> Result<Vec<StandingConsent>, JudgeError> {
        let path = "/internal/api/v1/consents/withdrawn";
        let answer: Withdrawn = self.0.ask(path, &Looked { standing }, None, StatusCode::OK).await?;
        Ok(answer.withdrawn)
    }
}
