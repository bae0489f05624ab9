//! `PUT /api/v1/consents/{id}`: the person who calls says yes, no or stop.

use axum::{Extension, Json, body::Bytes};
use chrono::TimeDelta;
use ndx_contracts::{FieldRef, Need, TraceId, consent::ConsentStatus};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    api::{ApiError, ErrorBody, body, citizen::Citizen, error::Code, one::Id},
    config::Config,
    current::{Current, Decision},
    error::EngineError,
    ledger::{AskedField, Illegal, Request},
    store::Recorded,
};

const NOT_PENDING: ApiError =
    ApiError::Conflict(Code::ConsentNotPending, "the consent has been answered, or has ended");
const CHANGED: ApiError = ApiError::Conflict(Code::ConsentChanged, "the consent has changed in the meantime");

/// What the person decides.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct AnswerRequest {
    /// What is said.
    #[schema(value_type = AnswerAction, required = true)]
    action: Option<String>,
    /// The version that the person saw; another one is a conflict. Absent: whatever is asked now.
    #[schema(minimum = 0, maximum = 9_223_372_036_854_775_807_i64)]
    version: Option<i64>,
    /// With `approve`: which of the optional fields to share. Absent: all of them.
    optional: Option<Vec<FieldRef>>,
    /// With `approve`: for how long, one of the purpose's durations. Absent: the shortest.
    duration: Option<String>,
}

#[derive(Debug, ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "it only describes the texts that are accepted")]
enum AnswerAction {
    Approve,
    Reject,
    Revoke,
}

/// That it was written down.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AnswerTaken {
    /// Always `Consent updated successfully`.
    message: &'static str,
    /// Where the consent stands now.
    status: ConsentStatus,
    /// The number of the last action.
    version: u64,
}

/// Says yes or no to what is asked, or stops all sharing. An answer is taken once: sent again, it is a conflict.
#[utoipa::path(
    put,
    path = "/api/v1/consents/{consentId}",
    tag = "citizens",
    security(("citizenToken" = [])),
    params(("consentId" = uuid::Uuid, Path, description = "The consent's id")),
    request_body = AnswerRequest,
    responses(
        (status = 200, description = "It is written down", body = AnswerTaken),
        (status = 400, description = "The id or the body is not right; the message names every mistake", body = ErrorBody),
        (status = 401, description = "No access token of the citizens' identity provider", body = ErrorBody),
        (status = 404, description = "The person who calls has no such consent", body = ErrorBody),
        (status = 409, description = "The consent is not pending, is not as it was seen, or shares nothing to be stopped", body = ErrorBody),
        (status = 413, description = "The body is too large", body = ErrorBody),
        (status = 503, description = "The ledger, or the identity provider, does not answer", body = ErrorBody),
    )
)]
pub(crate) async fn answer(
    Citizen { subject, engine, .. }: Citizen,
    Extension(trace_id): Extension<TraceId>,
    id: Id,
    body: Bytes,
) -> Result<Json<AnswerTaken>, ApiError> {
    let said: AnswerRequest = body::read(&body)?;
    let action = said.action.as_deref().unwrap_or_default();
    if !matches!(action, "approve" | "reject" | "revoke") {
        return Err(ApiError::BadRequest("Invalid action: write approve, reject or revoke".to_owned()));
    }
    let seen = said.version.map(u64::try_from).transpose();
    let seen = seen.map_err(|_| ApiError::BadRequest("version must not be negative".to_owned()))?;
    let recorded = engine.consent_of(&subject, id.0).await?;
    let done = match action {
        "revoke" if seen.is_some_and(|seen| seen != recorded.consent.version) => return Err(CHANGED),
        "revoke" => engine.stop(&subject, id.0, &trace_id).await,
        _ => {
            let (decision, version) = decision(&engine, &recorded, &said, action == "approve", seen)?;
            engine.decide(&subject, id.0, version, decision, None, &trace_id).await
        }
    };
    match done {
        Ok(recorded) => {
            let present = recorded.consent.at(engine.now());
            let (status, version) = (present.status(), present.version);
            Ok(Json(AnswerTaken { message: "Consent updated successfully", status, version }))
        }
        // Somebody was faster, or it has just ended: which of them, the ledger knows.
        Err(EngineError::Conflict) => match engine.consent_of(&subject, id.0).await?.consent.at(engine.now()).request {
            Some(_) => Err(CHANGED),
            None => Err(NOT_PENDING),
        },
        Err(EngineError::Illegal(Illegal::NothingAsked)) => Err(NOT_PENDING),
        Err(EngineError::Illegal(Illegal::NothingShared)) => {
            Err(ApiError::Conflict(Code::ConsentNotApproved, "nothing is shared that could be stopped"))
        }
        Err(error) => Err(error.into()),
    }
}

/// The decision, and the version of the request that it answers.
fn decision(
    engine: &Current,
    recorded: &Recorded,
    said: &AnswerRequest,
    yes: bool,
    seen: Option<u64>,
) -> Result<(Decision, u64), ApiError> {
    let present = recorded.consent.at(engine.now());
    let request = present.request.as_ref().ok_or(NOT_PENDING)?;
    let version = recorded.consent.version;
    if seen.is_some_and(|seen| seen != version) {
        return Err(CHANGED);
    }
    // A token does not say how surely somebody signed in; our own pages ask for more.
    if yes && request.fields.iter().any(|asked| asked.sensitive) {
        return Err(ApiError::Unauthorized("something sensitive is asked: it is shared on the exchange's own pages only"));
    }
    let decision =
        if yes { share(&engine.config, recorded, request, said)? } else { Decision::Deny { unexpected: false } };
    Ok((decision, version))
}

fn share(config: &Config, recorded: &Recorded, request: &Request, said: &AnswerRequest) -> Result<Decision, ApiError> {
    let purpose = config.purpose(&recorded.application, &recorded.purpose);
    let durations = purpose.map(|purpose| purpose.durations.as_slice()).unwrap_or_default();
    let Some(shortest) = durations.first() else {
        let why = "the application is not registered for this purpose any more";
        return Err(ApiError::Conflict(Code::PurposeNotRegistered, why));
    };
    let choices: Vec<&FieldRef> = request.fields.iter().filter(is_choice).map(|asked| &asked.field).collect();
    let mut mistakes = Vec::new();
    let length = match &said.duration {
        None => Some(shortest.length()),
        Some(named) => durations.iter().find(|one| one.as_str() == named).map(ndx_config::IsoDuration::length),
    };
    if length.is_none() {
        let names: Vec<&str> = durations.iter().map(ndx_config::IsoDuration::as_str).collect();
        mistakes.push(format!("duration must be one of {}", names.join(", ")));
    }
    let optional: Vec<FieldRef> = match &said.optional {
        None => choices.iter().copied().cloned().collect(),
        Some(chosen) => chosen.clone(),
    };
    if optional.iter().any(|field| !choices.contains(&field)) {
        mistakes.push("optional names a field that is not an optional one of this request".to_owned());
    }
    if optional.is_empty() && choices.len() == request.fields.len() {
        mistakes.push("nothing would be shared: name a field in optional, or reject".to_owned());
    }
    body::without(mistakes)?;
    Ok(Decision::Share { optional, length: length.unwrap_or_else(TimeDelta::zero) })
}

fn is_choice(asked: &&AskedField) -> bool {
    asked.need == Need::Optional
}
