//! SIGHUP: a changed configuration is taken in whole, or not at all.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::time::Duration;

use ndx_testkit::{Choice, Farajaland, Part, Setting, in_every_setting};
use serde_json::{Value, json};

const NDX: &str = env!("CARGO_BIN_EXE_ndx");
const QUERY: &str = r#"{ personInfo(nic: "199512345678") { fullName name } }"#;

/// Changes the configuration's file, tells every process of the exchange to read it anew, and waits until each has said
/// `words`.
async fn reload(mut farajaland: Farajaland, words: &str, change: impl FnOnce(&mut Value)) -> Farajaland {
    farajaland = farajaland.with_config(change);
    let processes = farajaland.processes_of(Part::Exchange);
    let said = |farajaland: &Farajaland| {
        let count = |part: &Part| farajaland.log(*part).matches(words).count();
        processes.iter().map(count).collect::<Vec<_>>()
    };
    let before = said(&farajaland);
    farajaland.signal(Part::Exchange, "HUP").await;
    for _ in 0..200 {
        if said(&farajaland).iter().zip(&before).all(|(now, before)| now > before) {
            return farajaland;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("not every process has said `{words}`: {}", farajaland.log(Part::Exchange));
}

/// A country whose exchange has a configuration file of its own.
async fn started(setting: Setting) -> Farajaland {
    let mut farajaland = Farajaland::empty_as(NDX, setting).with_config(|_| {});
    farajaland.run_all().await;
    farajaland
}

const TAKEN: &str = "is in force";
const NOT_TAKEN: &str = "stays in force";

/// A limit that the query does not keep.
fn one_root_of_one_field(config: &mut Value) {
    config["limits"]["plannedFields"] = json!(1);
}

in_every_setting! {
    async fn a_good_configuration_comes_into_force_in_every_service(setting: Setting) {
        let mut farajaland = started(setting).await;
        let link = farajaland.ask("passport-app", QUERY).await.portal_url();
        farajaland.citizen("nayana").answer(link, Choice::Share).await.unwrap();
        let whole = farajaland.ask("passport-app", QUERY).await.text;

        farajaland = reload(farajaland, TAKEN, one_root_of_one_field).await;
        assert_eq!(farajaland.ask("passport-app", QUERY).await.codes(), ["TOO_COSTLY"]);
        farajaland = reload(farajaland, TAKEN, |config| {
            config["limits"]["plannedFields"] = json!(2000);
            config["portal"]["name"]["en"] = json!("The Exchange Renamed");
        })
        .await;
        assert_eq!(farajaland.ask("passport-app", QUERY).await.text, whole, "what was shared still is");
        let (nayana, help) = (farajaland.citizen("nayana"), format!("{}/help", farajaland.url("consent")));
        let page = nayana.visit(help.parse().unwrap());
        assert!(page.await.unwrap().html.contains("The Exchange Renamed"), "the portal has heard of it too");
    }

    async fn a_grant_that_is_taken_out_of_the_files_is_refused_from_then_on(setting: Setting) {
        let mut farajaland = Farajaland::empty_as(NDX, setting);
        let folder = farajaland.data_folder().parent().unwrap().to_owned();
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let grants = folder.join("grants.json");
        std::fs::copy(root.join("sandbox/grants.json"), &grants).unwrap();
        farajaland = farajaland.with_config(|config| config["policy"]["grants"] = json!(grants));
        farajaland.run_all().await;
        assert_eq!(farajaland.ask("passport-app", QUERY).await.codes(), ["CE_NOT_APPROVED"]);

        let text = std::fs::read_to_string(&grants).unwrap();
        let mut entries: Value = serde_json::from_str(&text).unwrap();
        for entry in entries.as_array_mut().unwrap().iter_mut() {
            entry["fields"].as_array_mut().unwrap().retain(|field| field["fieldName"] != "person.fullName");
        }
        std::fs::write(&grants, entries.to_string()).unwrap();
        farajaland = reload(farajaland, TAKEN, |_| {}).await;
        // One process tells the store, and the others look there within a second.
        tokio::time::sleep(Duration::from_millis(1200)).await;
        let refused = farajaland.ask("passport-app", QUERY).await;
        assert_eq!(refused.codes(), ["PDP_NOT_ALLOWED"], "{}", refused.text);
    }

    async fn a_configuration_with_a_mistake_changes_nothing(setting: Setting) {
        let mut farajaland = started(setting).await;
        let before = farajaland.ask("passport-app", QUERY).await;
        assert_eq!(before.codes(), ["CE_NOT_APPROVED"]);
        // The limit alone would be good; the application's member is not there.
        farajaland = reload(farajaland, NOT_TAKEN, |config| {
            one_root_of_one_field(config);
            config["applications"][0]["member"] = json!("nobody");
        })
        .await;
        let after = farajaland.ask("passport-app", QUERY).await;
        assert_eq!((after.codes(), after.portal_url()), (before.codes(), before.portal_url()));
        assert!(farajaland.log(Part::Exchange).contains("nobody"), "the log says what was wrong");

        // What cannot change while running is refused as a whole, too.
        let services = farajaland.configuration_value()["services"].clone();
        farajaland = reload(farajaland, NOT_TAKEN, |config| {
            config["applications"][0]["member"] = json!("die");
            config["services"]["policy"]["url"] = json!("http://127.0.0.1:1");
        })
        .await;
        assert_eq!(farajaland.ask("passport-app", QUERY).await.codes(), ["CE_NOT_APPROVED"]);
        farajaland = reload(farajaland, TAKEN, |config| config["services"] = services).await;
        assert_eq!(farajaland.ask("passport-app", QUERY).await.codes(), ["TOO_COSTLY"], "mended, it is taken in");
    }
}

in_every_setting! {
    [apart_on_sqlite]

    async fn a_service_needs_no_secret_but_its_own(setting: Setting) {
        let mut farajaland = Farajaland::empty_as(NDX, setting).with_config(|config| {
            for provider in config["providers"].as_array_mut().unwrap() {
                let auth = provider["auth"].as_object_mut().unwrap();
                for key in ["apiKeyValue", "clientSecret"] {
                    if auth.contains_key(key) {
                        auth[key] = json!({"from_file": "nowhere"});
                    }
                }
            }
            config["portal"]["identityProvider"]["clientSecret"] = json!({"from_file": "nowhere"});
        });
        for part in [Part::Policy, Part::Audit] {
            farajaland.run(part).await;
        }
        let (config, data) = (farajaland.configuration().display().to_string(), farajaland.data_folder());
        for (service, secrets) in [("gateway", 2), ("consent", 1)] {
            let arguments = ["serve", service, "--config", &config, "--data", data.to_str().unwrap()];
            let (code, _, words) = farajaland.ndx(&arguments).await;
            assert_eq!((code, words.matches("no secret here").count()), (1, secrets), "{service}: {words}");
        }
    }
}
