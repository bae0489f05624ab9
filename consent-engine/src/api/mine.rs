//! `GET /api/v1/consents`: all consents of the person who calls.

use std::{cmp::Reverse, str::FromStr};

use axum::{Json, extract::RawQuery};
use chrono::{DateTime, Utc};
use ndx_contracts::consent::ConsentStatus;
use serde::{Deserialize, Serialize, de::value::StrDeserializer};
use url::form_urlencoded;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    api::{ApiError, ErrorBody, body, citizen::Citizen},
    current::Current,
    ledger::Consent,
    store::Recorded,
};

const LONGEST_PAGE: usize = 100;
const USUAL_PAGE: usize = 20;
const LAST_OFFSET: usize = 1_000_000;

/// One page of the list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConsentList {
    /// The newest first.
    consents: Vec<ListedConsent>,
    /// How many there are on all pages.
    total: usize,
    limit: usize,
    offset: usize,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ListedConsent {
    consent_id: Uuid,
    app_id: String,
    /// `null` when the application is not registered any more.
    app_name: Option<String>,
    purpose: String,
    status: ConsentStatus,
    /// When the application first asked.
    created_at: DateTime<Utc>,
    /// When the open request ends; `null` when none waits.
    pending_expires_at: Option<DateTime<Utc>>,
    /// When the last of what is shared ends; `null` when nothing is.
    grant_expires_at: Option<DateTime<Utc>>,
}

/// Which page, of which consents.
struct Wanted {
    statuses: Vec<ConsentStatus>,
    limit: usize,
    offset: usize,
}

/// All consents of the person who calls, the newest first.
#[utoipa::path(
    get,
    path = "/api/v1/consents",
    tag = "citizens",
    security(("citizenToken" = [])),
    params(
        ("status" = Option<Vec<ConsentStatus>>, Query, description = "Only these; may be repeated, or be a list with commas"),
        ("limit" = Option<u32>, Query, description = "How many at most; 20 when absent", minimum = 1, maximum = 100),
        ("offset" = Option<u32>, Query, description = "How many to pass over", minimum = 0, maximum = 1_000_000),
    ),
    responses(
        (status = 200, description = "One page of them", body = ConsentList),
        (status = 400, description = "A parameter is not right; the message names every mistake", body = ErrorBody),
        (status = 401, description = "No access token of the citizens' identity provider", body = ErrorBody),
        (status = 503, description = "The ledger, or the identity provider, does not answer", body = ErrorBody),
    )
)]
pub(crate) async fn list(
    Citizen { subject, engine, .. }: Citizen,
    RawQuery(query): RawQuery,
) -> Result<Json<ConsentList>, ApiError> {
    let Wanted { statuses, limit, offset } = wanted(&query.unwrap_or_default())?;
    let mut all = engine.presents_of(&subject).await?;
    all.sort_by_key(|(one, _)| (Reverse(one.created_at), one.id));
    let listed = all.iter().map(|(one, present)| listed(&engine, one, present));
    let listed: Vec<_> = listed.filter(|one| statuses.is_empty() || statuses.contains(&one.status)).collect();
    let total = listed.len();
    Ok(Json(ConsentList { consents: listed.into_iter().skip(offset).take(limit).collect(), total, limit, offset }))
}

fn listed(engine: &Current, recorded: &Recorded, present: &Consent) -> ListedConsent {
    let language = engine.config.first_language();
    ListedConsent {
        consent_id: recorded.id,
        app_id: recorded.application.to_string(),
        app_name: engine
            .config
            .application(&recorded.application)
            .map(|application| application.name.in_language(language).to_owned()),
        purpose: recorded.purpose.to_string(),
        status: present.status(),
        created_at: recorded.created_at,
        pending_expires_at: present.request.as_ref().map(|request| request.expires_at),
        grant_expires_at: present.shared.values().map(|share| share.until).max(),
    }
}

fn wanted(query: &str) -> Result<Wanted, ApiError> {
    let mut mistakes = Vec::new();
    let values = |name: &'static str| {
        form_urlencoded::parse(query.as_bytes()).filter(move |(key, _)| key == name).map(|(_, value)| value)
    };
    let mut statuses = Vec::new();
    for value in values("status") {
        for one in value.split(',').map(str::trim) {
            match ConsentStatus::deserialize(StrDeserializer::<serde::de::value::Error>::new(one)) {
                Ok(status) => statuses.push(status),
                Err(_) => mistakes.push("status must be pending, approved, rejected, expired or revoked".to_owned()),
            }
        }
    }
    let mut number = |name: &'static str, usual: usize, least: usize, most: usize| {
        let Some(value) = values(name).next() else { return usual };
        let number = usize::from_str(&value).ok().filter(|number| (least..=most).contains(number));
        number.unwrap_or_else(|| {
            mistakes.push(format!("{name} must be a number from {least} to {most}"));
            usual
        })
    };
    let limit = number("limit", USUAL_PAGE, 1, LONGEST_PAGE);
    let offset = number("offset", 0, 0, LAST_OFFSET);
    body::without(mistakes)?;
    Ok(Wanted { statuses, limit, offset })
}
