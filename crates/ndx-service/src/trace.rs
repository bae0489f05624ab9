//! The id under which one request is followed through all services.
//!
//! It comes from `traceparent` (W3C Trace Context), else from `X-Trace-ID` (32 hexadecimal digits, hyphens ignored, so
//! that a UUID fits), else it is made here. It is returned in `X-Trace-ID`. A caller chooses it freely, so nothing is
//! ever decided by it.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue},
    middleware::Next,
    response::Response,
};
use ndx_contracts::TraceId;
use uuid::Uuid;

/// The header that carries the id between services and back to the caller.
pub const TRACE_HEADER: &str = "x-trace-id";

/// Puts the request's [`TraceId`] into its extensions and into the response's header.
///
/// Use with `axum::middleware::from_fn(trace::layer)`.
pub async fn layer(mut request: Request, next: Next) -> Response {
    let trace_id = from_headers(request.headers()).unwrap_or_else(fresh);
    request.extensions_mut().insert(trace_id.clone());
    let mut response = next.run(request).await;
    if let Ok(value) = HeaderValue::from_str(trace_id.as_str()) {
        response.headers_mut().insert(TRACE_HEADER, value);
    }
    response
}

/// A new id that nobody can guess. It begins with the time, so that the record's index of them grows at its end; its last
/// seven bytes are random, as Trace Context wants them (W3C Trace Context Level 2, "Random Trace ID Flag").
pub fn fresh() -> TraceId {
    TraceId::new(Uuid::now_v7().simple().to_string())
}

/// The id that the caller sent, when it is well formed.
pub fn from_headers(headers: &HeaderMap) -> Option<TraceId> {
    let parent = headers.get("traceparent").and_then(|value| value.to_str().ok());
    let plain = headers.get(TRACE_HEADER).and_then(|value| value.to_str().ok());
    parent.and_then(trace_id_of_parent).or_else(|| plain.and_then(well_formed))
}

/// The `trace-id` part of `version-traceid-parentid-flags`.
fn trace_id_of_parent(value: &str) -> Option<TraceId> {
    let mut parts = value.split('-');
    let (version, trace_id, parent_id, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let hex = |part: &str, length| part.len() == length && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    (hex(version, 2) && version != "ff" && hex(parent_id, 16) && hex(flags, 2) && trace_id.len() == 32)
        .then(|| well_formed(trace_id))
        .flatten()
}

fn well_formed(text: &str) -> Option<TraceId> {
    let digits: String = text.chars().filter(|c| *c != '-').collect::<String>().to_ascii_lowercase();
    let hex = digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    (hex && digits.bytes().any(|byte| byte != b'0')).then(|| TraceId::new(digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name.parse().unwrap(), value.parse().unwrap())])
    }

    #[test]
    fn takes_the_trace_of_a_well_formed_traceparent() {
        let sent = headers("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        assert_eq!(from_headers(&sent).unwrap().as_str(), "4bf92f3577b34da6a3ce929d0e0e4736");
    }

    #[test]
    fn takes_a_uuid_from_the_plain_header() {
        let sent = headers("x-trace-id", "4BF92F35-77b3-4da6-a3ce-929d0e0e4736");
        assert_eq!(from_headers(&sent).unwrap().as_str(), "4bf92f3577b34da6a3ce929d0e0e4736");
    }

    #[test]
    fn ignores_what_is_not_well_formed() {
        for bad in ["", "00-00000000000000000000000000000000-00f067aa0ba902b7-01", "00-xyz", "é", "00-4bf92f35-0-1"] {
            assert_eq!(from_headers(&headers("traceparent", bad)), None, "{bad}");
        }
        assert_eq!(from_headers(&headers("x-trace-id", "a\"; drop")), None);
    }
}
