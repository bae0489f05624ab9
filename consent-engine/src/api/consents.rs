//! `POST` and `GET /internal/api/v1/consents`: what the gateway, and whoever speaks OpenDIF, asks about a consent.

use std::sync::Arc;

use axum::{
    Extension, Json,
    body::Bytes,
    extract::{RawQuery, State},
    http::StatusCode,
};
use chrono::{DateTime, Utc};
use ndx_contracts::{
    ApplicationId, FieldRef, Need, Purpose, SchemaId, Subject, TraceId,
    consent::{ConsentRequirement, ConsentStatus, RequiredField},
};
use serde::{Deserialize, Serialize};
use url::form_urlencoded;
use uuid::Uuid;

use crate::{
    api::ApiError,
    engine::Engine,
    ledger::{AskedField, Consent},
};

/// What an application wants to know about a person. Keys that we do not use are ignored, as OpenDIF's callers expect.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wanted {
    app_id: Option<String>,
    /// May be left out by an application that has only one purpose.
    purpose: Option<String>,
    consent_requirement: Option<Owner>,
    /// Fields without which the application cannot do its work.
    #[serde(default)]
    needed: Vec<WantedField>,
    /// Fields that are the person's choice.
    #[serde(default)]
    optional: Vec<WantedField>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Owner {
    owner_id: Option<String>,
    /// All fields; needed, unless `optional` names them too.
    #[serde(default)]
    fields: Vec<WantedField>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WantedField {
    field_name: String,
    schema_id: SchemaId,
    display_name: Option<String>,
    description: Option<String>,
}

/// A consent as other services see it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct InternalView {
    consent_id: Uuid,
    status: ConsentStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    consent_portal_url: Option<String>,
    /// What is asked while it is pending, what is shared while it is approved.
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<Vec<FieldView>>,
    covered: Vec<FieldRef>,
    missing: Vec<FieldRef>,
    declined: Vec<FieldRef>,
    version: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    manage_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct FieldView {
    #[serde(flatten)]
    field: FieldRef,
    display_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    owner: &'static str,
}

/// `POST`: where the fields stand; opens a request where the person must be asked.
pub(crate) async fn create(
    State(engine): State<Arc<Engine>>,
    Extension(trace_id): Extension<TraceId>,
    body: Bytes,
) -> Result<(StatusCode, Json<impl Serialize>), ApiError> {
    let wanted: Wanted =
        serde_json::from_slice(&body).map_err(|error| bad(format!("the body is not right: {error}")))?;
    let application = application(wanted.app_id)?;
    let Some(owner) = wanted.consent_requirement else { return Err(bad("consentRequirement is required")) };
    let subject = subject(&engine, owner.owner_id)?;
    let purpose = match wanted.purpose.filter(|purpose| !purpose.is_empty()) {
        Some(purpose) => Purpose::new(purpose),
        None => only_purpose(&engine, &application)?,
    };
    let named_as_optional =
        |field: &WantedField| wanted.optional.iter().any(|one| one.reference() == field.reference());
    let plain = owner.fields.iter().filter(|field| !named_as_optional(field)).chain(&wanted.needed);
    let needed = plain.map(|field| field.required(Need::Needed));
    let fields = needed.chain(wanted.optional.iter().map(|field| field.required(Need::Optional))).collect();
    let requirement = ConsentRequirement { application, purpose, subject, fields, trace_id };
    let answer = engine.ask(&requirement).await?;
    let recorded = engine.consent_of(&requirement.subject, answer.consent_id).await?;
    let present = recorded.consent.at(engine.now());
    let view = InternalView {
        consent_id: answer.consent_id,
        status: answer.status,
        consent_portal_url: answer.portal_url,
        fields: fields_of(&present, answer.status),
        covered: answer.covered,
        missing: answer.missing,
        declined: answer.declined,
        version: answer.version,
        manage_url: answer.manage_url,
        expires_at: answer.expires_at,
    };
    Ok((StatusCode::CREATED, Json(view)))
}

/// `GET ?appId=&ownerId=[&purpose=]`: the consent that changed last.
pub(crate) async fn latest(
    State(engine): State<Arc<Engine>>,
    RawQuery(query): RawQuery,
) -> Result<Json<impl Serialize>, ApiError> {
    let query = query.unwrap_or_default();
    let named = |name: &str| {
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs.find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.into_owned())
    };
    let application = application(named("appId"))?;
    let subject = subject(&engine, named("ownerId"))?;
    let purpose = named("purpose").map(Purpose::new);
    let all = engine.consents_of(&subject).await?;
    let mut theirs = all.into_iter().filter(|one| one.application == application);
    let latest = theirs.find(|one| purpose.as_ref().is_none_or(|purpose| one.purpose == *purpose));
    let latest = latest.ok_or(ApiError::NotFound)?;
    let present = latest.consent.at(engine.now());
    let status = present.status();
    let asked = present.request.iter().flat_map(|request| &request.fields);
    Ok(Json(InternalView {
        consent_id: latest.id,
        status,
        consent_portal_url: (status == ConsentStatus::Pending).then(|| engine.config.answer_link(latest.id)),
        fields: fields_of(&present, status),
        covered: present.shared.keys().cloned().collect(),
        missing: asked.map(|asked| asked.field.clone()).collect(),
        declined: present.declined.iter().cloned().collect(),
        version: present.version,
        manage_url: present.answer.is_some().then(|| engine.config.manage_link(latest.id)),
        expires_at: present.ends(),
    }))
}

/// Any other method.
pub(crate) async fn other_method() -> ApiError {
    ApiError::MethodNotAllowed
}

impl WantedField {
    fn reference(&self) -> (&SchemaId, &str) {
        (&self.schema_id, &self.field_name)
    }

    fn required(&self, need: Need) -> RequiredField {
        RequiredField {
            field: FieldRef::new(self.schema_id.clone(), self.field_name.clone()),
            need,
            display_name: self.display_name.clone().unwrap_or_else(|| self.field_name.clone()),
            description: self.description.clone(),
        }
    }
}

fn fields_of(present: &Consent, status: ConsentStatus) -> Option<Vec<FieldView>> {
    let view = |asked: &AskedField| FieldView {
        field: asked.field.clone(),
        display_name: asked.display_name.clone(),
        description: asked.description.clone(),
        owner: "citizen",
    };
    match status {
        ConsentStatus::Pending => Some(present.request.iter().flat_map(|request| &request.fields).map(view).collect()),
        ConsentStatus::Approved => {
            Some(present.shared.keys().filter_map(|field| present.words.get(field)).map(view).collect())
        }
        _ => None,
    }
}

fn bad(message: impl Into<String>) -> ApiError {
    ApiError::BadRequest(message.into())
}

fn application(id: Option<String>) -> Result<ApplicationId, ApiError> {
    id.filter(|id| !id.is_empty()).map(ApplicationId::new).ok_or_else(|| bad("appId is required"))
}

/// The person. INVARIANT: what was sent is not repeated in the message.
fn subject(engine: &Engine, id: Option<String>) -> Result<Subject, ApiError> {
    let id = id.filter(|id| !id.is_empty()).ok_or_else(|| bad("ownerId is required"))?;
    engine.config.subject(&id).ok_or_else(|| bad("ownerId is not an identifier of a person"))
}

fn only_purpose(engine: &Engine, id: &ApplicationId) -> Result<Purpose, ApiError> {
    match engine.config.application(id).map(|application| application.purposes.as_slice()) {
        Some([only]) => Ok(only.id.clone()),
        Some(_) => Err(bad("purpose is required: the application has several")),
        None => Err(bad(format!("application `{id}` is not registered"))),
    }
}
