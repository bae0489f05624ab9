//! The endpoints, over HTTP, on both engines.

use crate::ground::*;
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn services_come_in_and_strangers_do_not() {
    let ground = Ground::new();
    let running = Running::start(&ground, &ground.sqlite()).await;
    for (method, path) in [
        (Method::GET, "/api/audit-logs"),
        (Method::POST, "/api/audit-logs"),
        (Method::GET, "/api/v1/records"),
        (Method::POST, "/api/v1/records"),
    ] {
        let stranger = || running.client.request(method.clone(), format!("{}{path}", running.url)).body("{}");
        let elsewhere = running.key.token_for("policy").unwrap();
        for request in [stranger(), stranger().bearer_auth("x"), stranger().bearer_auth(elsewhere)] {
            let (status, body) = answer(request).await;
            assert_eq!(status, 401, "{method} {path}");
            is_problem(&body, "UNAUTHORIZED");
        }
    }
    for (path, member, value) in [
        ("/health", "status", "healthy"),
        ("/health", "service", "audit-service"),
        ("/version", "service", "audit-service"),
        ("/openapi.json", "openapi", "3.1.0"),
    ] {
        let (status, body) = answer(running.client.get(format!("{}{path}", running.url))).await;
        assert_eq!((status, &body[member]), (200, &json!(value)), "{path}");
    }
}

#[tokio::test]
async fn every_refusal_has_the_contracts_shape() {
    let ground = Ground::new();
    let running = Running::start(&ground, &ground.sqlite()).await;
    let (status, body) = running.get("/nothing").await;
    assert_eq!(status, 404);
    is_problem(&body, "NOT_FOUND");
    for path in ["/api/audit-logs", "/api/v1/records", "/health"] {
        let response = running.request(Method::DELETE, path).send().await.unwrap();
        assert_eq!(response.status(), 405);
        assert!(response.headers()["allow"].to_str().unwrap().contains("GET"), "{path}");
        is_problem(&response.json().await.unwrap(), "METHOD_NOT_ALLOWED");
    }
    for path in ["/api/audit-logs", "/api/v1/records"] {
        let post = || running.request(Method::POST, path);
        let json = || post().header("content-type", "application/json");
        for (request, status, code) in [
            (post().body("{}"), 415, "UNSUPPORTED_MEDIA_TYPE"),
            (post().header("content-type", "text/plain").body("{}"), 415, "UNSUPPORTED_MEDIA_TYPE"),
            (json().body("{"), 400, "BAD_REQUEST"),
            (json().body("\"\\ud800\""), 400, "BAD_REQUEST"),
            (json().body(vec![0xff, 0xfe]), 400, "BAD_REQUEST"),
            (json().body("[]"), 400, "BAD_REQUEST"),
            (json().body(format!("{{\"traceId\": {{\"{NIC}\": 1}}}}")), 400, "BAD_REQUEST"),
            (json().body(format!("{{\"requestId\": \"{NIC}\"}}")), 400, "BAD_REQUEST"),
            (json().body(" ".repeat(1024 * 1024 + 1)), 413, "TOO_LARGE"),
            (json().body("[".repeat(100_000)), 400, "BAD_REQUEST"),
        ] {
            let (found, body) = answer(request).await;
            assert_eq!(found, status, "{path} {body}");
            is_problem(&body, code);
        }
    }
}

#[tokio::test]
async fn the_judge_over_http_keeps_what_it_says_it_keeps() {
    let ground = Ground::new();
    for place in ground.both() {
        let running = Running::start(&ground, &place).await;
        let post = async |request, event| {
            running.post("/api/v1/records", &serde_json::to_value(record(request, event)).unwrap()).await
        };
        assert_eq!(post(1, intent()).await, (204, Value::Null), "{place}");
        assert_eq!(post(1, release()).await, (204, Value::Null), "{place}");
        let (status, body) = post(1, release()).await;
        assert_eq!(status, 409, "{place}");
        is_problem(&body, "REQUEST_NOT_OPEN");
        assert_eq!(post(1, aborted()).await, (204, Value::Null), "{place}");
        let (status, body) = post(1, intent()).await;
        assert_eq!(status, 409, "{place}");
        is_problem(&body, "REQUEST_ENDED");
        post(2, intent()).await;

        let (status, body) = running.get(&format!("/api/v1/records?traceId={TRACE}&limit=2&offset=1")).await;
        assert_eq!((status, &body["total"], &body["limit"], &body["offset"]), (200, &json!(3), &json!(2), &json!(1)));
        let log = &body["logs"][0];
        assert_eq!((&log["event"], &log["seq"], &log["traceId"]), (&json!("RELEASE"), &json!(2), &json!(TRACE)));
        assert_eq!(log["fields"][0]["fieldName"], "person.fullName");
        assert_eq!(log["subjects"][0]["subjectHash"].as_str().unwrap().len(), 64);
        assert_eq!(log["subjects"][1]["subjectHash"], Value::Null);
        let hyphens = "4bf92f35-77b3-4da6-a3ce-929d0e0e4736";
        let (_, intents) = running.get(&format!("/api/v1/records?traceId={hyphens}&event=INTENT")).await;
        assert_eq!((&intents["total"], intents["logs"].as_array().unwrap().len()), (&json!(2), 2), "{place}");
    }
}

#[tokio::test]
async fn a_record_that_is_none_is_refused_with_all_its_mistakes() {
    let ground = Ground::new();
    let running = Running::start(&ground, &ground.postgres()).await;
    let mut wrong = serde_json::to_value(record(1, intent())).unwrap();
    wrong["traceId"] = json!("x\u{0}");
    wrong["application"] = json!("");
    wrong["member"] = json!("d\u{0}e");
    wrong["policyVersion"] = json!(u64::MAX);
    wrong["subjects"][0]["root"] = json!("personInfo\u{0}");
    wrong["subjects"][0]["consent"]["version"] = json!(u64::MAX);
    let (status, body) = running.post("/api/v1/records", &wrong).await;
    assert_eq!(status, 400);
    is_problem(&body, "BAD_REQUEST");
    for name in ["traceId", "application", "member", "policyVersion", "root", "consent.version"] {
        assert!(body["details"].as_str().unwrap().contains(name), "{name}: {body}");
    }
    // What is free text may hold anything.
    let mut odd = serde_json::to_value(record(1, intent())).unwrap();
    odd["policyVersion"] = json!(7.0);
    odd["planHash"] = json!("\u{0}'\u{7f}");
    odd["subjects"][0]["subject"] = json!("\u{0}");
    odd["fields"][0]["fieldName"] = json!("\u{0}");
    odd["providers"][0]["providerKey"] = json!("\u{0}");
    assert_eq!(running.post("/api/v1/records", &odd).await.0, 204);
    assert_eq!(running.post("/api/v1/records", &serde_json::to_value(record(1, release())).unwrap()).await.0, 204);
    let (_, page) = running.get("/api/v1/records").await;
    assert_eq!((&page["total"], &page["logs"][1]["policyVersion"]), (&json!(2), &json!(7)));
    assert_eq!(running.get("/api/audit-logs").await.1["total"], 4);
}

#[tokio::test]
async fn records_are_listed_only_as_they_can_be() {
    let ground = Ground::new();
    let running = Running::start(&ground, &ground.sqlite()).await;
    for bad in [
        "limit=0",
        "limit=1001",
        "limit=x",
        "traceId=x",
        "event=x",
        "offset=-1",
        "offset=1000000000001",
        "offset=99999999999999999999",
        "limit=1&limit=2",
        "limit=",
        "traceId=",
    ] {
        let (status, body) = running.get(&format!("/api/v1/records?{bad}")).await;
        assert_eq!(status, 400, "{bad}");
        is_problem(&body, "BAD_REQUEST");
    }
    let (_, body) = running.get("/api/v1/records?limit=0&event=x&offset=x").await;
    for name in ["limit", "event", "offset"] {
        assert!(body["details"].as_str().unwrap().contains(name), "all at once: {body}");
    }
    for fine in ["offset=1000000000000", "x=%00%ff%zz"] {
        assert_eq!(running.get(&format!("/api/v1/records?{fine}")).await.0, 200, "{fine}");
    }
}

fn posted() -> Value {
    json!({
        "traceId": "4bf92f35-77b3-4da6-a3ce-929d0e0e4736",
        "timestamp": "2026-01-31T12:00:00.5+05:30",
        "eventType": "MANAGEMENT_EVENT",
        "eventAction": "UPDATE",
        "status": "SUCCESS",
        "actorType": "ADMIN",
        "actorId": "admin\u{0}@example",
        "targetType": "RESOURCE",
        "targetId": "schema-7",
        "requestMetadata": {"Query": "{ personInfo }", "list": [{"query": "x", "kept": true}]},
        "responseMetadata": {"query": "only this"},
        "additionalMetadata": ["free", 1],
    })
}

#[tokio::test]
async fn another_service_posts_an_event_and_finds_it_again() {
    let ground = Ground::new();
    for place in ground.both() {
        let running = Running::start(&ground, &place).await;
        let (status, kept) = running.post("/api/audit-logs", &posted()).await;
        assert_eq!(status, 201, "{place}: {kept}");
        assert_eq!(kept["timestamp"], "2026-01-31T06:30:00.500Z");
        assert_eq!(kept["requestMetadata"], json!({"list": [{"kept": true}]}));
        assert_eq!(kept.get("responseMetadata"), None, "nothing was left of it");
        assert_eq!(kept["additionalMetadata"], json!(["free", 1]));
        assert_eq!((&kept["postedBy"], &kept["actorId"]), (&json!("gateway"), &json!("admin\u{0}@example")));
        let least = json!({"timestamp": "2026-01-31T12:00:00Z", "status": "FAILURE", "actorType": "SYSTEM",
            "actorId": "s", "targetType": "SERVICE", "traceId": null, "eventType": null, "unknown": 1});
        let (status, newer) = running.post("/api/audit-logs", &least).await;
        assert_eq!(status, 201, "{place}: {newer}");

        let (_, page) = running.get("/api/audit-logs").await;
        assert_eq!(page, json!({"logs": [newer, kept], "total": 2, "limit": 100, "offset": 0}), "{place}");
        let (_, page) =
            running.get("/api/audit-logs?eventType=MANAGEMENT_EVENT&traceId=4BF92F3577b34da6a3ce929d0e0e4736").await;
        assert_eq!(page["logs"], json!([kept]), "{place}");

        let bytes = ground.dump(&place);
        for hidden in ["personInfo", "@example", "schema-7", "free"] {
            let hex: String = hidden.bytes().map(|byte| format!("{byte:02x}")).collect();
            for hidden in [hidden.as_bytes(), hex.as_bytes()] {
                assert!(!bytes.windows(hidden.len()).any(|window| window == hidden), "{place}: {hidden:?}");
            }
        }
    }
}

#[tokio::test]
async fn an_event_that_is_none_is_refused_with_all_its_mistakes() {
    let ground = Ground::new();
    let running = Running::start(&ground, &ground.sqlite()).await;
    let (status, body) = running.post("/api/audit-logs", &json!({})).await;
    assert_eq!((status, &body["error"]), (400, &json!("Invalid request payload")));
    is_problem(&body, "BAD_REQUEST");
    for name in ["timestamp", "status", "actorType", "actorId", "targetType"] {
        assert!(body["details"].as_str().unwrap().contains(&format!("`{name}` is missing")), "{body}");
    }
    for (member, wrong) in [
        ("traceId", json!("4bf92f35")),
        ("traceId", json!("{4bf92f35-77b3-4da6-a3ce-929d0e0e4736}")),
        ("timestamp", json!("yesterday")),
        ("timestamp", json!("2026-02-30T12:00:00Z")),
        ("timestamp", json!(7)),
        ("eventType", json!("INTENT")),
        ("eventAction", json!("read")),
        ("status", json!(NIC)),
        ("actorType", json!({"a": 1})),
        ("actorId", json!("")),
        ("actorId", json!("x".repeat(256))),
        ("targetType", json!("")),
        ("targetId", json!("ü".repeat(256))),
    ] {
        let mut event = posted();
        event[member] = wrong;
        let (status, body) = running.post("/api/audit-logs", &event).await;
        assert_eq!(status, 400, "{member}");
        assert!(body["details"].as_str().unwrap().starts_with(&format!("`{member}` ")), "{body}");
    }
    assert_eq!(running.get("/api/audit-logs").await.1["total"], 0);
}

#[tokio::test]
async fn f7_a_database_that_is_gone_is_said_so_and_comes_back() {
    let ground = Ground::new();
    let running = Running::start(&ground, &ground.postgres()).await;
    ground.database.shut_out();
    let event = serde_json::to_value(record(1, intent())).unwrap();
    let (status, body) = running.post("/api/v1/records", &event).await;
    assert_eq!(status, 503);
    is_problem(&body, "AUDIT_UNAVAILABLE");
    let (status, body) = running.post("/api/audit-logs", &posted()).await;
    assert_eq!(status, 503);
    is_problem(&body, "AUDIT_UNAVAILABLE");
    for path in ["/api/v1/records", "/api/audit-logs"] {
        let (status, body) = running.get(path).await;
        assert_eq!(status, 503);
        is_problem(&body, "AUDIT_UNAVAILABLE");
    }
    assert_eq!(running.get("/health").await.0, 200);
    ground.database.let_in();
    assert_eq!(running.post("/api/v1/records", &event).await.0, 204);
    assert_eq!(running.get("/api/v1/records").await.1["total"], 1);
}
