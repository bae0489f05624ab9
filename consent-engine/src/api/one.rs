//! `GET /api/v1/consents/{id}`: one consent of the person who calls, as OpenDIF's portals read it or as a consent record.

use axum::{
    Json,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use ndx_contracts::{FieldRef, Subject, consent::ConsentStatus};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    api::{ApiError, ErrorBody, citizen::Citizen, consents::FieldView},
    current::Current,
    ledger::{AskedField, Consent},
    store::Recorded,
};

/// The media type of the consent record.
const RECORD: &str = "application/vnd.ndx.consent+json";

/// A consent as OpenDIF's portals read it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PortalView {
    app_id: String,
    /// `null` when the application is not registered any more.
    app_name: Option<String>,
    owner_id: String,
    /// As the token says it; absent when it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    owner_email: Option<String>,
    status: ConsentStatus,
    /// Always `realtime`.
    #[serde(rename = "type")]
    kind: &'static str,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    /// What is asked, what is shared, or what was refused or has ended.
    fields: Vec<FieldView>,
    /// The number of the last action: what a decision is bound to. `ETag` holds it too.
    version: u64,
}

/// A consent as a record.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConsentRecord {
    consent_id: Uuid,
    /// Whose data it is.
    citizen_id: String,
    /// The application that may have it.
    consumer_id: String,
    data_scope: DataScope,
    purpose: String,
    /// When the person last said yes; `null` when she never did.
    granted_at: Option<DateTime<Utc>>,
    /// When the open request or, with none open, the consent ends; `null` when it has ended.
    expires_at: Option<DateTime<Utc>>,
    status: RecordStatus,
    version: u64,
}

#[derive(Debug, Serialize, ToSchema)]
struct DataScope {
    /// The bodies that keep it, by their ids in the exchange.
    providers: Vec<String>,
    fields: Vec<FieldRef>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
enum RecordStatus {
    Pending,
    Active,
    Denied,
    Revoked,
    Expired,
}

impl From<ConsentStatus> for RecordStatus {
    fn from(status: ConsentStatus) -> Self {
        match status {
            ConsentStatus::Pending => Self::Pending,
            ConsentStatus::Approved => Self::Active,
            ConsentStatus::Rejected => Self::Denied,
            ConsentStatus::Revoked => Self::Revoked,
            ConsentStatus::Expired => Self::Expired,
        }
    }
}

/// One consent of the person who calls. What is another person's is not there.
#[utoipa::path(
    get,
    path = "/api/v1/consents/{consentId}",
    tag = "citizens",
    security(("citizenToken" = [])),
    params(("consentId" = Uuid, Path, description = "The consent's id")),
    responses(
        (
            status = 200,
            description = "The consent; its record for `Accept: application/vnd.ndx.consent+json`",
            headers(("ETag" = String, description = "The version, in quotes")),
            content((PortalView = "application/json"), (ConsentRecord = "application/vnd.ndx.consent+json")),
        ),
        (status = 400, description = "The id is not one", body = ErrorBody),
        (status = 401, description = "No access token of the citizens' identity provider", body = ErrorBody),
        (status = 404, description = "The person who calls has no such consent", body = ErrorBody),
        (status = 503, description = "The ledger, or the identity provider, does not answer", body = ErrorBody),
    )
)]
pub(crate) async fn show(
    Citizen { subject, email, engine, looked_at, .. }: Citizen,
    id: Id,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (recorded, present) = engine.present_of(&subject, id.0).await?;
    looked_at.note(recorded.id, present.version);
    let etag = format!("\"{}\"", present.version);
    let about = [(header::ETAG, etag.as_str()), (header::VARY, "accept")];
    if wants_record(&headers) {
        let record = record(&recorded, &present, &subject);
        return Ok((about, [(header::CONTENT_TYPE, RECORD)], Json(record)).into_response());
    }
    Ok((about, Json(portal_view(&engine, &recorded, &present, &subject, email))).into_response())
}

/// The id in the path, in the one form in which ids are written.
pub(crate) struct Id(pub(crate) Uuid);

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for Id {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut axum::http::request::Parts, state: &S) -> Result<Self, ApiError> {
        let path = axum::extract::Path::<String>::from_request_parts(parts, state).await;
        let written = path.map(|axum::extract::Path(text)| text).unwrap_or_default();
        let id = Uuid::parse_str(&written).ok().filter(|id| id.to_string().eq_ignore_ascii_case(&written));
        id.map(Self).ok_or_else(|| ApiError::BadRequest("invalid consentId format".to_owned()))
    }
}

/// Whether the caller names the record's type.
fn wants_record(headers: &HeaderMap) -> bool {
    let named = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut types = named.flat_map(|list| list.split(',')).filter_map(|one| one.split(';').next());
    types.any(|one| one.trim().eq_ignore_ascii_case(RECORD))
}

fn portal_view(
    engine: &Current,
    recorded: &Recorded,
    present: &Consent,
    subject: &Subject,
    owner_email: Option<String>,
) -> PortalView {
    let language = engine.config.first_language();
    PortalView {
        app_id: recorded.application.to_string(),
        app_name: engine
            .config
            .application(&recorded.application)
            .map(|application| application.name.in_language(language).to_owned()),
        owner_id: subject.expose().to_owned(),
        owner_email,
        status: present.status(),
        kind: "realtime",
        created_at: recorded.created_at,
        updated_at: recorded.changed_at,
        fields: in_question(present).into_iter().map(|asked| FieldView::of(asked, language)).collect(),
        version: present.version,
    }
}

fn record(recorded: &Recorded, present: &Consent, subject: &Subject) -> ConsentRecord {
    let scope = in_question(present);
    let mut providers: Vec<String> = Vec::new();
    for asked in &scope {
        let keeper = asked.provider.as_ref().map_or_else(|| asked.field.schema_id.to_string(), ToString::to_string);
        if !providers.contains(&keeper) {
            providers.push(keeper);
        }
    }
    ConsentRecord {
        consent_id: recorded.id,
        citizen_id: subject.expose().to_owned(),
        consumer_id: recorded.application.to_string(),
        data_scope: DataScope { providers, fields: scope.into_iter().map(|asked| asked.field.clone()).collect() },
        purpose: recorded.purpose.to_string(),
        granted_at: present.granted_at,
        expires_at: present.ends(),
        status: present.status().into(),
        version: present.version,
    }
}

/// What the consent is about now: what is asked, else what is shared, else what was refused, else what has ended.
fn in_question(present: &Consent) -> Vec<&AskedField> {
    let words = |field: &FieldRef| present.words.get(field);
    match (&present.request, &present.refusal) {
        (Some(request), _) => request.fields.iter().collect(),
        _ if !present.shared.is_empty() => present.shared.keys().filter_map(words).collect(),
        (None, Some(refusal)) => refusal.fields.iter().filter_map(words).collect(),
        (None, None) => present.words.values().collect(),
    }
}
