//! `POST /api/audit-logs`: another service of OpenDIF posts an event.

use std::sync::Arc;

use axum::{
    Extension, Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use ndx_service::caller::Caller;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    body::JsonBody,
    parameters::trace_id,
    problem::{Problem, bad_request, unwritten},
};
use crate::{
    opendif::{ActorType, EventAction, EventType, LogRecord, Status, TargetType, without_queries},
    state::Audit,
    store::Entry,
};

const LONGEST: usize = 255;

/// An event, as it is posted. Other members are left out.
#[derive(utoipa::ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "it is read by hand, so that all mistakes are told at once")]
pub struct AuditLogRequest {
    /// The trace that it belongs to: a UUID, with hyphens or without.
    #[schema(
        required = false,
        pattern = "^([0-9a-fA-F]{32}|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})$"
    )]
    trace_id: Option<String>,
    /// When it happened (RFC 3339). It is kept in UTC, to the microsecond.
    timestamp: DateTime<Utc>,
    /// What kind of event it is.
    #[schema(required = false)]
    event_type: Option<EventType>,
    /// What was done.
    #[schema(required = false)]
    event_action: Option<EventAction>,
    /// How it ended.
    status: Status,
    /// Who did it: which kind.
    actor_type: ActorType,
    /// Who did it.
    #[schema(min_length = 1, max_length = 255)]
    actor_id: String,
    /// What it was done to: which kind.
    target_type: TargetType,
    /// What it was done to.
    #[schema(required = false, max_length = 255)]
    target_id: Option<String>,
    /// What was asked. A member named `query`, however deep, is not kept.
    #[schema(required = false)]
    request_metadata: Option<Value>,
    /// What was answered. A member named `query`, however deep, is not kept.
    #[schema(required = false)]
    response_metadata: Option<Value>,
    /// What else there is to say. A member named `query`, however deep, is not kept.
    #[schema(required = false)]
    additional_metadata: Option<Value>,
}

/// Posts an audit event
///
/// It is only ever added. What may name people (`actorId`, `targetId` and what the poster says in metadata) is kept sealed;
/// the text of a query is never kept.
#[utoipa::path(
    post,
    path = "/api/audit-logs",
    operation_id = "postAuditLog",
    tag = "OpenDIF",
    request_body = AuditLogRequest,
    responses(
        (status = 201, description = "The event, as it is kept.", body = LogRecord),
        (status = 400, description = "This is no event.", body = Problem),
        (status = 401, description = "No service token for this service.", body = Problem),
        (status = 413, description = "The body is longer than 1 MiB.", body = Problem),
        (status = 415, description = "The body is not said to be `application/json`.", body = Problem),
        (status = 503, description = "The event cannot be kept.", body = Problem),
    ),
    security(("serviceToken" = [])),
)]
pub async fn handler(
    State(audit): State<Arc<Audit>>,
    Extension(caller): Extension<Caller>,
    JsonBody(sent): JsonBody<Value>,
) -> Response {
    let Value::Object(members) = sent else {
        return bad_request("Invalid request payload", &["the body must be an object".to_owned()]);
    };
    let mut form = Form { members, mistakes: Vec::new() };
    let event = form.event(caller.0, audit.now());
    let Some(event) = event.filter(|_| form.mistakes.is_empty()) else {
        return bad_request("Invalid request payload", &form.mistakes);
    };
    match audit.write(Entry::Event(Box::new(event.clone()))).await {
        Ok(()) => (StatusCode::CREATED, Json(event)).into_response(),
        Err(error) => unwritten(&error),
    }
}

/// The members as they were sent, and what is wrong with them so far.
struct Form {
    members: Map<String, Value>,
    mistakes: Vec<String>,
}

impl Form {
    fn event(&mut self, posted_by: String, now: DateTime<Utc>) -> Option<LogRecord> {
        let trace_id = self.optional("traceId", "a UUID", trace_id);
        let timestamp = self.required("timestamp", "a time as in RFC 3339, like 2026-01-31T12:00:00Z", time);
        let event_type = self.optional("eventType", &one_of(EventType::WORDS), EventType::of);
        let event_action = self.optional("eventAction", &one_of(EventAction::WORDS), EventAction::of);
        let status = self.required("status", &one_of(Status::WORDS), Status::of);
        let actor_type = self.required("actorType", &one_of(ActorType::WORDS), ActorType::of);
        let id = |text: &str| (text.chars().count() <= LONGEST).then(|| text.to_owned());
        let some_id = |text: &str| id(text).filter(|text| !text.is_empty());
        let actor_id = self.required("actorId", "a text of 1 to 255 characters", some_id);
        let target_type = self.required("targetType", &one_of(TargetType::WORDS), TargetType::of);
        let target_id = self.optional("targetId", "a text of at most 255 characters", id);
        let mut metadata = |name: &str| self.members.remove(name).and_then(without_queries);
        Some(LogRecord {
            request_metadata: metadata("requestMetadata"),
            response_metadata: metadata("responseMetadata"),
            additional_metadata: metadata("additionalMetadata"),
            id: Uuid::new_v4(),
            trace_id,
            timestamp: timestamp?,
            event_type,
            event_action,
            status: status?,
            actor_type: actor_type?,
            actor_id: actor_id?,
            target_type: target_type?,
            target_id,
            created_at: DateTime::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now),
            posted_by: Some(posted_by),
            request_id: None,
            seq: None,
        })
    }

    fn required<T>(&mut self, name: &str, what: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        if matches!(self.members.get(name), None | Some(Value::Null)) {
            self.mistakes.push(format!("`{name}` is missing; it must be {what}"));
            return None;
        }
        self.optional(name, what, read)
    }

    fn optional<T>(&mut self, name: &str, what: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        let value = self.members.get(name).filter(|value| !value.is_null())?;
        let read = value.as_str().and_then(read);
        if read.is_none() {
            self.mistakes.push(format!("`{name}` must be {what}"));
        }
        read
    }
}

fn one_of(words: &[&str]) -> String {
    format!("one of {}", words.join(", "))
}

/// A time as it is kept: in UTC, to the microsecond. RFC 3339 has years of four digits; what an offset moves out of them is
/// kept as their first or last second.
fn time(text: &str) -> Option<DateTime<Utc>> {
    const FIRST: i64 = -62_167_219_200;
    const LAST: i64 = 253_402_300_799;
    let time = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
    if (FIRST..=LAST).contains(&time.timestamp()) {
        return DateTime::from_timestamp_micros(time.timestamp_micros());
    }
    DateTime::from_timestamp(if time.timestamp() < FIRST { FIRST } else { LAST }, 0)
}

#[cfg(test)]
mod tests {
    use super::time;

    #[test]
    fn every_time_of_rfc_3339_is_kept_as_one_of_four_digits_of_years() {
        for (sent, kept) in [
            ("2026-01-31T12:00:00.1234567+05:30", "2026-01-31T06:30:00.123456+00:00"),
            ("0001-01-01T01:01:01+01:02", "0000-12-31T23:59:01+00:00"),
            ("0000-01-01T00:00:00+01:00", "0000-01-01T00:00:00+00:00"),
            ("9999-12-31T23:59:59-01:00", "9999-12-31T23:59:59+00:00"),
        ] {
            assert_eq!(time(sent).unwrap().to_rfc3339(), kept, "{sent}");
        }
        assert_eq!(time("yesterday"), None);
    }
}
