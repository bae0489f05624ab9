//! The register as its callers meet it: over HTTP.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta};
use ndx_clock::{Clock, ManualClock};
use ndx_config::Secret;
use ndx_service::{listen, outbound};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

const CLIENT: (&str, &str) = ("ndx-gateway", "the secret+%");

struct Register {
    url: String,
    client: Client,
    clock: Arc<ManualClock>,
}

async fn register() -> Register {
    let clock = ManualClock::at(DateTime::from_timestamp_millis(1_800_000_000_000).unwrap());
    let config = rgd::Config {
        client_id: CLIENT.0.to_owned(),
        client_secret: Secret::new(CLIENT.1),
        people: serde_json::from_str(include_str!("../../people.json")).unwrap(),
    };
    let router = rgd::router(config, Arc::clone(&clock) as Arc<dyn Clock>).unwrap();
    let listener = listen::bind_loopback("rgd", 0).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(listen::serve(listener, router, CancellationToken::new()));
    Register { url, client: outbound::client(Duration::from_secs(5)).unwrap(), clock }
}

impl Register {
    async fn ask_for_token(&self, path: &str, (id, secret): (&str, &str)) -> Response {
        let form = [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)];
        self.client.post(format!("{}{path}", self.url)).form(&form).send().await.unwrap()
    }

    async fn token(&self) -> String {
        let answer: Value = self.ask_for_token("/oauth2/token", CLIENT).await.json().await.unwrap();
        answer.get("access_token").unwrap().as_str().unwrap().to_owned()
    }

    async fn ask(&self, token: &str, query: &str) -> Response {
        let body = json!({ "query": query });
        self.client.post(format!("{}/graphql", self.url)).bearer_auth(token).json(&body).send().await.unwrap()
    }

    async fn answer(&self, query: &str) -> Value {
        self.ask(&self.token().await, query).await.json().await.unwrap()
    }
}

#[tokio::test]
async fn issues_a_token_for_credentials_in_the_form_at_both_paths() {
    let register = register().await;
    for path in ["/oauth2/token", "/oauth/token"] {
        let answer = register.ask_for_token(path, CLIENT).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["cache-control"], "no-store");
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["token_type"], "Bearer");
        assert_eq!(answer["expires_in"], 60);
    }
}

#[tokio::test]
async fn issues_a_token_for_credentials_by_http_basic() {
    let register = register().await;
    let answer = register
        .client
        .post(format!("{}/oauth2/token", register.url))
        .basic_auth("ndx-gateway", Some("the+secret%2B%25"))
        .form(&[("grant_type", "client_credentials")])
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn refuses_a_wrong_secret_and_another_client() {
    let register = register().await;
    for wrong in [("ndx-gateway", "the secret"), ("ndx-gateway", ""), ("somebody", CLIENT.1)] {
        let answer = register.ask_for_token("/oauth2/token", wrong).await;
        assert_eq!(answer.status(), 401);
        assert!(answer.headers().contains_key("www-authenticate"));
        assert_eq!(answer.json::<Value>().await.unwrap(), json!({ "error": "invalid_client" }));
    }
}

#[tokio::test]
async fn refuses_another_grant_and_a_request_without_one() {
    let register = register().await;
    let url = format!("{}/oauth2/token", register.url);
    for (grant, error) in [("password", "unsupported_grant_type"), ("", "unsupported_grant_type")] {
        let form = [("grant_type", grant), ("client_id", CLIENT.0), ("client_secret", CLIENT.1)];
        let answer = register.client.post(&url).form(&form).send().await.unwrap();
        assert_eq!(answer.status(), 400);
        assert_eq!(answer.json::<Value>().await.unwrap(), json!({ "error": error }));
    }
    assert_eq!(register.client.post(&url).json(&json!({})).send().await.unwrap().status(), 400);
}

#[tokio::test]
async fn shows_the_birth_of_a_registered_person() {
    let answer = register()
        .await
        .answer(r#"{ getPersonInfo(nic: "199512345678") { nic name birthDate brNo district motherNic } }"#)
        .await;
    let birth = json!({
        "nic": "199512345678", "name": "Nayana Perera", "birthDate": "1995-05-03", "brNo": "BR-1995-004512",
        "district": "Lumina", "motherNic": "196856700231",
    });
    assert_eq!(answer, json!({ "data": { "getPersonInfo": birth } }));
}

#[tokio::test]
async fn an_unknown_nic_is_null_and_no_error() {
    let register = register().await;
    for nic in ["200000000000", "197830100655", "'; --"] {
        let answer = register.answer(&format!(r#"{{ getPersonInfo(nic: "{nic}") {{ name }} }}"#)).await;
        assert_eq!(answer, json!({ "data": { "getPersonInfo": null } }));
    }
}

#[tokio::test]
async fn refuses_a_caller_without_a_token() {
    let register = register().await;
    let answer = register.client.post(format!("{}/graphql", register.url)).json(&json!({})).send().await.unwrap();
    assert_eq!(answer.status(), 401);
    assert_eq!(answer.headers()["www-authenticate"], r#"Bearer realm="rgd""#);
    assert_eq!(register.ask("no.such.token", "{ __typename }").await.status(), 401);
}

#[tokio::test]
async fn a_token_lives_sixty_seconds() {
    let register = register().await;
    let token = register.token().await;
    register.clock.advance(TimeDelta::seconds(59));
    assert_eq!(register.ask(&token, "{ __typename }").await.status(), 200);
    register.clock.advance(TimeDelta::seconds(1));
    let answer = register.ask(&token, "{ __typename }").await;
    assert_eq!(answer.status(), 401);
    assert!(answer.headers()["www-authenticate"].to_str().unwrap().contains("invalid_token"));
}

#[tokio::test]
async fn a_restart_voids_tokens() {
    let token = register().await.token().await;
    let restarted = register().await;
    assert_eq!(restarted.ask(&token, "{ __typename }").await.status(), 401);
}

#[tokio::test]
async fn refuses_a_document_with_fragments_that_spread_fragments() {
    let bomb: String = (0..24).map(|i| format!("fragment f{i} on Query {{ ...f{} ...f{} }} ", i + 1, i + 1)).collect();
    let answer = register().await.answer(&format!("{{ ...f0 }} {bomb} fragment f24 on Query {{ __typename }}")).await;
    assert_eq!(answer["data"], Value::Null);
    assert_eq!(answer["errors"][0]["message"], "fragment definitions are not supported");
}

#[tokio::test]
async fn refuses_a_query_that_is_too_costly() {
    let many: String = (0..101).map(|i| format!(r#"a{i}: getPersonInfo(nic: "1") {{ name }} "#)).collect();
    let answer = register().await.answer(&format!("{{ {many} }}")).await;
    assert_eq!(answer["data"], Value::Null);
}

#[tokio::test]
async fn is_healthy_without_a_token() {
    let register = register().await;
    assert_eq!(register.client.get(format!("{}/health", register.url)).send().await.unwrap().status(), 200);
}
