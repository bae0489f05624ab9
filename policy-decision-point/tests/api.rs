//! The decision point over HTTP, with a real store and real service tokens.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::{path::Path, sync::Arc, time::Duration};

use ndx_auth::{ServiceKey, ServiceVerifier};
use ndx_clock::SystemClock;
use ndx_config::PolicySeed;
use ndx_service::{listen, outbound};
use policy_decision_point::{Pdp, server};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

struct Served {
    url: String,
    key: ServiceKey,
    folder: tempfile::TempDir,
    _stop: tokio_util::sync::DropGuard,
}

fn seed() -> PolicySeed {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    PolicySeed { fields: root.join("schema/policy-metadata.json"), grants: root.join("sandbox/grants.json") }
}

async fn served() -> Served {
    let folder = tempfile::tempdir().unwrap();
    let clock = SystemClock::shared();
    let key = ServiceKey::read_or_make("gateway", &folder.path().join("key"), clock.clone()).unwrap();
    let pdp = Pdp::open(&seed(), folder.path(), clock.clone()).await.unwrap();
    let router = server::router(pdp, Arc::new(ServiceVerifier::new("policy", [&key], clock)));
    let listener = listen::bind_loopback("policy", 0).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let stop = CancellationToken::new();
    tokio::spawn(listen::serve(listener, router, stop.clone()));
    Served { url, key, folder, _stop: stop.drop_guard() }
}

impl Served {
    async fn decide(&self, token: Option<&str>, body: impl Into<reqwest::Body>) -> (u16, Value) {
        let client = outbound::client(Duration::from_secs(5)).unwrap();
        let mut request =
            client.post(format!("{}/api/v1/policy/decide", self.url)).header("content-type", "application/json");
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let response = request.body(body).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }
}

fn question(application: &str, fields: &[(&str, &str)]) -> String {
    let fields: Vec<_> = fields.iter().map(|(schema, name)| json!({"schemaId": schema, "fieldName": name})).collect();
    json!({"applicationId": application, "requiredFields": fields}).to_string()
}

#[tokio::test]
async fn strangers_are_refused() {
    let served = served().await;
    let elsewhere = served.key.token_for("consent").unwrap();
    for token in [None, Some("x"), Some(elsewhere.as_str())] {
        let (status, body) = served.decide(token, question("passport-app", &[])).await;
        assert_eq!((status, &body["error"]["code"]), (401, &json!("UNAUTHORIZED")));
    }
}

#[tokio::test]
async fn answers_in_the_shape_of_the_contract() {
    let served = served().await;
    let token = served.key.token_for("policy").unwrap();
    let asked = question(
        "passport-app",
        &[("drp-schema-v1", "person.fullName"), ("drp-schema-v1", "person.photo"), ("x", "y")],
    );
    let (status, body) = served.decide(Some(&token), asked).await;
    assert_eq!(status, 200);
    assert_eq!(body["appAuthorized"], false);
    assert_eq!(body["unauthorizedFields"].as_array().unwrap().len(), 2);
    assert_eq!(body["expiredFields"], Value::Null);
    assert_eq!(body["consentRequiredFields"][0]["displayName"], "Full name");
    let reasons: Vec<_> = body["decisions"].as_array().unwrap().iter().map(|one| one["reason"].clone()).collect();
    assert_eq!(reasons, [Value::Null, json!("NOT_GRANTED"), json!("FIELD_UNKNOWN")]);
}

#[tokio::test]
async fn what_is_no_question_is_told_as_json() {
    let served = served().await;
    let token = served.key.token_for("policy").unwrap();
    for bad in ["", "{", "[]", "{}", "{\"applicationId\":7}"] {
        let (status, body) = served.decide(Some(&token), bad).await;
        assert_eq!((status, &body["error"]["code"]), (400, &json!("BAD_REQUEST")), "{bad}");
    }
    let client = outbound::client(Duration::from_secs(5)).unwrap();
    let wrong = client.get(format!("{}/api/v1/policy/decide", served.url)).bearer_auth(&token).send().await.unwrap();
    assert_eq!(wrong.status().as_u16(), 405);
    assert_eq!(client.get(format!("{}/nothing", served.url)).send().await.unwrap().status().as_u16(), 404);
    assert_eq!(client.get(format!("{}/health", served.url)).send().await.unwrap().status().as_u16(), 200);
}

#[tokio::test]
async fn an_unchanged_seed_adds_nothing_and_an_edited_one_takes_effect() {
    let served = served().await;
    let version = |pdp: Arc<Pdp>| pdp.policies().version;
    let again = version(Pdp::open(&seed(), served.folder.path(), SystemClock::shared()).await.unwrap());
    let third = version(Pdp::open(&seed(), served.folder.path(), SystemClock::shared()).await.unwrap());
    assert_eq!(again, third);

    let edited = served.folder.path().join("grants.json");
    std::fs::write(&edited, "[]").unwrap();
    let pdp =
        Pdp::open(&PolicySeed { grants: edited, ..seed() }, served.folder.path(), SystemClock::shared()).await.unwrap();
    assert!(pdp.policies().grants.is_empty());
    assert!(pdp.policies().version > third);
}

#[tokio::test]
async fn the_history_cannot_be_rewritten() {
    let served = served().await;
    let database = ndx_store::sqlite::connect(&served.folder.path().join("policy.db")).await;
    let mut database = database.unwrap();
    for sql in [
        "DELETE FROM policy_actions",
        "UPDATE policy_actions SET recorded_by = 'x'",
        "INSERT OR REPLACE INTO policy_actions SELECT * FROM policy_actions",
    ] {
        let refused = sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut database).await.unwrap_err();
        assert!(refused.to_string().contains("append-only"), "{refused}");
    }
}
