//! P6: tokens that are refused, and token endpoints that fail.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use futures::future::join_all;
use ndx_config::{ProviderAuth, Secret, SecretRef};
use orchestration_engine::execution::{Provider, ProviderFailure};
use serde_json::json;

use crate::register::{DATA, Register, Reply, ask, data, provider, status};

/// A register that wants a token, and its token endpoint, which gives `t1`, `t2`, …
struct Guarded {
    register: Register,
    /// How often a token was asked for.
    tokens: Arc<AtomicUsize>,
}

impl Guarded {
    /// `accepts` says whether a token is good; `issue` what the token endpoint does the nth time, from 1.
    async fn start(
        accepts: impl Fn(&str) -> bool + Send + Sync + 'static,
        issue: impl Fn(usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let tokens = Arc::new(AtomicUsize::new(0));
        let counted = tokens.clone();
        let register = Register::start(move |_, request| {
            if request.starts_with("POST /token") {
                assert!(request.contains("client_secret=hush"), "the secret stands in the form");
                return issue(counted.fetch_add(1, Ordering::SeqCst) + 1);
            }
            let token = request.lines().find_map(|line| line.strip_prefix("authorization: Bearer "));
            if token.is_some_and(&accepts) { data() } else { status(401, "", "") }
        })
        .await;
        Self { register, tokens }
    }

    fn provider(&self) -> Provider {
        let mut configured = self.register.configured(json!({}));
        configured.auth = ProviderAuth::Oauth2 {
            token_url: format!("http://127.0.0.1:{}/token", self.register.port).parse().unwrap(),
            client_id: "ndx".into(),
            client_secret: SecretRef::FromEnv("RGD_CLIENT_SECRET".into()),
            scopes: Vec::new(),
            resolved: Some(Secret::new("hush")),
        };
        provider(&configured)
    }

    fn asked(&self) -> usize {
        self.tokens.load(Ordering::SeqCst)
    }
}

fn token(number: usize) -> Reply {
    let body = format!(r#"{{"access_token":"t{number}","token_type":"bearer","expires_in":3600}}"#);
    status(200, "content-type: application/json\r\n", &body)
}

#[tokio::test]
async fn p6_a_hundred_callers_fetch_one_token() {
    let guarded = Guarded::start(|_| true, token).await;
    let provider = guarded.provider();
    let all = join_all((0..100).map(|_| ask(&provider))).await;
    assert!(all.iter().all(|answer| answer.as_ref().is_ok_and(|body| body == DATA)));
    assert_eq!(guarded.asked(), 1);
}

#[tokio::test]
async fn p6_a_token_that_is_refused_is_renewed_once_for_everybody() {
    let guarded = Guarded::start(|token| token == "t2", token).await;
    let provider = guarded.provider();
    let all = join_all((0..50).map(|_| ask(&provider))).await;
    assert!(all.iter().all(|answer| answer.as_ref().is_ok_and(|body| body == DATA)), "{all:?}");
    assert_eq!(guarded.asked(), 2);
}

#[tokio::test]
async fn p6_one_refresh_one_retry_then_the_error() {
    let guarded = Guarded::start(|_| false, token).await;
    let provider = guarded.provider();
    assert_eq!(ask(&provider).await, Err(ProviderFailure::Refused));
    assert_eq!(guarded.asked(), 2);
    let all = join_all((0..50).map(|_| ask(&provider))).await;
    assert!(all.iter().all(|answer| *answer == Err(ProviderFailure::Refused)));
    assert_eq!(guarded.asked(), 2, "new tokens do not help a register that refuses everything");
}

#[tokio::test]
async fn p6_a_token_endpoint_that_fails_is_not_stormed() {
    for (code, failure) in [(500, ProviderFailure::UNAVAILABLE), (401, ProviderFailure::Refused)] {
        let body = r#"{"error":"invalid_client"}"#;
        let refuse = move |_| status(code, "content-type: application/json\r\n", body);
        let guarded = Guarded::start(|_| true, refuse).await;
        let provider = guarded.provider();
        let all = join_all((0..100).map(|_| ask(&provider))).await;
        assert!(all.iter().all(|answer| *answer == Err(failure)), "{all:?}");
        assert!(guarded.asked() <= 2, "{} calls", guarded.asked());
    }
}

#[tokio::test]
async fn p6_a_caller_who_goes_away_does_not_take_the_token_along() {
    let guarded = Guarded::start(|_| true, token).await;
    let provider = guarded.provider();
    for _ in 0..20 {
        // Most are dropped while the token is under way, for they are polled but once.
        let mut call = Box::pin(ask(&provider));
        drop(futures::poll!(&mut call));
    }
    assert_eq!(ask(&provider).await.unwrap(), DATA);
    assert_eq!(guarded.asked(), 1);
}
