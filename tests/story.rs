//! The story of the passport: asked, shared, answered, narrowed, stopped, denied.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use ndx_testkit::{Choice, Farajaland, WalkError, in_every_setting};
use serde_json::{Value, json};

const NDX: &str = env!("CARGO_BIN_EXE_ndx");
const QUERY: &str = r#"{ personInfo(nic: "199512345678") { fullName address profession dateOfBirth birthInfo { birthPlace district } } }"#;

in_every_setting! {
    async fn nayana_is_asked_shares_and_stops(setting: Setting) {
        let farajaland = Farajaland::start_as(NDX, setting).await;
        let nayana = farajaland.citizen("nayana");

        let first = farajaland.ask("passport-app", QUERY).await;
        assert_eq!((first.status, &first.body["data"]), (200, &Value::Null));
        assert_eq!(first.codes(), ["CE_NOT_APPROVED"]);
        assert_eq!(first.extension("consentStatus"), "pending");
        assert_eq!(first.extension("retryable"), "after_consent");
        assert_eq!(first.body["errors"][0]["path"], json!(["personInfo"]));
        assert_eq!(first.headers["x-trace-id"], first.extension("traceId").as_str().unwrap());
        let link = first.portal_url();
        let again = farajaland.ask("passport-app", QUERY).await;
        assert_eq!(again.portal_url(), link, "the same consent, not a second one");

        let stranger = farajaland.citizen("regina").answer(link.clone(), Choice::Share).await;
        let Err(WalkError::NotOffered { status: 404, .. }) = stranger else { panic!("{stranger:?}") };
        assert_eq!(farajaland.ask("passport-app", QUERY).await.portal_url(), link, "nothing has changed");

        nayana.answer(link.clone(), Choice::Share).await.unwrap();
        let shared = farajaland.ask("passport-app", QUERY).await;
        // Byte for byte: both registers, in the order of the query.
        assert_eq!(
            shared.text,
            r#"{"data":{"personInfo":{"fullName":"Nayana Perera","address":"14 Jacaranda Row, Lumina","profession":"Civil engineer","dateOfBirth":"1995-05-03","birthInfo":{"birthPlace":"Lumina Mothers' Hospital","district":"Lumina"}}}}"#
        );

        let narrower = farajaland.ask("passport-app", r#"{ personInfo(nic: " 199512345678 ") { dateOfBirth } }"#).await;
        assert_eq!(narrower.text, r#"{"data":{"personInfo":{"dateOfBirth":"1995-05-03"}}}"#);
        let wider = farajaland.ask("passport-app", r#"{ personInfo(nic: "199512345678") { fullName sex } }"#).await;
        assert_eq!(wider.codes(), ["CE_NOT_APPROVED"]);
        let only_the_new_field = json!([{"schemaId": "abc-212", "fieldName": "getPersonInfo.sex"}]);
        assert_eq!(wider.extension("consent")["fields"], only_the_new_field);
        assert_eq!(farajaland.ask("passport-app", QUERY).await.text, shared.text, "what stands is not touched");

        let answered = nayana.answer(link.clone(), Choice::Share).await;
        assert!(answered.is_ok(), "the wider request waits under the same link: {answered:?}");
        let manage = link.as_str().replace("/c/", "/my/");
        nayana.stop(manage.parse().unwrap()).await.unwrap();
        let stopped = farajaland.ask("passport-app", QUERY).await;
        assert_eq!((stopped.codes(), &stopped.body["data"]), (vec!["CE_NOT_APPROVED"], &Value::Null));
        assert_eq!(stopped.extension("consentStatus"), "revoked");
        assert_eq!(stopped.extension("consentPortalUrl"), &Value::Null, "nobody may press her");
        assert_eq!(stopped.extension("consentManageUrl"), manage.as_str());
    }
}

in_every_setting! {
    async fn a_no_is_refused_without_a_link_and_not_asked_again(setting: Setting) {
        let farajaland = Farajaland::start_as(NDX, setting).await;
        let link = farajaland.ask("passport-app", QUERY).await.portal_url();
        farajaland.citizen("nayana").answer(link, Choice::Deny).await.unwrap();
        for _ in 0..2 {
            let denied = farajaland.ask("passport-app", QUERY).await;
            assert_eq!((denied.codes(), &denied.body["data"]), (vec!["CE_NOT_APPROVED"], &Value::Null));
            assert_eq!(denied.extension("consentStatus"), "rejected");
            assert_eq!(denied.extension("consentPortalUrl"), &Value::Null);
            assert!(denied.extension("consentManageUrl").is_string());
        }
    }
}

in_every_setting! {
    async fn what_she_leaves_out_is_null_with_a_reason_and_not_asked_again(setting: Setting) {
        let farajaland = Farajaland::start_as(NDX, setting).await;
        let link = farajaland.ask("passport-app", QUERY).await.portal_url();
        farajaland.citizen("nayana").answer(link.clone(), Choice::ShareNeeded).await.unwrap();
        let answer = farajaland.ask("passport-app", QUERY).await;
        assert_eq!(answer.codes(), ["FIELD_NOT_SHARED"]);
        assert_eq!(answer.body["errors"][0]["path"], json!(["personInfo", "profession"]));
        assert_eq!(answer.body["data"]["personInfo"]["profession"], Value::Null);
        assert_eq!(answer.body["data"]["personInfo"]["fullName"], "Nayana Perera");
        // The command line walks the same pages, and says what they say.
        let (code, _, words) = farajaland.ndx(&["sandbox", "answer", link.as_str(), "--as", "nayana", "--share"]).await;
        assert_eq!(code, 1, "{words}");
        assert!(words.contains("You have already answered this"), "{words}");
    }
}
