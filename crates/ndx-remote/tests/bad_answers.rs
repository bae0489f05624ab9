//! A judge that answers with something else than an answer has not answered.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::{sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::Request, http::Response};
use ndx_auth::{ServiceKey, ServiceVerifier};
use ndx_clock::SystemClock;
use ndx_contracts::{
    FieldRef, JudgeError, Need, Subject,
    consent::{ConsentEngine, ConsentRequirement, RequiredField},
    policy::{DecisionRequest, PolicyDecisionPoint},
};
use ndx_remote::{Proof, RemoteConsentEngine, RemotePolicyDecisionPoint, RemoteService};
use ndx_service::{listen, outbound};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// A server that says the same to everybody, and hands out what it was asked.
async fn says(status: u16, text: &'static str) -> (RemoteService, mpsc::UnboundedReceiver<Request>, ServiceVerifier) {
    let (asked, questions) = mpsc::unbounded_channel();
    let handler = move |request: Request| {
        drop(asked.send(request));
        async move { Response::builder().status(status).body(Body::from(text)).unwrap() }
    };
    let listener = listen::bind_loopback("judge", 0).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(listen::serve(listener, Router::new().fallback(handler), CancellationToken::new()));
    let folder = tempfile::tempdir().unwrap();
    let key = ServiceKey::read_or_make("gateway", &folder.path().join("key"), SystemClock::shared()).unwrap();
    let verifier = ServiceVerifier::new("judge", [("gateway", key.public())], SystemClock::shared());
    let http = outbound::client(Duration::from_millis(500)).unwrap();
    (RemoteService::new("judge", "the judge", url, http, Proof::Token(key)), questions, verifier)
}

fn question() -> DecisionRequest {
    DecisionRequest {
        application: "app".into(),
        purpose: "purpose".into(),
        fields: vec![FieldRef::new("s", "a.b")],
        trace_id: "4bf92f3577b34da6a3ce929d0e0e4736".into(),
    }
}

#[tokio::test]
async fn the_question_carries_the_proof_and_the_trace_and_the_answer_is_read() {
    let good = r#"{"appAuthorized":true,"policyVersion":7,"decisions":
        [{"field":{"schemaId":"s","fieldName":"a.b"},"effect":"permit","need":"needed","determinedBy":["x"]}]}"#;
    let (service, mut questions, verifier) = says(200, good).await;
    let decision = RemotePolicyDecisionPoint(service).decide(&question()).await.unwrap();
    assert_eq!((decision.policy_version, decision.fields.len()), (7, 1));
    let asked = questions.recv().await.unwrap();
    assert_eq!((asked.method().as_str(), asked.uri().path()), ("POST", "/api/v1/policy/decide"));
    assert_eq!(asked.headers()["x-trace-id"], "4bf92f3577b34da6a3ce929d0e0e4736");
    let token = asked.headers()["authorization"].to_str().unwrap().strip_prefix("Bearer ").unwrap().to_owned();
    assert_eq!(verifier.caller(&token), Some("gateway"));
}

#[tokio::test]
async fn f3_an_answer_of_another_shape_is_confusion_and_never_repeated_in_words() {
    for text in [
        "",
        "null",
        "[]",
        "{}",
        "not json: 199512345678",
        r#"{"policyVersion":"199512345678","decisions":[]}"#,
        r#"{"policyVersion":1,"decisions":[{"field":{"schemaId":"s","fieldName":"a.b"},"effect":"199512345678"}]}"#,
        r#"{"policyVersion":1,"decisions":[{"field":{"schemaId":"s","fieldName":"a.b"},"effect":true}]}"#,
        // An obligation that nobody here can keep, a permit without its need, a permit with a reason to deny.
        r#"{"policyVersion":1,"decisions":[{"field":{"schemaId":"s","fieldName":"a.b"},"effect":"permit","need":"needed","determinedBy":[],"obligations":["mask"]}]}"#,
        r#"{"policyVersion":1,"decisions":[{"field":{"schemaId":"s","fieldName":"a.b"},"effect":"permit","determinedBy":[]}]}"#,
        r#"{"policyVersion":1,"decisions":[{"field":{"schemaId":"s","fieldName":"a.b"},"effect":"permit","need":"needed","reason":"NOT_GRANTED","determinedBy":[]}]}"#,
    ] {
        let (service, ..) = says(200, text).await;
        let refused = RemotePolicyDecisionPoint(service).decide(&question()).await.unwrap_err();
        assert!(matches!(refused, JudgeError::Confused { .. }), "{text}: {refused:?}");
        assert!(!format!("{refused} {refused:?}").contains("1995"), "{refused:?}");
    }
}

#[tokio::test]
async fn another_status_is_no_answer_whatever_the_body_says() {
    let good = r#"{"policyVersion":7,"decisions":[]}"#;
    for status in [201, 204, 302, 401, 404, 500, 503] {
        let (service, ..) = says(status, good).await;
        let refused = RemotePolicyDecisionPoint(service).decide(&question()).await.unwrap_err();
        assert!(matches!(refused, JudgeError::Unavailable { .. }), "{status}: {refused:?}");
    }
}

#[tokio::test]
async fn f2_a_judge_that_takes_the_question_and_says_nothing_is_late() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    let http = outbound::client(Duration::from_millis(200)).unwrap();
    let service = RemoteService::new("judge", "the judge", url, http, Proof::Certificate);
    let refused = RemotePolicyDecisionPoint(service).decide(&question()).await.unwrap_err();
    assert!(matches!(refused, JudgeError::Timeout { .. }), "{refused:?}");
}

#[tokio::test]
async fn f1_a_judge_that_is_not_there_is_unavailable_and_the_person_is_not_in_the_words() {
    let http = outbound::client(Duration::from_millis(500)).unwrap();
    let url = "http://127.0.0.1:1/".parse().unwrap();
    let engine = RemoteConsentEngine(RemoteService::new("consent", "the judge", url, http, Proof::Certificate));
    let field = RequiredField {
        field: FieldRef::new("s", "a.b"),
        need: Need::Needed,
        display_name: "Name".into(),
        description: None,
        sensitive: false,
    };
    let requirement = ConsentRequirement {
        application: "app".into(),
        purpose: "purpose".into(),
        subject: Subject::from_canonical("199512345678"),
        fields: vec![field],
        reference: None,
        trace_id: "t".into(),
    };
    let refused = Arc::new(engine).require(&requirement).await.unwrap_err();
    assert!(matches!(refused, JudgeError::Unavailable { .. }), "{refused:?}");
    assert!(!format!("{refused:?}").contains("1995"), "{refused:?}");
}
