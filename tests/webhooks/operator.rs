//! What an operator sees of it, and does: `ndx consent outbox`, beside the running exchange.

use std::time::Duration;

use ndx_testkit::{Choice, Farajaland, Part, TestDatabase, in_every_setting};
use serde_json::{Value, json};

use crate::{
    NDX, answered,
    receiver::{Answer, Receiver, telling},
};

/// Runs `ndx consent outbox …` on the country's store.
async fn outbox(farajaland: &Farajaland, arguments: &[&str]) -> (i32, String, String) {
    let (config, data) = (farajaland.configuration().to_str().unwrap(), farajaland.data_folder());
    let place = ["--config", config, "--data", data.to_str().unwrap()];
    farajaland.ndx(&[&["consent", "outbox"], arguments, &place].concat()).await
}

/// What the doctor finds of webhooks.
async fn doctor(farajaland: &Farajaland) -> Value {
    let (config, data) = (farajaland.configuration().to_str().unwrap(), farajaland.data_folder());
    let (place, ports) = (["--config", config, "--data", data.to_str().unwrap()], farajaland.ports().arguments());
    let arguments = ["doctor", "--json"].into_iter().chain(place).chain(ports.iter().map(String::as_str));
    let (_, text, _) = farajaland.ndx(&arguments.collect::<Vec<_>>()).await;
    let findings: Vec<Value> = serde_json::from_str(&text).unwrap();
    findings.into_iter().find(|one| one["area"] == "webhooks").unwrap_or_else(|| panic!("{text}"))
}

/// Every event, as programs read it.
async fn list(farajaland: &Farajaland) -> Vec<Value> {
    let (_, text, words) = outbox(farajaland, &["list", "--json"]).await;
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}{words}"))
}

async fn until(farajaland: &Farajaland, is_so: impl Fn(&[Value]) -> bool) {
    for _ in 0..200 {
        if is_so(&list(farajaland).await) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{:#?}", list(farajaland).await);
}

/// Waits until every event is in this state.
pub async fn become_so(farajaland: &Farajaland, state: &str) {
    until(farajaland, |events| !events.is_empty() && events.iter().all(|event| event["state"] == state)).await;
}

/// Waits until an event waits because of this failure.
pub async fn has_failed(farajaland: &Farajaland, failure: &str) {
    until(farajaland, |events| events.iter().any(|event| event["failure"] == failure)).await;
}

in_every_setting! {
    async fn an_operator_sees_what_could_not_be_delivered_and_sends_it_again_or_gives_it_up(setting: Setting) {
        let receiver = Receiver::listening().await;
        receiver.answers(Answer::Status(500));
        let settings = json!({"tries": 2, "firstPause": "PT1S", "longestPause": "PT1S"});
        let mut farajaland = telling(Farajaland::empty_as(NDX, setting), &receiver.url, settings);
        farajaland.run_all().await;
        let (code, text, words) = outbox(&farajaland, &["list"]).await;
        assert_eq!((code, text.as_str()), (0, ""), "{words}");
        let manage = answered(&farajaland, Choice::Share).await;
        become_so(&farajaland, "dead").await;
        farajaland.citizen("nayana").stop(manage.parse().unwrap()).await.unwrap();
        until(&farajaland, |events| events.len() == 2 && events.iter().all(|event| event["state"] == "dead")).await;

        let (code, text, words) = outbox(&farajaland, &["list", "--dead", "--application", "passport-app"]).await;
        assert_eq!((code, text.lines().count()), (1, 2), "{words}");
        assert!(words.contains("2 dead letters") && words.contains("replay --dead"), "{words}");
        assert!(text.contains("consent.ended revoked  2 times  status_500"), "{text}");
        assert_eq!(outbox(&farajaland, &["list", "--dead", "--application", "vehicle-insurance"]).await.0, 0);
        let found = doctor(&farajaland).await;
        assert_eq!((&found["state"], &found["words"]), (&json!("problem"), &json!("2 dead letters, 0 on their way")));
        let dead = list(&farajaland).await;
        let (revoked, granted) = (dead[0]["id"].as_str().unwrap(), dead[1]["id"].as_str().unwrap());
        assert_eq!((&dead[0]["data"]["status"], &dead[1]["data"]["status"]), (&json!("revoked"), &json!("granted")));

        let (code, text, _) = outbox(&farajaland, &["show", granted, "--json"]).await;
        let shown: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((code, &shown["tries"], &shown["failure"]), (0, &json!(2), &json!("status_500")));
        assert_eq!(shown["body"], receiver.heard()[0].text.as_str(), "the very text that is sent");
        let nothing = "00000000-0000-0000-0000-000000000000";
        for command in [&["show", nothing][..], &["replay", nothing], &["drop", nothing]] {
            let (code, _, words) = outbox(&farajaland, command).await;
            assert!(code == 1 && words.contains("there is no event `0"), "{words}");
        }
        for wrong in [&["replay"][..], &["drop", "--dead", granted], &["show", "7"], &["drop", "--application", "x", granted]] {
            assert_eq!(outbox(&farajaland, wrong).await.0, 2, "{wrong:?}");
        }

        receiver.answers(Answer::Status(200));
        let (code, text, words) = outbox(&farajaland, &["drop", revoked]).await;
        assert!(code == 0 && text.contains("dropped"), "{words}");
        let (code, text, words) = outbox(&farajaland, &["replay", "--dead", "--json"]).await;
        assert_eq!((code, serde_json::from_str::<Value>(&text).unwrap()), (0, json!([granted])), "{words}");
        until(&farajaland, |events| {
            events.iter().map(|event| event["state"].as_str().unwrap()).eq(["dropped", "delivered"])
        })
        .await;
        assert_eq!(doctor(&farajaland).await["state"], "fine");
        let (code, text, words) = outbox(&farajaland, &["list"]).await;
        assert!(code == 0 && text.contains("delivered  ") && words.contains("1 delivered"), "{text}{words}");
        assert!(text.contains("1 time, replayed 1 time"), "{text}");
        // Who gave one up and who had the other sent again is found later.
        let (_, text, _) = outbox(&farajaland, &["list", "--dropped", "--json"]).await;
        let dropped: Vec<Value> = serde_json::from_str(&text).unwrap();
        assert_eq!((dropped.len(), dropped[0]["id"].as_str()), (1, Some(revoked)));
        let (_, text, _) = outbox(&farajaland, &["decisions", "--json"]).await;
        let decided: Vec<Value> = serde_json::from_str(&text).unwrap();
        let mut of: Vec<_> = decided.iter().map(|one| (one["decision"].as_str(), one["event"].as_str())).collect();
        of.sort_unstable();
        assert_eq!(of, [(Some("dropped"), Some(revoked)), (Some("replayed"), Some(granted))]);
        assert!(decided.iter().all(|one| one["decider"].as_str().unwrap().starts_with("uid ") && one["state"] == "dead"));
        let (_, text, _) = outbox(&farajaland, &["show", revoked]).await;
        assert!(text.contains("dropped  ") && text.contains("was dead, sent 2 times, status_500"), "{text}");
        let (code, _, words) = outbox(&farajaland, &["drop", revoked]).await;
        assert!(code == 1 && words.contains("was dropped already"), "{words}");
        assert_eq!(receiver.heard().last().unwrap().id, granted);
        let (code, _, words) = outbox(&farajaland, &["drop", granted]).await;
        assert!(code == 1 && words.contains("was delivered already"), "{words}");
    }
}

/// What waits in a store on files goes out of the database to which it was moved.
#[tokio::test]
async fn what_waits_is_moved_with_its_store() {
    let receiver = Receiver::listening().await;
    receiver.answers(Answer::Status(503));
    let settings = json!({"firstPause": "PT2S", "longestPause": "PT2S"});
    let mut farajaland = telling(Farajaland::empty(NDX), &receiver.url, settings);
    farajaland.run_all().await;
    answered(&farajaland, Choice::Share).await;
    has_failed(&farajaland, "status_503").await;
    farajaland.stop(Part::Exchange).await;
    let (database, data) = (TestDatabase::new(), farajaland.data_folder());
    let (from, to) = (format!("sqlite:{}", data.display()), database.url().to_string());
    let (code, text, words) = farajaland.ndx(&["store", "copy", "--from", &from, "--to", &to]).await;
    assert!(code == 0 && text.contains("consent: outbox_events: 1 rows"), "{text}{words}");
    receiver.answers(Answer::Status(200));
    let mut farajaland = farajaland.with_config(|config| config["store"]["postgres"] = json!({"url": to}));
    farajaland.run(Part::Exchange).await;
    become_so(&farajaland, "delivered").await;
    let ids: Vec<_> = receiver.heard().into_iter().map(|heard| heard.id).collect();
    assert!(ids.len() > 1 && ids.iter().all(|id| *id == ids[0]), "{ids:?}");
}

#[tokio::test]
async fn a_folder_that_is_none_of_ours_is_left_alone() {
    let farajaland = Farajaland::empty(NDX);
    let (code, _, words) = outbox(&farajaland, &["list"]).await;
    assert!(code == 1 && words.contains("is not a data folder of NDX"), "{words}");
    assert!(!farajaland.data_folder().exists());
}
