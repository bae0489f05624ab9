//! Receives a request: from an HTTP body, or the query of an address, to a [`GraphqlRequest`].
//!
//! No other site can have a browser ask in somebody's name: a body must be of a content type that a browser sends elsewhere
//! only after asking first (GraphQL over HTTP, "Request Parameters"), and every question, by POST or GET, must bring the
//! header `Authorization`, which no page can add to a request to another site without asking first either. No cookie is read.

mod accept;

mod query_string;

use apollo_compiler::response::JsonMap;
use bytes::Bytes;
use http::{HeaderMap, header};
use ndx_config::CanonicalForm;
use ndx_contracts::Reference;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};

/// The header in which an application may name its purpose.
pub const PURPOSE_HEADER: &str = "x-purpose";

pub use self::accept::MediaType;

/// A question on its way in.
#[derive(Debug, Clone)]
pub enum Asked {
    /// By POST, in a body.
    Post(Bytes),
    /// By GET, in what stands after the `?` of the address.
    Get(String),
}

/// A question as it came in.
#[derive(Debug, Clone, Default)]
pub struct GraphqlRequest {
    /// The GraphQL document; empty where only its id is given.
    pub query: String,
    /// The id of the document: SHA-256 of its text, in hexadecimal.
    pub operation_id: Option<String>,
    /// Which of its operations to answer.
    pub operation_name: Option<String>,
    /// The values of its variables, not yet coerced.
    pub variables: JsonMap,
    /// Whether it came by GET, so that it stands in an address, which is logged, kept and passed on.
    pub by_get: bool,
    /// What the application says it wants the data for.
    pub purpose: Option<String>,
    /// Its own case, for which it wants the data.
    pub reference: Option<Reference>,
    /// Whether it wants to know what would be released, instead of the data.
    pub explain: bool,
}

/// Why a request cannot be received.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RequestError {
    /// The body has another type.
    #[error("send the request as `Content-Type: application/json`, not compressed")]
    ContentType,
    /// The answer is wanted in another type.
    #[error("the answer is `application/graphql-response+json` or `application/json`; accept one of them")]
    NotAcceptable,
    /// It came by GET and may not.
    #[error("send the request as POST: a question about a person does not belong in an address")]
    UsePost,
    /// The body is too large.
    #[error("the request is larger than {limit} bytes")]
    TooLarge {
        /// Bytes that are allowed.
        limit: usize,
        /// Bytes that came, where they were counted to the end.
        actual: Option<usize>,
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
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    query: Option<String>,
    #[serde(default)]
    operation_name: Option<String>,
    #[serde(default)]
    variables: Option<JsonMap>,
    /// Read as an object first: the reader would take a list, too, for the fields of [`Extensions`] in their order.
    #[serde(default)]
    extensions: Option<Map<String, Value>>,
    /// `documentId` in the appendix of GraphQL over HTTP, "Persisted Documents".
    #[serde(default, alias = "documentId")]
    id: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Extensions {
    #[serde(default)]
    purpose: Option<String>,
    #[serde(default)]
    reference: Option<Reference>,
    #[serde(default)]
    explain: bool,
    #[serde(default)]
    persisted_query: Option<Map<String, Value>>,
}

/// A document by its hash, as Apollo's clients ask ("Automatic Persisted Queries").
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PersistedQuery {
    version: u32,
    sha256_hash: String,
}

/// Reads the request out of its headers and its body or its address, which may have `limit` bytes.
///
/// # Errors
/// When it is not a GraphQL request, is too large, has another content type, or wants an answer in one that there is not.
pub fn receive(headers: &HeaderMap, asked: &Asked, limit: usize) -> Result<GraphqlRequest, RequestError> {
    let actual = match asked {
        Asked::Post(body) => body.len(),
        Asked::Get(query) => query.len(),
    };
    if actual > limit {
        return Err(RequestError::TooLarge { limit, actual: Some(actual) });
    }
    if !MediaType::one_is_acceptable(headers) {
        return Err(RequestError::NotAcceptable);
    }
    let body = match asked {
        Asked::Post(body) => read(headers, body)?,
        Asked::Get(query) => query_string::read(query)?,
    };
    let header = headers.get(PURPOSE_HEADER).map(|value| value.to_str().map(str::to_owned));
    let header = header.transpose().map_err(|_| RequestError::Shape("the header `X-Purpose` must be plain text"))?;
    let query = body.query.filter(|query| !query.trim().is_empty());
    let wrong = "in `extensions`, `purpose` must be text, `reference` 1 to 64 of the characters A-Z, a-z, 0-9, `-`, `/`, `.` and `_`, `explain` true or false, and `persistedQuery` an object with `version` and `sha256Hash`";
    let extensions: Extensions = fields_of(body.extensions, wrong)?.unwrap_or_default();
    let operation_id = id(body.id, fields_of(extensions.persisted_query, wrong)?)?;
    if query.is_none() && operation_id.is_none() {
        return Err(RequestError::Shape("`query` is missing: send a GraphQL document in it, or the `id` of one"));
    }
    Ok(GraphqlRequest {
        query: query.unwrap_or_default(),
        operation_id,
        operation_name: body.operation_name.filter(|name| !name.is_empty()),
        variables: body.variables.unwrap_or_default(),
        by_get: matches!(asked, Asked::Get(_)),
        purpose: header.or(extensions.purpose),
        reference: extensions.reference,
        explain: extensions.explain,
    })
}

fn fields_of<T: DeserializeOwned>(
    object: Option<Map<String, Value>>,
    wrong: &'static str,
) -> Result<Option<T>, RequestError> {
    object
        .map(|fields| serde_json::from_value(Value::Object(fields)))
        .transpose()
        .map_err(|_| RequestError::Shape(wrong))
}

/// The id of the document, however it is given.
fn id(id: Option<String>, persisted: Option<PersistedQuery>) -> Result<Option<String>, RequestError> {
    if persisted.as_ref().is_some_and(|persisted| persisted.version != 1) {
        return Err(RequestError::Shape("`persistedQuery` must have the `version` 1"));
    }
    let given = [id, persisted.map(|persisted| persisted.sha256_hash)];
    let mut given =
        given.into_iter().flatten().map(|id| id.strip_prefix("sha256:").unwrap_or(&id).to_ascii_lowercase());
    let (first, second) = (given.next(), given.next());
    let hexadecimal = |id: &String| id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !first.as_ref().is_none_or(hexadecimal) || second.is_some_and(|second| Some(second) != first) {
        return Err(RequestError::Shape(
            "the id of a document is its SHA-256 in hexadecimal, 64 digits, and one request has one",
        ));
    }
    Ok(first)
}

impl GraphqlRequest {
    /// Lets no case be named after a person: it is written down in clear, and read by others.
    ///
    /// # Errors
    /// When the reference is an identifier. INVARIANT: what was sent is not repeated.
    pub fn names_nobody(&self, identifier: &CanonicalForm) -> Result<(), RequestError> {
        match self.reference.as_ref().and_then(|case| identifier.subject(case.as_str())) {
            Some(_) => Err(RequestError::Shape("in `extensions`, `reference` is the identifier of a person")),
            None => Ok(()),
        }
    }

    /// Lets a question by GET pass only when it is about nobody: identifiers do not belong in addresses.
    ///
    /// # Errors
    /// When it came by GET and is about a person.
    pub fn may_come_so(&self, about_a_person: bool) -> Result<(), RequestError> {
        if self.by_get && about_a_person { Err(RequestError::UsePost) } else { Ok(()) }
    }
}

fn read(headers: &HeaderMap, body: &[u8]) -> Result<Body, RequestError> {
    if !is_json(headers) {
        return Err(RequestError::ContentType);
    }
    // As a list, the reader would take it for the fields in their order.
    if body.trim_ascii_start().starts_with(b"[") {
        return Err(RequestError::Shape("send one question at a time: a list of them is not taken"));
    }
    serde_json::from_slice(body).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => RequestError::Shape(
            "the request must be an object with `query` (text) and optionally `variables` (object), `operationName` (text) \
             and `extensions` (object)",
        ),
        _ => RequestError::NotJson { line: error.line(), column: error.column() },
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    let said = |name| headers.get(name).map_or(Some(""), |value| value.to_str().ok()).map(str::to_ascii_lowercase);
    let Some((kind, coding)) = said(header::CONTENT_TYPE).zip(said(header::CONTENT_ENCODING)) else { return false };
    let mut parts = kind.split(';').map(str::trim);
    parts.next() == Some("application/json")
        && parts.all(|part| part.strip_prefix("charset=").is_none_or(accept::is_utf8))
        && matches!(coding.as_str(), "" | "identity")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(content_type: &str, body: &str) -> Result<GraphqlRequest, RequestError> {
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, content_type.parse().unwrap())]);
        receive(&headers, &Asked::Post(Bytes::copy_from_slice(body.as_bytes())), 1000)
    }

    #[test]
    fn takes_a_question_with_everything() {
        let body = r#"{"query":"{a}","operationName":"x","variables":{"n":1},"extensions":{"purpose":"p","reference":"PA-1"},"more":1}"#;
        let request = received("application/json; charset=utf-8", body).unwrap();
        assert_eq!((request.query.as_str(), request.operation_name.as_deref()), ("{a}", Some("x")));
        assert_eq!((request.variables.len(), request.purpose.as_deref()), (1, Some("p")));
        assert_eq!(request.reference, Reference::new("PA-1").ok());
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
    fn takes_the_id_of_a_document_in_each_of_its_places() {
        let id = "A".repeat(64);
        for body in [
            format!(r#"{{"id":"{id}"}}"#),
            format!(r#"{{"documentId":"sha256:{id}"}}"#),
            format!(r#"{{"extensions":{{"persistedQuery":{{"version":1,"sha256Hash":"{id}"}}}}}}"#),
            format!(r#"{{"id":"{id}","extensions":{{"persistedQuery":{{"version":1,"sha256Hash":"{id}"}}}}}}"#),
        ] {
            let request = received("application/json", &body).unwrap();
            assert_eq!(request.operation_id, Some("a".repeat(64)), "{body}");
        }
        for body in [
            r#"{"id":"x"}"#.to_owned(),
            r#"{"query":"{a}","extensions":["purpose"]}"#.to_owned(),
            r#"{"query":"{a}","extensions":{"purpose":7}}"#.to_owned(),
            r#"{"query":"{a}","extensions":{"reference":"Nayana Perera"}}"#.to_owned(),
            r#"{"query":"{a}","extensions":{"reference":""}}"#.to_owned(),
            format!(r#"{{"extensions":{{"persistedQuery":[1,"{id}"]}}}}"#),
            format!(r#"{{"id":"{}€"}}"#, "a".repeat(61)),
            format!(r#"{{"extensions":{{"persistedQuery":{{"version":2,"sha256Hash":"{id}"}}}}}}"#),
            format!(
                r#"{{"id":"{}","extensions":{{"persistedQuery":{{"version":1,"sha256Hash":"{id}"}}}}}}"#,
                "b".repeat(64)
            ),
        ] {
            assert!(matches!(received("application/json", &body), Err(RequestError::Shape(_))), "{body}");
        }
    }

    #[test]
    fn g1_a_request_is_as_large_as_it_may_be() {
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, "application/json".parse().unwrap())]);
        let body = Asked::Post(Bytes::from_static(br#"{"query":"{a}"}"#));
        assert!(receive(&headers, &body, 15).is_ok());
        let refused = receive(&headers, &body, 14).unwrap_err();
        assert_eq!(refused, RequestError::TooLarge { limit: 14, actual: Some(15) });
    }

    #[test]
    fn says_what_is_wrong_with_the_body() {
        assert_eq!(received("application/json", "{").unwrap_err(), RequestError::NotJson { line: 1, column: 1 });
        for shape in [
            "[]",
            r#" ["{a}"]"#,
            "{}",
            r#"{"query":7}"#,
            r#"{"query":" "}"#,
            r#"{"query":"{a}","variables":[]}"#,
            "null",
            "[{}]",
        ] {
            assert!(matches!(received("application/json", shape), Err(RequestError::Shape(_))), "{shape}");
        }
    }
}
