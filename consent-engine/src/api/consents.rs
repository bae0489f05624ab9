//! `POST` and `GET /internal/api/v1/consents`: what the gateway, and whoever speaks OpenDIF, asks about a consent.

use axum::{Extension, Json, body::Bytes, extract::RawQuery, http::StatusCode};
use chrono::{DateTime, Utc};
use ndx_contracts::{ApplicationId, FieldRef, Need, Purpose, TraceId, Words, consent::ConsentStatus};
use serde::Serialize;
use url::form_urlencoded;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    api::{
        ApiError, ErrorBody, body,
        requirement::{CreateConsentRequest, required, requirement, subject},
    },
    current::{Asked, Current},
    ledger::{AskedField, Consent},
    state::Scene,
};

/// A consent as other services see it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InternalView {
    consent_id: Uuid,
    status: ConsentStatus,
    /// Where the person answers, while a request waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    consent_portal_url: Option<String>,
    /// What is asked while it is pending, what is shared while it is approved.
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<Vec<FieldView>>,
    /// Of the fields asked about: shared, now.
    covered: Vec<FieldRef>,
    /// Never answered, lapsed, or refused as a whole.
    missing: Vec<FieldRef>,
    /// Left out or declined when the person answered.
    declined: Vec<FieldRef>,
    /// The number of the last action.
    version: u64,
    /// Where the person sees and changes what she decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    manage_url: Option<String>,
    /// When the open request or, with none open, the consent ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<DateTime<Utc>>,
}

/// A field in the words in which it is asked for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FieldView {
    #[serde(flatten)]
    field: FieldRef,
    display_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// Always `citizen`.
    owner: &'static str,
    need: Need,
    /// Whether sharing it takes a surer sign-in; absent when it does not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    sensitive: bool,
}

impl FieldView {
    /// The field in the words of `language`.
    pub(crate) fn of(asked: &AskedField, language: &str) -> Self {
        let said = |words: &Words| words.in_language(language).to_owned();
        Self {
            field: asked.field.clone(),
            display_name: said(&asked.display_name),
            description: asked.description.as_ref().map(said),
            owner: "citizen",
            need: asked.need,
            sensitive: asked.sensitive,
        }
    }
}

/// Where fields of a person stand; opens a request where the person must be asked.
///
/// The answer is the same whether a request was opened, found, or not necessary. The header `X-Trace-ID` is kept with
/// what is written.
#[utoipa::path(
    post,
    path = "/internal/api/v1/consents",
    tag = "services",
    security(("serviceToken" = [])),
    request_body = CreateConsentRequest,
    responses(
        (status = 201, description = "Where the fields stand", body = InternalView),
        (status = 400, description = "The body is not right; the message names every mistake", body = ErrorBody),
        (status = 401, description = "No service token for this service", body = ErrorBody),
        (status = 413, description = "The body is too large", body = ErrorBody),
        (
            status = 429,
            description = "A request would have to be opened, and the application may open no more for now",
            headers(("Retry-After" = u32, description = "Seconds")),
            body = ErrorBody,
        ),
        (status = 503, description = "The ledger cannot be read or written", body = ErrorBody),
    )
)]
pub(crate) async fn create(
    Extension(state): Extension<Scene>,
    Extension(trace_id): Extension<TraceId>,
    body: Bytes,
) -> Result<(StatusCode, Json<InternalView>), ApiError> {
    let requirement = requirement(&state.engine.config, body::read(&body)?, trace_id)?;
    let Asked { recorded, answer, at } = state.engine.ask(&requirement).await?;
    let present = recorded.consent.at(at);
    let view = InternalView {
        consent_id: answer.consent_id,
        status: answer.status,
        consent_portal_url: answer.portal_url,
        fields: fields_of(&state.engine, &present, answer.status),
        covered: answer.covered,
        missing: answer.missing,
        declined: answer.declined,
        version: answer.version,
        manage_url: answer.manage_url,
        expires_at: answer.expires_at,
    };
    Ok((StatusCode::CREATED, Json(view)))
}

/// The consent of a person and an application that changed last.
///
/// `ownerEmail`, the older name of `ownerId`, is read where `ownerId` is absent.
#[utoipa::path(
    get,
    path = "/internal/api/v1/consents",
    tag = "services",
    security(("serviceToken" = [])),
    params(
        ("appId" = String, Query, description = "Who asks", min_length = 1, example = "passport-app"),
        ("ownerId" = String, Query, description = "The person's identifier", min_length = 1, example = "199512345678"),
        ("purpose" = Option<String>, Query, description = "What for; any purpose when absent"),
    ),
    responses(
        (status = 200, description = "The consent", body = InternalView),
        (status = 400, description = "A parameter is not right; the message names every mistake", body = ErrorBody),
        (status = 401, description = "No service token for this service", body = ErrorBody),
        (status = 404, description = "There is no such consent", body = ErrorBody),
        (status = 503, description = "The ledger cannot be read", body = ErrorBody),
    )
)]
pub(crate) async fn latest(
    Extension(Scene { engine, .. }): Extension<Scene>,
    RawQuery(query): RawQuery,
) -> Result<Json<InternalView>, ApiError> {
    let query = query.unwrap_or_default();
    let named = |name: &str| {
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs.find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.into_owned())
    };
    let mut mistakes = Vec::new();
    let application = required(named("appId"), "appId", &mut mistakes).map(ApplicationId::new);
    let subject = subject(&engine.config, named("ownerId"), named("ownerEmail"), &mut mistakes);
    body::without(mistakes)?;
    let (Some(application), Some(subject)) = (application, subject) else { return Err(ApiError::NotFound) };
    let purpose = named("purpose").map(Purpose::new);
    let all = engine.presents_of(&subject).await?;
    let mut theirs = all.into_iter().filter(|(one, _)| one.application == application);
    let latest = theirs.find(|(one, _)| purpose.as_ref().is_none_or(|purpose| one.purpose == *purpose));
    let (latest, present) = latest.ok_or(ApiError::NotFound)?;
    Ok(Json(view(&engine, latest.id, &present)))
}

fn view(engine: &Current, id: Uuid, present: &Consent) -> InternalView {
    let status = present.status();
    let asked = present.request.iter().flat_map(|request| &request.fields);
    InternalView {
        consent_id: id,
        status,
        consent_portal_url: (status == ConsentStatus::Pending)
            .then(|| engine.config.answer_link(id, present.request.as_ref())),
        fields: fields_of(engine, present, status),
        covered: present.shared.keys().cloned().collect(),
        missing: asked.map(|asked| asked.field.clone()).collect(),
        declined: present.declined.iter().cloned().collect(),
        version: present.version,
        manage_url: present.answer.is_some().then(|| engine.config.manage_link(id)),
        expires_at: present.ends(),
    }
}

fn fields_of(engine: &Current, present: &Consent, status: ConsentStatus) -> Option<Vec<FieldView>> {
    let view = |asked| FieldView::of(asked, engine.config.first_language());
    match status {
        ConsentStatus::Pending => Some(present.request.iter().flat_map(|request| &request.fields).map(view).collect()),
        ConsentStatus::Approved => {
            let words = present.shared.keys().filter_map(|field| present.words.get(field));
            Some(words.map(view).collect())
        }
        _ => None,
    }
}
