//! The register as its callers meet it: over HTTP.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use drp_api::{Config, Person};
use ndx_config::Secret;
use ndx_service::{listen, outbound};
use reqwest::Response;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

const KEY: &str = "the-key";

async fn ask(path: &str, key: Option<&str>) -> Response {
    let people: Vec<Person> = serde_json::from_str(include_str!("../../people.json")).unwrap();
    let listener = listen::bind_loopback("drp-api", 0).await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = drp_api::router(Config { api_key: Secret::new(KEY), people });
    tokio::spawn(listen::serve(listener, router, CancellationToken::new()));
    let client = outbound::client(std::time::Duration::from_secs(5)).unwrap();
    let mut request = client.get(format!("http://{address}{path}"));
    if let Some(key) = key {
        request = request.header("X-API-KEY", key);
    }
    request.send().await.unwrap()
}

#[tokio::test]
async fn shows_the_record_of_a_registered_person() {
    let answer = ask("/person/199512345678", Some(KEY)).await;
    assert_eq!(answer.status(), 200);
    let record: Value = answer.json().await.unwrap();
    assert_eq!(record["nic"], "199512345678");
    assert_eq!(record["fullName"], "Nayana Perera");
    assert_eq!(record["dateOfBirth"], "1995-05-03");
}

#[tokio::test]
async fn keeps_every_letter_of_a_name() {
    let record: Value = ask("/person/199176500128", Some(KEY)).await.json().await.unwrap();
    assert_eq!(record["fullName"], "Nuri O'Tallah (නූරි ඕටල්ලා)");
}

#[tokio::test]
async fn knows_an_old_form_nic() {
    assert_eq!(ask("/person/861234567V", Some(KEY)).await.status(), 200);
}

#[tokio::test]
async fn says_that_nobody_has_the_number_without_repeating_it() {
    let answer = ask("/person/200000000000", Some(KEY)).await;
    assert_eq!(answer.status(), 404);
    let body = answer.text().await.unwrap();
    assert_eq!(body, r#"{"message":"no person has this NIC"}"#);
}

#[tokio::test]
async fn refuses_a_number_that_no_person_can_have() {
    assert_eq!(ask("/person/nayana", Some(KEY)).await.status(), 400);
    assert_eq!(ask("/person/..%2F..%2Fetc", Some(KEY)).await.status(), 400);
}

#[tokio::test]
async fn refuses_a_caller_without_the_key_whomever_he_asks_for() {
    for path in ["/person/199512345678", "/person/200000000000", "/person/nayana"] {
        assert_eq!(ask(path, None).await.status(), 401);
        assert_eq!(ask(path, Some("the-kez")).await.status(), 401);
    }
}

#[tokio::test]
async fn is_healthy_without_a_key() {
    assert_eq!(ask("/health", None).await.status(), 200);
}
