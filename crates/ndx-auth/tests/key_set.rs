//! The issuer's keys over real HTTP.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use axum::{Json, Router, http::StatusCode, response::IntoResponse, routing::get};
use chrono::{DateTime, TimeDelta};
use ndx_auth::{KeySet, KeySetError};
use ndx_clock::ManualClock;
use serde_json::json;
use tokio::net::TcpListener;

/// An issuer that counts how often it is asked, and can fall silent.
struct Issuer {
    asked: AtomicU32,
    silent: AtomicBool,
}

async fn issuer() -> (Arc<Issuer>, KeySet, Arc<ManualClock>) {
    let issuer = Arc::new(Issuer { asked: AtomicU32::new(0), silent: AtomicBool::new(false) });
    let state = issuer.clone();
    let answer = move || {
        let state = state.clone();
        async move {
            state.asked.fetch_add(1, Ordering::SeqCst);
            if state.silent.load(Ordering::SeqCst) {
                return StatusCode::SERVICE_UNAVAILABLE.into_response();
            }
            // A key that anybody may know: it verifies, it does not sign.
            let key = json!({"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": "k1",
                "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
            Json(json!({"keys": [key]})).into_response()
        }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/jwks", listener.local_addr().unwrap()).parse().unwrap();
    let router = Router::new().route("/jwks", get(answer));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let clock = ManualClock::at(DateTime::UNIX_EPOCH + TimeDelta::days(20_000));
    let client = client();
    (issuer, KeySet::new(address, client, clock.clone()), clock)
}

fn client() -> reqwest::Client {
    drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(3)).build().unwrap()
}

#[tokio::test]
async fn t2_a_flood_of_unknown_key_ids_asks_the_issuer_once() {
    let (issuer, keys, clock) = issuer().await;
    assert!(keys.key("k1").await.unwrap().is_some());
    for number in 0..100 {
        assert!(keys.key(&format!("unknown-{number}")).await.unwrap().is_none());
    }
    assert_eq!(issuer.asked.load(Ordering::SeqCst), 1);
    clock.advance(TimeDelta::seconds(6));
    assert!(keys.key("unknown").await.unwrap().is_none());
    assert_eq!(issuer.asked.load(Ordering::SeqCst), 2, "once more after a while");
}

#[tokio::test]
async fn t2_keys_are_kept_while_the_issuer_is_silent_and_then_not_believed_any_more() {
    let (issuer, keys, clock) = issuer().await;
    assert!(keys.key("k1").await.unwrap().is_some());
    issuer.silent.store(true, Ordering::SeqCst);
    clock.advance(TimeDelta::minutes(30));
    assert!(keys.key("k1").await.unwrap().is_some(), "nobody waits for the issuer while a key is good");
    while issuer.asked.load(Ordering::SeqCst) < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    clock.advance(TimeDelta::minutes(31));
    assert!(matches!(keys.key("k1").await, Err(KeySetError::Unreachable(..))));
    assert!(keys.key("k1").await.is_err(), "and the issuer is left in peace for a while");
    assert_eq!(issuer.asked.load(Ordering::SeqCst), 3);
    issuer.silent.store(false, Ordering::SeqCst);
    clock.advance(TimeDelta::seconds(6));
    assert!(keys.key("k1").await.unwrap().is_some());
}

#[tokio::test]
async fn many_who_need_the_keys_at_once_ask_once() {
    let (issuer, keys, _) = issuer().await;
    let keys = Arc::new(keys);
    let all = (0..50).map(|_| {
        let keys = keys.clone();
        tokio::spawn(async move { keys.key("k1").await.unwrap().is_some() })
    });
    for one in all.collect::<Vec<_>>() {
        assert!(one.await.unwrap());
    }
    assert_eq!(issuer.asked.load(Ordering::SeqCst), 1);
}
