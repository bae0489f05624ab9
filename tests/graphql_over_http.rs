//! GraphQL over HTTP: the audits that its working group keeps (npm's `graphql-http`), and what is ours to decide.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::{path::Path, time::Duration};

use ndx_testkit::Farajaland;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::process::Command;
use url::Url;

const NDX: &str = env!("CARGO_BIN_EXE_ndx");
const PERSON: &str = r#"{ personInfo(nic: "199512345678") { fullName } }"#;
const PATHS: [&str; 2] = ["public/graphql", "graphql"];

/// What a question by GET was answered: status, headers, body.
async fn get(country: &Farajaland, path: &str, parameters: &[(&str, &str)], token: Option<&str>) -> reqwest::Response {
    let address = Url::parse_with_params(&format!("{}/{path}", country.url("gateway")), parameters).unwrap();
    let client = ndx_service::outbound::client(Duration::from_secs(5)).unwrap();
    let request = client.get(address);
    let request = if let Some(token) = token { request.bearer_auth(token) } else { request };
    request.send().await.unwrap()
}

async fn code(response: reqwest::Response) -> String {
    let body: Value = response.json().await.unwrap();
    body["errors"][0]["extensions"]["code"].as_str().unwrap_or("none").to_owned()
}

#[tokio::test]
async fn all_61_audits_pass() {
    let farajaland = Farajaland::start(NDX).await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/graphql-over-http");
    assert!(folder.join("node_modules/graphql-http").exists(), "run `npm ci` in tests/graphql-over-http first");
    for path in PATHS {
        let audits = Command::new("node")
            .current_dir(&folder)
            .args(["audit.js", &format!("{}/{path}", farajaland.url("gateway"))])
            .env("NDX_TOKEN", farajaland.token("passport-app").await)
            .output()
            .await
            .expect("node is needed");
        let said = String::from_utf8_lossy(&audits.stdout);
        assert!(audits.status.success(), "{said}{}", String::from_utf8_lossy(&audits.stderr));
        assert!(said.contains("61 of 61 passed"), "{said}");
    }
}

#[tokio::test]
async fn get_answers_what_is_about_nobody() {
    let farajaland = Farajaland::start(NDX).await;
    let token = farajaland.token("passport-app").await;
    for path in PATHS {
        let typename = get(&farajaland, path, &[("query", "{ __typename }")], Some(&token)).await;
        assert_eq!(typename.status(), StatusCode::OK);
        assert_eq!(typename.headers()["cache-control"], "no-store");
        assert_eq!(typename.text().await.unwrap(), r#"{"data":{"__typename":"Query"}}"#);

        let person = get(&farajaland, path, &[("query", PERSON)], Some(&token)).await;
        assert_eq!((person.status().as_u16(), person.headers()["allow"].to_str().unwrap()), (405, "POST"));
        assert_eq!(code(person).await, "USE_POST");

        // Nobody asks in another's name: a page cannot add the token to a question that it has a browser send elsewhere.
        let stranger = get(&farajaland, path, &[("query", "{ __typename }")], None).await;
        assert_eq!((stranger.status().as_u16(), code(stranger).await.as_str()), (401, "UNAUTHORIZED"));

        let address = format!("{}/{path}?query=%7B__typename%7D", farajaland.url("gateway"));
        let client = ndx_service::outbound::client(Duration::from_secs(5)).unwrap();
        let head = client.head(&address).bearer_auth(&token).send().await.unwrap();
        assert_eq!((head.status().as_u16(), head.text().await.unwrap().as_str()), (200, ""));
        for method in [Method::PUT, Method::DELETE, Method::PATCH] {
            let refused = client.request(method, &address).bearer_auth(&token).send().await.unwrap();
            assert_eq!(refused.headers()["allow"], "GET, HEAD, POST");
            assert_eq!((refused.status().as_u16(), code(refused).await.as_str()), (405, "USE_POST"));
        }
    }
}

#[tokio::test]
async fn get_takes_variables_operation_name_and_extensions() {
    let farajaland = Farajaland::start(NDX).await;
    let token = farajaland.token("passport-app").await;
    let two = "query A($n: String!) { __type(name: $n) { name } } query B { __typename }";
    let asked = [("query", two), ("operationName", "A"), ("variables", r#"{"n":"PersonInfo"}"#), ("extensions", "{}")];
    let answered = get(&farajaland, "graphql", &asked, Some(&token)).await;
    assert_eq!(answered.text().await.unwrap(), r#"{"data":{"__type":{"name":"PersonInfo"}}}"#);

    // A person who is named by a variable is named all the same.
    let hidden = "query ($n: String!, $w: Boolean!) { __typename personInfo(nic: $n) @include(if: $w) { fullName } }";
    let with = |with: bool| json!({"n": "199512345678", "w": with}).to_string();
    let named = get(&farajaland, "graphql", &[("query", hidden), ("variables", &with(true))], Some(&token)).await;
    assert_eq!(code(named).await, "USE_POST");
    let left_out = get(&farajaland, "graphql", &[("query", hidden), ("variables", &with(false))], Some(&token)).await;
    assert_eq!(left_out.text().await.unwrap(), r#"{"data":{"__typename":"Query"}}"#);

    for (parameters, status) in [
        (vec![], 400),
        (vec![("query", "")], 400),
        (vec![("query", "{ __typename }"), ("variables", "[]")], 400),
        (vec![("query", "{ __typename }"), ("query", "{ __typename }")], 400),
        (vec![("query", "mutation { __typename }")], 405),
    ] {
        let refused = get(&farajaland, "graphql", &parameters, Some(&token)).await;
        assert_eq!(refused.status().as_u16(), status, "{parameters:?}");
    }
}

#[tokio::test]
async fn g6_an_answer_in_another_type_is_refused() {
    let farajaland = Farajaland::start(NDX).await;
    let token = farajaland.token("passport-app").await;
    let body = r#"{"query":"{ __typename }"}"#;
    for accept in ["text/html", "application/graphql-response+json;q=0"] {
        let refused = farajaland.ask_with(Some(&token), body, &[("accept", accept)]).await;
        assert_eq!((refused.status, refused.codes()), (406, vec!["BAD_REQUEST"]), "{accept}");
        assert_eq!(refused.extension("reason"), "NOT_ACCEPTABLE");
    }
    let written = "application/graphql-response+json; charset=utf-8";
    let newer = farajaland.ask_with(Some(&token), body, &[("accept", "application/graphql-response+json, */*")]).await;
    assert_eq!((newer.status, newer.headers["content-type"].to_str().unwrap()), (200, written));
}
