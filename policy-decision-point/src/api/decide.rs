//! `POST /api/v1/policy/decide`: OpenDIF's question and answer, with our additions.
//!
//! Added to the question: `purpose`. Without it, the application's only purpose is taken; with several, every field is
//! denied as `OTHER_PURPOSE`, for nobody said which. Added to the answer: `policyVersion` and `decisions`.

use std::sync::Arc;

use axum::{Extension, Json, extract::State};
use ndx_contracts::{
    ApplicationId, FieldRef, Purpose, TraceId,
    policy::{Decision, DecisionRequest, DenyReason, Effect, FieldDecision},
};
use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use super::{
    problem::{ErrorBody, Problem, ToASender, ToEverybody},
    sent::{Body, Kind, Shape, optional, read, required},
};
use crate::{
    policy::{FieldPolicy, Owner, PolicySet},
    state::Pdp,
};

/// A field, as every question names it.
pub const FIELD: Shape = Shape {
    about: "A field of a provider's schema.",
    members: &[
        required("fieldName", Kind::Name, "The dotted path from the provider's `Query` type: `person.fullName`."),
        required("schemaId", Kind::Name, "The provider's schema: `drp-schema-v1`."),
    ],
};

const SHAPE: Shape = Shape {
    about: "May this application see these fields, for this purpose?",
    members: &[
        required("applicationId", Kind::Name, "Who asks."),
        required("requiredFields", Kind::List(&FIELD), "Which fields; each is decided, in this order."),
        optional("purpose", Kind::Name, "What for. Without it, the application's only purpose is taken."),
    ],
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

impl PartialSchema for DecideRequest {
    fn schema() -> RefOr<Schema> {
        Schema::from(SHAPE.schema()).into()
    }
}

impl ToSchema for DecideRequest {}

/// The answer. Lists are null when they are empty, as OpenDIF's callers expect.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DecideResponse {
    /// Whether `unauthorizedFields` is empty.
    app_authorized: bool,
    /// The fields that are denied for another reason than a grant that has ended.
    #[schema(required = true)]
    unauthorized_fields: Option<Vec<FieldAnswer>>,
    /// Whether `expiredFields` has any.
    app_access_expired: bool,
    /// The fields whose grants have ended.
    #[schema(required = true)]
    expired_fields: Option<Vec<FieldAnswer>>,
    /// Whether `consentRequiredFields` has any.
    app_requires_owner_consent: bool,
    /// The fields that are permitted when the person has shared them.
    #[schema(required = true)]
    consent_required_fields: Option<Vec<FieldAnswer>>,
    /// The version of the policies that decided: the number of the last action in their history.
    policy_version: u64,
    /// One decision for each field of the question, in its order, with its reasons.
    decisions: Vec<FieldDecision>,
}

/// A field, and what people call it.
#[derive(Debug, Serialize, ToSchema)]
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

/// Decides, field by field, what an application may see. An unknown field is denied.
#[utoipa::path(
    post, path = "/api/v1/policy/decide", tag = "decisions", security(("serviceToken" = [])),
    request_body = DecideRequest,
    responses(
        (status = 200, description = "The decision.", body = DecideResponse),
        (status = 400, description = "The body has mistakes; all are told.", body = ErrorBody),
        ToASender, ToEverybody,
    ),
)]
pub async fn handler(
    State(pdp): State<Arc<Pdp>>,
    Extension(trace_id): Extension<TraceId>,
    body: Body,
) -> Result<Json<DecideResponse>, Problem> {
    let request: DecideRequest = read(body, &SHAPE, |_, _| {})?;
    let policies = pdp.in_force().await?;
    let set = policies.set();
    // No purpose can have the empty name, so nothing is granted for it.
    let purpose =
        request.purpose.or_else(|| pdp.only_purpose(set, &request.application_id)).unwrap_or(Purpose::new(""));
    let question =
        DecisionRequest { application: request.application_id, purpose, fields: request.required_fields, trace_id };
    Ok(Json(answer(set, pdp.decide_by(&policies, &question))))
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
