//! Bad input gets a coded error that says where, and never a word about the inside.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use ndx_testkit::Farajaland;
use serde_json::json;

const NDX: &str = env!("CARGO_BIN_EXE_ndx");

#[tokio::test]
async fn what_is_no_question_is_told_so() {
    let farajaland = Farajaland::start(NDX).await;
    let token = farajaland.token("passport-app").await;
    let query = |query: &str| json!({"query": query}).to_string();
    let large = query(&"x".repeat(2 * 1024 * 1024));
    let deep = query(&format!("{}{}", "{a".repeat(2000), "}".repeat(2000)));
    let tokens = query(&format!("{{ {} }}", "a ".repeat(20_000)));
    let roots: String = (0..21).map(|n| format!("a{n}: personInfo(nic: \"199512345678\") {{ fullName }} ")).collect();
    let cases: Vec<(String, &str, u16)> = vec![
        ("{".into(), "BAD_REQUEST", 400),
        ("[]".into(), "BAD_REQUEST", 400),
        (format!("[{}]", query("{ __typename }")), "BAD_REQUEST", 400),
        (r#"{"query": 7}"#.into(), "BAD_REQUEST", 400),
        (r#"{"query": "{ a }", "variables": "x"}"#.into(), "BAD_REQUEST", 400),
        ("\u{0}".into(), "BAD_REQUEST", 400),
        (large, "TOO_LARGE", 413),
        (deep, "TOO_DEEP", 200),
        (tokens, "TOO_LARGE", 413),
        (query(&format!("{{ {roots} }}")), "TOO_MANY_ROOTS", 200),
        (query("{ personInfo(nic: "), "GRAPHQL_PARSE_FAILED", 200),
        (query("{ personInfo(nic: \"199512345678\") { nothing } }"), "GRAPHQL_VALIDATION_FAILED", 200),
        (query("mutation { drop }"), "GRAPHQL_VALIDATION_FAILED", 200),
        (query("query A { __typename } query B { __typename }"), "OPERATION_NOT_FOUND", 200),
        (query("query ($n: String!) { personInfo(nic: $n) { fullName } }"), "VARIABLES_INVALID", 200),
        (query("{ personInfo(nic: \"nobody\") { fullName } }"), "VARIABLES_INVALID", 200),
    ];
    for (body, code, status) in cases {
        let start: String = body.chars().take(80).collect();
        let reply = farajaland.ask_with(Some(&token), &body, &[]).await;
        assert_eq!((reply.status, reply.codes().first().copied()), (status, Some(code)), "{start}: {}", reply.text);
        assert_eq!(reply.body.get("data"), None, "{start}");
        assert!(!reply.text.contains("panic") && !reply.text.contains(".rs"), "{}", reply.text);
        let wanted = "application/graphql-response+json";
        let newer = farajaland.ask_with(Some(&token), &body, &[("accept", wanted)]).await;
        assert_eq!(newer.status, if status == 200 { 400 } else { status }, "{start}");
        assert!(newer.headers["content-type"].to_str().unwrap().starts_with(wanted));
    }
    let placed = farajaland.ask_with(Some(&token), &query("{\n  personInfo(nic: \"1\") { nothing more } }"), &[]).await;
    assert_eq!(placed.codes().len(), 2, "all mistakes at once: {}", placed.text);
    assert_eq!(placed.body["errors"][0]["locations"], json!([{"line": 2, "column": 26}]));
}

#[tokio::test]
async fn who_writes_a_large_body_to_its_end_before_reading_still_reads_why_it_is_refused() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let farajaland = Farajaland::start(NDX).await;
    let token = farajaland.token("passport-app").await;
    let address = farajaland.url("gateway").replace("http://", "");
    let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
    let size = 14 * 1024 * 1024;
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {size}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&vec![b' '; size]).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains("TOO_LARGE"), "{answer}");
}

#[tokio::test]
async fn g6_only_what_a_browser_cannot_send_elsewhere_is_taken() {
    let farajaland = Farajaland::start(NDX).await;
    let token = farajaland.token("passport-app").await;
    let body = r#"{"query":"{ __typename }"}"#;
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""] {
        let reply = farajaland.ask_with(Some(&token), body, &[("content-type", content_type)]).await;
        assert_eq!((reply.status, reply.codes()), (415, vec!["BAD_REQUEST"]), "{content_type}");
    }
    assert_eq!(farajaland.ask_with(Some(&token), body, &[]).await.text, r#"{"data":{"__typename":"Query"}}"#);
}

#[tokio::test]
async fn a_purpose_that_is_not_the_applications_own_is_refused() {
    let farajaland = Farajaland::start(NDX).await;
    let token = farajaland.token("passport-app").await;
    let body = r#"{"query":"{ personInfo(nic: \"199512345678\") { fullName } }"}"#;
    let refused = farajaland.ask_with(Some(&token), body, &[("x-purpose", "marketing")]).await;
    assert_eq!(refused.codes(), ["PURPOSE_NOT_ALLOWED"]);
    assert_eq!(refused.extension("purposes"), &json!(["passport-application"]));
    let named = farajaland.ask_with(Some(&token), body, &[("x-purpose", "passport-application")]).await;
    assert_eq!(named.codes(), ["CE_NOT_APPROVED"]);
}

#[tokio::test]
async fn messages_do_not_repeat_what_was_sent() {
    let farajaland = Farajaland::start(NDX).await;
    let token = farajaland.token("passport-app").await;
    for body in [
        r#"{"query":"{ personInfo(nic: 199512345678) { fullName } }"}"#,
        r#"{"query":"{ personInfo(nic: \"199512345678\") { fullName(x: \"199512345678\") } }"}"#,
        r#"{"query":"query ($n: Int) { personInfo(nic: $n) { fullName } }","variables":{"n":199512345678}}"#,
        r#"{"query":"query ($n: String!) { personInfo(nic: $n) { fullName } }","variables":{"n":199512345678}}"#,
        r#"{"query":"query ($n: String!) { personInfo(nic: $n) { fullName } }","variables":{"n":"199512345678x"}}"#,
    ] {
        let reply = farajaland.ask_with(Some(&token), body, &[]).await;
        assert!(!reply.codes().is_empty(), "{}", reply.text);
        assert!(!reply.text.contains("199512345678"), "{}", reply.text);
    }
}
