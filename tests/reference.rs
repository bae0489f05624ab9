//! The application's own case: from its question over the person's answer to her history.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use ndx_testkit::{Choice, Farajaland, in_every_setting};
use serde_json::json;

const NDX: &str = env!("CARGO_BIN_EXE_ndx");
const NAYANA: &str = "199512345678";
const QUERY: &str = r#"{ personInfo(nic: "199512345678") { fullName } }"#;

in_every_setting! {
    async fn a_case_travels_from_the_question_to_the_persons_history_and_asks_for_nothing_twice(setting: Setting) {
        let farajaland = Farajaland::start_as(NDX, setting).await;
        let token = farajaland.token("passport-app").await;
        let ask = async |case: &str| {
            let body = json!({"query": QUERY, "extensions": {"reference": case}}).to_string();
            farajaland.ask_with(Some(&token), &body, &[]).await
        };
        let nayana = farajaland.citizen("nayana");
        let waiting = ask("PA-2026-001234").await;
        assert_eq!(waiting.codes(), ["CE_NOT_APPROVED"]);
        let question = nayana.visit(waiting.portal_url()).await.unwrap().html;
        assert!(question.contains("your passport application (PA-2026-001234)."), "{question}");
        nayana.answer(waiting.portal_url(), Choice::Share).await.unwrap();
        let another = ask("PA-2026-000007").await;
        assert_eq!(another.body["data"]["personInfo"]["fullName"], "Nayana Perera", "{}", another.text);

        let history = format!("{}/history", farajaland.url("consent")).parse().unwrap();
        let history = nayana.visit(history).await.unwrap().html;
        for case in ["(PA-2026-001234)", "(PA-2026-000007)"] {
            assert_eq!(history.matches(case).count(), 1, "{case}: {history}");
        }
        // A case is written down in clear.
        for wrong in ["Nayana Perera", NAYANA] {
            let refused = ask(wrong).await;
            assert_eq!(refused.status, 400, "{}", refused.text);
            assert!(!refused.text.contains(wrong), "{}", refused.text);
        }
    }
}
