//! Receives a request: from an HTTP body to a [`GraphqlRequest`], within its size limits.
//!
//! Only a content type that a browser cannot send to another site without asking first is accepted (GraphQL over HTTP,
//! "Request Parameters"; it closes cross-site request forgery).

use apollo_compiler::response::JsonMap;
use http::{HeaderMap, header};
use serde::Deserialize;

/// The header in which an application may name its purpose.
pub const PURPOSE_HEADER: &str = "x-purpose";

/// A question as it came in.
#[derive(Debug, Clone)]
pub struct GraphqlRequest {
    /// The GraphQL document.
    pub query: String,
    /// Which of its operations to answer.
    pub operation_name: Option<String>,
    /// The values of its variables, not yet coerced.
    pub variables: JsonMap,
    /// What the application says it wants the data for.
    pub purpose: Option<String>,
}

/// Why a request cannot be received.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RequestError {
    /// The body has another type.
    #[error("send the request as `Content-Type: application/json`")]
    ContentType,
    /// The body is too large.
    #[error("the request is larger than {limit} bytes")]
    TooLarge {
        /// Bytes that are allowed.
        limit: usize,
    },
    /// The body broke off, or did not come in time.
    #[error("the request broke off before its end")]
    Broken,
    /// The body is not JSON.
    #[error("the request is not JSON: line {line}, column {column}")]
    NotJson {
        /// Where the reader stopped.
        line: usize,
        /// Where in that line.
        column: usize,
    },
    /// The body is JSON, but not a request.
    #[error("{0}")]
    Shape(&'static str),
}

/// The body by the GraphQL over HTTP specification; other keys are ignored, as it says.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    query: Option<String>,
    #[serde(default)]
    operation_name: Option<String>,
    #[serde(default)]
    variables: Option<JsonMap>,
    #[serde(default)]
    extensions: Option<Extensions>,
}

#[derive(Deserialize)]
struct Extensions {
    #[serde(default)]
    purpose: Option<String>,
}

/// Reads the request out of its headers and its body.
///
/// # Errors
/// When it has another content type, or is not a GraphQL request in JSON.
pub fn receive(headers: &HeaderMap, body: &[u8]) -> Result<GraphqlRequest, RequestError> {
    if !is_json(headers) {
        return Err(RequestError::ContentType);
    }
    let body: Body = serde_json::from_slice(body).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => RequestError::Shape(
            "the request must be an object with `query` (text) and optionally `variables` (object), `operationName` (text) \
             and `extensions` (object)",
        ),
        _ => RequestError::NotJson { line: error.line(), column: error.column() },
    })?;
    let query = body.query.filter(|query| !query.trim().is_empty());
    let header = headers.get(PURPOSE_HEADER).map(|value| value.to_str().map(str::to_owned));
    let header = header.transpose().map_err(|_| RequestError::Shape("the header `X-Purpose` must be plain text"))?;
    Ok(GraphqlRequest {
        query: query.ok_or(RequestError::Shape("`query` is missing: send a GraphQL document in it"))?,
        operation_name: body.operation_name.filter(|name| !name.is_empty()),
        variables: body.variables.unwrap_or_default(),
        purpose: header.or(body.extensions.and_then(|extensions| extensions.purpose)),
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = value.split(';').map(|part| part.trim().to_ascii_lowercase());
    let json = parts.next().as_deref() == Some("application/json");
    json && parts
        .all(|part| !part.starts_with("charset=") || part.trim_matches('"').replace('"', "") == "charset=utf-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(content_type: &str, body: &str) -> Result<GraphqlRequest, RequestError> {
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, content_type.parse().unwrap())]);
        receive(&headers, body.as_bytes())
    }

    #[test]
    fn takes_a_question_with_everything() {
        let body = r#"{"query":"{a}","operationName":"x","variables":{"n":1},"extensions":{"purpose":"p"},"more":1}"#;
        let request = received("application/json; charset=utf-8", body).unwrap();
        assert_eq!((request.query.as_str(), request.operation_name.as_deref()), ("{a}", Some("x")));
        assert_eq!((request.variables.len(), request.purpose.as_deref()), (1, Some("p")));
    }

    #[test]
    fn refuses_what_a_browser_could_send_to_another_site() {
        for content_type in
            ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/json+x"]
        {
            assert_eq!(received(content_type, r#"{"query":"{a}"}"#).unwrap_err(), RequestError::ContentType);
        }
    }

    #[test]
    fn says_what_is_wrong_with_the_body() {
        assert_eq!(received("application/json", "{").unwrap_err(), RequestError::NotJson { line: 1, column: 1 });
        for shape in
            ["[]", "{}", r#"{"query":7}"#, r#"{"query":" "}"#, r#"{"query":"{a}","variables":[]}"#, "null", "[{}]"]
        {
            assert!(matches!(received("application/json", shape), Err(RequestError::Shape(_))), "{shape}");
        }
    }
}
