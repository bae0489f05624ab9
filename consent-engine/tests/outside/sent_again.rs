//! C6: answers that are bound to what was seen, and answers that are sent twice.

use std::sync::Arc;

use crate::{
    citizens_api::{Answer, Api, api_on},
    support::*,
};
use chrono::TimeDelta;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

impl Api {
    /// Answers as the person with this identifier, with these headers.
    async fn says(&self, nic: &str, id: Uuid, headers: &[(&str, &str)], body: &Value) -> Answer {
        let mut call = self.call(Method::PUT, &format!("/api/v1/consents/{id}"));
        for (name, value) in headers {
            call = call.header(*name, *value);
        }
        self.send(call.bearer_auth(self.token(&json!({ "nic": nic }))).json(body)).await
    }

    async fn actions(&self, id: Uuid) -> usize {
        self.portal.ledger.engine.current().history_of(&subject(NAYANA), id).await.unwrap().entries.len()
    }
}

fn key(key: &str) -> [(&str, &str); 1] {
    [("idempotency-key", key)]
}

async fn an_answer_is_taken_for_the_version_that_was_seen(on: On) {
    let api = api_on(on).await;
    let id = api.asked(&[0]).await;
    let (yes, stop) = (json!({ "action": "approve" }), json!({ "action": "revoke" }));
    for wrong in ["\"2\"", "W/\"1\"", "\"nothing\""] {
        let answer = api.says(NAYANA, id, &[("if-match", wrong)], &yes).await;
        assert_eq!(answer.code(), (412, "CONSENT_CHANGED"), "{wrong}");
    }
    let bad = api.says(NAYANA, id, &[("if-match", "1")], &yes).await;
    assert_eq!(bad.code(), (400, "BAD_REQUEST"));
    let both = api.says(NAYANA, id, &[("if-match", "\"1\"")], &json!({ "action": "approve", "version": 2 })).await;
    assert_eq!(both.code(), (400, "BAD_REQUEST"));
    let taken = api.says(NAYANA, id, &[("if-match", "\"7\", \"1\"")], &yes).await;
    assert_eq!((taken.status, taken.headers["etag"].to_str().unwrap()), (StatusCode::OK, "\"2\""));
    assert_eq!(api.says(NAYANA, id, &[("if-match", "\"1\"")], &yes).await.code(), (412, "CONSENT_CHANGED"));
    assert_eq!(api.says(NAYANA, id, &[("if-match", "\"1\"")], &stop).await.code(), (412, "CONSENT_CHANGED"));
    assert_eq!(api.says(NAYANA, id, &[("if-match", "*")], &stop).await.status, StatusCode::OK);
    assert_eq!(api.actions(id).await, 3);
}

async fn c6_a_call_that_is_sent_again_gets_the_same_answer_whatever_has_happened_since(on: On) {
    let api = api_on(on).await;
    let id = api.asked(&[0]).await;
    let (yes, no) = (json!({ "action": "approve" }), json!({ "action": "reject" }));
    let first = api.says(NAYANA, id, &key("one"), &yes).await;
    assert_eq!((first.status, &first.body["version"]), (StatusCode::OK, &json!(2)));
    api.portal.ledger.engine.current().stop(&subject(NAYANA), id, &trace()).await.unwrap();
    let again = api.says(NAYANA, id, &key("one"), &yes).await;
    assert_eq!(
        (again.status, &again.body, &again.headers["etag"]),
        (first.status, &first.body, &first.headers["etag"])
    );
    assert_eq!(api.says(NAYANA, id, &key("one"), &no).await.code(), (422, "IDEMPOTENCY_KEY_REUSED"));
    assert_eq!(api.actions(id).await, 3, "nothing was written twice");

    // Under a new key it is a new call, and refused; under the same key it stays so when there is a question again.
    assert_eq!(api.says(NAYANA, id, &key("two"), &yes).await.code(), (409, "CONSENT_NOT_PENDING"));
    api.portal.ledger.engine.current().reopen(&subject(NAYANA), id, &trace()).await.unwrap();
    assert_eq!(api.says(NAYANA, id, &key("two"), &yes).await.code(), (409, "CONSENT_NOT_PENDING"));
    assert_eq!(api.actions(id).await, 4, "a captured answer answers no other question");

    // Keys are each person's own, and end after a day.
    let hers = api.portal.ledger.require(REGINA, &[0]).await.consent_id;
    assert_eq!(api.says(REGINA, hers, &key("one"), &yes).await.status, StatusCode::OK);
    api.portal.ledger.advance(86_400);
    assert_eq!(api.says(NAYANA, id, &key("one"), &no).await.code(), (409, "CONSENT_NOT_PENDING"));
    let kept = "SELECT CAST(count(*) AS TEXT) FROM repeats";
    assert_eq!(api.portal.ledger.sql(kept).await, ["1"], "old ones are forgotten");
    for bad in [String::new(), "k".repeat(256)] {
        assert_eq!(api.says(NAYANA, id, &key(&bad), &yes).await.code(), (400, "BAD_REQUEST"));
    }
}

async fn c6_of_the_same_call_many_times_at_once_one_is_taken_and_all_hear_so(on: On) {
    let api = Arc::new(api_on(on).await);
    let id = api.asked(&[0]).await;
    let send = |_| {
        let api = Arc::clone(&api);
        tokio::spawn(async move { api.says(NAYANA, id, &key("click"), &json!({ "action": "approve" })).await })
    };
    for sent in (0..10).map(send).collect::<Vec<_>>() {
        let answer = sent.await.unwrap();
        assert_eq!((answer.status, &answer.body["version"]), (StatusCode::OK, &json!(2)), "{}", answer.body);
    }
    assert_eq!(api.actions(id).await, 2);
}

async fn that_nothing_was_asked_for_marks_the_request(on: On) {
    let api = api_on(on).await;
    let id = api.asked(&[0]).await;
    let wrong = api.says(NAYANA, id, &[], &json!({ "action": "approve", "unexpected": true })).await;
    assert_eq!(wrong.code(), (400, "BAD_REQUEST"));
    let said = api.says(NAYANA, id, &[], &json!({ "action": "reject", "unexpected": true })).await;
    assert_eq!((said.status, &said.body["status"]), (StatusCode::OK, &json!("rejected")));
    let marked = "SELECT consent_id FROM current_consents WHERE unexpected_at IS NOT NULL";
    assert_eq!(api.portal.ledger.sql(marked).await, [id.to_string()]);
}

async fn an_application_is_blocked_and_let_in_again(on: On) {
    let api = api_on(on).await;
    let id = api.asked(&[0]).await;
    let call =
        async |method: Method, path: &str| api.send(api.call(method, path).bearer_auth(api.token(&json!({})))).await;
    let block = "/api/v1/blocks/passport-app";
    assert_eq!(call(Method::PUT, block).await.status, StatusCode::NO_CONTENT);
    assert_eq!(api.get(&format!("/api/v1/consents/{id}")).await.body["status"], "rejected");
    let list = api.get("/api/v1/blocks").await.body;
    let blocked =
        json!([{ "appId": "passport-app", "appName": "Online Passport Application", "since": "2026-11-21T05:00:00Z" }]);
    assert_eq!(list["blocks"], blocked);
    assert_eq!(call(Method::PUT, "/api/v1/blocks/nobody").await.code(), (404, "NOT_FOUND"));
    assert_eq!(call(Method::DELETE, block).await.status, StatusCode::NO_CONTENT);
    assert_eq!(api.get("/api/v1/blocks").await.body["blocks"], json!([]));
}

/// F12: the database says what waits still; the clock of a process that is fast refuses no answer, for now and for a day.
#[tokio::test]
async fn f12_a_process_whose_clock_is_fast_refuses_nobody_who_answers_in_time() {
    let api = api_on(On::Postgres).await;
    let id = api.asked(&[0]).await;
    api.portal.ledger.clock.advance(TimeDelta::hours(2));
    assert_eq!(api.get(&format!("/api/v1/consents/{id}")).await.body["status"], "pending");
    assert_eq!(api.get("/api/v1/consents?status=pending").await.body["total"], 1);
    let taken = api.says(NAYANA, id, &key("once"), &json!({ "action": "approve" })).await;
    assert_eq!((taken.status, &taken.body["status"]), (StatusCode::OK, &json!("approved")), "{}", taken.body);
    let stopped = api.says(NAYANA, id, &key("stop"), &json!({ "action": "revoke" })).await;
    assert_eq!((stopped.status, &stopped.body["status"]), (StatusCode::OK, &json!("revoked")));
}

on_both_engines! {
    an_answer_is_taken_for_the_version_that_was_seen,
    c6_a_call_that_is_sent_again_gets_the_same_answer_whatever_has_happened_since,
    c6_of_the_same_call_many_times_at_once_one_is_taken_and_all_hear_so,
    that_nothing_was_asked_for_marks_the_request,
    an_application_is_blocked_and_let_in_again,
}
