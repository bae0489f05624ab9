//! `POST /api/v1/policy/update-allowlist`: an application may ask for these fields, from now on for a month or a year.
//!
//! OpenDIF's allow list knows no purpose, no need and no legal basis; we add them. Without `purpose`, the application's only
//! purpose is taken. Without `need` and `basis`, a grant that is prolonged keeps its own, and a new one says that the field is
//! needed, and that it rests on the person's consent.

use std::sync::Arc;

use axum::{Extension, Json, extract::State};
use chrono::{DateTime, Months, Utc};
use ndx_contracts::{ApplicationId, FieldRef, LegalBasis, Need, Purpose};
use ndx_service::caller::Caller;
use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use super::{
    decide::FIELD,
    problem::{ErrorBody, Problem, ToASender, ToEverybody},
    sent::{Body, Kind, Mistakes, Shape, optional, read, required},
};
use crate::{
    basis,
    history::{Author, Entry, Policies},
    policy::{Action, Grant, PolicySet},
    state::Pdp,
};

const SHAPE: Shape = Shape {
    about: "An application may ask for these fields.",
    members: &[
        required("applicationId", Kind::Name, "Who."),
        required("records", Kind::List(&FIELD), "Which fields. Each must have a field policy."),
        required(
            "grantDuration",
            Kind::OneOf(&["30d", "365d"]),
            "How long from now: a month or a year of the calendar.",
        ),
        optional("purpose", Kind::Name, "What for. Without it, the application's only purpose is taken."),
        optional("need", Kind::OneOf(&["needed", "optional"]), "Whether the application needs them."),
        optional("basis", Kind::Basis, "On what ground."),
    ],
};

/// An application may ask for these fields.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AllowRequest {
    application_id: ApplicationId,
    records: Vec<FieldRef>,
    grant_duration: Duration,
    #[serde(default)]
    purpose: Option<Purpose>,
    #[serde(default)]
    need: Option<Need>,
    #[serde(default)]
    basis: Option<LegalBasis>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
enum Duration {
    #[serde(rename = "30d")]
    Month,
    #[serde(rename = "365d")]
    Year,
}

impl PartialSchema for AllowRequest {
    fn schema() -> RefOr<Schema> {
        Schema::from(SHAPE.schema()).into()
    }
}

impl ToSchema for AllowRequest {}

/// What the application may now ask for.
#[derive(Debug, Serialize, ToSchema)]
pub struct AllowResponse {
    /// The fields of the request, in its order.
    records: Vec<AllowedField>,
}

/// A field, and until when it may be asked for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct AllowedField {
    #[serde(flatten)]
    field: FieldRef,
    expires_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// Lets an application ask for fields, for a month or a year from now.
#[utoipa::path(
    post, path = "/api/v1/policy/update-allowlist", tag = "allow lists", security(("serviceToken" = [])),
    request_body = AllowRequest,
    responses(
        (status = 200, description = "What the application may now ask for.", body = AllowResponse),
        (status = 400, description = "The body has mistakes; all are told.", body = ErrorBody),
        (status = 409, description = "A field has no policy, nobody said what for, or the court's order has ended; all is told.", body = ErrorBody),
        ToASender, ToEverybody,
    ),
)]
pub async fn handler(
    State(pdp): State<Arc<Pdp>>,
    Extension(Caller(caller)): Extension<Caller>,
    body: Body,
) -> Result<Json<AllowResponse>, Problem> {
    let request: AllowRequest = read(body, &SHAPE, |_, _| {})?;
    let policies = pdp.change(&Author::service(&caller), |policies| actions(&pdp, policies, &request)).await?.after;
    let purpose = purpose(&pdp, policies.set(), &request).unwrap_or(Purpose::new(""));
    let allowed = |field: FieldRef| {
        let key = (request.application_id.clone(), purpose.clone(), field);
        let expires_at = policies.set().grants.get(&key)?.until?;
        let updated_at = policies.mark(&Entry::Grant(key.clone()))?.changed;
        Some(AllowedField { field: key.2, expires_at, updated_at })
    };
    Ok(Json(AllowResponse { records: request.records.iter().cloned().filter_map(allowed).collect() }))
}

fn purpose(pdp: &Pdp, set: &PolicySet, request: &AllowRequest) -> Option<Purpose> {
    request.purpose.clone().or_else(|| pdp.only_purpose(set, &request.application_id))
}

fn actions(pdp: &Pdp, policies: &Policies, request: &AllowRequest) -> Result<Vec<Action>, Problem> {
    let now = pdp.clock().now();
    let set = policies.set();
    let mut mistakes = Mistakes::default();
    for (number, field) in request.records.iter().enumerate() {
        if !set.fields.contains_key(field) {
            mistakes.note(&format!("records[{number}]"), format!("no field policy speaks of `{field}`"));
        }
    }
    let months = match request.grant_duration {
        Duration::Month => Months::new(1),
        Duration::Year => Months::new(12),
    };
    let until = now.checked_add_months(months).unwrap_or(DateTime::<Utc>::MAX_UTC);
    let mut actions: Vec<Action> = Vec::new();
    match purpose(pdp, set, request) {
        Some(purpose) => {
            let mut fields: Vec<_> = request.records.iter().collect();
            fields.sort();
            fields.dedup();
            let grants: Vec<_> =
                fields.into_iter().map(|field| grant(set, request, &purpose, field, now, until)).collect();
            if let Some(ended) = grants.iter().find_map(|grant| basis::ended(&grant.basis, now)) {
                mistakes.note("basis", ended);
            }
            actions.extend(grants.into_iter().map(|grant| Action::GrantPut { grant }));
        }
        // Nothing is asked for, so it does not matter what for.
        None if request.records.is_empty() => {}
        None => mistakes.note(
            "purpose",
            "say what for: the application has no grants from which it could be taken, or has them for several purposes",
        ),
    }
    if mistakes.is_empty() { Ok(actions) } else { Err(Problem::conflict(&mistakes)) }
}

fn grant(
    set: &PolicySet,
    request: &AllowRequest,
    purpose: &Purpose,
    field: &FieldRef,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Grant {
    let (application, purpose, field) = (request.application_id.clone(), purpose.clone(), field.clone());
    let held = set.grants.get(&(application.clone(), purpose.clone(), field.clone()));
    // A grant that holds goes on; one that has ended, or has not begun, begins now.
    let goes_on = held.filter(|grant| grant.from <= now && grant.until.is_none_or(|until| until > now));
    Grant {
        need: request.need.or(held.map(|grant| grant.need)).unwrap_or(Need::Needed),
        from: goes_on.map_or(now, |grant| grant.from),
        until: Some(until),
        basis: request.basis.clone().or(held.map(|grant| grant.basis.clone())).unwrap_or(LegalBasis::Consent),
        application,
        purpose,
        field,
    }
}
