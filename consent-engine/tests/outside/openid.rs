//! An identity provider that lies: whatever it gets wrong, nobody is signed in.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use crate::support::key;
use axum::{Form, Json, Router, extract::State, http::HeaderMap, routing};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, TimeDelta};
use jsonwebtoken::{Algorithm, EncodingKey, Header, jwk::Jwk};
use ndx_auth::openid::{OpenIdClient, OpenIdError, OpenIdProvider, Prompt};
use ndx_clock::{Clock, ManualClock};
use ndx_service::{listen, outbound};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use url::Url;

/// What the provider says, and what it was told.
struct Liar {
    key: EncodingKey,
    description: Value,
    token_answer: Value,
    userinfo: Value,
    asked: Vec<(HeaderMap, HashMap<String, String>)>,
}

type Shared = Arc<Mutex<Liar>>;

struct Fixture {
    provider: OpenIdProvider,
    liar: Shared,
    issuer: String,
    now: i64,
}

async fn fixture() -> Fixture {
    let clock = ManualClock::at(DateTime::UNIX_EPOCH + TimeDelta::days(20_000));
    let listener = listen::bind_loopback("liar", 0).await.unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    let description = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/jwks"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "something_else": [],
    });
    let liar = Arc::new(Mutex::new(Liar {
        key: key(),
        description,
        token_answer: json!({}),
        userinfo: json!({}),
        asked: Vec::new(),
    }));
    let router = Router::new()
        .route("/.well-known/openid-configuration", routing::get(describe))
        .route("/jwks", routing::get(keys))
        .route("/token", routing::post(token))
        .route("/userinfo", routing::get(userinfo))
        .with_state(Arc::clone(&liar));
    tokio::spawn(listen::serve(listener, router, CancellationToken::new()));
    let client =
        OpenIdClient::new("portal", "a secret+%", Url::parse("http://127.0.0.1:1/signed-in").unwrap()).needing("nic");
    let http = outbound::client(Duration::from_secs(5)).unwrap();
    let now = clock.now().timestamp();
    let provider = OpenIdProvider::new(Url::parse(&issuer).unwrap(), client, http, clock);
    Fixture { provider, liar, issuer, now }
}

async fn describe(State(liar): State<Shared>) -> Json<Value> {
    Json(liar.lock().unwrap().description.clone())
}

async fn keys(State(liar): State<Shared>) -> Json<Value> {
    let mut jwk = Jwk::from_encoding_key(&liar.lock().unwrap().key, Algorithm::RS256).unwrap();
    jwk.common.key_id = Some("one".to_owned());
    Json(json!({ "keys": [jwk] }))
}

async fn token(
    State(liar): State<Shared>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Json<Value> {
    let mut liar = liar.lock().unwrap();
    liar.asked.push((headers, form));
    Json(liar.token_answer.clone())
}

async fn userinfo(State(liar): State<Shared>, headers: HeaderMap) -> Json<Value> {
    assert_eq!(headers["authorization"], "Bearer a");
    Json(liar.lock().unwrap().userinfo.clone())
}

impl Fixture {
    /// Signs in; the ID token says what is right, with `changes` (a null takes a claim away).
    async fn sign_in(&self, changes: Value, signed_with: Option<&EncodingKey>) -> Result<Value, OpenIdError> {
        let (address, attempt) = self.provider.begin(Prompt::IfOlderThan(TimeDelta::minutes(20))).await?;
        let sent: HashMap<String, String> = address.query_pairs().into_owned().collect();
        let mut claims = json!({
            "iss": self.issuer, "aud": "portal", "sub": "1", "nonce": sent["nonce"], "nic": "199512345678",
            "iat": self.now, "exp": self.now + 60, "auth_time": self.now - 60,
        });
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        let header = Header { kid: Some("one".to_owned()), ..Header::new(Algorithm::RS256) };
        {
            let mut liar = self.liar.lock().unwrap();
            let id_token = jsonwebtoken::encode(&header, &claims, signed_with.unwrap_or(&liar.key)).unwrap();
            liar.token_answer = json!({ "access_token": "a", "token_type": "Bearer", "id_token": id_token });
        }
        self.provider.finish(&attempt, &sent["state"], "the code").await
    }
}

#[tokio::test]
async fn a_person_is_signed_in_with_code_pkce_and_the_clients_secret() {
    let fixture = fixture().await;
    let claims = fixture.sign_in(json!({}), None).await.unwrap();
    assert_eq!(claims["nic"], "199512345678");
    let (headers, form) = fixture.liar.lock().unwrap().asked.pop().unwrap();
    let basic = STANDARD.encode("portal:a+secret%2B%25");
    assert_eq!(headers["authorization"], format!("Basic {basic}"), "each part is form-encoded first");
    assert_eq!((form["grant_type"].as_str(), form["code"].as_str()), ("authorization_code", "the code"));
    assert!(form["code_verifier"].len() >= 43 && !form.contains_key("client_secret"));
}

#[tokio::test]
async fn each_attempt_has_its_own_state_nonce_and_challenge() {
    let fixture = fixture().await;
    let (one, _) = fixture.provider.begin(Prompt::IfOlderThan(TimeDelta::minutes(20))).await.unwrap();
    let (other, _) = fixture.provider.begin(Prompt::Always).await.unwrap();
    let query = |address: &Url| address.query_pairs().into_owned().collect::<HashMap<_, _>>();
    let (one, other) = (query(&one), query(&other));
    for name in ["state", "nonce", "code_challenge"] {
        assert_ne!(one[name], other[name]);
    }
    assert_eq!((one.get("prompt"), other["prompt"].as_str()), (None, "login"));
    assert_eq!((one["max_age"].as_str(), other["max_age"].as_str()), ("1200", "0"));
    assert_eq!(one["scope"], "openid profile");
}

#[tokio::test]
async fn an_id_token_that_is_wrong_in_any_respect_signs_nobody_in() {
    let fixture = fixture().await;
    for changes in [
        json!({ "nonce": "another" }),
        json!({ "nonce": null }),
        json!({ "aud": "another" }),
        json!({ "aud": null }),
        json!({ "azp": "another" }),
        json!({ "aud": ["portal", "more"] }),
        json!({ "aud": ["portal", "more"], "azp": "more" }),
        json!({ "auth_time": null }),
        json!({ "auth_time": fixture.now - 20 * 60 - 60 }),
        json!({ "iss": "https://evil.example" }),
        json!({ "exp": fixture.now - 31 }),
        json!({ "exp": null }),
        json!({ "iat": fixture.now + 31 }),
    ] {
        assert!(fixture.sign_in(changes.clone(), None).await.is_err(), "{changes}");
    }
    assert!(fixture.sign_in(json!({}), Some(&key())).await.is_err(), "another key");
    fixture.sign_in(json!({ "azp": "portal", "aud": ["portal", "more"] }), None).await.unwrap();
}

#[tokio::test]
async fn the_state_must_be_that_of_the_attempt() {
    let fixture = fixture().await;
    let (_, attempt) = fixture.provider.begin(Prompt::IfOlderThan(TimeDelta::minutes(20))).await.unwrap();
    let refused = fixture.provider.finish::<Value>(&attempt, "another", "the code").await;
    assert!(matches!(refused, Err(OpenIdError::OtherState)));
    assert!(fixture.liar.lock().unwrap().asked.is_empty(), "the code was not even tried");
}

#[tokio::test]
async fn an_answer_without_an_id_token_signs_nobody_in() {
    let fixture = fixture().await;
    let (address, attempt) = fixture.provider.begin(Prompt::IfOlderThan(TimeDelta::minutes(20))).await.unwrap();
    let state = address.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    for (answer, expected) in [
        (json!({ "access_token": "a", "token_type": "Bearer" }), "the identity provider sent no ID token"),
        (json!({ "error": "invalid_grant" }), "the identity provider did not exchange the code"),
    ] {
        fixture.liar.lock().unwrap().token_answer = answer;
        let refused = fixture.provider.finish::<Value>(&attempt, &state, "the code").await;
        assert_eq!(refused.unwrap_err().to_string(), expected);
    }
}

#[tokio::test]
async fn a_provider_that_names_another_issuer_is_refused_and_asked_again_later() {
    let fixture = fixture().await;
    let good = fixture.liar.lock().unwrap().description.clone();
    for bad in [json!({ "issuer": "https://evil.example" }), json!({ "token_endpoint": "" }), json!({ "jwks_uri": 7 })]
    {
        let mut description = good.clone();
        for (name, value) in bad.as_object().unwrap() {
            description[name] = value.clone();
        }
        fixture.liar.lock().unwrap().description = description;
        let refused = fixture.provider.begin(Prompt::IfOlderThan(TimeDelta::minutes(20))).await;
        assert!(matches!(refused, Err(OpenIdError::Discovery(..))), "{bad}");
    }
    fixture.liar.lock().unwrap().description = good;
    assert!(fixture.provider.begin(Prompt::IfOlderThan(TimeDelta::minutes(20))).await.is_ok(), "a failure is not kept");
}

#[tokio::test]
async fn what_the_id_token_does_not_say_is_asked_of_userinfo_and_only_about_the_same_person() {
    let fixture = fixture().await;
    let without_nic = json!({ "nic": null });
    fixture.liar.lock().unwrap().userinfo = json!({ "sub": "1", "nic": "200012345679", "auth_time": 0 });
    let claims = fixture.sign_in(without_nic.clone(), None).await.unwrap();
    assert_eq!(claims["nic"], "200012345679");
    assert_eq!(claims["auth_time"], fixture.now - 60, "what is signed stands");
    assert_eq!(fixture.sign_in(json!({}), None).await.unwrap()["nic"], "199512345678", "and needs no question");

    for lie in [json!({ "sub": "2", "nic": "200012345679" }), json!({ "nic": "200012345679" }), json!([])] {
        fixture.liar.lock().unwrap().userinfo = lie.clone();
        let refused = fixture.sign_in(without_nic.clone(), None).await;
        assert!(matches!(refused, Err(OpenIdError::NotForThis(_))), "{lie}");
    }
    fixture.liar.lock().unwrap().userinfo = json!({ "nic": "200012345679" });
    let no_subjects = json!({ "nic": null, "sub": null });
    assert!(fixture.sign_in(no_subjects, None).await.is_err(), "two that name nobody are not the same");
}
