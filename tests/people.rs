//! Consent follows the person, not the request.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use ndx_testkit::{Choice, Farajaland, in_every_setting};
use serde_json::{Value, json};

const NDX: &str = env!("CARGO_BIN_EXE_ndx");
const BOTH: &str = r#"query ($n: String!) { nayana: personInfo(nic: $n) { fullName } regina: personInfo(nic: "200012345679") { fullName birthInfo { district } } }"#;

in_every_setting! {
    async fn row_09_the_same_root_twice_never_mixes_people(setting: Setting) {
        let farajaland = Farajaland::start_as(NDX, setting).await;
        let token = farajaland.token("passport-app").await;
        let body = json!({"query": BOTH, "variables": {"n": "199512345678"}}).to_string();
        let ask = async || farajaland.ask_with(Some(&token), &body, &[]).await;

        let neither = ask().await;
        assert_eq!((neither.codes(), &neither.body["data"]), (vec!["CE_NOT_APPROVED", "CE_NOT_APPROVED"], &Value::Null));
        let links: Vec<_> = neither.body["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| error["extensions"]["consentPortalUrl"].as_str().unwrap().to_owned())
            .collect();
        assert_ne!(links[0], links[1]);

        farajaland.citizen("regina").answer(links[1].parse().unwrap(), Choice::Share).await.unwrap();
        let one = ask().await;
        assert_eq!(one.codes(), ["CE_NOT_APPROVED"]);
        assert_eq!(one.body["errors"][0]["path"], json!(["nayana"]));
        assert_eq!(one.body["data"]["nayana"], Value::Null);
        assert_eq!(one.body["data"]["regina"]["fullName"], "Regina Silva");

        farajaland.citizen("nayana").answer(links[0].parse().unwrap(), Choice::Share).await.unwrap();
        let both = ask().await;
        assert_eq!(both.codes(), Vec::<&str>::new());
        assert_eq!(both.body["data"]["nayana"]["fullName"], "Nayana Perera");
        assert_eq!(both.body["data"]["regina"]["fullName"], "Regina Silva");
        let keys: Vec<_> = both.body["data"].as_object().unwrap().keys().collect();
        assert_eq!(keys, ["nayana", "regina"]);
    }
}

in_every_setting! {
    async fn an_application_gets_nothing_from_what_was_shared_with_another(setting: Setting) {
        let farajaland = Farajaland::start_as(NDX, setting).await;
        let query = r#"{ personInfo(nic: "199512345678") { name } }"#;
        let link = farajaland.ask("passport-app", query).await.portal_url();
        farajaland.citizen("nayana").answer(link.clone(), Choice::Share).await.unwrap();
        assert_eq!(farajaland.ask("passport-app", query).await.codes(), Vec::<&str>::new());
        let other = farajaland.ask("vehicle-insurance", query).await;
        assert_eq!(other.codes(), ["CE_NOT_APPROVED"]);
        assert_ne!(other.portal_url(), link);
    }
}

in_every_setting! {
    async fn policy_refuses_the_whole_before_anybody_is_asked(setting: Setting) {
        let farajaland = Farajaland::start_as(NDX, setting).await;
        let refused = farajaland.ask("vehicle-insurance", r#"{ personInfo(nic: "199512345678") { fullName name } }"#).await;
        assert_eq!((refused.status, &refused.body["data"], refused.codes()), (200, &Value::Null, vec!["PDP_NOT_ALLOWED"]));
        let expected = json!([{"fieldName": "person.fullName", "schemaId": "drp-schema-v1", "reason": "NOT_GRANTED"}]);
        assert_eq!(refused.extension("unauthorizedFields"), &expected);
        let vehicles =
            farajaland.ask("vehicle-insurance", r#"{ personInfo(nic: "199512345678") { ownedVehicles { regNo } } }"#).await;
        assert_eq!(vehicles.codes(), ["PROVIDER_NOT_CONFIGURED"], "nobody is asked for what no register could deliver");
        assert_eq!(vehicles.extension("provider"), "dmt");
        let page =
            farajaland.citizen("nayana").visit(format!("{}/my", farajaland.url("consent")).parse().unwrap()).await.unwrap();
        assert!(!page.html.contains("Insurance"), "no request was opened");
    }
}
