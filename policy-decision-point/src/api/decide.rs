//! `POST /api/v1/policy/decide`: OpenDIF's question and answer, with our additions.
//!
//! Added to the question: `purpose`. Without it, the application's only purpose is taken; with several, every field is
//! denied as `OTHER_PURPOSE`, for nobody said which. Added to the answer: `policyVersion` and `decisions`.

use std::{collections::BTreeSet, sync::Arc};

use axum::{
    Extension, Json,
    extract::{State, rejection::JsonRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use ndx_contracts::{
    ApplicationId, FieldRef, Purpose, TraceId,
    policy::{Decision, DecisionRequest, DenyReason, Effect, FieldDecision},
};
use serde::{Deserialize, Serialize};

use super::problem;
use crate::{
    policy::{FieldPolicy, Owner, PolicySet},
    state::Pdp,
};

/// The question.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DecideRequest {
    application_id: ApplicationId,
    required_fields: Vec<FieldRef>,
    #[serde(default)]
    purpose: Option<Purpose>,
}

/// The answer. Lists are null when they are empty, as OpenDIF's callers expect.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DecideResponse {
    app_authorized: bool,
    unauthorized_fields: Option<Vec<FieldAnswer>>,
    app_access_expired: bool,
    expired_fields: Option<Vec<FieldAnswer>>,
    app_requires_owner_consent: bool,
    consent_required_fields: Option<Vec<FieldAnswer>>,
    policy_version: u64,
    decisions: Vec<FieldDecision>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct FieldAnswer {
    #[serde(flatten)]
    field: FieldRef,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<Owner>,
}

/// Decides.
pub async fn handler(
    State(pdp): State<Arc<Pdp>>,
    Extension(trace_id): Extension<TraceId>,
    body: Result<Json<DecideRequest>, JsonRejection>,
) -> Response {
    let request = match body {
        Ok(Json(request)) => request,
        Err(rejection) => {
            let message = "send JSON: {\"applicationId\": text, \"requiredFields\": [{\"fieldName\": text, \"schemaId\": text}], \
                           \"purpose\": text, optional}";
            let status = match rejection.status() {
                StatusCode::UNSUPPORTED_MEDIA_TYPE => StatusCode::UNSUPPORTED_MEDIA_TYPE,
                StatusCode::PAYLOAD_TOO_LARGE => StatusCode::PAYLOAD_TOO_LARGE,
                _ => StatusCode::BAD_REQUEST,
            };
            return problem(status, "BAD_REQUEST", message);
        }
    };
    let policies = pdp.policies();
    // No purpose can have the empty name, so nothing is granted for it.
    let purpose =
        request.purpose.or_else(|| only_purpose(policies, &request.application_id)).unwrap_or(Purpose::new(""));
    let question =
        DecisionRequest { application: request.application_id, purpose, fields: request.required_fields, trace_id };
    Json(answer(policies, pdp.decide_now(&question))).into_response()
}

fn only_purpose(policies: &PolicySet, application: &ApplicationId) -> Option<Purpose> {
    let own = policies.grants.keys().filter(|(owner, ..)| owner == application).map(|(_, purpose, _)| purpose);
    let purposes: BTreeSet<&Purpose> = own.collect();
    match purposes.len() {
        1 => purposes.first().map(|purpose| (*purpose).clone()),
        _ => None,
    }
}

fn answer(policies: &PolicySet, decision: Decision) -> DecideResponse {
    let listed = |wanted: &dyn Fn(&Effect) -> bool| {
        let chosen = decision.fields.iter().filter(|one| wanted(&one.effect));
        let fields: Vec<_> = chosen.map(|one| described(policies, &one.field)).collect();
        (!fields.is_empty()).then_some(fields)
    };
    let expired = Effect::Deny { reason: DenyReason::AccessExpired };
    let unauthorized_fields = listed(&|effect| matches!(effect, Effect::Deny { .. }) && *effect != expired);
    let expired_fields = listed(&|effect| *effect == expired);
    let consent_required_fields = listed(&|effect| matches!(effect, Effect::PermitWithConsent { .. }));
    DecideResponse {
        app_authorized: unauthorized_fields.is_none(),
        app_access_expired: expired_fields.is_some(),
        app_requires_owner_consent: consent_required_fields.is_some(),
        unauthorized_fields,
        expired_fields,
        consent_required_fields,
        policy_version: decision.policy_version,
        decisions: decision.fields,
    }
}

fn described(policies: &PolicySet, field: &FieldRef) -> FieldAnswer {
    let known: Option<&FieldPolicy> = policies.fields.get(field);
    FieldAnswer {
        field: field.clone(),
        display_name: known.and_then(|policy| policy.display_name.clone()),
        description: known.and_then(|policy| policy.description.clone()),
        owner: known.and_then(|policy| policy.owner),
    }
}
