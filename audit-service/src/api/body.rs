//! The body of a request, as JSON. What is wrong with it never repeats what it holds.

use axum::{
    extract::{FromRequest, Request},
    http::{StatusCode, header},
    response::Response,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::problem::{bad_request, problem};

/// The body.
#[derive(Debug)]
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let media_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type = media_type.and_then(|value| value.split(';').next()).unwrap_or_default().trim();
        if !media_type.eq_ignore_ascii_case("application/json") {
            let details = "send the body as `application/json`";
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            return Err(problem(status, "UNSUPPORTED_MEDIA_TYPE", "Unsupported media type", details));
        }
        let body = axum::body::Bytes::from_request(request, state).await.map_err(|rejection| {
            let status = rejection.status();
            let code = if status == StatusCode::PAYLOAD_TOO_LARGE { "TOO_LARGE" } else { "BAD_REQUEST" };
            problem(status, code, "Invalid request body", "send a body of at most 1 MiB")
        })?;
        read(&body).map(Self).map_err(|error| {
            // Not its own words: they repeat the value that is wrong.
            let place = match error.line() {
                0 => String::new(),
                line => format!(" (line {line}, column {})", error.column()),
            };
            let what = match error.classify() {
                serde_json::error::Category::Data => "a member is missing or of another kind than `/openapi.json` says",
                _ => "the body is not JSON",
            };
            bad_request("Invalid request body", &[format!("{what}{place}")])
        })
    }
}

/// To JSON Schema `7.0` is a whole number, and so it is to us. Hardly anybody writes it so: it costs only those.
fn read<T: DeserializeOwned>(body: &[u8]) -> serde_json::Result<T> {
    serde_json::from_slice(body).or_else(|error| {
        if !error.is_data() {
            return Err(error);
        }
        serde_json::from_value(with_whole_numbers(serde_json::from_slice(body)?)).map_err(|_| error)
    })
}

fn with_whole_numbers(value: Value) -> Value {
    /// Up to here a whole number is read exactly from a floating one.
    const EXACT: f64 = 1e14;
    match value {
        Value::Number(number) => match number.as_f64() {
            #[expect(clippy::cast_possible_truncation, reason = "it is whole, and fits")]
            Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() <= EXACT => (float as i64).into(),
            _ => Value::Number(number),
        },
        Value::Array(items) => items.into_iter().map(with_whole_numbers).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(name, member)| (name, with_whole_numbers(member))).collect()
        }
        plain => plain,
    }
}
