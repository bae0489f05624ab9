//! Writes the answer as GraphQL over HTTP wants it: media type by `Accept`, status by code, body.

use http::{HeaderMap, HeaderValue, StatusCode, header};
use ndx_contracts::TraceId;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    error::{ClientError, Code, Refusal, field_error},
    explanation::Explanation,
    operation::Location,
    projection::{Merged, PathSegment},
    request::MediaType,
};

/// An answer, ready to be sent.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, JSON.
    pub body: String,
}

/// An answer that was executed: data, and an error for each value that is missing.
pub fn respond(merged: &Merged, media_type: MediaType, trace_id: &TraceId) -> Answer {
    let errors: Vec<_> = merged.errors.iter().map(field_error).collect();
    let mut body = String::from("{\"data\":");
    body.push_str(merged.data.as_deref().unwrap_or("null"));
    push_errors(&mut body, &errors, trace_id);
    body.push('}');
    answer(StatusCode::OK, media_type, body)
}

/// A request that was explained instead of carried out.
pub fn explain(explanation: &Explanation, media_type: MediaType, trace_id: &TraceId) -> Answer {
    let error = ClientError::new(Code::Explained, "this was explained: no provider was asked, and nothing is released");
    let mut body = String::from("{\"data\":null");
    push_errors(&mut body, &[error], trace_id);
    let explained = serde_json::to_string(explanation).unwrap_or_else(|_| "null".to_owned());
    body.push_str(&format!(",\"extensions\":{{\"explain\":{explained}}}}}"));
    answer(StatusCode::OK, media_type, body)
}

/// A request that was refused as a whole.
pub fn refuse(refusal: &Refusal, media_type: MediaType, trace_id: &TraceId) -> Answer {
    let code = refusal.code();
    let mut body = String::from(if refusal.data_null { "{\"data\":null" } else { "{" });
    push_errors(&mut body, &refusal.errors, trace_id);
    body.push('}');
    let body = body.replacen("{,", "{", 1);
    let status = match (code, refusal.errors.first().and_then(|error| error.more.get("reason"))) {
        (Code::BadRequest, Some(reason)) if reason == "CONTENT_TYPE" => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        (Code::BadRequest, Some(reason)) if reason == "NOT_ACCEPTABLE" => StatusCode::NOT_ACCEPTABLE,
        _ => code.status(media_type == MediaType::GraphqlResponse),
    };
    let mut answer = answer(status, media_type, body);
    let more = |key| refusal.errors.first().and_then(|error| error.more.get(key)).and_then(Value::as_u64);
    if let (StatusCode::TOO_MANY_REQUESTS, Some(seconds)) = (status, more("retryAfter")) {
        answer.headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    let mut say = |name, value| drop(answer.headers.insert(name, HeaderValue::from_static(value)));
    match status {
        StatusCode::UNAUTHORIZED => say(header::WWW_AUTHENTICATE, "Bearer"),
        StatusCode::METHOD_NOT_ALLOWED => say(header::ALLOW, "POST"),
        StatusCode::SERVICE_UNAVAILABLE => say(header::RETRY_AFTER, "2"),
        _ => {}
    }
    answer
}

fn answer(status: StatusCode, media_type: MediaType, body: String) -> Answer {
    let mut headers = HeaderMap::new();
    let content_type = match media_type {
        MediaType::Json => "application/json; charset=utf-8",
        MediaType::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
    };
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::VARY, HeaderValue::from_static("Accept"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Answer { status, headers, body }
}

/// An error as it stands in the answer (GraphQL, "Errors").
#[derive(Serialize)]
struct WireError<'a> {
    message: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<WireLocation>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    path: Vec<Value>,
    extensions: Map<String, Value>,
}

#[derive(Serialize)]
struct WireLocation {
    line: usize,
    column: usize,
}

fn push_errors(body: &mut String, errors: &[ClientError], trace_id: &TraceId) {
    if errors.is_empty() {
        return;
    }
    let wire = |error: &ClientError| {
        let mut extensions = Map::new();
        extensions.insert("code".to_owned(), error.code.as_str().into());
        extensions.extend(error.more.clone());
        extensions.insert("retryable".to_owned(), error.code.retryable().as_str().into());
        extensions.insert("traceId".to_owned(), trace_id.as_str().into());
        let segment = |segment: &PathSegment| match segment {
            PathSegment::Key(key) => key.as_str().into(),
            PathSegment::Index(index) => (*index).into(),
        };
        let path = error.path.iter().map(segment).collect();
        let location = |at: &Location| WireLocation { line: at.line, column: at.column };
        let locations = error.locations.iter().map(location).collect();
        serde_json::to_string(&WireError { message: &error.message, locations, path, extensions })
    };
    let written: Vec<String> = errors.iter().filter_map(|error| wire(error).ok()).collect();
    body.push_str(&format!(",\"errors\":[{}]", written.join(",")));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_has_data_only_when_a_gate_refused() {
        let refused = |code| refuse(&ClientError::new(code, "x").into(), MediaType::Json, &"t".into()).body;
        assert!(refused(Code::PdpNotAllowed).starts_with(r#"{"data":null,"errors":[{"message":"x","#));
        assert!(refused(Code::Unauthorized).starts_with(r#"{"errors":[{"#));
    }
}
