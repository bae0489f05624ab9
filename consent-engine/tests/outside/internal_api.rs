//! What other services hear over HTTP.

use crate::support::*;
use ndx_contracts::consent::ConsentStatus;
use reqwest::{StatusCode, header};
use serde_json::{Value, json};

const CONSENTS: &str = "/internal/api/v1/consents";

struct Answer {
    status: StatusCode,
    body: Value,
}

impl Portal {
    async fn call(&self, request: reqwest::RequestBuilder) -> Answer {
        let token = self.gateway.token_for("consent").unwrap();
        let response = request.bearer_auth(token).send().await.unwrap();
        let status = response.status();
        Answer { status, body: response.json().await.unwrap() }
    }

    async fn create(&self, body: &Value) -> Answer {
        let client = self.browser().client;
        self.call(client.post(format!("{}{CONSENTS}", self.url)).json(body)).await
    }

    async fn latest(&self, query: &str) -> Answer {
        let client = self.browser().client;
        self.call(client.get(format!("{}{CONSENTS}?{query}", self.url))).await
    }
}

fn requirement_body() -> Value {
    json!({
        "appId": "passport-app",
        "purpose": "passport-application",
        "consentRequirement": { "owner": "citizen", "ownerId": " 199512345678 ", "fields": [
            { "schemaId": "drp-schema-v1", "fieldName": "person.fullName", "displayName": "Full name", "owner": "citizen" },
            { "schemaId": "drp-schema-v1", "fieldName": "person.profession" }
        ] },
        "optional": [{ "schemaId": "drp-schema-v1", "fieldName": "person.profession", "displayName": "Profession" }],
        "grantDuration": "P30D"
    })
}

#[tokio::test]
async fn opens_a_request_and_tells_where_it_stands() {
    let portal = portal().await;
    let Answer { status, body } = portal.create(&requirement_body()).await;
    assert_eq!(status, StatusCode::CREATED, "{body}");
    let id = body["consentId"].as_str().unwrap();
    assert_eq!(body["status"], "pending");
    assert_eq!(body["consentPortalUrl"], format!("{}/c/{id}", portal.url));
    assert_eq!(body["version"], 1);
    assert_eq!(body["missing"].as_array().unwrap().len(), 2);
    assert_eq!(body["fields"][0]["displayName"], "Full name");
    assert_eq!(body["fields"][0]["owner"], "citizen");
    assert_eq!(portal.create(&requirement_body()).await.body, body, "asking again changes nothing");

    let browser = portal.signed_in("nayana").await;
    let done = browser.answer(&format!("/c/{id}"), &[("decision", "share"), ("duration", "P7D")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    let shared = portal.latest("appId=passport-app&ownerId=199512345678").await.body;
    assert_eq!((&shared["status"], &shared["consentId"]), (&json!("approved"), &json!(id)));
    assert_eq!(shared["covered"], json!([{ "schemaId": "drp-schema-v1", "fieldName": "person.fullName" }]));
    assert_eq!(shared["declined"], json!([{ "schemaId": "drp-schema-v1", "fieldName": "person.profession" }]));
    assert_eq!(shared["manageUrl"], format!("{}/my/{id}", portal.url));
    assert_eq!(shared.get("consentPortalUrl"), None);
}

#[tokio::test]
async fn takes_the_only_purpose_when_none_is_named() {
    let portal = portal().await;
    let mut body = requirement_body();
    body.as_object_mut().unwrap().remove("purpose");
    let first = portal.create(&body).await;
    assert_eq!(first.status, StatusCode::CREATED);
    assert_eq!(first.body["consentId"], portal.create(&requirement_body()).await.body["consentId"]);
}

#[tokio::test]
async fn every_mistake_has_a_code() {
    let portal = portal().await;
    let change = |path: &str, value: Value| {
        let mut body = requirement_body();
        *body.pointer_mut(path).unwrap() = value;
        body
    };
    for (body, message) in [
        (change("/appId", json!("")), "appId is required"),
        (change("/appId", json!("nobody")), "application `nobody` is not registered"),
        (change("/purpose", json!("curiosity")), "for the purpose `curiosity`"),
        (change("/consentRequirement/ownerId", json!("")), "ownerId is required"),
        (change("/consentRequirement/ownerId", json!("nayana@example.org")), "ownerId is not an identifier"),
        (change("/consentRequirement", json!(null)), "consentRequirement is required"),
        (change("/optional", json!("all")), "the body is not right"),
    ] {
        let answer = portal.create(&body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
        assert_eq!(answer.body["error"]["code"], "BAD_REQUEST");
        let said = answer.body["error"]["message"].as_str().unwrap();
        assert!(said.contains(message) && !said.contains("nayana"), "{said}");
    }
    let mut nothing = change("/consentRequirement/fields", json!([]));
    nothing["optional"] = json!([]);
    assert_eq!(portal.create(&nothing).await.status, StatusCode::BAD_REQUEST);

    let client = portal.browser().client;
    let address = format!("{}{CONSENTS}", portal.url);
    let broken = portal.call(client.post(&address).body("{")).await;
    assert_eq!((broken.status, &broken.body["error"]["code"]), (StatusCode::BAD_REQUEST, &json!("BAD_REQUEST")));
    let method = portal.call(client.put(&address)).await;
    assert_eq!(method.body["error"]["code"], "METHOD_NOT_ALLOWED");
    assert_eq!(portal.latest("ownerId=199512345678").await.body["error"]["message"], "appId is required");
    assert_eq!(portal.latest("appId=passport-app").await.body["error"]["message"], "ownerId is required");
    let none = portal.latest("appId=passport-app&ownerId=199512345678").await;
    assert_eq!((none.status, &none.body["error"]["code"]), (StatusCode::NOT_FOUND, &json!("CONSENT_NOT_FOUND")));
}

#[tokio::test]
async fn is_for_services_only() {
    let portal = portal().await;
    let browser = portal.signed_in("nayana").await;
    let address = format!("{}{CONSENTS}?appId=passport-app&ownerId=199512345678", portal.url);
    let stranger = browser.client.get(&address).send().await.unwrap();
    assert_eq!(stranger.status(), StatusCode::UNAUTHORIZED);
    let wrong_callee = browser.client.get(&address).bearer_auth(portal.gateway.token_for("policy").unwrap());
    assert_eq!(wrong_callee.send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    let post = browser.client.post(&address).json(&requirement_body()).send().await.unwrap();
    assert_eq!(post.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn health_is_open() {
    let portal = portal().await;
    let health = portal.browser().get("/health").await;
    assert_eq!(health.status, StatusCode::OK);
    assert_eq!(health.headers[header::CONTENT_TYPE], "application/json");
    assert_eq!(health.html, r#"{"service":"consent-engine","status":"healthy"}"#);
}

#[test]
fn statuses_are_written_as_the_contract_says() {
    assert_eq!(serde_json::to_string(&ConsentStatus::Approved).unwrap(), r#""approved""#);
}
