//! A question in an address (GraphQL over HTTP, "GET"): the parameters `query`, `operationName`, `variables` and
//! `extensions`, the last two as JSON.

use std::borrow::Cow;

use serde::de::DeserializeOwned;
use url::form_urlencoded;

use super::{Body, RequestError};

const TWICE: RequestError = RequestError::Shape("a parameter of the address is given twice");

/// Reads what stands after the `?`; other parameters are ignored, as those of a body are.
pub(super) fn read(query: &str) -> Result<Body, RequestError> {
    let mut body = Body::default();
    let mut given: Vec<Cow<'_, str>> = Vec::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "query" => body.query = Some(value.into_owned()),
            "id" | "documentId" => body.id = Some(value.into_owned()),
            "operationName" => body.operation_name = Some(value.into_owned()),
            "variables" => body.variables = json(&value, "`variables` must be an object, as JSON")?,
            "extensions" => body.extensions = json(&value, "`extensions` must be an object, as JSON")?,
            _ => continue,
        }
        if given.contains(&name) {
            return Err(TWICE);
        }
        given.push(name);
    }
    Ok(body)
}

/// An object; nothing counts as null.
fn json<T: DeserializeOwned>(text: &str, wanted: &'static str) -> Result<Option<T>, RequestError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    serde_json::from_str(text).map_err(|_| RequestError::Shape(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_question_with_everything() {
        let body = read(
            "query=%7Ba%7D&operationName=x&variables=%7B%22n%22%3A1%7D&extensions=%7B%22purpose%22:%22p%22%7D&o=1",
        );
        let body = body.unwrap();
        assert_eq!((body.query.as_deref(), body.operation_name.as_deref()), (Some("{a}"), Some("x")));
        assert_eq!((body.variables.unwrap().len(), &body.extensions.unwrap()["purpose"]), (1, &"p".into()));
    }

    #[test]
    fn says_what_is_wrong_with_the_address() {
        assert_eq!(read("query=%7Ba%7D&query=%7Bb%7D").unwrap_err(), TWICE);
        for wrong in ["variables=x", "variables=[]", "variables=7", "extensions=%22a%22", "extensions=[%22p%22]"] {
            assert!(matches!(read(wrong), Err(RequestError::Shape(_))), "{wrong}");
        }
        let empty = read("query=%7Ba%7D&variables=&extensions=null").unwrap();
        assert!(empty.variables.is_none() && empty.extensions.is_none());
    }
}
