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

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use ndx_testkit::{Farajaland, Issuer, Part, in_every_setting};
use serde_json::{Value, json};

const NDX: &str = env!("CARGO_BIN_EXE_ndx");
const QUESTION: &str = r#"{"query":"{ __typename }"}"#;

in_every_setting! {
    async fn t1_t3_t5_only_an_acceptable_token_opens_the_door(setting: Setting) {
        let issuer = Issuer::new();
        let mut farajaland = Farajaland::empty_as(NDX, setting);
        farajaland = issuer.trusted_by(farajaland);
        let _served = issuer.serve(&farajaland).await;
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
    }
}

in_every_setting! {
    async fn t2_without_the_issuers_keys_nobody_is_let_in(setting: Setting) {
        let mut farajaland = Farajaland::empty_as(NDX, setting);
        farajaland.run(Part::Exchange).await;
        let issuer = Issuer::new();
        let reply = farajaland.ask_with(Some(&issuer.sign(&Issuer::header(), &issuer.claims())), QUESTION, &[]).await;
        assert_eq!((reply.status, reply.codes()), (503, vec!["KEYS_UNAVAILABLE"]));
        assert!(reply.headers.contains_key("retry-after"));
        assert_eq!(reply.body.get("data"), None);
    }
}

/// Whom a service lets in without asking who it is: nothing here is about anybody.
const OPEN: [&str; 12] = [
    "gateway GET /health",
    "gateway GET /openapi.json",
    "gateway GET /schema.graphql",
    "gateway GET /docs/schema",
    "consent GET /health",
    "consent GET /internal/api/v1/health",
    "consent GET /api/v1/health",
    "consent GET /.well-known/jwks.json",
    "policy GET /health",
    "audit GET /health",
    "audit GET /version",
    "consent GET /openapi.json",
];

/// The gateway's pages for people. They are no interface, so no document names them; they hold nothing but what stands in the
/// tree and in the configuration's section `explorer`, and what they ask goes through the doors above.
const PAGES: [&str; 4] = ["/explorer", "/explorer/", "/explorer/config.json", "/explorer/LICENSES.txt"];

in_every_setting! {
    async fn every_route_refuses_strangers(setting: Setting) {
        let farajaland = Farajaland::start_as(NDX, setting).await;
        let data = farajaland.data_folder();
        let token = async |caller: &str, callee: &str| {
            let arguments = ["service-token", "--as", caller, "--for", callee, "--data", data.to_str().unwrap()];
            let (code, out, words) = farajaland.ndx(&arguments).await;
            assert_eq!(code, 0, "{words}");
            out.trim().to_owned()
        };
        let application = farajaland.token("passport-app").await;
        let client = ndx_service::outbound::client(std::time::Duration::from_secs(5)).unwrap();
        let mut open = Vec::new();
        for (service, documents) in [
            ("gateway", orchestration_engine::server::openapi()),
            ("consent", consent_engine::server::openapi()),
            ("policy", policy_decision_point::server::openapi()),
            ("audit", audit_service::server::openapi()),
        ] {
            // What the running service says of itself is what its routers were made of.
            let address = format!("{}/openapi.json", farajaland.url(service));
            let served: Value = client.get(&address).send().await.unwrap().json().await.unwrap();
            assert_eq!(served, serde_json::to_value(&documents).unwrap());
            let (own, elsewhere) = (token("gateway", service).await, token("gateway", other_than(service)).await);
            let paths = served["paths"].as_object().unwrap();
            assert!(paths.len() > 2, "{service}: {paths:?}");
            for (path, operations) in paths {
                let address = format!("{}{}", farajaland.url(service), filled(path));
                for (method, operation) in operations.as_object().unwrap() {
                    let what = format!("{service} {} {path}", method.to_uppercase());
                    let send = async |token: Option<&str>| {
                        let method = method.to_uppercase().parse().unwrap();
                        let request = client.request(method, &address).header("content-type", "application/json");
                        let request = match token {
                            Some(token) => request.bearer_auth(token),
                            None => request,
                        };
                        request.body("{}").send().await.unwrap()
                    };
                    let Some(scheme) = operation["security"][0].as_object().and_then(|one| one.keys().next()) else {
                        assert_eq!(send(None).await.status().as_u16(), 200, "{what}");
                        open.push(what);
                        continue;
                    };
                    let mut refused = vec![None, Some("x"), Some(elsewhere.as_str())];
                    match scheme.as_str() {
                        "serviceToken" => refused.push(Some(application.as_str())),
                        "citizenToken" => refused.extend([Some(application.as_str()), Some(own.as_str())]),
                        "applicationToken" => refused.push(Some(own.as_str())),
                        other => panic!("{what}: {other}"),
                    }
                    for token in refused {
                        let response = send(token).await;
                        assert_eq!(response.status().as_u16(), 401, "{what}");
                        assert!(response.headers().contains_key("www-authenticate"), "{what}");
                    }
                    if scheme == "serviceToken" {
                        let accepted = send(Some(&own)).await.status().as_u16();
                        assert!(accepted != 401 && accepted < 500, "{what}: {accepted}");
                    }
                }
            }
        }
        open.extend(["gateway GET /openapi.json".to_owned(), "consent GET /openapi.json".to_owned()]);
        open.sort();
        let mut expected = OPEN.map(str::to_owned).to_vec();
        expected.sort();
        assert_eq!(open, expected, "nothing else is open");
        // What neither a document nor `PAGES` names is not there at all, whoever asks.
        for page in PAGES {
            let address = format!("{}{page}", farajaland.url("gateway"));
            let status = client.get(&address).send().await.unwrap().status().as_u16();
            assert_eq!(status, if page.ends_with('/') { 308 } else { 200 }, "{page}");
            assert_eq!(client.post(&address).body("{}").send().await.unwrap().status().as_u16(), 405, "{page}");
        }
        for service in ["gateway", "policy", "audit"] {
            let address = format!("{}/debug", farajaland.url(service));
            assert_eq!(client.get(address).send().await.unwrap().status().as_u16(), 404, "{service}");
        }
    }
}

in_every_setting! {
    [together_on_sqlite apart_on_postgres]

    async fn a_program_beside_the_exchange_calls_what_it_may_and_nothing_else(setting: Setting) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("portal.key");
        let key = ndx_auth::ServiceKey::read_or_make("portal-backend", &file, ndx_clock::SystemClock::shared()).unwrap();
        let public = key.public().to_string();
        let mut farajaland = Farajaland::empty_as(NDX, setting).with_config(|config| {
            let caller = json!({"name": "portal-backend", "publicKeys": [public], "mayCall": ["policy"]});
            config["services"]["callers"] = json!([caller]);
        });
        farajaland.run(Part::Exchange).await;
        let client = ndx_service::outbound::client(std::time::Duration::from_secs(5)).unwrap();
        let status = async |service: &str, path: &str, token: &str| {
            let address = format!("{}{path}", farajaland.url(service));
            client.get(address).bearer_auth(token).send().await.unwrap().status().as_u16()
        };
        let policies = "/api/v1/policy/metadata?schemaId=abc-212";
        assert_eq!(status("policy", policies, &key.token_for("policy").unwrap()).await, 200);
        assert_eq!(status("audit", "/api/v1/records", &key.token_for("audit").unwrap()).await, 401);
        assert_eq!(status("gateway", "/sdl", &key.token_for("gateway").unwrap()).await, 401);
        // Nor may a service of the exchange call one that it has no business with, or ask there what is none of its own.
        let data = farajaland.data_folder();
        for (caller, expected) in [("audit", 401), ("consent", 403)] {
            let arguments = ["service-token", "--as", caller, "--for", "policy", "--data", data.to_str().unwrap()];
            let (_, token, _) = farajaland.ndx(&arguments).await;
            assert_eq!(status("policy", policies, token.trim()).await, expected, "{caller}");
        }
    }
}

fn other_than(service: &str) -> &'static str {
    if service == "audit" { "policy" } else { "audit" }
}

/// A path with something in the place of its parameters.
fn filled(path: &str) -> String {
    let fill = |segment: &str| {
        if segment.starts_with('{') { "00000000-0000-4000-8000-000000000000".to_owned() } else { segment.to_owned() }
    };
    path.split('/').map(fill).collect::<Vec<_>>().join("/")
}
