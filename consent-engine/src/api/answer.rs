//! `PUT /api/v1/consents/{id}`: the person who calls says yes, no or stop.

use axum::{
    Extension, Json,
    body::Bytes,
    http::{StatusCode, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use chrono::TimeDelta;
use ndx_contracts::{FieldRef, Need, Subject, TraceId, consent::ConsentStatus};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    api::{
        ApiError, ErrorBody, LookedAt, asked_at_once, body, citizen::Citizen, conditions::Conditions, error::Code,
        one::Id,
    },
    config::Config,
    current::{Current, Decision, Once},
    error::EngineError,
    ledger::{AskedField, Consent, Illegal, Request},
    store::{Before, Call, Recorded},
};

const NOT_PENDING: ApiError =
    ApiError::Conflict(Code::ConsentNotPending, "the consent has been answered, or has ended");
const CHANGED: ApiError = ApiError::Conflict(Code::ConsentChanged, "the consent has changed in the meantime");
const NOT_AS_WANTED: ApiError =
    ApiError::PreconditionFailed(Code::ConsentChanged, "the consent is not as If-Match wants it");

/// What the person decides.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct AnswerRequest {
    /// What is said.
    #[schema(value_type = AnswerAction, required = true)]
    action: Option<String>,
    /// The version that the person saw; another one is a conflict. Absent: the one that was read last.
    #[schema(minimum = 0, maximum = 9_223_372_036_854_775_807_i64)]
    version: Option<i64>,
    /// With `approve`: which of the optional fields to share. Absent: all of them.
    optional: Option<Vec<FieldRef>>,
    /// With `approve`: for how long, one of the purpose's durations. Absent: the shortest.
    duration: Option<String>,
    /// With `reject`: the person had not asked for anything. The request is marked, and an operator is warned.
    unexpected: Option<bool>,
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

/// An answer as it is kept for a call that is sent again.
#[derive(Debug, Serialize, Deserialize)]
struct Told {
    status: u16,
    body: Value,
}

/// Says yes or no to what is asked, or stops all sharing.
///
/// An answer is taken once: sent again, it is a conflict. Sent again within 24 hours under the same `Idempotency-Key`, it gets
/// the same answer.
#[utoipa::path(
    put,
    path = "/api/v1/consents/{consentId}",
    tag = "citizens",
    security(("citizenToken" = [])),
    params(
        ("consentId" = uuid::Uuid, Path, description = "The consent's id"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the person saw; another one is refused"),
        ("Idempotency-Key" = Option<String>, Header, description = "Chosen by the caller, a new one for each answer", max_length = 255),
    ),
    request_body = AnswerRequest,
    responses(
        (
            status = 200,
            description = "It is written down",
            headers(("ETag" = String, description = "The version, in quotes")),
            body = AnswerTaken,
        ),
        (status = 400, description = "The id, a header or the body is not right; the message names every mistake", body = ErrorBody),
        (status = 401, description = "No access token of the citizens' identity provider; or one of somebody who has not signed in surely enough to share something sensitive (RFC 9470)", body = ErrorBody),
        (status = 404, description = "The person who calls has no such consent", body = ErrorBody),
        (status = 409, description = "The consent is not pending, is not as it was seen, or shares nothing to be stopped", body = ErrorBody),
        (status = 412, description = "The consent is not as `If-Match` wants it", body = ErrorBody),
        (status = 413, description = "The body is too large", body = ErrorBody),
        (status = 422, description = "Another call was sent under the same `Idempotency-Key`", body = ErrorBody),
        (status = 503, description = "The ledger, or the identity provider, does not answer", body = ErrorBody),
    )
)]
pub(crate) async fn answer(
    Citizen { subject, signed_in, engine, looked_at, .. }: Citizen,
    Extension(trace_id): Extension<TraceId>,
    id: Id,
    conditions: Conditions,
    body: Bytes,
) -> Result<Response, ApiError> {
    let said: AnswerRequest = body::read(&body)?;
    said.check(&conditions)?;
    let what = || format!("{} {:?} {}", id.0, conditions.versions, String::from_utf8_lossy(&body));
    let call = conditions.key.as_ref().map(|key| engine.store.call(&subject, key, &what()));
    if let Some(call) = &call {
        match engine.store.before(call).await.map_err(EngineError::from)? {
            Before::Nothing => {}
            Before::Answered(text) => return told(&text),
            Before::Another => return Err(ApiError::KeyReused),
        }
    }
    let once = call.clone().map(|call| Once { call, answer: kept });
    let engine = Current { once, ..engine };
    let is_sure = engine.config.sign_in.is_sure(&signed_in, engine.now());
    match taken(
        &engine,
        Answerer { subject: &subject, is_sure, looked_at: &looked_at },
        id.0,
        &said,
        conditions.versions.as_deref(),
        &trace_id,
    )
    .await
    {
        Ok(recorded) => told(&kept(&recorded)),
        Err(Refused::Repeated(text)) => told(&text),
        Err(Refused::Told(refusal)) => match call {
            Some(call) if refusal.is_kept() => keep(&engine, &call, refusal).await,
            _ => Err(refusal),
        },
    }
}

/// Who answers.
#[derive(Clone, Copy)]
struct Answerer<'a> {
    subject: &'a Subject,
    /// Whether she has signed in surely enough, and not too long ago, to share something sensitive.
    is_sure: bool,
    /// What her portals have shown.
    looked_at: &'a LookedAt,
}

/// Why an answer was not taken.
enum Refused {
    /// The caller hears why.
    Told(ApiError),
    /// It was taken before: somebody sent the same at the same time.
    Repeated(String),
}

impl From<ApiError> for Refused {
    fn from(error: ApiError) -> Self {
        Self::Told(error)
    }
}

impl From<EngineError> for Refused {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Repeated(text) => Self::Repeated(text),
            error => Self::Told(error.into()),
        }
    }
}

/// Has the ledger take what was said.
async fn taken(
    engine: &Current,
    Answerer { subject, is_sure, looked_at }: Answerer<'_>,
    id: Uuid,
    said: &AnswerRequest,
    versions: Option<&[u64]>,
    trace_id: &TraceId,
) -> Result<Recorded, Refused> {
    let (recorded, present) = engine.present_of(subject, id).await?;
    let version = recorded.consent.version;
    if versions.is_some_and(|versions| !versions.contains(&version)) {
        return Err(Refused::Told(NOT_AS_WANTED));
    }
    let seen = said.seen()?.or(versions.map(|_| version));
    let done = match said.action() {
        "revoke" if seen.is_some_and(|seen| seen != version) => return Err(Refused::Told(CHANGED)),
        "revoke" => engine.stop_seen(subject, id, seen, None, trace_id).await,
        action => {
            let seen = match (action, seen) {
                ("approve", None) if present.request.is_some() => {
                    let meant = match looked_at.version(id) {
                        Some(read) => Some(read),
                        None => asked_at_once(&engine.history_of(subject, id).await?.entries).then_some(version),
                    };
                    Some(meant.ok_or(Refused::Told(CHANGED))?)
                }
                _ => seen,
            };
            let (decision, version) = decision(engine, (&recorded, &present), said, action == "approve", seen)?;
            if !is_sure && shares_something_sensitive(&present, &decision) {
                return Err(Refused::Told(ApiError::NotSure(engine.config.sign_in.sensitive_acr_values.clone())));
            }
            engine.decide(subject, id, version, decision, None, trace_id).await
        }
    };
    match done {
        // Somebody was faster, or it has just ended: which of them, the ledger knows.
        Err(EngineError::Conflict) if versions.is_some() => Err(Refused::Told(NOT_AS_WANTED)),
        Err(EngineError::Conflict) => {
            let (_, now) = engine.present_of(subject, id).await?;
            Err(Refused::Told(if now.request.is_some() { CHANGED } else { NOT_PENDING }))
        }
        Err(EngineError::Illegal(Illegal::NothingAsked)) => Err(Refused::Told(NOT_PENDING)),
        Err(EngineError::Illegal(Illegal::NothingShared)) => {
            Err(Refused::Told(ApiError::Conflict(Code::ConsentNotApproved, "nothing is shared that could be stopped")))
        }
        done => Ok(done?),
    }
}

/// The answer to a call that was taken, as it is kept.
fn kept(recorded: &Recorded) -> String {
    let present = recorded.consent.at(recorded.changed_at);
    let (status, version) = (present.status(), present.version);
    let taken = AnswerTaken { message: "Consent updated successfully", status, version };
    json!(Told { status: 200, body: json!(taken) }).to_string()
}

/// Keeps that a call was refused, so that it is refused whatever happens; unless it was answered meanwhile.
async fn keep(engine: &Current, call: &Call, refusal: ApiError) -> Result<Response, ApiError> {
    let (status, body) = refusal.told();
    let text = json!(Told { status: status.as_u16(), body: json!(body) }).to_string();
    let mut writing = engine.store.begin().await.map_err(EngineError::from)?;
    match writing.keep(call, &text).await.map_err(EngineError::from)? {
        Before::Nothing => {
            writing.commit().await.map_err(EngineError::from)?;
            Err(refusal)
        }
        Before::Answered(text) => told(&text),
        Before::Another => Err(ApiError::KeyReused),
    }
}

/// An answer that was kept.
fn told(text: &str) -> Result<Response, ApiError> {
    let told: Result<Told, _> = serde_json::from_str(text);
    let Told { status, body } = told.map_err(|_| ApiError::Unavailable("an answer that was kept cannot be read"))?;
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let etag = body.get("version").and_then(Value::as_u64).map(|version| [(header::ETAG, format!("\"{version}\""))]);
    Ok((status, etag.map(AppendHeaders), Json(body)).into_response())
}

impl AnswerRequest {
    fn action(&self) -> &str {
        self.action.as_deref().unwrap_or_default()
    }

    /// The version that the person saw, as the body says it.
    fn seen(&self) -> Result<Option<u64>, ApiError> {
        let seen = self.version.map(u64::try_from).transpose();
        seen.map_err(|_| ApiError::BadRequest("version must not be negative".to_owned()))
    }

    fn check(&self, conditions: &Conditions) -> Result<(), ApiError> {
        if !matches!(self.action(), "approve" | "reject" | "revoke") {
            return Err(ApiError::BadRequest("Invalid action: write approve, reject or revoke".to_owned()));
        }
        let mut mistakes = Vec::new();
        match (self.seen()?, &conditions.versions) {
            (Some(seen), Some(versions)) if !versions.contains(&seen) => {
                mistakes.push("version and If-Match name different versions".to_owned());
            }
            _ => {}
        }
        if self.unexpected.is_some() && self.action() != "reject" {
            mistakes.push("unexpected belongs to reject".to_owned());
        }
        body::without(mistakes)
    }
}

/// The decision, and the version of the request that it answers.
fn decision(
    engine: &Current,
    (recorded, present): (&Recorded, &Consent),
    said: &AnswerRequest,
    yes: bool,
    seen: Option<u64>,
) -> Result<(Decision, u64), ApiError> {
    let request = present.request.as_ref().ok_or(NOT_PENDING)?;
    let version = recorded.consent.version;
    if seen.is_some_and(|seen| seen != version) {
        return Err(CHANGED);
    }
    let decision = if yes {
        share(&engine.config, recorded, request, said)?
    } else {
        Decision::Deny { unexpected: said.unexpected.unwrap_or_default() }
    };
    Ok((decision, version))
}

/// Whether `decision` would share something of which its provider says that it is sensitive.
fn shares_something_sensitive(present: &Consent, decision: &Decision) -> bool {
    let Decision::Share { optional, .. } = decision else { return false };
    let asked = present.request.iter().flat_map(|request| &request.fields);
    asked.into_iter().any(|asked| asked.sensitive && (asked.need == Need::Needed || optional.contains(&asked.field)))
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
