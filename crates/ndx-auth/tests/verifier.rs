//! Which algorithm a token may be signed with is for the issuer's key to say, whatever the token says.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_lc_rs::{
    encoding::AsDer,
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair},
};
use axum::{Json, Router, routing::get};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use chrono::{DateTime, TimeDelta};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, jwk::Jwk};
use ndx_auth::{KeySet, Rejection, TokenVerifier};
use ndx_clock::{Clock, ManualClock};
use serde_json::{Value, json};
use tokio::net::TcpListener;

const ISSUER: &str = "https://issuer.example";

fn clock() -> Arc<ManualClock> {
    ManualClock::at(DateTime::UNIX_EPOCH + TimeDelta::days(20_000))
}

/// A verifier that fetches these keys.
async fn verifier(keys: Vec<Value>) -> TokenVerifier {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/jwks", listener.local_addr().unwrap()).parse().unwrap();
    let router = Router::new().route("/jwks", get(async move || Json(json!({ "keys": keys }))));
    tokio::spawn(async move { axum::serve(listener, router).await });
    drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(3)).build().unwrap();
    let keys = KeySet::new(address, client, clock());
    TokenVerifier::for_access_tokens(keys, ISSUER.to_owned(), vec!["ndx".to_owned()], clock())
}

fn claims() -> Value {
    let now = clock().now().timestamp();
    json!({ "iss": ISSUER, "aud": "ndx", "sub": "app", "iat": now, "exp": now + 600 })
}

fn token(algorithm: Algorithm, kid: &str, key: &EncodingKey) -> String {
    let header = Header { typ: Some("at+jwt".to_owned()), kid: Some(kid.to_owned()), ..Header::new(algorithm) };
    encode(&header, &claims(), key).unwrap()
}

/// The public half of a key, with `changes` (a null takes a member away).
fn public(key: &EncodingKey, algorithm: Algorithm, kid: &str, changes: Value) -> Value {
    let mut jwk = serde_json::to_value(Jwk::from_encoding_key(key, algorithm).unwrap()).unwrap();
    jwk["kid"] = kid.into();
    jwk["use"] = "sig".into();
    for (name, value) in changes.as_object().unwrap() {
        jwk[name] = value.clone();
    }
    jwk.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    jwk
}

fn rsa() -> EncodingKey {
    let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let der = STANDARD.encode(pair.as_der().unwrap().as_ref());
    let lines: Vec<&str> = der.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    const LABEL: &str = "PRIVATE KEY";
    let pem = format!("-----BEGIN {LABEL}-----\n{}\n-----END {LABEL}-----\n", lines.join("\n"));
    EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap()
}

fn ec() -> EncodingKey {
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
    EncodingKey::from_ec_der(pkcs8.as_ref())
}

fn ed() -> EncodingKey {
    EncodingKey::from_ed_der(Ed25519KeyPair::generate_pkcs8v1(&SystemRandom::new()).unwrap().as_ref())
}

#[tokio::test]
async fn accepts_the_three_algorithms_whether_or_not_the_key_names_its_own() {
    let keys = [(Algorithm::RS256, rsa()), (Algorithm::ES256, ec()), (Algorithm::EdDSA, ed())];
    let mut published = vec![json!({"kty": "unheard-of", "kid": "x"}), json!({"kty": "RSA", "kid": "y"}), json!(null)];
    for (algorithm, key) in &keys {
        published.push(public(key, *algorithm, &format!("{algorithm:?}"), json!({})));
        published.push(public(key, *algorithm, &format!("{algorithm:?} unnamed"), json!({"alg": null, "use": null})));
    }
    let verifier = verifier(published).await;
    for (algorithm, key) in &keys {
        for kid in [format!("{algorithm:?}"), format!("{algorithm:?} unnamed")] {
            let accepted = verifier.verify::<Value>(&token(*algorithm, &kid, key)).await;
            assert_eq!(accepted.unwrap()["sub"], "app", "{kid}");
        }
    }
}

#[tokio::test]
async fn a_token_that_names_another_algorithm_than_its_key_is_refused() {
    let (rsa, ec, ed) = (rsa(), ec(), ed());
    let verifier = verifier(vec![
        public(&rsa, Algorithm::RS256, "rsa", json!({})),
        public(&rsa, Algorithm::RS256, "rsa unnamed", json!({"alg": null})),
        public(&ec, Algorithm::ES256, "ec", json!({})),
        public(&ed, Algorithm::EdDSA, "ed", json!({})),
    ])
    .await;
    let secret = EncodingKey::from_secret(b"anything");
    for (algorithm, kid, key) in [
        (Algorithm::RS384, "rsa unnamed", &rsa),
        (Algorithm::RS512, "rsa", &rsa),
        (Algorithm::PS256, "rsa unnamed", &rsa),
        (Algorithm::HS256, "rsa", &secret),
        (Algorithm::HS256, "ec", &secret),
        (Algorithm::HS256, "ed", &secret),
        (Algorithm::ES256, "rsa", &ec),
        (Algorithm::EdDSA, "ec", &ed),
        (Algorithm::RS256, "ed", &rsa),
    ] {
        let refused = verifier.verify::<Value>(&token(algorithm, kid, key)).await;
        assert!(matches!(refused, Err(Rejection::Unacceptable(_))), "{algorithm:?} {kid}: {refused:?}");
    }
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    for kid in ["rsa", "ec", "ed"] {
        for name in ["none", "None", ""] {
            let none = format!("{}.{}.", part(json!({"alg": name, "typ": "at+jwt", "kid": kid})), part(claims()));
            assert!(verifier.verify::<Value>(&none).await.is_err(), "{name} {kid}");
        }
    }
}

#[tokio::test]
async fn a_key_that_contradicts_itself_or_is_secret_verifies_nothing() {
    let (rsa, ec) = (rsa(), ec());
    let secret = EncodingKey::from_secret(b"a secret of thirty-two bytes, so");
    let oct = json!({"kty": "oct", "kid": "oct", "use": "sig", "alg": "HS256", "k": URL_SAFE_NO_PAD.encode("a secret of thirty-two bytes, so")});
    let verifier = verifier(vec![
        oct,
        public(&rsa, Algorithm::RS256, "rsa as ec", json!({"alg": "ES256"})),
        public(&rsa, Algorithm::RS256, "rsa as secret", json!({"alg": "HS256"})),
        public(&rsa, Algorithm::RS256, "for encryption", json!({"use": "enc"})),
        public(&ec, Algorithm::ES256, "ec as rsa", json!({"alg": "RS256"})),
    ])
    .await;
    for (algorithm, kid, key) in [
        (Algorithm::HS256, "oct", &secret),
        (Algorithm::RS256, "rsa as ec", &rsa),
        (Algorithm::RS256, "rsa as secret", &rsa),
        (Algorithm::RS256, "for encryption", &rsa),
        (Algorithm::ES256, "ec as rsa", &ec),
    ] {
        let refused = verifier.verify::<Value>(&token(algorithm, kid, key)).await;
        assert!(matches!(refused, Err(Rejection::Unacceptable(_))), "{kid}: {refused:?}");
    }
}

/// An issuer whose keys change, and a verifier of its tokens, with a clock that is moved by hand.
async fn changing() -> (Arc<Mutex<Vec<Value>>>, TokenVerifier, Arc<ManualClock>) {
    let published: Arc<Mutex<Vec<Value>>> = Arc::default();
    let shown = Arc::clone(&published);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/jwks", listener.local_addr().unwrap()).parse().unwrap();
    let answer = get(async move || Json(json!({ "keys": *shown.lock().unwrap() })));
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/jwks", answer)).await });
    drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(3)).build().unwrap();
    let clock = clock();
    let keys = KeySet::new(address, client, clock.clone());
    let verifier = TokenVerifier::for_access_tokens(keys, ISSUER.to_owned(), vec!["ndx".to_owned()], clock.clone());
    (published, verifier, clock)
}

#[tokio::test]
async fn a_key_that_was_taken_back_verifies_nothing_within_a_minute_however_often_its_token_was_seen() {
    let (published, verifier, clock) = changing().await;
    let key = ed();
    published.lock().unwrap().push(public(&key, Algorithm::EdDSA, "old", json!({})));
    let token = token(Algorithm::EdDSA, "old", &key);
    verifier.verify::<Value>(&token).await.unwrap();
    published.lock().unwrap().clear();
    clock.advance(TimeDelta::seconds(50));
    verifier.verify::<Value>(&token).await.unwrap();
    clock.advance(TimeDelta::seconds(6));
    // This one asks the issuer, and does not wait for the answer.
    let until_refused = async { while verifier.verify::<Value>(&token).await.is_ok() {} };
    tokio::time::timeout(Duration::from_secs(5), until_refused).await.unwrap();
}

#[tokio::test]
async fn new_keys_hold_at_once_for_tokens_that_were_seen_before() {
    let (published, verifier, clock) = changing().await;
    let (old, new) = (ed(), ec());
    published.lock().unwrap().push(public(&old, Algorithm::EdDSA, "old", json!({})));
    let before = token(Algorithm::EdDSA, "old", &old);
    verifier.verify::<Value>(&before).await.unwrap();
    *published.lock().unwrap() = vec![public(&new, Algorithm::ES256, "new", json!({}))];
    clock.advance(TimeDelta::seconds(6));
    verifier.verify::<Value>(&before).await.unwrap();
    // The unknown key leads to the new set, and the new set has no place for the old token.
    verifier.verify::<Value>(&token(Algorithm::ES256, "new", &new)).await.unwrap();
    let refused = verifier.verify::<Value>(&before).await;
    assert!(matches!(refused, Err(Rejection::Unacceptable(_))), "{refused:?}");
}

#[tokio::test]
async fn a_token_that_was_seen_before_still_ends_and_stands_for_itself_only() {
    let (published, verifier, clock) = changing().await;
    let key = ed();
    published.lock().unwrap().push(public(&key, Algorithm::EdDSA, "k", json!({})));
    let header = Header { typ: Some("at+jwt".to_owned()), kid: Some("k".to_owned()), ..Header::new(Algorithm::EdDSA) };
    let now = clock.now().timestamp();
    let short = json!({ "iss": ISSUER, "aud": "ndx", "sub": "app", "iat": now, "exp": now + 10 });
    let token = encode(&header, &short, &key).unwrap();
    for _ in 0..2 {
        verifier.verify::<Value>(&token).await.unwrap();
        assert!(verifier.verify::<HashMap<String, u64>>(&token).await.is_err(), "the claims are read each time");
    }
    let (said, signature) = token.rsplit_once('.').unwrap();
    let forged = format!("{said}.{}", signature.chars().rev().collect::<String>());
    assert!(verifier.verify::<Value>(&forged).await.is_err());
    assert!(verifier.verify::<Value>(&format!("{token}A")).await.is_err());
    clock.advance(TimeDelta::seconds(39));
    verifier.verify::<Value>(&token).await.unwrap();
    clock.advance(TimeDelta::seconds(1));
    assert!(matches!(verifier.verify::<Value>(&token).await, Err(Rejection::Expired)));
    assert!(!format!("{verifier:?}").contains(said), "no token in what is printed");
}
