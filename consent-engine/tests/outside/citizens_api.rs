//! What a citizen's own portal hears over HTTP, with an access token of her identity provider.

use std::sync::Arc;

use crate::support::*;
use axum::{Json, Router, routing};
use jsonwebtoken::{Algorithm, EncodingKey, Header, jwk::Jwk};
use ndx_clock::Clock;
use ndx_contracts::consent::ConsentEngine;
use ndx_service::listen;
use reqwest::{Method, RequestBuilder, StatusCode, header::HeaderMap};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const OURS: &str = "CONSENT_PORTAL_APP";

/// An identity provider whose tokens say what a test wants.
pub struct Provider {
    key: Arc<EncodingKey>,
    pub issuer: String,
}

impl Provider {
    pub async fn start() -> Self {
        let listener = listen::bind_loopback("provider", 0).await.unwrap();
        let issuer = format!("http://{}", address(&listener));
        let key = Arc::new(key());
        let mut jwk = Jwk::from_encoding_key(&key, Algorithm::RS256).unwrap();
        jwk.common.key_id = Some("one".to_owned());
        let (keys, description) = (
            json!({ "keys": [jwk] }),
            json!({
                "issuer": issuer,
                "authorization_endpoint": format!("{issuer}/authorize"),
                "token_endpoint": format!("{issuer}/token"),
                "jwks_uri": format!("{issuer}/jwks"),
            }),
        );
        let router = Router::new()
            .route("/.well-known/openid-configuration", routing::get(|| async { Json(description) }))
            .route("/jwks", routing::get(|| async { Json(keys) }));
        tokio::spawn(listen::serve(listener, router, CancellationToken::new()));
        Self { key, issuer }
    }

    /// A token of this `typ`; the claims are right, with `changes` (a null takes a claim away).
    pub fn token(&self, typ: &str, now: i64, changes: &Value) -> String {
        let mut claims = json!({
            "iss": self.issuer, "aud": OURS, "sub": "1", "client_id": OURS, "nic": NAYANA, "iat": now, "exp": now + 3600,
        });
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        let mut header = Header { kid: Some("one".to_owned()), ..Header::new(Algorithm::RS256) };
        header.typ = Some(typ.to_owned());
        jsonwebtoken::encode(&header, &claims, &self.key).unwrap()
    }
}

pub struct Api {
    pub portal: Portal,
    pub provider: Provider,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

pub async fn api_on(on: On) -> Api {
    let provider = Provider::start().await;
    let listener = listen::bind_loopback("consent", 0).await.unwrap();
    let portal = portal_beside(on, listener, provider.issuer.trim_start_matches("http://"), clock()).await;
    Api { portal, provider }
}

async fn api() -> Api {
    api_on(On::Sqlite).await
}

impl Api {
    pub fn token(&self, changes: &Value) -> String {
        self.provider.token("at+jwt", self.portal.ledger.clock.now().timestamp(), changes)
    }

    pub fn call(&self, method: Method, path: &str) -> RequestBuilder {
        self.portal.browser().client.request(method, format!("{}{path}", self.portal.url))
    }

    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        assert_eq!(headers["cache-control"], "no-store");
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or_else(|_| json!({ "not json": text }));
        Answer { status, headers, body }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.call(Method::GET, path).bearer_auth(self.token(&json!({})))).await
    }

    pub async fn put(&self, id: Uuid, body: &Value) -> Answer {
        let path = format!("/api/v1/consents/{id}");
        self.send(self.call(Method::PUT, &path).bearer_auth(self.token(&json!({}))).json(body)).await
    }

    pub async fn asked(&self, fields: &[usize]) -> Uuid {
        self.portal.ledger.require(NAYANA, fields).await.consent_id
    }
}

impl Answer {
    pub fn code(&self) -> (u16, &str) {
        (self.status.as_u16(), self.body["error"]["code"].as_str().unwrap_or_default())
    }
}

async fn a_citizen_sees_what_is_asked_and_says_yes(on: On) {
    let api = api_on(on).await;
    let id = api.asked(&[0, 3]).await;
    let path = format!("/api/v1/consents/{id}");
    let seen = api.get(&path).await;
    assert_eq!(seen.status, StatusCode::OK, "{}", seen.body);
    assert_eq!(seen.headers["etag"], "\"1\"");
    let at = "2026-11-21T05:00:00Z";
    assert_eq!(
        seen.body,
        json!({
            "appId": "passport-app", "appName": "Online Passport Application", "ownerId": NAYANA, "status": "pending",
            "type": "realtime", "createdAt": at, "updatedAt": at, "version": 1,
            "fields": [
                { "schemaId": "drp-schema-v1", "fieldName": "person.fullName", "displayName": "Full name",
                  "description": "As on your identity card", "owner": "citizen", "need": "needed" },
                { "schemaId": "drp-schema-v1", "fieldName": "person.profession", "displayName": "Profession",
                  "description": "As you registered it", "owner": "citizen", "need": "optional" },
            ],
        })
    );
    let done = api.put(id, &json!({ "action": "approve" })).await;
    let expected = json!({ "message": "Consent updated successfully", "status": "approved", "version": 2 });
    assert_eq!((done.status, done.body), (StatusCode::OK, expected));
    let answer = api.portal.ledger.require(NAYANA, &[0, 3]).await;
    assert_eq!(answer.covered, [field(0), field(3)], "where there is no choice, all is shared");
    assert_eq!(answer.expires_at.unwrap().to_rfc3339(), "2026-11-21T06:00:00+00:00", "for the shortest time");
    assert_eq!(api.put(id, &json!({ "action": "approve" })).await.code(), (409, "CONSENT_NOT_PENDING"));
    assert_eq!(api.put(id, &json!({ "action": "reject", "version": 1 })).await.code(), (409, "CONSENT_NOT_PENDING"));
    assert_eq!(api.portal.ledger.require(NAYANA, &[0]).await.version, 2, "an answer that is sent again has no effect");

    let record = api.call(Method::GET, &path).header("accept", "application/vnd.ndx.consent+json");
    let record = api.send(record.bearer_auth(api.token(&json!({})))).await;
    assert_eq!(record.headers["content-type"], "application/vnd.ndx.consent+json");
    assert_eq!(
        record.body,
        json!({
            "consentId": id, "citizenId": NAYANA, "consumerId": "passport-app",
            "dataScope": { "providers": ["drp"], "fields": [
                { "schemaId": "drp-schema-v1", "fieldName": "person.fullName" },
                { "schemaId": "drp-schema-v1", "fieldName": "person.profession" },
            ] },
            "purpose": "passport-application", "grantedAt": at, "expiresAt": "2026-11-21T06:00:00Z", "status": "ACTIVE",
            "version": 2,
        })
    );
}

async fn a_citizen_chooses_says_no_and_stops(on: On) {
    let api = api_on(on).await;
    let id = api.asked(&[0, 3, 4]).await;
    let chosen = json!({ "action": "approve", "version": 1, "duration": "P7D",
        "optional": [{ "schemaId": "abc-212", "fieldName": "getPersonInfo.sex" }] });
    assert_eq!(api.put(id, &chosen).await.status, StatusCode::OK);
    let answer = api.portal.ledger.require(NAYANA, &[0, 3, 4]).await;
    assert_eq!((answer.covered, answer.declined), (vec![field(0), field(4)], vec![field(3)]));

    api.portal.ledger.require(NAYANA, &[1]).await;
    assert_eq!(api.put(id, &json!({ "action": "approve", "version": 2 })).await.code(), (409, "CONSENT_CHANGED"));
    let no = api.put(id, &json!({ "action": "reject", "version": 3 })).await;
    assert_eq!((no.status, &no.body["status"]), (StatusCode::OK, &json!("approved")), "the rest stands");
    assert_eq!(api.put(id, &json!({ "action": "revoke", "version": 3 })).await.code(), (409, "CONSENT_CHANGED"));
    let stop = api.put(id, &json!({ "action": "revoke" })).await;
    assert_eq!((stop.status, &stop.body["status"]), (StatusCode::OK, &json!("revoked")));
    assert_eq!(api.put(id, &json!({ "action": "revoke" })).await.code(), (409, "CONSENT_NOT_APPROVED"));
    let seen = api.get(&format!("/api/v1/consents/{id}")).await;
    assert_eq!(seen.body["fields"].as_array().unwrap().len(), 4, "what it was about");
}

async fn of_answers_at_once_one_is_taken_and_the_others_are_conflicts(on: On) {
    let api = Arc::new(api_on(on).await);
    let id = api.asked(&[0]).await;
    let send = |index: usize| {
        let api = Arc::clone(&api);
        let action = if index.is_multiple_of(2) { "approve" } else { "reject" };
        tokio::spawn(async move { api.put(id, &json!({ "action": action })).await.status })
    };
    let mut taken = 0;
    for sent in (0..10).map(send).collect::<Vec<_>>() {
        match sent.await.unwrap() {
            StatusCode::OK => taken += 1,
            status => assert_eq!(status, StatusCode::CONFLICT),
        }
    }
    assert_eq!(taken, 1);
    assert_eq!(api.portal.ledger.engine.current().history_of(&subject(NAYANA), id).await.unwrap().entries.len(), 2);
}

async fn the_list_has_pages_and_filters(on: On) {
    let api = api_on(on).await;
    let first = api.asked(&[0]).await;
    api.put(first, &json!({ "action": "approve", "duration": "P30D" })).await;
    api.portal.ledger.advance(60);
    let mut other = requirement(NAYANA, &[0]);
    (other.application, other.purpose) = ("vehicle-insurance".into(), "vehicle-insurance".into());
    let second = ConsentEngine::require(&*api.portal.ledger.engine, &other).await;
    let second = second.unwrap().consent_id;
    api.portal.ledger.require(REGINA, &[0]).await;

    let all = api.get("/api/v1/consents").await.body;
    assert_eq!((&all["total"], &all["limit"], &all["offset"]), (&json!(2), &json!(20), &json!(0)));
    assert_eq!((&all["consents"][0]["consentId"], &all["consents"][1]["consentId"]), (&json!(second), &json!(first)));
    assert_eq!(
        all["consents"][1],
        json!({
            "consentId": first, "appId": "passport-app", "appName": "Online Passport Application",
            "purpose": "passport-application", "status": "approved", "createdAt": "2026-11-21T05:00:00Z",
            "pendingExpiresAt": null, "grantExpiresAt": "2026-12-21T05:00:00Z",
        })
    );
    assert_eq!(all["consents"][0]["pendingExpiresAt"], "2026-11-21T06:01:00Z");
    let page = api.get("/api/v1/consents?limit=1&offset=1").await.body;
    assert_eq!((&page["total"], &page["consents"][0]["consentId"]), (&json!(2), &json!(first)));
    assert_eq!(api.get("/api/v1/consents?status=approved").await.body["total"], 1);
    for both in ["status=approved&status=pending", "status=approved,pending"] {
        assert_eq!(api.get(&format!("/api/v1/consents?{both}")).await.body["total"], 2, "{both}");
    }
    assert_eq!(api.get("/api/v1/consents?status=revoked").await.body["total"], 0);
    let wrong = api.get("/api/v1/consents?status=gone&limit=0&offset=-1").await;
    assert_eq!(wrong.code(), (400, "BAD_REQUEST"));
    assert_eq!(
        wrong.body["error"]["message"],
        "status must be pending, approved, rejected, expired or revoked; limit must be a number from 1 to 100; \
         offset must be a number from 0 to 1000000"
    );
    for query in ["limit=101", "limit=x", "limit=", "status=pending,gone", "offset=99999999999999999999"] {
        assert_eq!(api.get(&format!("/api/v1/consents?{query}")).await.code(), (400, "BAD_REQUEST"), "{query}");
    }
}

/// Whoever guesses the id, and whatever her e-mail address looks like: a consent belongs to the identifier that the identity
/// provider says, and to nothing else.
async fn c5_what_is_another_persons_is_not_there(on: On) {
    let api = api_on(on).await;
    let theirs = api.portal.ledger.require(REGINA, &[0]).await.consent_id;
    let unknown = api.get(&format!("/api/v1/consents/{}", Uuid::new_v4())).await;
    assert_eq!(unknown.code(), (404, "CONSENT_NOT_FOUND"));
    let as_who = async |method: Method, claims: &Value, body: Option<Value>| {
        let call = api.call(method, &format!("/api/v1/consents/{theirs}")).bearer_auth(api.token(claims));
        api.send(body.iter().fold(call, |call, body| call.json(body))).await
    };
    // Nayana, with Regina's address: as it is, in other letters, with a Cyrillic one, with what some mail servers leave out.
    for email in
        ["regina@farajaland.fj", "REGINA@Farajaland.FJ", "r\u{435}gina@farajaland.fj", "regina+x@farajaland.fj"]
    {
        let claims = json!({ "email": email, "email_verified": true, "preferred_username": "regina" });
        let other = as_who(Method::GET, &claims, None).await;
        assert_eq!((other.code(), &other.body), ((404, "CONSENT_NOT_FOUND"), &unknown.body), "{email}");
        for action in ["approve", "reject", "revoke"] {
            let said = as_who(Method::PUT, &claims, Some(json!({ "action": action }))).await;
            assert_eq!(said.body, unknown.body, "{email}: {action}");
        }
    }
    // Identifiers that only look like Regina's are nobody's, or another person's.
    let full_width: String = REGINA.chars().map(|digit| char::from_u32(digit as u32 + 0xFEE0).unwrap()).collect();
    let arabic: String = REGINA.chars().map(|digit| char::from_u32(digit as u32 + 0x0630).unwrap()).collect();
    for nic in [full_width, arabic, format!("{REGINA}\u{200b}"), format!("0{REGINA}")] {
        let looks_like = as_who(Method::GET, &json!({ "nic": nic }), None).await;
        assert!(
            matches!(looks_like.status, StatusCode::NOT_FOUND | StatusCode::UNAUTHORIZED),
            "{nic}: {}",
            looks_like.body
        );
    }
    assert_eq!(api.portal.ledger.require(REGINA, &[0]).await.version, 1);
    // She herself, whatever her address is by now.
    for email in [json!("regina@farajaland.fj"), json!("somebody.else@example.org"), Value::Null] {
        let hers = as_who(Method::GET, &json!({ "nic": REGINA, "sub": "2", "email": email }), None).await;
        assert_eq!((hers.status, &hers.body["status"]), (StatusCode::OK, &json!("pending")), "{email}");
    }
    let yes = as_who(Method::PUT, &json!({ "nic": REGINA, "sub": "2" }), Some(json!({ "action": "approve" }))).await;
    assert_eq!(yes.status, StatusCode::OK, "{}", yes.body);
}

#[tokio::test]
async fn t5_only_an_access_token_of_a_person_for_this_api_is_taken() {
    let api = api().await;
    let now = api.portal.ledger.clock.now().timestamp();
    let stranger = Provider { key: Arc::new(key()), issuer: api.provider.issuer.clone() };
    let right = json!({});
    for (token, what) in [
        (api.provider.token("JWT", now, &right), "an ID token"),
        (api.token(&json!({ "nic": null })), "the token of an application"),
        (api.token(&json!({ "nic": "nobody" })), "an identifier of nobody"),
        (api.token(&json!({ "aud": "ndx" })), "another audience"),
        (api.token(&json!({ "iss": "https://evil.example" })), "another issuer"),
        (api.token(&json!({ "exp": now - 60 })), "too late"),
        (stranger.token("at+jwt", now, &right), "another key"),
        (api.portal.gateway.token_for("consent").unwrap(), "a service"),
        ("a.b.c".to_owned(), "no token at all"),
    ] {
        let answer = api.send(api.call(Method::GET, "/api/v1/consents").bearer_auth(token)).await;
        assert_eq!(answer.code(), (401, "UNAUTHORIZED"), "{what}");
        assert_eq!(answer.headers["www-authenticate"], "Bearer");
    }
    let nothing = api.send(api.call(Method::PUT, &format!("/api/v1/consents/{}", Uuid::new_v4()))).await;
    assert_eq!(nothing.code(), (401, "UNAUTHORIZED"));
    let canonical = api.token(&json!({ "nic": " 199512345678 ", "email": "nayana@example.org" }));
    let id = api.asked(&[0]).await;
    let seen = api.send(api.call(Method::GET, &format!("/api/v1/consents/{id}")).bearer_auth(canonical)).await;
    assert_eq!(seen.body["ownerEmail"], "nayana@example.org");
}

#[tokio::test]
async fn every_mistake_has_a_code() {
    let api = api().await;
    let id = api.asked(&[3]).await;
    for (body, message) in [
        (json!({ "action": "delete" }), "Invalid action: write approve, reject or revoke"),
        (json!({}), "Invalid action: write approve, reject or revoke"),
        (json!({ "action": "approve", "version": -1 }), "version must not be negative"),
        (json!({ "action": "approve", "version": "1" }), "`version` has another form"),
        (json!([]), "the body is not right"),
        (
            json!({ "action": "approve", "optional": [], "duration": "P9D" }),
            "duration must be one of PT1H, P7D, P30D; nothing would be shared: name a field in optional, or reject",
        ),
        (
            json!({ "action": "approve", "optional": [{ "schemaId": "x", "fieldName": "y" }] }),
            "optional names a field that is not an optional one of this request",
        ),
    ] {
        let answer = api.put(id, &body).await;
        assert_eq!(answer.code(), (400, "BAD_REQUEST"), "{body}");
        assert!(answer.body["error"]["message"].as_str().unwrap().contains(message), "{}", answer.body);
    }
    for bad in ["1", "not-an-id", "%FF", &id.simple().to_string()] {
        let answer = api.get(&format!("/api/v1/consents/{bad}")).await;
        assert_eq!(answer.code(), (400, "BAD_REQUEST"), "{bad}");
        assert_eq!(answer.body["error"]["message"], "invalid consentId format");
    }
    assert_eq!(api.get("/api/v1/nothing").await.code(), (404, "NOT_FOUND"));
    let method = api.send(api.call(Method::DELETE, &format!("/api/v1/consents/{id}"))).await;
    assert_eq!(method.code(), (405, "METHOD_NOT_ALLOWED"));
    assert_eq!(method.headers["allow"], "GET,HEAD,PUT");
    let large = api.call(Method::PUT, &format!("/api/v1/consents/{id}")).bearer_auth(api.token(&json!({})));
    assert_eq!(api.send(large.body(vec![b'['; 2 * 1024 * 1024])).await.code(), (413, "TOO_LARGE"));
    assert_eq!(api.send(api.call(Method::GET, "/api/v1/health")).await.body, json!({ "status": "healthy" }));
}

#[tokio::test]
async fn without_its_identity_provider_nobody_is_known() {
    let listener = listen::bind_loopback("consent", 0).await.unwrap();
    let portal = portal_beside(On::Sqlite, listener, "127.0.0.1:1", clock()).await;
    let api = Api { portal, provider: Provider { key: Arc::new(key()), issuer: "http://127.0.0.1:1".to_owned() } };
    assert_eq!(api.get("/api/v1/consents").await.code(), (503, "CE_UNAVAILABLE"));
}

on_both_engines! {
    c5_what_is_another_persons_is_not_there,
    a_citizen_sees_what_is_asked_and_says_yes,
    a_citizen_chooses_says_no_and_stops,
    of_answers_at_once_one_is_taken_and_the_others_are_conflicts,
    the_list_has_pages_and_filters,
}
