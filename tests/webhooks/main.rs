//! An application is told what becomes of its consents: signed, at least once, under the same id, whatever becomes of its
//! receiver or of the exchange.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod receiver;

mod examples;

mod operator;

use std::time::Duration;

use ndx_testkit::{Choice, Farajaland, Part, in_every_setting};
use serde_json::json;

use self::receiver::{Answer, Receiver, telling};

const NDX: &str = env!("CARGO_BIN_EXE_ndx");
const QUERY: &str = r#"{ personInfo(nic: "199512345678") { fullName name profession } }"#;

/// Has Nayana answer; gives the page at which she manages what she shares.
async fn answered(farajaland: &Farajaland, choice: Choice) -> String {
    let link = farajaland.ask("passport-app", QUERY).await.portal_url();
    farajaland.citizen("nayana").answer(link.clone(), choice).await.unwrap();
    link.as_str().replace("/c/", "/my/")
}

in_every_setting! {
    async fn an_application_is_told_of_an_answer_and_of_its_end(setting: Setting) {
        let receiver = Receiver::listening().await;
        let mut farajaland = telling(Farajaland::empty_as(NDX, setting), &receiver.url, json!({}));
        farajaland.run_all().await;
        let manage = answered(&farajaland, Choice::ShareNeeded).await;
        let granted = receiver.hears(1).await.remove(0);
        assert_eq!((&granted.body["type"], &granted.body["data"]["status"]), (&json!("consent.answered"), &json!("partly_granted")));
        assert!(manage.ends_with(granted.body["data"]["consentId"].as_str().unwrap()));
        assert_eq!(granted.body["data"]["applicationId"], "passport-app");

        farajaland.citizen("nayana").stop(manage.parse().unwrap()).await.unwrap();
        let told = receiver.hears(2).await;
        let revoked = &told[1].body;
        assert_eq!((&revoked["type"], &revoked["data"]["status"]), (&json!("consent.ended"), &json!("revoked")));
        assert_eq!(revoked["data"]["version"], json!(granted.body["data"]["version"].as_u64().unwrap() + 1));
        for heard in &told {
            let members: Vec<_> = heard.body["data"].as_object().unwrap().keys().collect();
            assert_eq!(members, ["consentId", "applicationId", "purpose", "status", "version"], "nothing about the person");
            assert!(!heard.text.contains("1995") && !heard.text.contains("Nayana"), "{}", heard.text);
        }
    }

    async fn l11_a_killed_exchange_sends_again_what_it_could_not_note(setting: Setting) {
        let receiver = Receiver::listening().await;
        receiver.answers(Answer::Never);
        let mut farajaland = telling(Farajaland::empty_as(NDX, setting), &receiver.url, json!({"timeoutMs": 1000}));
        farajaland.run_all().await;
        answered(&farajaland, Choice::Share).await;
        receiver.hears(1).await;
        let part = if farajaland.processes_of(Part::Exchange).len() > 1 { Part::Consent } else { Part::Exchange };
        farajaland.kill(part).await;
        receiver.answers(Answer::Status(204));
        farajaland.run(part).await;
        let told = receiver.hears(2).await;
        assert_eq!((&told[0].id, &told[0].text), (&told[1].id, &told[1].text), "the same event, to the letter");
        operator::become_so(&farajaland, "delivered").await;
        assert_eq!(receiver.heard().len(), 2);
    }
}

in_every_setting! {
    [together_on_sqlite apart_on_postgres]

    async fn a_receiver_that_is_down_hears_everything_when_it_is_back(setting: Setting) {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let settings = json!({"firstPause": "PT1S", "longestPause": "PT1S"});
        let url = format!("http://127.0.0.1:{port}/hooks");
        let mut farajaland = telling(Farajaland::empty_as(NDX, setting), &url, settings);
        farajaland.run_all().await;
        let manage = answered(&farajaland, Choice::Share).await;
        farajaland.citizen("nayana").stop(manage.parse().unwrap()).await.unwrap();
        operator::has_failed(&farajaland, "unreachable").await;
        let receiver = Receiver::listening_on(port).await;
        let statuses: Vec<_> = receiver.hears(2).await.iter().map(|heard| heard.body["data"]["status"].clone()).collect();
        assert_eq!(statuses, ["granted", "revoked"], "in their order");
    }

    async fn a_receiver_that_wants_us_elsewhere_or_takes_too_long_is_not_followed_nor_waited_for(setting: Setting) {
        let (receiver, elsewhere) = (Receiver::listening().await, Receiver::listening().await);
        receiver.answers(Answer::Redirect(elsewhere.url.clone()));
        let settings = json!({"firstPause": "PT1S", "longestPause": "PT1S", "timeoutMs": 700});
        let mut farajaland = telling(Farajaland::empty_as(NDX, setting), &receiver.url, settings);
        farajaland.run_all().await;
        answered(&farajaland, Choice::Share).await;
        operator::has_failed(&farajaland, "redirect_307").await;
        receiver.answers(Answer::Never);
        operator::has_failed(&farajaland, "timeout").await;
        receiver.answers(Answer::Endless);
        operator::become_so(&farajaland, "delivered").await;
        assert_eq!(elsewhere.heard().len(), 0);
    }

    async fn what_nobody_answers_has_an_end_and_the_application_is_told(setting: Setting) {
        let receiver = Receiver::listening().await;
        let farajaland = telling(Farajaland::empty_as(NDX, setting), &receiver.url, json!({}));
        let mut farajaland = farajaland.with_config(|config| config["consent"]["requestLifetime"] = json!("PT2S"));
        farajaland.run_all().await;
        let asked = farajaland.ask("passport-app", QUERY).await;
        let ended = receiver.hears(1).await.remove(0).body;
        assert_eq!((&ended["type"], &ended["data"]["status"]), (&json!("consent.ended"), &json!("expired")));
        assert_eq!(asked.extension("consent")["id"], ended["data"]["consentId"]);
        let again = farajaland.ask("passport-app", QUERY).await;
        assert_eq!(again.portal_url(), asked.portal_url(), "she can be asked again, under the same link");
    }

    async fn who_is_registered_while_the_exchange_runs_is_told_from_then_on(setting: Setting) {
        let receiver = Receiver::listening().await;
        let mut farajaland = Farajaland::empty_as(NDX, setting).with_config(|_| {});
        farajaland.run_all().await;
        let manage = answered(&farajaland, Choice::Share).await;
        farajaland = telling(farajaland, &receiver.url, json!({}));
        let part = *farajaland.processes_of(Part::Exchange).iter().find(|part| matches!(part, Part::Exchange | Part::Consent)).unwrap();
        farajaland.signal(part, "HUP").await;
        while !farajaland.log(part).contains("was read anew and is in force") {
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        farajaland.citizen("nayana").stop(manage.parse().unwrap()).await.unwrap();
        assert_eq!(receiver.hears(1).await[0].body["data"]["status"], "revoked");
    }
}
