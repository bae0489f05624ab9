//! What each application may send: its own limits, its own view of the schema, its registered documents and nobody else's.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::time::Duration;

use ndx_testkit::{Farajaland, Part, Reply};
use orchestration_engine::operation::operation_id;
use serde_json::{Value, json};

const NDX: &str = env!("CARGO_BIN_EXE_ndx");
const TYPENAME: &str = "{ __typename }";
const ANSWER: &str = r#"{"data":{"__typename":"Query"}}"#;

fn application<'a>(config: &'a mut Value, id: &str) -> &'a mut Value {
    config["applications"].as_array_mut().unwrap().iter_mut().find(|one| one["id"] == id).unwrap()
}

/// Asks by the hash of `text`, and with the text itself when `whole`.
async fn ask_by_hash(farajaland: &Farajaland, application: &str, text: &str, whole: bool) -> Reply {
    let mut body = json!({"extensions": {"persistedQuery": {"version": 1, "sha256Hash": operation_id(text)}}});
    if whole {
        body["query"] = text.into();
    }
    let token = farajaland.token(application).await;
    farajaland.ask_with(Some(&token), &body.to_string(), &[]).await
}

#[tokio::test]
async fn g8_a_document_is_remembered_for_the_application_that_sent_it() {
    let farajaland = Farajaland::start(NDX).await;
    let unknown = ask_by_hash(&farajaland, "passport-app", TYPENAME, false).await;
    assert_eq!((unknown.status, unknown.codes()), (200, vec!["PERSISTED_QUERY_NOT_FOUND"]));
    assert_eq!(unknown.body["errors"][0]["message"], "PersistedQueryNotFound");
    assert_eq!(ask_by_hash(&farajaland, "passport-app", TYPENAME, true).await.text, ANSWER);
    assert_eq!(ask_by_hash(&farajaland, "passport-app", TYPENAME, false).await.text, ANSWER);
    let other = ask_by_hash(&farajaland, "vehicle-insurance", TYPENAME, false).await;
    assert_eq!(other.codes(), ["PERSISTED_QUERY_NOT_FOUND"]);

    // A text under another's hash is refused, and leaves the right one where it is.
    let token = farajaland.token("passport-app").await;
    let poison = json!({"query": "{ a: __typename }", "id": operation_id(TYPENAME)}).to_string();
    let refused = farajaland.ask_with(Some(&token), &poison, &[]).await;
    assert_eq!((refused.status, refused.codes()), (400, vec!["BAD_REQUEST"]));
    assert_eq!(refused.extension("reason"), "HASH_MISMATCH");
    assert_eq!(ask_by_hash(&farajaland, "passport-app", TYPENAME, false).await.text, ANSWER);

    // What is not valid is not kept.
    for wrong in ["{ nothing }", "{", "query ($n: Int!) { __typename }"] {
        assert_ne!(ask_by_hash(&farajaland, "passport-app", wrong, true).await.codes(), Vec::<&str>::new());
        let again = ask_by_hash(&farajaland, "passport-app", wrong, false).await;
        assert_eq!(again.codes(), ["PERSISTED_QUERY_NOT_FOUND"], "{wrong}");
    }
}

#[tokio::test]
async fn an_application_may_send_nothing_but_what_it_has_registered() {
    let mut farajaland = Farajaland::empty(NDX);
    let place = farajaland.data_folder().parent().unwrap().to_owned();
    let (lists, documents) = (place.join("lists"), place.join("documents"));
    farajaland = farajaland.with_config(|config| config["operations"] = json!({"folder": lists}));
    let config = farajaland.configuration().display().to_string();
    let folder = documents.display().to_string();
    let publish = ["operations", "publish", &folder, "--as", "passport-app", "--config", &config];

    // Every mistake of every document is told with its place, and nothing is registered.
    std::fs::create_dir_all(documents.join("more")).unwrap();
    std::fs::write(documents.join("a.graphql"), "query A { __typename\n  nothing }").unwrap();
    std::fs::write(documents.join("more/b.graphql"), "query B { nowhere else }").unwrap();
    std::fs::write(documents.join("c.graphql"), "query C { __typename }").unwrap();
    let (code, said, words) = farajaland.ndx(&publish).await;
    assert_eq!((code, said.as_str()), (1, ""), "{words}");
    for told in
        ["a.graphql:2:3: ", "more/b.graphql:1:11: ", "more/b.graphql:1:19: ", "3 mistakes; nothing was registered"]
    {
        assert!(words.contains(told), "{told}: {words}");
    }
    assert!(!lists.exists());

    std::fs::remove_dir_all(&documents).unwrap();
    std::fs::create_dir_all(&documents).unwrap();
    let registered = "query C { __typename }\n";
    std::fs::write(documents.join("c.graphql"), registered).unwrap();
    let (code, said, words) = farajaland.ndx(&publish).await;
    assert_eq!(code, 0, "{words}");
    let file = documents.join("c.graphql");
    assert_eq!(said, format!("{}  {}  C\n", operation_id(registered), file.display()));

    farajaland =
        farajaland.with_config(|config| application(config, "passport-app")["registeredOperationsOnly"] = true.into());
    farajaland.run_all().await;
    let token = farajaland.token("passport-app").await;
    for body in [
        json!({"id": operation_id(registered)}),
        json!({"documentId": format!("sha256:{}", operation_id(registered))}),
        json!({"query": registered}),
        json!({"extensions": {"persistedQuery": {"version": 1, "sha256Hash": operation_id(registered)}}}),
    ] {
        let answered = farajaland.ask_with(Some(&token), &body.to_string(), &[]).await;
        assert_eq!(answered.text, ANSWER, "{body}");
    }
    // In this mode nothing is remembered, either.
    for _ in 0..2 {
        for whole in [true, false] {
            let refused = ask_by_hash(&farajaland, "passport-app", TYPENAME, whole).await;
            assert_eq!(refused.codes(), ["OPERATION_NOT_REGISTERED"], "{}", refused.text);
        }
    }
    assert_eq!(farajaland.ask("passport-app", TYPENAME).await.codes(), ["OPERATION_NOT_REGISTERED"]);
    assert_eq!(farajaland.ask("vehicle-insurance", TYPENAME).await.text, ANSWER, "others may send what they like");
    let others = ask_by_hash(&farajaland, "vehicle-insurance", registered, false).await;
    assert_eq!(others.codes(), ["PERSISTED_QUERY_NOT_FOUND"], "a list is one application's own");

    // What is registered while the gateway runs is in force when it has read its configuration again.
    std::fs::write(documents.join("d.graphql"), TYPENAME).unwrap();
    assert_eq!(farajaland.ndx(&publish).await.0, 0);
    farajaland.signal(Part::Exchange, "HUP").await;
    for _ in 0..200 {
        if farajaland.ask("passport-app", TYPENAME).await.text == ANSWER {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("the list is not in force: {}", farajaland.log(Part::Exchange));
}

#[tokio::test]
async fn a_list_that_is_missing_or_was_changed_keeps_the_gateway_from_starting() {
    let farajaland = Farajaland::empty(NDX);
    let lists = farajaland.data_folder().parent().unwrap().join("lists");
    let farajaland = farajaland.with_config(|config| {
        config["operations"] = json!({"folder": lists});
        application(config, "passport-app")["registeredOperationsOnly"] = true.into();
    });
    let data = farajaland.data_folder().display().to_string();
    let config = farajaland.configuration().display().to_string();
    let start = async || farajaland.ndx(&["up", "--config", &config, "--data", &data]).await;
    let (code, _, words) = start().await;
    assert!(code == 1 && words.contains("`passport-app`") && words.contains("ndx operations publish"), "{words}");
    std::fs::create_dir_all(&lists).unwrap();
    let changed = json!({operation_id(TYPENAME): "{ a: __typename }"}).to_string();
    for (list, told) in [(changed.as_str(), "is not the SHA-256 of its text"), ("[]", "must be a JSON object")] {
        std::fs::write(lists.join("passport-app.json"), list).unwrap();
        let (code, _, words) = start().await;
        assert!(code == 1 && words.contains(told), "{told}: {words}");
    }
}

#[tokio::test]
async fn g3_g9_two_applications_with_different_rights_ask_the_same() {
    let mut farajaland = Farajaland::empty(NDX).with_config(|config| {
        let narrow = application(config, "vehicle-insurance");
        narrow["seesSchema"] = false.into();
        narrow["limits"] = json!({"bodyBytes": 2000, "aliases": 1});
    });
    farajaland.run_all().await;
    let aliases = "{ a: __typename b: __typename }";
    let schema = r#"{ __type(name: "PersonInfo") { fields { name } } }"#;
    let misspelt = r#"{ personInfo(nic: "199512345678") { fullNam } }"#;
    let long = format!("{{ __typename }} # {}", "x".repeat(3000));
    for _ in 0..2 {
        assert_eq!(farajaland.ask("passport-app", aliases).await.codes(), Vec::<&str>::new());
        let refused = farajaland.ask("vehicle-insurance", aliases).await;
        assert_eq!((refused.status, refused.codes()), (200, vec!["TOO_MANY_ALIASES"]));
        assert_eq!((refused.extension("limit"), refused.extension("actual")), (&json!(1), &json!(2)));

        assert_eq!(farajaland.ask("passport-app", &long).await.text, ANSWER);
        let refused = farajaland.ask("vehicle-insurance", &long).await;
        assert_eq!((refused.status, refused.codes()), (413, vec!["TOO_LARGE"]));
        assert_eq!(refused.extension("limit"), &json!(2000));

        assert!(farajaland.ask("passport-app", schema).await.text.contains("fullName"));
        let seeing = farajaland.ask("passport-app", misspelt).await;
        assert!(seeing.text.contains("PersonInfo"), "who may see the schema is helped: {}", seeing.text);
        for query in [schema, misspelt] {
            let blind = farajaland.ask("vehicle-insurance", query).await;
            assert_eq!(blind.codes(), ["GRAPHQL_VALIDATION_FAILED"]);
            assert_eq!(blind.body["errors"][0]["message"], "the document does not fit the schema");
            assert!(!blind.text.contains("fullName") && !blind.text.contains("PersonInfo"), "{}", blind.text);
        }
    }
}

#[tokio::test]
async fn g7_a_variable_that_is_something_else_is_refused() {
    let farajaland = Farajaland::start(NDX).await;
    let token = farajaland.token("passport-app").await;
    let query = "query ($n: String!) { personInfo(nic: $n) { fullName } }";
    for value in [
        json!({"eq": "199512345678"}),
        json!(["199512345678"]),
        json!(199_512_345_678_u64),
        json!(true),
        json!(null),
        json!("199512345678\u{0}"),
        json!("\u{202e}876543215991"),
        json!("19951234\u{200b}5678"),
        json!("１９９５１２３４５６７８"),
        json!("1".repeat(500_000)),
    ] {
        let body = json!({"query": query, "variables": {"n": value}}).to_string();
        let refused =
            farajaland.ask_with(Some(&token), &body, &[("accept", "application/graphql-response+json")]).await;
        assert_eq!((refused.status, refused.codes()), (400, vec!["VARIABLES_INVALID"]), "{}", refused.text);
        assert!(refused.text.len() < 1000 && !refused.text.contains("1995"), "{}", refused.text);
    }
    let large = json!({"query": query, "variables": {"n": "1".repeat(10_000_000)}}).to_string();
    let refused = farajaland.ask_with(Some(&token), &large, &[]).await;
    assert_eq!((refused.status, refused.codes()), (413, vec!["TOO_LARGE"]));
}
