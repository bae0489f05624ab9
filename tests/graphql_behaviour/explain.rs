//! A question that is only explained: no register is asked, nobody is asked for consent, and it is told what would become
//! of each field.

use ndx_test_gateway::{Exchange, Reply};
use serde_json::{Value, json};

use crate::case::{ANN, BEN, EVE, ann, civil, country};

/// Has the question explained.
async fn explain(exchange: &Exchange, query: &str) -> Reply {
    exchange.ask_all(json!({"query": query, "extensions": {"explain": true}})).await
}

async fn explain_ann(exchange: &Exchange, selection: &str) -> Reply {
    explain(exchange, &format!(r#"{{ person(nic: "{ANN}") {selection} }}"#)).await
}

/// One line a field: `person citizen.fullName released`.
fn outcomes(explained: &Reply) -> Vec<String> {
    let roots =
        explained.body["extensions"]["explain"]["roots"].as_array().unwrap_or_else(|| panic!("{}", explained.text));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let of_root = |root: &Value| -> Vec<String> {
        let line = |field: &Value| [&root["root"], &field["fieldName"], &field["outcome"]].map(text).join(" ");
        root["fields"].as_array().unwrap().iter().map(line).collect()
    };
    roots.iter().flat_map(of_root).collect()
}

/// What is told of the person's answer about the first field.
fn consent_of_the_first(explained: &Reply) -> &str {
    explained.body["extensions"]["explain"]["roots"][0]["fields"][0]["consent"].as_str().unwrap()
}

#[tokio::test]
async fn what_needs_no_consent_would_be_released_and_nobody_is_asked() {
    let exchange = country().open().await;
    let query = format!(r#"{{ a: person(nic: "{ANN}") {{ name income: age points }} office {{ address }} }}"#);
    let reply = explain(&exchange, &query).await;
    assert_eq!((reply.status, reply.codes(), reply.body.get("data")), (200, vec!["EXPLAINED"], Some(&Value::Null)));
    let told = ["a citizen.fullName released", "a citizen.years released", "a driver.points released"];
    assert_eq!(outcomes(&reply), [&told[..], &["office office.address released"]].concat());
    let explained = &reply.body["extensions"]["explain"];
    assert_eq!(explained["plan"][0], "root a: person about nic");
    assert_eq!(explained["planHash"].as_str().unwrap().len(), 64);
    let field = &explained["roots"][0]["fields"][0];
    assert_eq!(
        (&field["schemaId"], &field["provider"], &field["policy"]),
        (&"civil-v1".into(), &"civil".into(), &"permit".into())
    );
    assert_eq!((&field["need"], field.get("consent")), (&"optional".into(), None));
    assert_eq!(exchange.asked(), Vec::<String>::new());
    let released = exchange.ask(&query).await;
    assert_eq!(released.data()["a"], json!({"name": "Ann", "income": 29, "points": 1}), "and so it is released");
}

#[tokio::test]
async fn what_a_person_was_never_asked_for_is_missing_and_she_is_not_asked_for_it() {
    let exchange = country().restricts("civil-v1", &["citizen.fullName"]).open().await;
    let reply = explain_ann(&exchange, "{ name age }").await;
    let told = ["person citizen.fullName CE_NOT_APPROVED", "person citizen.years CE_NOT_APPROVED"];
    assert_eq!(outcomes(&reply), told, "nothing of her is released without it");
    let fields = &reply.body["extensions"]["explain"]["roots"][0]["fields"];
    assert_eq!((&fields[0]["consent"], fields[1].get("consent")), (&"missing".into(), None));
    assert_eq!(exchange.consents(ANN).await, 0, "no request was opened for her");
    assert_eq!(exchange.asked(), Vec::<String>::new());
    assert!(!reply.text.contains("consentPortalUrl"), "{}", reply.text);

    assert_eq!(ann(&exchange, "{ name age }").await.codes(), ["CE_NOT_APPROVED"]);
    assert_eq!(exchange.consents(ANN).await, 1);
    exchange.denies(ANN).await;
    let denied = explain_ann(&exchange, "{ name age }").await;
    assert_eq!(outcomes(&denied), told, "nor when she said no");
    assert_eq!(consent_of_the_first(&denied), "rejected");
}

#[tokio::test]
async fn what_she_shares_is_covered_and_what_she_left_out_is_not_shared_for_that_one_only() {
    let exchange = country().restricts("civil-v1", &["citizen.fullName", "citizen.years"]).open().await;
    ann(&exchange, "{ name age sex }").await;
    exchange.shares(ANN, &[civil("citizen.fullName")]).await;
    let reply = explain_ann(&exchange, "{ name age sex }").await;
    let told =
        ["person citizen.fullName released", "person citizen.years FIELD_NOT_SHARED", "person citizen.sex released"];
    assert_eq!(outcomes(&reply), told);
    let fields = reply.body["extensions"]["explain"]["roots"][0]["fields"].as_array().unwrap();
    let consents: Vec<_> = fields.iter().map(|field| &field["consent"]).collect();
    assert_eq!(consents, [&json!("covered"), &json!("declined"), &Value::Null]);
    assert_eq!(exchange.asked(), Vec::<String>::new());
    let released = ann(&exchange, "{ name age sex }").await;
    assert_eq!(released.body["data"]["person"], json!({"name": "Ann", "age": null, "sex": "FEMALE"}));
    assert_eq!(released.errors(), ["FIELD_NOT_SHARED at person.age"]);

    exchange.stops(ANN).await;
    let stopped = explain_ann(&exchange, "{ name age sex }").await;
    assert!(outcomes(&stopped).iter().all(|line| line.ends_with(" CE_NOT_APPROVED")), "{}", stopped.text);
    assert_eq!(consent_of_the_first(&stopped), "revoked");
}

#[tokio::test]
async fn what_one_person_has_not_answered_refuses_her_root_only() {
    let exchange = country().restricts("civil-v1", &["citizen.fullName"]).open().await;
    let query = format!(
        r#"{{ a: person(nic: "{ANN}") {{ name }} b: person(nic: "{BEN}") {{ name }} c: person(nic: "{BEN}") {{ age }} }}"#
    );
    exchange.ask(&query).await;
    exchange.shares(ANN, &[civil("citizen.fullName")]).await;
    let told = ["a citizen.fullName released", "b citizen.fullName CE_NOT_APPROVED", "c citizen.years released"];
    assert_eq!(outcomes(&explain(&exchange, &query).await), told);
}

#[tokio::test]
async fn one_field_that_policy_denies_refuses_all_and_it_is_told_which() {
    let exchange = country().withholds("civil-v1", &["citizen.years"]).open().await;
    let reply = explain_ann(&exchange, "{ name age }").await;
    assert_eq!(reply.codes(), ["EXPLAINED"]);
    assert_eq!(outcomes(&reply), ["person citizen.fullName PDP_NOT_ALLOWED", "person citizen.years PDP_NOT_ALLOWED"]);
    let fields = &reply.body["extensions"]["explain"]["roots"][0]["fields"];
    let said = |number: usize| [&fields[number]["policy"], &fields[number]["reason"]];
    assert_eq!(said(0), [&json!("permit"), &Value::Null]);
    assert_eq!(said(1), [&json!("deny"), &json!("NOT_GRANTED")]);
    assert_eq!(ann(&exchange, "{ name age }").await.codes(), ["PDP_NOT_ALLOWED"]);
    assert_eq!(exchange.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn of_whom_is_found_only_policy_can_be_told() {
    let exchange = country().restricts("civil-v1", &["citizen.fullName"]).open().await;
    let reply = explain_ann(&exchange, "{ age mother { name age } }").await;
    let told = [
        "person citizen.years released",
        "person citizen.motherNic released",
        "lookup 0 citizen.fullName undecided",
        "lookup 0 citizen.years released",
    ];
    assert_eq!(outcomes(&reply), told);
    assert_eq!((exchange.consents(EVE).await, exchange.asked()), (0, Vec::new()));
}

#[tokio::test]
async fn what_nobody_could_consent_to_and_whom_nobody_reaches_are_told() {
    let exchange = country().without_register("civil-v2").open().await;
    let reply =
        explain(&exchange, &format!(r#"{{ office {{ alarm address }} person(nic: "{ANN}") {{ income name }} }}"#))
            .await;
    let told = [
        "office office.alarm MISSING_IDENTIFIER",
        "office office.address MISSING_IDENTIFIER",
        "person taxpayer.income PROVIDER_NOT_CONFIGURED",
        "person citizen.fullName released",
    ];
    assert_eq!(outcomes(&reply), told);
}

#[tokio::test]
async fn a_question_with_a_mistake_is_not_explained_but_refused() {
    let exchange = country().open().await;
    let reply = explain_ann(&exchange, "{ nmae }").await;
    reply.refused_at("GRAPHQL_VALIDATION_FAILED", 1, 33);
    assert_eq!(reply.body.get("extensions"), None, "{}", reply.text);
    let wrong = exchange.ask_all(json!({"query": "{ office { address } }", "extensions": {"explain": "yes"}})).await;
    assert_eq!((wrong.codes(), wrong.body.get("data")), (vec!["BAD_REQUEST"], None), "{}", wrong.text);
}
