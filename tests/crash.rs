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

use ndx_testkit::{Choice, Farajaland, Part, Setting, in_every_setting};
use serde_json::json;

const NDX: &str = env!("CARGO_BIN_EXE_ndx");
const QUERY: &str = r#"{ personInfo(nic: "199512345678") { fullName name } }"#;

in_every_setting! {
    async fn f9_a_killed_exchange_forgets_nothing_that_it_said(setting: Setting) {
        let mut farajaland = Farajaland::start_as(NDX, setting).await;
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
                            if response.status().as_u16() == 503 {
                            // A judge was killed first: that is an answer without anything of hers.
                            return;
                        }
                        let trace = response.headers()["x-trace-id"].to_str().unwrap().to_owned();
                            let Ok(text) = response.text().await else { return };
                            assert_eq!(text, whole);
                            answered.lock().unwrap().insert(trace);
                        }
                    })
                })
                .collect();
            // In the middle of it, however fast the machine is.
            let so_far = answered.lock().unwrap().len();
            let some = async {
                while answered.lock().unwrap().len() < so_far + 5 {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            };
            tokio::time::timeout(Duration::from_secs(20), some).await.expect("no answers to be cut off");
            tokio::time::sleep(Duration::from_millis(round * 37)).await;
            farajaland.kill(Part::Exchange).await;
            for asker in askers {
                asker.await.unwrap();
            }
            farajaland.run(Part::Exchange).await;
            assert_eq!(farajaland.ask("passport-app", QUERY).await.text, whole, "what was shared still stands");
        }
        farajaland.stop(Part::Exchange).await;

        let answered = answered.lock().unwrap().clone();
        let released: BTreeSet<String> =
            farajaland.rows("audit", "SELECT trace_id FROM audit_records WHERE event = 'RELEASE'").await.into_iter().collect();
        let unrecorded: Vec<_> = answered.difference(&released).collect();
        assert!(unrecorded.is_empty(), "answers without a record: {unrecorded:?}");
        let without_intent = "SELECT r.request_id FROM audit_records r WHERE event = 'RELEASE' AND NOT EXISTS
            (SELECT 1 FROM audit_records i WHERE i.request_id = r.request_id AND i.event = 'INTENT' AND i.seq < r.seq)";
        assert_eq!(farajaland.rows("audit", without_intent).await, Vec::<String>::new());
        let ended = "SELECT i.request_id FROM audit_records i WHERE event = 'INTENT' AND
            (SELECT count(*) FROM audit_records c WHERE c.request_id = i.request_id AND c.event <> 'INTENT')";
        let twice = format!("{ended} > 1");
        assert_eq!(farajaland.rows("audit", &twice).await, Vec::<String>::new(), "an INTENT has one end");
        let open = farajaland.rows("audit", &format!("{ended} = 0")).await;
        match setting {
            Setting::TOGETHER_ON_SQLITE => assert_eq!(open, Vec::<String>::new(), "closed at the start"),
            // Another gateway could still close them: they are closed when their time is over, and known until then.
            _ => {
                let known = farajaland.rows("audit", "SELECT request_id FROM open_requests").await;
                assert_eq!(BTreeSet::from_iter(open), BTreeSet::from_iter(known));
            }
        }
    }
}

in_every_setting! {
    async fn a_caller_who_goes_away_leaves_an_aborted_request_in_the_record(setting: Setting) {
        // A register of births that takes the question and never answers.
        let mut farajaland = Farajaland::empty_as(NDX, setting);
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
        farajaland.run_all().await;
        let link = farajaland.ask("passport-app", QUERY).await.portal_url();
        farajaland.citizen("nayana").answer(link, Choice::Share).await.unwrap();
        let token = farajaland.token("passport-app").await;
        let client = ndx_service::outbound::client(Duration::from_millis(700)).unwrap();
        let request = client.post(format!("{}/graphql", farajaland.url("gateway"))).bearer_auth(&token);
        assert!(request.json(&json!({"query": QUERY})).send().await.unwrap_err().is_timeout());

        let aborted = "SELECT content FROM audit_records WHERE event = 'ABORTED'";
        let mut seen: Vec<String> = Vec::new();
        for _ in 0..100 {
            seen = farajaland.rows("audit", aborted).await;
            if !seen.is_empty() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(seen.len() == 1 && seen[0].contains(r#""reason":"cancelled""#), "{seen:?}");
        mute.abort();
    }
}
