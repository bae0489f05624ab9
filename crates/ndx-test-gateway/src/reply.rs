//! What the gateway answered.

use reqwest::header::HeaderMap;
use serde_json::{Value, json};

/// An answer.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as it was sent.
    pub text: String,
    /// The body, parsed; null when it is not JSON.
    pub body: Value,
}

impl Reply {
    /// The data of an answer without any error.
    pub fn data(&self) -> &Value {
        assert_eq!(self.body.get("errors"), None, "{}", self.text);
        &self.body["data"]
    }

    /// One line an error: `PROVIDER_TIMEOUT at person.vehicles.0.plate`.
    pub fn errors(&self) -> Vec<String> {
        let errors = self.body["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        errors.iter().map(line).collect()
    }

    /// The codes of the errors, in order.
    pub fn codes(&self) -> Vec<&str> {
        let errors = self.body["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        errors.iter().map(|error| error["extensions"]["code"].as_str().unwrap_or("?")).collect()
    }

    /// A key of the first error's extensions.
    pub fn extension(&self, key: &str) -> &Value {
        &self.body["errors"][0]["extensions"][key]
    }

    /// Asserts that the request was refused before anything was carried out, with `code`, and that the place is told.
    pub fn refused_at(&self, code: &str, line: u64, column: u64) {
        assert_eq!(self.codes().first(), Some(&code), "{}", self.text);
        assert_eq!(self.body.get("data"), None, "{}", self.text);
        let errors = self.body["errors"].as_array().unwrap();
        let there = |error: &Value| error["locations"][0] == json!({"line": line, "column": column});
        assert!(errors.iter().any(there), "{}", self.text);
    }
}

fn line(error: &Value) -> String {
    let code = error["extensions"]["code"].as_str().unwrap_or("?");
    let segment = |one: &Value| one.as_str().map_or_else(|| one.to_string(), str::to_owned);
    let path: Vec<_> = error["path"].as_array().into_iter().flatten().map(segment).collect();
    if path.is_empty() { code.to_owned() } else { format!("{code} at {}", path.join(".")) }
}
