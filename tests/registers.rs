//! A register that fails takes nothing else with it, and is back as soon as it is back.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use ndx_testkit::{Choice, Farajaland, Part, Setting, in_every_setting};
use serde_json::{Value, json};

const NDX: &str = env!("CARGO_BIN_EXE_ndx");
const QUERY: &str = r#"{ personInfo(nic: "199512345678") { fullName name address } }"#;

async fn shared(setting: Setting) -> Farajaland {
    let farajaland = Farajaland::start_as(NDX, setting).await;
    let link = farajaland.ask("passport-app", QUERY).await.portal_url();
    farajaland.citizen("nayana").answer(link, Choice::Share).await.unwrap();
    farajaland
}

in_every_setting! {
    async fn rows_38_to_41_every_missing_value_says_why(setting: Setting) {
        let mut farajaland = shared(setting).await;
        let whole = farajaland.ask("passport-app", QUERY).await.text;
        for part in [Part::DrpApi, Part::DrpAdapter] {
            farajaland.stop(part).await;
            let partial = farajaland.ask("passport-app", QUERY).await;
            assert_eq!(partial.codes(), ["PROVIDER_UNAVAILABLE", "PROVIDER_UNAVAILABLE"], "{part:?}: {}", partial.text);
            let errors = partial.body["errors"].as_array().unwrap();
            let paths: Vec<_> = errors.iter().map(|error| error["path"].clone()).collect();
            assert_eq!(paths, [json!(["personInfo", "fullName"]), json!(["personInfo", "address"])]);
            assert!(errors.iter().all(|error| error["extensions"]["provider"] == "drp"));
            assert_eq!(partial.body["data"]["personInfo"]["fullName"], Value::Null);
            assert_eq!(partial.body["data"]["personInfo"]["name"], "Nayana Perera");
            farajaland.run(part).await;
            assert_eq!(farajaland.ask("passport-app", QUERY).await.text, whole, "back again");
        }
    }
}

in_every_setting! {
    async fn p6_a_register_that_has_forgotten_our_token_gets_a_new_one(setting: Setting) {
        let mut farajaland = shared(setting).await;
        let whole = farajaland.ask("passport-app", QUERY).await;
        assert_eq!(whole.codes(), Vec::<&str>::new());
        farajaland.kill(Part::Rgd).await;
        let without = farajaland.ask("passport-app", QUERY).await;
        assert_eq!(without.codes(), ["PROVIDER_UNAVAILABLE"]);
        assert_eq!(without.extension("provider"), "rgd");
        farajaland.run(Part::Rgd).await;
        assert_eq!(farajaland.ask("passport-app", QUERY).await.text, whole.text);
    }
}

in_every_setting! {
    async fn an_identity_provider_that_was_restarted_is_believed_by_its_new_keys(setting: Setting) {
        let mut farajaland = shared(setting).await;
        let whole = farajaland.ask("passport-app", QUERY).await.text;
        farajaland.kill(Part::Fudi).await;
        farajaland.run(Part::Fudi).await;
        // The keys are asked for at most every five seconds, however many unknown ones arrive.
        tokio::time::sleep(std::time::Duration::from_secs(5)).await;
        assert_eq!(farajaland.ask("passport-app", QUERY).await.text, whole);
    }
}
