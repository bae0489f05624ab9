//! A judge that is missing, slow or confused means no, at once, with a code: with real processes that are stopped and a real
//! database that shuts us out. In one process on files nothing stands between the gateway and its judges that could be
//! missing; there the gateway's own tests (`orchestration-engine/tests/judges.rs`) put a failing judge in each place.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::time::{Duration, Instant};

use axum::Router;
use ndx_service::listen;
use ndx_testkit::{Choice, Farajaland, Part, Reply, Setting, Shape, in_every_setting};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

const NDX: &str = env!("CARGO_BIN_EXE_ndx");
const QUERY: &str = r#"{ personInfo(nic: "199512345678") { fullName name } }"#;
/// The configuration gives a judge two seconds; a little more for the way.
const IN_TIME: Duration = Duration::from_millis(3500);

async fn shared(setting: Setting) -> (Farajaland, String) {
    let farajaland = Farajaland::start_as(NDX, setting).await;
    let link = farajaland.ask("passport-app", QUERY).await.portal_url();
    farajaland.citizen("nayana").answer(link, Choice::Share).await.unwrap();
    let whole = farajaland.ask("passport-app", QUERY).await;
    assert_eq!(whole.codes(), Vec::<&str>::new(), "{}", whole.text);
    (farajaland, whole.text)
}

/// Asks, and sees that nothing came out but the code, in time.
async fn refused(farajaland: &Farajaland, code: &str) -> Reply {
    let begun = Instant::now();
    let reply = farajaland.ask("passport-app", QUERY).await;
    assert_eq!((reply.status, reply.codes()), (503, vec![code]), "{}", reply.text);
    assert_eq!(reply.body.get("data"), None);
    assert!(reply.headers.contains_key("retry-after"));
    assert!(begun.elapsed() < IN_TIME, "{:?}", begun.elapsed());
    reply
}

/// Asks until the answer is `whole` again: connections are made anew, and what is cached for a second is looked at again.
async fn back(farajaland: &Farajaland, whole: &str) {
    let mut text = String::new();
    for _ in 0..60 {
        text = farajaland.ask("passport-app", QUERY).await.text;
        if text == whole {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(text, whole, "it does not come back");
}

/// A policy decision point that says the same to everybody, where the real one was.
async fn confused(farajaland: &Farajaland, answer: String) -> CancellationToken {
    let handler = move || {
        let answer = answer.clone();
        async move { ([("content-type", "application/json"), ("connection", "close")], answer) }
    };
    let listener = listen::bind_loopback("policy", farajaland.ports().of("policy")).await.unwrap();
    let stop = CancellationToken::new();
    tokio::spawn(listen::serve(listener, Router::new().fallback(handler), stop.clone()));
    stop
}

/// The requests for which a register was about to be asked.
async fn intents(farajaland: &Farajaland) -> usize {
    farajaland.rows("audit", "SELECT request_id FROM audit_records WHERE event = 'INTENT'").await.len()
}

/// Longer than what was looked at in the policies' store still counts.
async fn a_second_later() {
    tokio::time::sleep(Duration::from_millis(1200)).await;
}

in_every_setting! {
    [apart_on_sqlite apart_on_postgres]

    async fn f1_policy_down_refuses_before_any_provider_is_asked(setting: Setting) {
        let (mut farajaland, whole) = shared(setting).await;
        let before = intents(&farajaland).await;
        farajaland.kill(Part::Policy).await;
        refused(&farajaland, "PDP_UNAVAILABLE").await;
        assert_eq!(intents(&farajaland).await, before, "no provider was about to be asked");
        let recorded = farajaland.rows("audit", "SELECT content FROM audit_records WHERE event = 'REFUSED'").await;
        assert!(recorded.iter().any(|content| content.contains("PDP_UNAVAILABLE")), "{recorded:?}");
        farajaland.run(Part::Policy).await;
        back(&farajaland, &whole).await;
    }

    async fn f3_f4_policy_that_is_confused_is_not_believed(setting: Setting) {
        let (mut farajaland, whole) = shared(setting).await;
        let before = intents(&farajaland).await;
        farajaland.kill(Part::Policy).await;
        let (name, full) = ("getPersonInfo.name", "person.fullName");
        let one = |schema: &str, field: &str, more: &str| {
            format!(r#"{{"field":{{"schemaId":"{schema}","fieldName":"{field}"}},"determinedBy":[],{more}}}"#)
        };
        let permit = r#""effect":"permit","need":"needed""#;
        let (full, name) = (|more: &str| one("drp-schema-v1", full, more), |more: &str| one("abc-212", name, more));
        for (what, decisions) in [
            ("missing", vec![full(permit)]),
            ("in another order", vec![name(permit), full(permit)]),
            ("one that nobody asked for", vec![full(permit), name(permit), one("abc-212", "getPersonInfo.sex", permit)]),
            ("no decision", vec![full(r#""effect":true"#), name(permit)]),
            ("an unknown one", vec![full(r#""effect":"maybe","need":"needed""#), name(permit)]),
            ("an obligation", vec![full(r#""effect":"permit","need":"needed","obligations":["mask"]"#), name(permit)]),
        ] {
            let answer = format!(r#"{{"policyVersion":1,"decisions":[{}]}}"#, decisions.join(","));
            let served = confused(&farajaland, answer).await;
            let reply = farajaland.ask("passport-app", QUERY).await;
            assert_eq!((reply.status, reply.codes()), (503, vec!["PDP_UNAVAILABLE"]), "{what}: {}", reply.text);
            assert_eq!(reply.body.get("data"), None, "{what}");
            served.cancel();
            while tokio::net::TcpStream::connect(("127.0.0.1", farajaland.ports().of("policy"))).await.is_ok() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        assert_eq!(intents(&farajaland).await, before, "no provider was about to be asked");
        farajaland.run(Part::Policy).await;
        back(&farajaland, &whole).await;
    }

    async fn f2_policy_that_hangs_is_cut_off_in_time(setting: Setting) {
        let (farajaland, whole) = shared(setting).await;
        farajaland.signal(Part::Policy, "STOP").await;
        refused(&farajaland, "PDP_UNAVAILABLE").await;
        farajaland.signal(Part::Policy, "CONT").await;
        back(&farajaland, &whole).await;
    }

    async fn f5_without_the_consent_engine_nothing_that_needs_consent_leaves(setting: Setting) {
        let (mut farajaland, whole) = shared(setting).await;
        let before = intents(&farajaland).await;
        farajaland.kill(Part::Consent).await;
        refused(&farajaland, "CE_UNAVAILABLE").await;
        assert_eq!(intents(&farajaland).await, before);
        farajaland.run(Part::Consent).await;
        back(&farajaland, &whole).await;
        farajaland.signal(Part::Consent, "STOP").await;
        refused(&farajaland, "CE_UNAVAILABLE").await;
        farajaland.signal(Part::Consent, "CONT").await;
        back(&farajaland, &whole).await;
    }

    async fn f7_audit_down_at_intent_releases_nothing(setting: Setting) {
        let (mut farajaland, whole) = shared(setting).await;
        farajaland.kill(Part::Audit).await;
        refused(&farajaland, "AUDIT_UNAVAILABLE").await;
        farajaland.run(Part::Audit).await;
        back(&farajaland, &whole).await;
        farajaland.signal(Part::Audit, "STOP").await;
        refused(&farajaland, "AUDIT_UNAVAILABLE").await;
        farajaland.signal(Part::Audit, "CONT").await;
        back(&farajaland, &whole).await;
    }
}

in_every_setting! {
    [together_on_postgres apart_on_postgres]

    async fn f1_policies_that_cannot_be_looked_at_are_not_believed_for_longer_than_a_second(setting: Setting) {
        let (farajaland, whole) = shared(setting).await;
        let held = farajaland.database().unwrap().hold("ndx_policy.policy_actions");
        a_second_later().await;
        refused(&farajaland, "PDP_UNAVAILABLE").await;
        drop(held);
        back(&farajaland, &whole).await;
    }

    async fn f5_without_the_consent_store_nothing_that_needs_consent_leaves(setting: Setting) {
        let (farajaland, whole) = shared(setting).await;
        let held = farajaland.database().unwrap().hold("ndx_consent.consents");
        refused(&farajaland, "CE_UNAVAILABLE").await;
        drop(held);
        back(&farajaland, &whole).await;
    }

    async fn f7_without_the_audit_store_nothing_leaves(setting: Setting) {
        let (farajaland, whole) = shared(setting).await;
        let held = farajaland.database().unwrap().hold("ndx_audit.audit_records");
        refused(&farajaland, "AUDIT_UNAVAILABLE").await;
        drop(held);
        back(&farajaland, &whole).await;
    }

    async fn f11_a_database_that_shuts_everybody_out_is_used_again_when_it_lets_us_in(setting: Setting) {
        let (farajaland, whole) = shared(setting).await;
        let database = farajaland.database().unwrap();
        database.shut_out();
        a_second_later().await;
        let begun = Instant::now();
        let reply = farajaland.ask("passport-app", QUERY).await;
        assert_eq!((reply.status, reply.body.get("data")), (503, None), "{}", reply.text);
        assert!(begun.elapsed() < IN_TIME * 2, "{:?}", begun.elapsed());
        database.let_in();
        back(&farajaland, &whole).await;
    }
}

in_every_setting! {
    async fn f6_what_was_stopped_is_not_released_by_anybody_from_then_on(setting: Setting) {
        let (farajaland, whole) = shared(setting).await;
        let consents = farajaland.rows("consent", "SELECT id FROM consents").await;
        let manage = format!("{}/my/{}", farajaland.url("consent"), consents[0]);
        farajaland.citizen("nayana").stop(manage.parse().unwrap()).await.unwrap();
        for _ in 0..5 {
            let after = farajaland.ask("passport-app", QUERY).await;
            assert_eq!(after.extension("consentStatus"), "revoked", "{}", after.text);
            assert_ne!(after.text, whole);
        }
    }

    async fn t6_there_is_no_switch_that_turns_a_check_off(setting: Setting) {
        let farajaland = Farajaland::empty_as(NDX, setting).with_config(|config| {
            config["environment"] = "development".into();
            config["trustUpstream"] = true.into();
        });
        let (config, data) = (farajaland.configuration().display().to_string(), farajaland.data_folder());
        let command: &[&str] = if setting.shape == Shape::Apart { &["serve", "gateway"] } else { &["up"] };
        let place = ["--config", &config, "--data", data.to_str().unwrap()];
        let (code, _, words) = farajaland.ndx(&[command, &place].concat()).await;
        assert_eq!(code, 1, "{words}");
        assert!(words.contains("`environment`") && words.contains("`trustUpstream`"), "{words}");
    }

    async fn t7_what_a_caller_says_of_itself_in_headers_is_not_believed(setting: Setting) {
        let (farajaland, whole) = shared(setting).await;
        let token = farajaland.token("vehicle-insurance").await;
        let body = serde_json::json!({"query": QUERY}).to_string();
        let spoofed = [
            ("x-forwarded-for", "127.0.0.1"),
            ("x-forwarded-proto", "https"),
            ("x-user-id", "passport-app"),
            ("x-client-id", "passport-app"),
            ("x-consumer-username", "passport-app"),
            ("x-forwarded-client-cert", "Subject=\"CN=gateway\""),
            ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
        ];
        let reply = farajaland.ask_with(Some(&token), &body, &spoofed).await;
        assert_eq!(reply.codes(), ["PDP_NOT_ALLOWED"], "it is still the other application: {}", reply.text);
        // The trace is theirs to choose, and decides nothing: another's answer does not come with it.
        assert_eq!(reply.headers["x-trace-id"], "4bf92f3577b34da6a3ce929d0e0e4736");
        let nobody = farajaland.ask_with(None, &body, &spoofed).await;
        assert_eq!((nobody.status, nobody.body.get("data")), (401, None));
        assert_eq!(farajaland.ask("passport-app", QUERY).await.text, whole);
    }
}

#[tokio::test]
async fn two_gateways_on_one_postgres_serve_the_story() {
    let mut farajaland = Farajaland::start_as(NDX, Setting::APART_ON_POSTGRES).await;
    farajaland.run(Part::SecondGateway).await;
    let (first, second) = (farajaland.url("gateway"), farajaland.url("second-gateway"));
    let token = farajaland.token("passport-app").await;
    let ask = async |gateway: &str| farajaland.ask_at(gateway, &token, QUERY).await;

    let link = ask(&first).await.portal_url();
    assert_eq!(ask(&second).await.portal_url(), link, "one consent, whoever is asked");
    farajaland.citizen("nayana").answer(link.clone(), Choice::Share).await.unwrap();
    let whole = ask(&first).await;
    assert_eq!(whole.codes(), Vec::<&str>::new());
    assert_eq!(ask(&second).await.text, whole.text);

    farajaland.citizen("nayana").stop(link.as_str().replace("/c/", "/my/").parse().unwrap()).await.unwrap();
    for gateway in [&second, &first] {
        let stopped = ask(gateway).await;
        assert_eq!((&stopped.body["data"], stopped.extension("consentStatus")), (&Value::Null, &"revoked".into()));
    }
    let requests = farajaland.rows("audit", "SELECT DISTINCT trace_id FROM audit_records").await;
    assert_eq!(requests.len(), 6, "both write into one record");
    let numbers = farajaland.rows("audit", "SELECT CAST(seq AS TEXT) FROM audit_records ORDER BY seq").await;
    let expected: Vec<String> = (1..=numbers.len()).map(|number| number.to_string()).collect();
    assert_eq!(numbers, expected, "without a gap");
}
