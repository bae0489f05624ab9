//! Portals of others, which send a bare "approve": it is a yes to what they have shown, and to nothing that came later.

use crate::{
    citizens_api::{Api, api_on},
    support::*,
};
use ndx_contracts::consent::ConsentEngine;
use reqwest::{Method, StatusCode};
use serde_json::json;
use uuid::Uuid;

const THEIR_PAGE: &str = "http://localhost:5173";

/// Another portal in front of another process that serves the same ledger.
async fn beside(api: &Api, id: Uuid, body: &serde_json::Value) -> (u16, String) {
    let listener = ndx_service::listen::bind_loopback("consent", 0).await.unwrap();
    let address = address(&listener);
    let verifier = std::sync::Arc::new(ndx_auth::ServiceVerifier::new("consent", [], api.portal.ledger.clock.clone()));
    let neighbours = api.portal.beside.neighbours();
    let router =
        consent_engine::server::router(std::sync::Arc::clone(&api.portal.ledger.engine), verifier, neighbours).unwrap();
    tokio::spawn(ndx_service::listen::serve(listener, router, Default::default()));
    let request = api.portal.browser().client.request(Method::PUT, format!("http://{address}/api/v1/consents/{id}"));
    let answer = api.send(request.bearer_auth(api.token(&json!({}))).json(body)).await;
    let (status, code) = answer.code();
    (status, code.to_owned())
}

async fn c6_a_bare_yes_is_not_to_what_was_added_since_it_was_shown(on: On) {
    let api = api_on(on).await;
    let approve = json!({ "action": "approve" });
    let id = api.asked(&[0]).await;
    let path = format!("/api/v1/consents/{id}");
    assert_eq!(api.get(&path).await.body["fields"].as_array().unwrap().len(), 1);
    assert_eq!(api.asked(&[0, 1]).await, id, "the open request is extended");
    assert_eq!(api.put(id, &approve).await.code(), (409, "CONSENT_CHANGED"));
    assert_eq!(beside(&api, id, &approve).await, (409, "CONSENT_CHANGED".to_owned()), "nobody has read it there");
    assert_eq!(api.portal.ledger.require(NAYANA, &[0]).await.covered, [], "nothing is shared");
    assert_eq!(api.get(&path).await.body["fields"].as_array().unwrap().len(), 2);
    assert_eq!(api.put(id, &approve).await.status, StatusCode::OK);
    assert_eq!(api.portal.ledger.require(NAYANA, &[0, 1]).await.covered.len(), 2);
}

async fn a_bare_yes_to_what_was_asked_at_once_needs_no_look(on: On) {
    let api = api_on(on).await;
    let id = api.asked(&[0]).await;
    assert_eq!(api.put(id, &json!({ "action": "approve" })).await.status, StatusCode::OK);
}

async fn c6_a_bare_no_and_a_bare_stop_are_to_whatever_stands(on: On) {
    let api = api_on(on).await;
    let id = api.asked(&[0]).await;
    api.get(&format!("/api/v1/consents/{id}")).await;
    api.asked(&[0, 1]).await;
    assert_eq!(api.put(id, &json!({ "action": "reject" })).await.status, StatusCode::OK, "a no is never too much");
    let (regina, other) = (json!({ "nic": REGINA }), api.portal.ledger.require(REGINA, &[0]).await.consent_id);
    for action in ["approve", "revoke"] {
        let request = api.call(Method::PUT, &format!("/api/v1/consents/{other}")).bearer_auth(api.token(&regina));
        assert_eq!(api.send(request.json(&json!({ "action": action }))).await.status, StatusCode::OK, "{action}");
    }
}

async fn what_is_sensitive_is_answered_on_our_own_pages(on: On) {
    let react = |text: String| text.replace("{portal}/c/{id}", "http://localhost:5173/?consentId={id}");
    let portal = portal_with(on, react).await;
    let plain = portal.ledger.require(NAYANA, &[0]).await;
    assert_eq!(plain.portal_url.unwrap(), format!("http://localhost:5173/?consentId={}", plain.consent_id));
    let mut asked = requirement(REGINA, &[0, 3]);
    asked.fields[1].sensitive = true;
    let sensitive = portal.ledger.engine.require(&asked).await.unwrap();
    assert_eq!(sensitive.portal_url.unwrap(), format!("{}/c/{}", portal.url, sensitive.consent_id));
}

#[tokio::test]
async fn only_pages_that_are_listed_may_call() {
    let api = api_on(On::Sqlite).await;
    let preflight = |origin: &'static str| {
        let request = api.call(Method::OPTIONS, "/api/v1/consents/1").header("origin", origin);
        request.header("access-control-request-method", "PUT")
    };
    let listed = api.send(preflight(THEIR_PAGE)).await;
    assert_eq!(listed.status, StatusCode::OK);
    assert_eq!(listed.headers["access-control-allow-origin"], THEIR_PAGE);
    assert_eq!(listed.headers["access-control-allow-credentials"], "true");
    assert!(listed.headers["access-control-allow-methods"].to_str().unwrap().contains("PUT"));
    assert!(listed.headers["access-control-allow-headers"].to_str().unwrap().contains("authorization"));
    let refused = api.send(api.call(Method::GET, "/api/v1/consents").header("origin", THEIR_PAGE)).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert_eq!(refused.headers["access-control-allow-origin"], THEIR_PAGE, "pages can read why");
    let readable = refused.headers["access-control-expose-headers"].to_str().unwrap();
    assert!(["etag", "www-authenticate", "retry-after"].iter().all(|name| readable.contains(name)), "{readable}");
    for other in ["http://localhost:5174", "https://localhost:5173", "null", "http://localhost:5173.evil.example"] {
        let answer = api.send(preflight(other)).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(!answer.headers.contains_key("access-control-allow-origin"), "{other}");
    }
    let internal = api.call(Method::OPTIONS, "/internal/api/v1/consents").header("origin", THEIR_PAGE);
    assert!(!api.send(internal).await.headers.contains_key("access-control-allow-origin"));
}

on_both_engines! {
    c6_a_bare_yes_is_not_to_what_was_added_since_it_was_shown,
    a_bare_yes_to_what_was_asked_at_once_needs_no_look,
    c6_a_bare_no_and_a_bare_stop_are_to_whatever_stands,
    what_is_sensitive_is_answered_on_our_own_pages,
}
