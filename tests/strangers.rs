//! Who is refused at the door: callers of the gateway without an acceptable token, callers of the services without
//! a service token.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::{collections::HashMap, time::SystemTime};

use aws_lc_rs::{
    encoding::AsDer,
    rsa::{KeyPair, KeySize},
    signature::KeyPair as _,
};
use axum::{Json, Router, routing::get};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use ndx_service::listen;
use ndx_testkit::{Farajaland, Part};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

const NDX: &str = env!("CARGO_BIN_EXE_ndx");
const QUESTION: &str = r#"{"query":"{ __typename }"}"#;

/// An issuer of the test's own, so that it can sign what a good issuer never would.
struct Issuer {
    key: EncodingKey,
    public_modulus: Vec<u8>,
    keys: Value,
}

impl Issuer {
    fn new() -> Self {
        let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let public = pair.public_key();
        let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let (n, e) =
            (public.modulus().big_endian_without_leading_zero(), public.exponent().big_endian_without_leading_zero());
        let keys =
            json!({"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "k1", "n": part(n), "e": part(e)}]});
        let der = AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&pair).unwrap();
        // The library reads PKCS #1; it is the octet string inside PKCS #8.
        let pkcs8 = der.as_ref();
        let start = pkcs8.windows(4).position(|window| window[..2] == [0x04, 0x82]).unwrap() + 4;
        Self { key: EncodingKey::from_rsa_der(&pkcs8[start..]), public_modulus: n.to_vec(), keys }
    }

    fn claims(&self) -> Value {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        json!({
            "iss": "https://issuer.example", "aud": "ndx", "sub": "passport-app", "client_id": "passport-app",
            "iat": now, "nbf": now, "exp": now + 600,
        })
    }

    fn header() -> Header {
        Header { typ: Some("at+jwt".to_owned()), kid: Some("k1".to_owned()), ..Header::new(Algorithm::RS256) }
    }

    fn sign(&self, header: &Header, claims: &Value) -> String {
        encode(header, claims, &self.key).unwrap()
    }

    /// A token whose `key` says something else; null takes the claim away.
    fn with(&self, key: &str, value: Value) -> String {
        let mut claims = self.claims();
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(key);
        } else {
            claims[key] = value;
        }
        self.sign(&Self::header(), &claims)
    }
}

#[tokio::test]
async fn t1_t3_t5_only_an_acceptable_token_opens_the_door() {
    let issuer = Issuer::new();
    let mut farajaland = Farajaland::empty(NDX);
    let jwks = format!("http://127.0.0.1:{}/jwks", farajaland.ports().spare());
    farajaland = farajaland.with_config(|config| {
        config["jwt"] = json!({"expectedIssuer": "https://issuer.example", "validAudiences": ["ndx"], "jwksUrl": jwks});
    });
    let keys = issuer.keys.clone();
    let router = Router::new().route("/jwks", get(async move || Json(keys)));
    let listener = listen::bind_loopback("jwks", farajaland.ports().spare()).await.unwrap();
    let stop = CancellationToken::new();
    tokio::spawn(listen::serve(listener, router, stop.clone()));
    farajaland.run(Part::Exchange).await;

    let good = issuer.sign(&Issuer::header(), &issuer.claims());
    assert_eq!(farajaland.ask_with(Some(&good), QUESTION, &[]).await.status, 200);
    let several = issuer.with("aud", json!(["other", "ndx"]));
    assert_eq!(farajaland.ask_with(Some(&several), QUESTION, &[]).await.status, 200);

    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let expired = farajaland.ask_with(Some(&issuer.with("exp", json!(now - 60))), QUESTION, &[]).await;
    assert_eq!((expired.status, expired.codes()), (401, vec!["UNAUTHORIZED"]));
    assert_eq!(expired.extension("reason"), "TOKEN_EXPIRED");
    assert!(expired.headers.contains_key("www-authenticate"));

    let other = Issuer::new();
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let none = format!("{}.{}.", part(&json!({"alg": "none", "typ": "at+jwt", "kid": "k1"})), part(&issuer.claims()));
    let stripped = format!("{}.", good.rsplit_once('.').unwrap().0);
    let header = |change: &dyn Fn(&mut Header)| {
        let mut header = Issuer::header();
        change(&mut header);
        issuer.sign(&header, &issuer.claims())
    };
    let confused = Header { alg: Algorithm::HS256, ..Issuer::header() };
    let confused = encode(&confused, &issuer.claims(), &EncodingKey::from_secret(&issuer.public_modulus)).unwrap();
    let bad: HashMap<&str, String> = HashMap::from([
        ("no token at all", String::new()),
        ("not a token", "x".to_owned()),
        ("three empty parts", "..".to_owned()),
        ("alg none", none),
        ("no signature", stripped),
        ("HS256 with the public key", confused),
        ("another key under the same kid", other.sign(&Issuer::header(), &issuer.claims())),
        ("an unknown kid", header(&|header| header.kid = Some("../../k1' OR 1=1".to_owned()))),
        ("no kid", header(&|header| header.kid = None)),
        ("an ID token", header(&|header| header.typ = Some("JWT".to_owned()))),
        (
            "a key set of its own",
            header(&|header| {
                header.jku = Some("http://127.0.0.1:1/jwks".to_owned());
                header.kid = Some("theirs".to_owned());
            }),
        ),
        ("another issuer", issuer.with("iss", json!("https://other.example"))),
        ("no issuer", issuer.with("iss", Value::Null)),
        ("another audience", issuer.with("aud", json!("consent-portal"))),
        ("no audience", issuer.with("aud", Value::Null)),
        ("no end", issuer.with("exp", Value::Null)),
        ("an end that is no time", issuer.with("exp", json!("tomorrow"))),
        ("not yet", issuer.with("nbf", json!(now + 600))),
        ("issued in the future", issuer.with("iat", json!(now + 6000))),
        ("no client", issuer.with("client_id", Value::Null)),
        ("an application nobody registered", issuer.with("client_id", json!("stranger"))),
        ("far too long", issuer.with("more", json!("x".repeat(20_000)))),
    ]);
    for (what, token) in &bad {
        let reply = farajaland.ask_with((!token.is_empty()).then_some(token), QUESTION, &[]).await;
        assert_eq!((reply.status, reply.codes()), (401, vec!["UNAUTHORIZED"]), "{what}: {}", reply.text);
        assert_eq!(reply.extension("reason"), "UNAUTHENTICATED", "{what}");
        assert_eq!(reply.body.get("data"), None, "{what}");
    }
    stop.cancel();
}

#[tokio::test]
async fn t2_without_the_issuers_keys_nobody_is_let_in() {
    let mut farajaland = Farajaland::empty(NDX);
    farajaland.run(Part::Exchange).await;
    let issuer = Issuer::new();
    let reply = farajaland.ask_with(Some(&issuer.sign(&Issuer::header(), &issuer.claims())), QUESTION, &[]).await;
    assert_eq!((reply.status, reply.codes()), (503, vec!["KEYS_UNAVAILABLE"]));
    assert!(reply.headers.contains_key("retry-after"));
    assert_eq!(reply.body.get("data"), None);
}

#[tokio::test]
async fn the_judges_speak_to_services_only() {
    let farajaland = Farajaland::start(NDX).await;
    let application = farajaland.token("passport-app").await;
    let data = farajaland.data_folder();
    let token = async |callee: &str| {
        let arguments = ["service-token", "--as", "gateway", "--for", callee, "--data", data.to_str().unwrap()];
        let (code, out, words) = farajaland.ndx(&arguments).await;
        assert_eq!(code, 0, "{words}");
        out.trim().to_owned()
    };
    let client = ndx_service::outbound::client(std::time::Duration::from_secs(5)).unwrap();
    let endpoints = [
        ("policy", "POST", "/api/v1/policy/decide"),
        ("consent", "POST", "/internal/api/v1/consents"),
        ("consent", "GET", "/internal/api/v1/consents?appId=passport-app&ownerId=199512345678"),
        ("audit", "GET", "/api/audit-logs"),
    ];
    for (service, method, path) in endpoints {
        let send = async |token: Option<&str>| {
            let address = format!("{}{path}", farajaland.url(service));
            let mut request =
                client.request(method.parse().unwrap(), address).header("content-type", "application/json");
            if let Some(token) = token {
                request = request.bearer_auth(token);
            }
            request.body("{}").send().await.unwrap().status().as_u16()
        };
        let elsewhere = token(if service == "audit" { "policy" } else { "audit" }).await;
        for refused in [None, Some("x"), Some(application.as_str()), Some(elsewhere.as_str())] {
            assert_eq!(send(refused).await, 401, "{method} {path}");
        }
        let accepted = send(Some(&token(service).await)).await;
        assert!(accepted != 401 && accepted < 500, "{method} {path}: {accepted}");
    }
    // A service's token is nothing to the gateway.
    assert_eq!(farajaland.ask_with(Some(&token("policy").await), QUESTION, &[]).await.status, 401);
}
