//! An adapter as the exchange meets it, in front of a register that behaves well or badly.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use adapter_engine::Adapter;
use axum::{Router, http::StatusCode, response::IntoResponse};
use ndx_config::Secret;
use ndx_service::{listen, outbound};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

const KEY: &str = "drp-adapter-key-sandbox";
const NAYANA: &str = r#"{ person(nic: "199512345678") { nic fullName } }"#;

/// Serves on a port of its own; gives the address.
async fn start(router: Router) -> String {
    let listener = listen::bind_loopback("test", 0).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(listen::serve(listener, router, CancellationToken::new()));
    url
}

/// The committed adapter, in front of the register at `register`.
async fn drp(register: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../drp");
    start(adapter_engine::router(Adapter::load(&folder, &|_| register.to_owned()).unwrap())).await
}

/// An adapter with short limits, in front of the register at `register`.
async fn impatient(register: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("key"), KEY).unwrap();
    fs::write(folder.path().join("test.adapter.yaml"), include_str!("fixtures/impatient.yaml")).unwrap();
    fs::write(folder.path().join("test.graphql"), include_str!("fixtures/impatient.graphql")).unwrap();
    start(adapter_engine::router(Adapter::load(folder.path(), &|_| register.to_owned()).unwrap())).await
}

async fn ask_with(adapter: &str, key: Option<&str>, query: &str, variables: Value) -> reqwest::Response {
    let client = outbound::client(Duration::from_secs(10)).unwrap();
    let mut request = client.post(format!("{adapter}/graphql")).json(&json!({"query": query, "variables": variables}));
    if let Some(key) = key {
        request = request.header("X-API-KEY", key);
    }
    request.send().await.unwrap()
}

async fn ask(adapter: &str, query: &str) -> Value {
    ask_with(adapter, Some(KEY), query, json!({})).await.json().await.unwrap()
}

/// The codes of the errors, in order.
fn codes(answer: &Value) -> Vec<&str> {
    let errors = answer.get("errors").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    errors.iter().map(|error| error.pointer("/extensions/code").and_then(Value::as_str).unwrap_or("none")).collect()
}

async fn register() -> String {
    let people = serde_json::from_str(include_str!("../../../sandbox/people.json")).unwrap();
    start(drp_api::router(drp_api::Config { api_key: Secret::new("drp-api-key-sandbox"), people })).await
}

/// A register that answers everything alike, and how often it was asked.
async fn answering(status: u16, body: impl Into<String>) -> (String, Arc<AtomicUsize>) {
    let (asked, body) = (Arc::new(AtomicUsize::new(0)), body.into());
    let counter = Arc::clone(&asked);
    let router = Router::new().fallback(move || async move {
        counter.fetch_add(1, Ordering::SeqCst);
        (StatusCode::from_u16(status).unwrap(), body).into_response()
    });
    (start(router).await, asked)
}

#[tokio::test]
async fn shows_the_record_of_a_registered_person() {
    let adapter = drp(&register().await).await;
    let query =
        r#"query ($nic: ID!) { one: person(nic: $nic) { nic fullName otherNames sex dateOfBirth profession } }"#;
    let answer = ask_with(&adapter, Some(KEY), query, json!({ "nic": "199176500128" })).await;
    let record = json!({
        "nic": "199176500128", "fullName": "Nuri O'Tallah (නූරි ඕටල්ලා)", "otherNames": "නූරි \"Áine\"", "sex": "Female",
        "dateOfBirth": "1991-09-22", "profession": "Translator",
    });
    assert_eq!(answer.json::<Value>().await.unwrap(), json!({ "data": { "one": record } }));
}

#[tokio::test]
async fn a_blank_or_missing_member_is_null() {
    let adapter = drp(&register().await).await;
    let answer = ask(&adapter, r#"{ person(nic: "202106600734") { otherNames profession photo } }"#).await;
    assert_eq!(answer, json!({ "data": { "person": { "otherNames": null, "profession": null, "photo": null } } }));
}

#[tokio::test]
async fn an_unknown_person_is_null_and_no_error() {
    let adapter = drp(&register().await).await;
    let answer = ask(&adapter, r#"{ person(nic: "200000000000") { fullName } }"#).await;
    assert_eq!(answer, json!({ "data": { "person": null } }));
}

#[tokio::test]
async fn refuses_a_caller_without_the_key_but_tells_everybody_that_it_lives() {
    let (register, asked) = answering(200, "{}").await;
    let adapter = drp(&register).await;
    for key in [None, Some(""), Some("drp-api-key-sandbox")] {
        assert_eq!(ask_with(&adapter, key, NAYANA, json!({})).await.status(), 401);
    }
    let client = outbound::client(Duration::from_secs(5)).unwrap();
    assert_eq!(client.get(format!("{adapter}/health")).send().await.unwrap().status(), 200);
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn the_rest_of_a_query_answers_when_one_field_fails() {
    let adapter = drp(&register().await).await;
    let query = r#"{ bad: person(nic: "1; DROP") { fullName } good: person(nic: "861234567V") { fullName } }"#;
    let answer = ask(&adapter, query).await;
    assert_eq!(answer["data"], json!({ "bad": null, "good": { "fullName": "Tomas Oduwale" } }));
    assert_eq!(codes(&answer), ["BAD_REQUEST"]);
    assert_eq!(answer["errors"][0]["path"], json!(["bad"]));
    assert!(!answer.to_string().contains("DROP"));
}

#[tokio::test]
async fn an_argument_cannot_leave_its_segment() {
    let (register, asked) = answering(200, r#"{"name": "somebody"}"#).await;
    let adapter = impatient(&register).await;
    for nic in ["..", ".", "", "1\r\nX-Evil: 1", "\u{0}"] {
        let answer =
            ask_with(&adapter, Some(KEY), "query ($n: ID!) { thing(id: $n) { name } }", json!({ "n": nic })).await;
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(codes(&answer), ["BAD_REQUEST"], "{nic:?}");
        assert_eq!(answer["data"], json!({ "thing": null }));
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0);

    let echo =
        Router::new().fallback(|uri: axum::http::Uri| async move { json!({ "name": uri.to_string() }).to_string() });
    let adapter = impatient(&start(echo).await).await;
    let answer = ask(&adapter, r#"{ thing(id: "../../admin?x=1#y") { name } }"#).await;
    assert_eq!(answer["data"]["thing"]["name"], "/things/..%2F..%2Fadmin%3Fx%3D1%23y");
}

#[tokio::test]
async fn a_slow_register_is_a_timeout_and_a_silent_port_is_unavailable() {
    let slow = Router::new().fallback(|| async { tokio::time::sleep(Duration::from_secs(5)).await });
    let adapter = impatient(&start(slow).await).await;
    assert_eq!(codes(&ask(&adapter, r#"{ thing(id: "1") { name } }"#).await), ["PROVIDER_TIMEOUT"]);

    let nobody = {
        let listener = listen::bind_loopback("nobody", 0).await.unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let adapter = impatient(&nobody).await;
    assert_eq!(codes(&ask(&adapter, r#"{ thing(id: "1") { name } }"#).await), ["PROVIDER_UNAVAILABLE"]);
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_bad_data_and_stays_unread() {
    let large = format!(r#"{{"name": "{}"}}"#, "secret ".repeat(400));
    for body in ["<html>secret</html>", "", r#"{"name": "secret"#, &large] {
        let (register, _) = answering(200, body).await;
        let answer = ask(&impatient(&register).await, r#"{ thing(id: "1") { name } }"#).await;
        assert_eq!(answer["data"], json!({ "thing": null }));
        assert_eq!(codes(&answer), ["PROVIDER_BAD_DATA"]);
        assert!(!answer.to_string().contains("secret"));
    }
}

#[tokio::test]
async fn a_member_of_another_type_fails_alone_and_only_when_it_is_asked_for() {
    let body =
        r#"{"name": {"secret": 1}, "size": "12", "tags": "a b", "kind": "NEW", "owner": {"name": "Ann"}, "all": [1]}"#;
    let (register, _) = answering(200, body).await;
    let adapter = impatient(&register).await;
    let answer = ask(&adapter, r#"{ thing(id: "1") { name size tags kind owner { name } } }"#).await;
    assert_eq!(
        answer["data"]["thing"],
        json!({ "name": null, "size": 12, "tags": ["a", "b"], "kind": "NEW", "owner": { "name": "Ann" } })
    );
    assert_eq!(codes(&answer), ["PROVIDER_BAD_DATA"]);
    assert_eq!(answer["errors"][0]["path"], json!(["thing", "name"]));
    assert_eq!(codes(&ask(&adapter, r#"{ thing(id: "1") { size } }"#).await), [""; 0]);
}

#[tokio::test]
async fn a_status_has_the_outcome_that_the_author_gave_it() {
    for (status, code) in [(400, "BAD_REQUEST"), (418, "PROVIDER_ERROR"), (302, "PROVIDER_ERROR"), (500, "DOWN")] {
        let (register, _) = answering(status, "secret").await;
        let answer = ask(&impatient(&register).await, r#"{ thing(id: "1") { name } }"#).await;
        assert_eq!(codes(&answer), [code], "{status}");
        assert!(!answer.to_string().contains("secret"));
    }
}

#[tokio::test]
async fn a_request_is_repeated_as_often_as_the_author_allows() {
    let (register, asked) = answering(503, "").await;
    assert_eq!(codes(&ask(&impatient(&register).await, r#"{ thing(id: "1") { name } }"#).await), ["DOWN"]);
    assert_eq!(asked.load(Ordering::SeqCst), 3);

    let (register, asked) = answering(500, "").await;
    ask(&impatient(&register).await, r#"{ thing(id: "1") { name } }"#).await;
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn the_same_address_is_asked_once_in_a_query() {
    let (register, asked) = answering(200, r#"{"name": "Ann"}"#).await;
    let adapter = impatient(&register).await;
    let query = r#"{ a: thing(id: "1") { name } b: thing(id: "1") { name size } c: thing(id: "2") { name } }"#;
    let answer = ask(&adapter, query).await;
    assert_eq!(answer["data"]["b"], json!({ "name": "Ann", "size": 0 }));
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    ask(&adapter, r#"{ thing(id: "1") { name } }"#).await;
    assert_eq!(asked.load(Ordering::SeqCst), 3, "nothing is kept from one query to the next");
}

#[tokio::test]
async fn costly_documents_are_refused_before_anything_looks_at_them() {
    let (register, asked) = answering(200, "{}").await;
    let adapter = impatient(&register).await;
    let bomb: String = (0..24).map(|i| format!("fragment f{i} on Query {{ ...f{} ...f{} }} ", i + 1, i + 1)).collect();
    let bomb = format!("{{ ...f0 }} {bomb} fragment f24 on Query {{ __typename }}");
    // Every field of it exists, so that nothing but its depth speaks against it.
    let nested = ("fields { type { ".repeat(200), "} } ".repeat(200));
    let nested = format!(r#"{{ __type(name: "Query") {{ {}name {}}} }}"#, nested.0, nested.1);
    let long = format!("{{ __typename {} }}", " ".repeat(20_000));
    let many: String = (0..400).map(|i| format!(r#"a{i}: thing(id: "{i}") {{ name }} "#)).collect();
    for query in [bomb, nested, long, format!("{{ {many} }}"), "{ \"secret".to_owned()] {
        let answer = ask(&adapter, &query).await;
        assert_eq!(answer["data"], Value::Null);
        assert!(!answer.to_string().contains("secret"));
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn describes_itself_with_the_words_of_its_schema() {
    let adapter = drp(&register().await).await;
    let answer = ask(&adapter, r#"{ __type(name: "Person") { description fields { name description } } }"#).await;
    assert_eq!(answer["data"]["__type"]["description"], "A registered person.");
    assert_eq!(answer["data"]["__type"]["fields"].as_array().unwrap().len(), 8);
}
