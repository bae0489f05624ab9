//! What the APIs say of themselves.

use crate::support::*;
use reqwest::StatusCode;
use serde_json::Value;

#[test]
fn every_operation_says_who_may_call_it_and_what_can_go_wrong() {
    let document = serde_json::to_value(consent_engine::server::openapi()).unwrap();
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let scheme = operation["security"][0].as_object().map(|one| one.keys().next().unwrap().as_str());
            let expected = match path.as_str() {
                _ if path.ends_with("/health") || path == "/.well-known/jwks.json" => None,
                _ if path.starts_with("/internal/") => Some("serviceToken"),
                _ => Some("citizenToken"),
            };
            assert_eq!(scheme, expected, "{method} {path}");
            for status in scheme.map_or(&[][..], |_| &["400", "401", "503"]) {
                let body = &operation["responses"][status]["content"]["application/json"]["schema"]["$ref"];
                assert_eq!(body, "#/components/schemas/ErrorBody", "{method} {path} {status}");
            }
            operations.push(format!("{method} {path}"));
        }
    }
    operations.sort();
    assert_eq!(
        operations,
        [
            "get /.well-known/jwks.json",
            "get /api/v1/consents",
            "get /api/v1/consents/{consentId}",
            "get /api/v1/health",
            "get /health",
            "get /internal/api/v1/consents",
            "get /internal/api/v1/health",
            "post /internal/api/v1/consents",
            "post /internal/api/v1/consents/standing",
            "post /internal/api/v1/consents/withdrawn",
            "put /api/v1/consents/{consentId}",
        ]
    );
}

#[tokio::test]
async fn everybody_may_read_it() {
    let portal = portal().await;
    let page = portal.browser().get("/openapi.json").await;
    assert_eq!(page.status, StatusCode::OK);
    let served: Value = serde_json::from_str(&page.html).unwrap();
    assert_eq!(served, serde_json::to_value(consent_engine::server::openapi()).unwrap());
}
