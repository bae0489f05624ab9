//! What a law gives: answered without asking, and told to the person afterwards.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use ndx_testkit::{Farajaland, in_every_setting};
use serde_json::{Value, json};

const NDX: &str = env!("CARGO_BIN_EXE_ndx");
const QUERY: &str = r#"{ personInfo(nic: "199512345678") { fullName address dateOfBirth } }"#;

/// The country, with the grants of the electoral roll put on another ground.
fn on_the_ground(country: Farajaland, basis: Value) -> Farajaland {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let text = std::fs::read_to_string(root.join("sandbox/grants.json")).unwrap();
    let mut grants: Value = serde_json::from_str(&text).unwrap();
    let roll = grants.as_array_mut().unwrap().iter_mut().find(|one| one["applicationId"] == "electoral-roll").unwrap();
    roll["basis"] = basis;
    let country = country.with_config(|config| config["policy"]["grants"] = json!("grants.json"));
    let file = country.configuration().with_file_name("grants.json");
    std::fs::write(file, grants.to_string()).unwrap();
    country
}

/// What `user` finds when she looks who got her information.
async fn history_of(farajaland: &Farajaland, user: &str) -> String {
    let address = format!("{}/history", farajaland.url("consent")).parse().unwrap();
    farajaland.citizen(user).visit(address).await.unwrap().html
}

in_every_setting! {
    async fn what_the_law_gives_is_answered_without_asking_and_stands_in_the_persons_history(setting: Setting) {
        let farajaland = Farajaland::start_as(NDX, setting).await;
        let answer = farajaland.ask("electoral-roll", QUERY).await;
        assert_eq!(
            answer.text,
            r#"{"data":{"personInfo":{"fullName":"Nayana Perera","address":"14 Jacaranda Row, Lumina","dateOfBirth":"1995-05-03"}}}"#
        );
        let wider = farajaland.ask("electoral-roll", r#"{ personInfo(nic: "199512345678") { fullName profession } }"#).await;
        assert_eq!(wider.codes(), ["PDP_NOT_ALLOWED"], "the law gives no more than it says");

        let page = history_of(&farajaland, "nayana").await;
        for words in [
            "The Elections Commission, for the Electoral Roll",
            "Full name", "Home address", "Date of birth",
            "The law: Elections Act 2011, section 9",
            "They got it", "They were refused",
        ] {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert!(!page.contains("may not be shown yet"), "{page}");
        // That she looks is no request for data.
        let again = history_of(&farajaland, "nayana").await;
        assert_eq!(again.matches("The Elections Commission, for the").count(), 2, "{again}");
        let hers = history_of(&farajaland, "regina").await;
        assert!(hers.contains("Nobody has asked us for information about you."), "{hers}");

        let notice = format!("{}/notice/electoral-roll/electoral-roll", farajaland.url("consent"));
        let notice = reqwest::get(notice).await.unwrap().text().await.unwrap();
        assert!(notice.contains("The Elections Commission will get information about you"), "{notice}");
        assert!(notice.contains("Elections Act 2011, section 9"), "{notice}");
    }
}

in_every_setting! {
    async fn l7_what_is_kept_back_is_not_told_and_that_it_may_be_is_told_to_everybody(setting: Setting) {
        let order = json!({"courtOrder": {
            "court": "High Court of Lumina", "reference": "HC 214/2026", "until": "2100-01-01T00:00:00Z", "display": "later"}});
        let mut farajaland = on_the_ground(Farajaland::empty_as(NDX, setting), order);
        farajaland.run_all().await;
        assert_eq!(farajaland.ask("electoral-roll", QUERY).await.body["data"]["personInfo"]["fullName"], "Nayana Perera");
        let page = history_of(&farajaland, "nayana").await;
        assert!(page.contains("Nobody has asked us for information about you."), "{page}");
        assert!(page.contains("Some look-ups may not be shown yet, by law."), "{page}");
        assert!(!page.contains("HC 214/2026"), "{page}");
        let notice = format!("{}/notice/electoral-roll/electoral-roll", farajaland.url("consent"));
        assert_eq!(reqwest::get(notice).await.unwrap().status(), 404, "nor is there a notice");
    }
}

in_every_setting! {
    async fn c19_a_courts_order_that_has_ended_gives_nothing(setting: Setting) {
        let order = json!({"courtOrder": {
            "court": "High Court of Lumina", "reference": "HC 214/2026", "until": "2026-01-02T00:00:00Z"}});
        let mut farajaland = on_the_ground(Farajaland::empty_as(NDX, setting), order);
        farajaland.run_all().await;
        let answer = farajaland.ask("electoral-roll", QUERY).await;
        assert_eq!((answer.codes(), answer.extension("reason")), (vec!["PDP_NOT_ALLOWED"], &json!("ACCESS_EXPIRED")));
    }
}

/// Without the audit service its page says so, and the person can still see and stop what she shares.
#[tokio::test]
async fn without_the_record_the_history_says_so() {
    let mut farajaland = Farajaland::start_as(NDX, ndx_testkit::Setting::APART_ON_SQLITE).await;
    farajaland.ask("electoral-roll", QUERY).await;
    farajaland.stop(ndx_testkit::Part::Audit).await;
    let page = history_of(&farajaland, "nayana").await;
    assert!(page.contains("The record of who got your information is not answering."), "{page}");
}
