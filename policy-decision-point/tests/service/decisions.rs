//! `POST /api/v1/policy/decide`, and what holds for every route.

use reqwest::{Method, header};
use serde_json::{Value, json};

use crate::ground::Ground;

const DECIDE: &str = "/api/v1/policy/decide";

#[tokio::test]
async fn strangers_are_refused_everywhere_but_at_the_open_doors() {
    let ground = Ground::new();
    let served = ground.serve(&ground.both()[0]).await;
    let elsewhere = served.key.token_for("consent").unwrap();
    let document = served.get("/openapi.json").await;
    let mut asked = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let method: Method = method.to_uppercase().parse().unwrap();
            let open = operation.get("security").is_none();
            for token in [None, Some("x"), Some(elsewhere.as_str())] {
                let mut request = served.client.request(method.clone(), format!("{}{path}", served.url));
                if let Some(token) = token {
                    request = request.bearer_auth(token);
                }
                let response = request.send().await.unwrap();
                assert_eq!(response.status().as_u16(), if open { 200 } else { 401 }, "{method} {path}");
                if !open {
                    assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "Bearer");
                    let body: Value = response.json().await.unwrap();
                    assert_eq!(body["code"], "UNAUTHORIZED", "{body}");
                    assert!(body["error"].is_string(), "{body}");
                    asked += 1;
                }
            }
        }
    }
    assert_eq!(asked, 3 * 9, "three strangers at nine doors");
}

#[tokio::test]
async fn answers_in_the_shape_of_the_contract() {
    let ground = Ground::new();
    for place in ground.both() {
        let served = ground.serve(&place).await;
        let fields = json!([
            {"schemaId": "drp-schema-v1", "fieldName": "person.fullName"},
            {"schemaId": "drp-schema-v1", "fieldName": "person.photo"},
            {"schemaId": "x", "fieldName": "y"},
        ]);
        let (status, body) =
            served.post(DECIDE, json!({"applicationId": "passport-app", "requiredFields": fields})).await;
        assert_eq!(status, 200, "{body}");
        assert_eq!(body["appAuthorized"], false);
        assert_eq!(body["unauthorizedFields"].as_array().unwrap().len(), 2);
        assert_eq!((&body["appAccessExpired"], body.get("expiredFields")), (&json!(false), Some(&Value::Null)));
        assert_eq!(body["appRequiresOwnerConsent"], true);
        let asked = json!({
            "fieldName": "person.fullName", "schemaId": "drp-schema-v1", "displayName": "Full name",
            "description": "As on your identity card", "owner": "citizen",
        });
        assert_eq!(body["consentRequiredFields"], json!([asked]));
        let reasons: Vec<_> = body["decisions"].as_array().unwrap().iter().map(|one| one["reason"].clone()).collect();
        assert_eq!(reasons, [Value::Null, json!("NOT_GRANTED"), json!("FIELD_UNKNOWN")]);
        assert_eq!(body["policyVersion"], served.get("/api/v1/policy/history").await["total"]);

        let (status, clear) = served.post(DECIDE, json!({"applicationId": "nobody", "requiredFields": []})).await;
        assert_eq!((status, &clear["appAuthorized"], &clear["unauthorizedFields"]), (200, &json!(true), &Value::Null));
    }
}

#[tokio::test]
async fn an_access_that_has_ended_is_told_apart() {
    let ground = Ground::new();
    let served = ground.serve(&ground.both()[0]).await;
    let field = json!({"schemaId": "drp-schema-v1", "fieldName": "person.photo"});
    let allow = json!({"applicationId": "passport-app", "records": [field], "grantDuration": "30d"});
    assert_eq!(served.post("/api/v1/policy/update-allowlist", allow).await.0, 200);
    ground.clock.advance(chrono::TimeDelta::days(31));
    let (_, body) = served.post(DECIDE, json!({"applicationId": "passport-app", "requiredFields": [field]})).await;
    assert_eq!((&body["appAuthorized"], &body["appAccessExpired"]), (&json!(true), &json!(true)));
    assert_eq!(body["expiredFields"][0]["fieldName"], "person.photo");
}

#[tokio::test]
async fn what_is_no_question_is_told_as_json_with_all_its_mistakes() {
    let ground = Ground::new();
    let served = ground.serve(&ground.both()[1]).await;
    let token = served.key.token_for("policy").unwrap();
    let sent = async |kind: &str, body: Vec<u8>| {
        let request = served.client.post(format!("{}{DECIDE}", served.url)).bearer_auth(&token);
        let response = request.header("content-type", kind).body(body).send().await.unwrap();
        let status = response.status().as_u16();
        (status, response.json::<Value>().await.unwrap())
    };
    for bad in ["", "{", "[]", "{}", "{\"applicationId\":7}", "\u{0}", "\"\\ud800\""] {
        let (status, body) = sent("application/json", bad.into()).await;
        assert_eq!((status, &body["code"]), (400, &json!("BAD_REQUEST")), "{bad}: {body}");
    }
    assert_eq!(sent("application/json", vec![b'"', 0xff, b'"']).await.0, 400);
    let (status, body) = sent("text/plain", "{}".into()).await;
    assert_eq!((status, &body["code"]), (415, &json!("UNSUPPORTED_MEDIA_TYPE")));
    let (status, body) = sent("application/json", vec![b' '; 1024 * 1024 + 1]).await;
    assert_eq!((status, &body["code"]), (413, &json!("TOO_LARGE")));

    let many = json!({
        "applicationId": "a b", "purpose": "", "more": 1,
        "requiredFields": [{"schemaId": "s"}, 7, {"schemaId": "s", "fieldName": "x\u{0}"}],
    });
    let (status, body) = sent("application/json", many.to_string().into_bytes()).await;
    let text = body["error"].as_str().unwrap();
    assert_eq!(status, 400);
    let places = [
        "applicationId:",
        "purpose:",
        "requiredFields[0].fieldName:",
        "requiredFields[1]:",
        "requiredFields[2].fieldName:",
    ];
    for place in places {
        assert!(text.contains(place), "{place} in {text}");
    }
    assert!(text.contains("1 unknown member"), "{text}");
}

#[tokio::test]
async fn another_method_or_path_is_told_as_json() {
    let ground = Ground::new();
    let served = ground.serve(&ground.both()[0]).await;
    let token = served.key.token_for("policy").unwrap();
    for (path, allowed) in [(DECIDE, "POST"), ("/health", "GET,HEAD"), ("/openapi.json", "GET,HEAD")] {
        for method in ["TRACE", "QUERY", "PUT"] {
            let request = served.client.request(method.parse().unwrap(), format!("{}{path}", served.url));
            let response = request.bearer_auth(&token).send().await.unwrap();
            assert_eq!(response.status().as_u16(), 405, "{method} {path}");
            assert_eq!(response.headers()[header::ALLOW], allowed, "{method} {path}");
            assert!(response.headers().contains_key("x-trace-id"));
            assert_eq!(response.json::<Value>().await.unwrap()["code"], "METHOD_NOT_ALLOWED");
        }
    }
    for path in ["/nothing", "/api/v1/policy/metadata/", "/debug"] {
        let (status, body) = served.call(Method::GET, path, None).await;
        assert_eq!((status, &body["code"]), (404, &json!("NOT_FOUND")), "{path}");
    }
}

#[tokio::test]
async fn the_consent_engine_asks_what_is_granted_and_nothing_else() {
    let ground = Ground::new();
    for place in ground.both() {
        let served = ground.serve(&place).await;
        let ask = async |path: &str, body: Value| served.call_as(&served.portal, Method::POST, path, Some(body)).await;
        let roll = json!({"applicationId": "electoral-roll", "purpose": "electoral-roll"});
        let (status, body) = ask("/internal/api/v1/granted", roll.clone()).await;
        assert_eq!(status, 200, "{body}");
        let names: Vec<_> = body["granted"].as_array().unwrap().iter().map(|one| &one["displayName"]).collect();
        assert_eq!(names, ["Date of birth", "Full name", "Home address"]);
        assert_eq!(body["granted"][0]["basis"]["statutoryTask"]["law"], "Elections Act 2011");
        let (_, nothing) = ask("/internal/api/v1/granted", json!({"applicationId": "nobody", "purpose": "x"})).await;
        assert_eq!(nothing, json!({"granted": []}));
        let (status, wrong) = ask("/internal/api/v1/granted", json!({"applicationId": ""})).await;
        assert!(status == 400 && wrong["error"].as_str().unwrap().contains("purpose: this is missing"), "{wrong}");
        let (status, refused) = ask("/api/v1/policy/decide", json!({"applicationId": "x", "requiredFields": []})).await;
        assert_eq!((status, &refused["code"]), (403, &json!("FORBIDDEN")));
        assert_eq!(served.post("/internal/api/v1/granted", roll).await.0, 200, "whoever decides may ask, too");
    }
}
