//! F9: whatever moment the exchange is killed at, its ledger and its record are whole when it starts again, and every
//! answer that anybody received stands in the record.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use ndx_testkit::{Choice, Farajaland, Part};
use serde_json::json;
use sqlx::{Connection, Row, SqliteConnection};

const NDX: &str = env!("CARGO_BIN_EXE_ndx");
const QUERY: &str = r#"{ personInfo(nic: "199512345678") { fullName name } }"#;

#[tokio::test]
async fn f9_a_killed_exchange_forgets_nothing_that_it_said() {
    let mut farajaland = Farajaland::start(NDX).await;
    let link = farajaland.ask("passport-app", QUERY).await.portal_url();
    farajaland.citizen("nayana").answer(link, Choice::Share).await.unwrap();
    let whole = farajaland.ask("passport-app", QUERY).await.text;
    let token = farajaland.token("passport-app").await;
    let answered = Arc::new(Mutex::new(BTreeSet::new()));

    for round in 0..6u64 {
        let address = format!("{}/graphql", farajaland.url("gateway"));
        let askers: Vec<_> = (0..8)
            .map(|_| {
                let (address, token, answered, whole) =
                    (address.clone(), token.clone(), answered.clone(), whole.clone());
                tokio::spawn(async move {
                    let client = ndx_service::outbound::client(Duration::from_secs(5)).unwrap();
                    loop {
                        let request = client.post(&address).bearer_auth(&token).json(&json!({"query": QUERY}));
                        let Ok(response) = request.send().await else { return };
                        let trace = response.headers()["x-trace-id"].to_str().unwrap().to_owned();
                        let Ok(text) = response.text().await else { return };
                        assert_eq!(text, whole);
                        answered.lock().unwrap().insert(trace);
                    }
                })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(150 + round * 37)).await;
        farajaland.kill(Part::Exchange).await;
        for asker in askers {
            asker.await.unwrap();
        }
        farajaland.run(Part::Exchange).await;
        assert_eq!(farajaland.ask("passport-app", QUERY).await.text, whole, "what was shared still stands");
    }
    farajaland.stop(Part::Exchange).await;

    let answered = answered.lock().unwrap().clone();
    assert!(answered.len() > 20, "the test must have had answers: {}", answered.len());
    let file = format!("sqlite://{}", farajaland.data_folder().join("audit.db").display());
    let mut database = SqliteConnection::connect(&file).await.unwrap();
    let released: BTreeSet<String> = sqlx::query("SELECT trace_id FROM audit_records WHERE event = 'RELEASE'")
        .fetch_all(&mut database)
        .await
        .unwrap()
        .iter()
        .map(|row| row.get("trace_id"))
        .collect();
    let unrecorded: Vec<_> = answered.difference(&released).collect();
    assert!(unrecorded.is_empty(), "answers without a record: {unrecorded:?}");
    let count = async |database: &mut SqliteConnection, sql: &'static str| -> i64 {
        sqlx::query_scalar(sql).fetch_one(database).await.unwrap()
    };
    let without_intent = "SELECT count(*) FROM audit_records r WHERE event = 'RELEASE' AND NOT EXISTS
        (SELECT 1 FROM audit_records i WHERE i.request_id = r.request_id AND i.event = 'INTENT' AND i.seq < r.seq)";
    assert_eq!(count(&mut database, without_intent).await, 0);
    let open = "SELECT count(*) FROM audit_records i WHERE event = 'INTENT' AND
        (SELECT count(*) FROM audit_records c WHERE c.request_id = i.request_id AND c.event <> 'INTENT') <> 1";
    assert_eq!(count(&mut database, open).await, 0, "every INTENT is closed, once");
    let healthy: String = sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&mut database).await.unwrap();
    assert_eq!(healthy, "ok");
}

#[tokio::test]
async fn a_caller_who_goes_away_leaves_an_aborted_request_in_the_record() {
    // A register of births that takes the question and never answers.
    let mut farajaland = Farajaland::empty(NDX);
    let port = farajaland.ports().spare();
    let silent = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    let mute = tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((connection, _)) = silent.accept().await {
            open.push(connection);
        }
    });
    farajaland = farajaland.with_config(|config| {
        let providers = config["providers"].as_array_mut().unwrap();
        let rgd = providers.iter_mut().find(|provider| provider["providerKey"] == "rgd").unwrap();
        rgd["providerUrl"] = json!(format!("http://127.0.0.1:{port}/graphql"));
    });
    for part in Part::ALL {
        farajaland.run(part).await;
    }
    let link = farajaland.ask("passport-app", QUERY).await.portal_url();
    farajaland.citizen("nayana").answer(link, Choice::Share).await.unwrap();
    let token = farajaland.token("passport-app").await;
    let client = ndx_service::outbound::client(Duration::from_millis(700)).unwrap();
    let request = client.post(format!("{}/graphql", farajaland.url("gateway"))).bearer_auth(&token);
    assert!(request.json(&json!({"query": QUERY})).send().await.unwrap_err().is_timeout());

    let file = format!("sqlite://{}?mode=ro", farajaland.data_folder().join("audit.db").display());
    let mut database = SqliteConnection::connect(&file).await.unwrap();
    let events = "SELECT event || coalesce(' ' || json_extract(content, '$.reason'), '') FROM audit_records ORDER BY seq DESC LIMIT 2";
    let mut seen: Vec<String> = Vec::new();
    for _ in 0..100 {
        seen = sqlx::query_scalar(events).fetch_all(&mut database).await.unwrap();
        if seen == ["ABORTED cancelled", "INTENT"] {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(seen, ["ABORTED cancelled", "INTENT"]);
    mute.abort();
}
