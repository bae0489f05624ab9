//! The consent engine over HTTP.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use ndx_contracts::{
    ApplicationId, FieldRef, JudgeError, Need, Purpose,
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
    consent_requirement: Requirement<'a>,
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
    display_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    owner: &'static str,
    need: Need,
}

impl<'a> Field<'a> {
    fn of(required: &'a RequiredField) -> Self {
        let RequiredField { field, need, display_name, description } = required;
        Self { field, display_name, description: description.as_deref(), owner: "citizen", need: *need }
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

#[derive(Serialize)]
struct Standing<'a> {
    standing: &'a [StandingConsent],
}

#[derive(Deserialize)]
struct Withdrawn {
    withdrawn: Vec<StandingConsent>,
}

#[async_trait]
impl ConsentEngine for RemoteConsentEngine {
    async fn require(&self, requirement: &ConsentRequirement) -> Result<ConsentAnswer, JudgeError> {
        let fields = requirement.fields.iter().map(Field::of).collect();
        let question = Question {
            app_id: &requirement.application,
            purpose: &requirement.purpose,
            consent_requirement: Requirement { owner: "citizen", owner_id: requirement.subject.expose(), fields },
        };
        let trace_id = Some(&requirement.trace_id);
        let answer: Answer = self.0.ask("/internal/api/v1/consents", &question, trace_id, StatusCode::CREATED).await?;
        let Answer {
            consent_id,
            version,
            status,
            covered,
            missing,
            declined,
            consent_portal_url,
            manage_url,
            expires_at,
        } = answer;
        let portal_url = consent_portal_url;
        Ok(ConsentAnswer {
            consent_id,
            version,
            status,
            covered,
            missing,
            declined,
            portal_url,
            manage_url,
            expires_at,
        })
    }

    async fn withdrawn(&self, standing: &[StandingConsent]) -> Result<Vec<StandingConsent>, JudgeError> {
        let path = "/internal/api/v1/consents/withdrawn";
        let answer: Withdrawn = self.0.ask(path, &Standing { standing }, None, StatusCode::OK).await?;
        Ok(answer.withdrawn)
    }
}
