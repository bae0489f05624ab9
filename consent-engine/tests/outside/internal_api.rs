//! What other services hear over HTTP.

use crate::support::*;
use ndx_contracts::consent::{ConsentEngine, ConsentStatus};
use reqwest::{StatusCode, header};
use serde_json::{Value, json};

const CONSENTS: &str = "/internal/api/v1/consents";

struct Answer {
    status: StatusCode,
    headers: header::HeaderMap,
    body: Value,
}

impl Portal {
    async fn call(&self, request: reqwest::RequestBuilder) -> Answer {
        let token = self.gateway.token_for("consent").unwrap();
        let response = request.bearer_auth(token).send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        assert_eq!(headers[header::CACHE_CONTROL], "no-store");
        Answer { status, headers, body: response.json().await.unwrap() }
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

async fn opens_a_request_and_tells_where_it_stands(on: On) {
    let portal = portal_on(on).await;
    let Answer { status, body, .. } = portal.create(&requirement_body()).await;
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

async fn takes_the_only_purpose_when_none_is_named(on: On) {
    let portal = portal_on(on).await;
    let mut body = requirement_body();
    body.as_object_mut().unwrap().remove("purpose");
    let first = portal.create(&body).await;
    assert_eq!(first.status, StatusCode::CREATED);
    assert_eq!(first.body["consentId"], portal.create(&requirement_body()).await.body["consentId"]);
}

/// A client over HTTP loses nothing that a caller in the same process hears.
async fn the_wire_carries_the_whole_question_and_the_whole_answer(on: On) {
    let portal = portal_on(on).await;
    let asked = requirement(NAYANA, &[3, 0, 4]);
    let field = |one: &ndx_contracts::consent::RequiredField| serde_json::to_value(one).unwrap();
    let body = json!({
        "appId": asked.application, "purpose": asked.purpose,
        "consentRequirement": { "ownerId": asked.subject, "fields": asked.fields.iter().map(field).collect::<Vec<_>>() },
    });
    let client = portal.browser().client;
    let post = client.post(format!("{}{CONSENTS}", portal.url)).json(&body).header("x-trace-id", trace().as_str());
    let over_http = portal.call(post).await;
    let in_process = portal.ledger.engine.require(&asked).await.unwrap();
    let mut expected = serde_json::to_value(&in_process).unwrap();
    let link = expected.as_object_mut().unwrap().remove("portalUrl").unwrap();
    expected["consentPortalUrl"] = link;
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&over_http.body[name], value, "{name}");
    }
    let kept = portal.ledger.engine.current().consent_of(&asked.subject, in_process.consent_id).await.unwrap();
    assert_eq!(kept.entries[0].trace_id, trace());
    let words = &kept.consent.request.unwrap().fields;
    for (kept, asked) in words.iter().zip(&asked.fields) {
        assert_eq!((&kept.field, kept.need), (&asked.field, asked.need));
        assert_eq!((&kept.display_name, &kept.description), (&asked.display_name, &asked.description));
    }
}

async fn what_was_withdrawn_is_told_from_the_ledger(on: On) {
    let portal = portal_on(on).await;
    let asked = portal.ledger.require(NAYANA, &[0, 1]).await;
    let id = asked.consent_id;
    let share = consent_engine::Decision::Share { optional: Vec::new(), length: chrono::TimeDelta::days(7) };
    portal.ledger.engine.current().decide(&subject(NAYANA), id, 1, share, &trace()).await.unwrap();
    let client = portal.browser().client;
    let address = format!("{}{CONSENTS}/withdrawn", portal.url);
    let unknown = json!({ "consentId": uuid::Uuid::new_v4(), "fields": [field(0)] });
    let standing = json!({ "consentId": id, "fields": [field(0), field(1), field(2)] });
    let look = async || {
        let answer = portal.call(client.post(&address).json(&json!({ "standing": [standing, unknown] }))).await;
        assert_eq!(answer.status, StatusCode::OK);
        answer.body
    };
    let never_shared = json!({ "consentId": id, "fields": [field(2)] });
    assert_eq!(look().await, json!({ "withdrawn": [never_shared, unknown] }));
    portal.ledger.engine.current().stop(&subject(NAYANA), id, &trace()).await.unwrap();
    assert_eq!(look().await, json!({ "withdrawn": [standing, unknown] }));
    let nothing = portal.call(client.post(&address).json(&json!({ "standing": [] }))).await;
    assert_eq!(nothing.body, json!({ "withdrawn": [] }));
    for broken in [json!({}), json!({ "standing": [{ "consentId": "1", "fields": [] }] }), json!("all")] {
        let answer = portal.call(client.post(&address).json(&broken)).await;
        assert_eq!((answer.status, &answer.body["error"]["code"]), (StatusCode::BAD_REQUEST, &json!("BAD_REQUEST")));
    }
    let stranger = client.post(&address).json(&json!({ "standing": [] })).send().await.unwrap();
    assert_eq!(stranger.status(), StatusCode::UNAUTHORIZED);
}

/// A person who is not to be asked: nothing is written, and no link is given.
async fn what_stands_is_told_without_asking_anybody(on: On) {
    let portal = portal_on(on).await;
    let client = portal.browser().client;
    let address = format!("{}{CONSENTS}/standing", portal.url);
    let look = async || {
        let answer = portal.call(client.post(&address).json(&requirement_body())).await;
        assert_eq!(answer.status, StatusCode::OK);
        answer.body
    };
    assert_eq!(look().await, json!({}));
    let none = portal.latest("appId=passport-app&ownerId=199512345678").await;
    assert_eq!(none.status, StatusCode::NOT_FOUND, "looking has made nothing");
    let id = portal.create(&requirement_body()).await.body["consentId"].clone();
    let share = consent_engine::Decision::Share { optional: Vec::new(), length: chrono::TimeDelta::days(7) };
    let uuid = id.as_str().unwrap().parse().unwrap();
    let open = look().await;
    assert_eq!((&open["consent"]["consentId"], &open["consent"]["status"]), (&id, &json!("pending")));
    portal.ledger.engine.current().decide(&subject(NAYANA), uuid, 1, share, &trace()).await.unwrap();
    let shared = look().await["consent"].clone();
    assert_eq!((&shared["consentId"], &shared["status"], &shared["version"]), (&id, &json!("approved"), &json!(2)));
    assert_eq!(shared["covered"], json!([field(0)]));
    assert_eq!((&shared["missing"], &shared["declined"]), (&json!([]), &json!([field(3)])));
    for answer in [open["consent"].clone(), shared] {
        assert!(answer.get("consentPortalUrl").is_none() && answer.get("manageUrl").is_none(), "{answer}");
    }
    let wrong = portal.call(client.post(&address).json(&json!({}))).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    let stranger = client.post(&address).json(&requirement_body()).send().await.unwrap();
    assert_eq!(stranger.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_older_name_of_the_owner_is_read_where_the_newer_is_absent() {
    let portal = portal().await;
    let mut body = requirement_body();
    let owner = body["consentRequirement"].as_object_mut().unwrap();
    owner.remove("ownerId");
    owner.insert("ownerEmail".to_owned(), json!(NAYANA));
    let first = portal.create(&body).await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.body);
    body["consentRequirement"]["ownerEmail"] = json!("nayana@example.org");
    assert_eq!(portal.create(&body).await.status, StatusCode::BAD_REQUEST, "an e-mail address is not who somebody is");
    body["consentRequirement"]["ownerId"] = json!(NAYANA);
    assert_eq!(portal.create(&body).await.body["consentId"], first.body["consentId"]);
    let found = portal.latest(&format!("appId=passport-app&ownerEmail={NAYANA}")).await;
    assert_eq!(found.body["consentId"], first.body["consentId"]);
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
        (change("/optional", json!("all")), "the body is not right: `optional` has another form"),
        (change("/optional/0/fieldName", json!("")), "optional[0].fieldName is required"),
        (change("/grantDuration", json!("P1Y")), "`grantDuration` has another form"),
    ] {
        let answer = portal.create(&body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
        assert_eq!(answer.body["error"]["code"], "BAD_REQUEST");
        let said = answer.body["error"]["message"].as_str().unwrap();
        assert!(said.contains(message) && !said.contains("nayana"), "{said}");
    }
    let all_wrong = json!({ "consentRequirement": { "ownerId": "x", "fields": [{ "schemaId": "a" }] } });
    assert_eq!(
        portal.create(&all_wrong).await.body["error"]["message"],
        "appId is required; ownerId is not an identifier of a person; \
         consentRequirement.fields[0].fieldName is required"
    );
    let mut nothing = change("/consentRequirement/fields", json!([]));
    nothing["optional"] = json!([]);
    assert_eq!(portal.create(&nothing).await.status, StatusCode::BAD_REQUEST);

    let client = portal.browser().client;
    let address = format!("{}{CONSENTS}", portal.url);
    let broken = portal.call(client.post(&address).body("{")).await;
    assert_eq!((broken.status, &broken.body["error"]["code"]), (StatusCode::BAD_REQUEST, &json!("BAD_REQUEST")));
    let method = portal.call(client.put(&address)).await;
    assert_eq!(method.body["error"]["code"], "METHOD_NOT_ALLOWED");
    assert_eq!(method.headers["allow"], "POST,GET,HEAD");
    let large = portal.call(client.post(&address).body(vec![b'['; 2 * 1024 * 1024])).await;
    assert_eq!((large.status, &large.body["error"]["code"]), (StatusCode::PAYLOAD_TOO_LARGE, &json!("TOO_LARGE")));
    let nowhere = portal.call(client.get(format!("{}/internal/api/v1/nothing", portal.url))).await;
    assert_eq!((nowhere.status, &nowhere.body["error"]["code"]), (StatusCode::NOT_FOUND, &json!("NOT_FOUND")));
    let nothing = portal.latest("").await;
    assert_eq!(nothing.body["error"]["message"], "appId is required; ownerId is required");
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
    for path in ["/internal/api/v1/health", "/api/v1/health"] {
        assert_eq!(portal.browser().get(path).await.html, r#"{"status":"healthy"}"#);
    }
}

#[test]
fn statuses_are_written_as_the_contract_says() {
    assert_eq!(serde_json::to_string(&ConsentStatus::Approved).unwrap(), r#""approved""#);
}

on_both_engines! {
    the_wire_carries_the_whole_question_and_the_whole_answer,
    what_was_withdrawn_is_told_from_the_ledger,
    what_stands_is_told_without_asking_anybody,
    opens_a_request_and_tells_where_it_stands,
    takes_the_only_purpose_when_none_is_named,
}
