//! Ways to hide whom a question is about, or what it asks for: the gates see through all of them.

use serde_json::{Value, json};

use crate::case::{ANN, BEN, civil, country};

/// Names need consent; Ann has shared hers.
async fn ann_shares() -> ndx_test_gateway::Exchange {
    let exchange = country().restricts("civil-v1", &["citizen.fullName", "citizen.home.street"]).open().await;
    exchange.ask(&format!(r#"{{ person(nic: "{ANN}") {{ name }} }}"#)).await;
    exchange.shares(ANN, &[civil("citizen.fullName")]).await;
    exchange
}

/// Nothing of Ben leaves, and nobody is asked about him.
async fn nothing_of_ben(query: &str, variables: Value) {
    let exchange = ann_shares().await;
    let reply = exchange.ask_with(query, variables).await;
    assert!(!reply.text.contains("Ben"), "{}", reply.text);
    assert!(!reply.codes().is_empty(), "{}", reply.text);
    let about_ben: Vec<_> = exchange.asked().into_iter().filter(|line| line.contains(BEN)).collect();
    assert_eq!(about_ben, Vec::<String>::new());
}

#[tokio::test]
async fn c3_of_two_people_only_the_one_who_shares_is_released() {
    let exchange = ann_shares().await;
    let query = "query ($a: String!, $b: String!) { a: person(nic: $a) { name } b: person(nic: $b) { name } c: driver(licensee: $a) { name } }";
    let reply = exchange.ask_with(query, json!({"a": ANN, "b": BEN})).await;
    assert_eq!(reply.body["data"], json!({"a": {"name": "Ann"}, "b": null, "c": {"name": "Ann"}}));
    assert_eq!(reply.errors(), ["CE_NOT_APPROVED at b"]);
    assert!(exchange.asked().iter().all(|line| !line.contains(BEN)), "{:?}", exchange.asked());
}

#[tokio::test]
async fn c4_a_subject_in_a_default_of_a_variable_is_seen() {
    let query = format!(r#"query ($n: String! = "{BEN}") {{ person(nic: $n) {{ name }} }}"#);
    nothing_of_ben(&query, json!({})).await;
    let query = format!(
        r#"query ($n: String = "{BEN}") {{ a: person(nic: "{ANN}") {{ name }} b: person(nic: $n) {{ name }} }}"#
    );
    nothing_of_ben(&query, json!({})).await;
}

#[tokio::test]
async fn c4_a_subject_in_a_list_or_an_object_is_no_identifier() {
    for value in [json!([BEN]), json!([ANN, BEN]), json!({"nic": BEN}), json!({"eq": BEN})] {
        nothing_of_ben("query ($n: String!) { person(nic: $n) { name } }", json!({"n": value})).await;
    }
    for literal in [
        format!(r#"["{BEN}"]"#),
        format!(r#"{{nic: "{BEN}"}}"#),
        format!(r#""{ANN},{BEN}""#),
        format!(r#""{ANN} {BEN}""#),
    ] {
        nothing_of_ben(&format!("{{ person(nic: {literal}) {{ name }} }}"), json!({})).await;
    }
}

#[tokio::test]
async fn c4_aliases_that_collapse_two_people_are_refused() {
    let same_key = format!(r#"{{ person(nic: "{ANN}") {{ name }} person(nic: "{BEN}") {{ name }} }}"#);
    nothing_of_ben(&same_key, json!({})).await;
    let by_alias = format!(r#"{{ p: person(nic: "{ANN}") {{ name }} ... {{ p: person(nic: "{BEN}") {{ name }} }} }}"#);
    nothing_of_ben(&by_alias, json!({})).await;
    let by_variable = "query ($a: String!, $b: String!) { p: person(nic: $a) { name } p: person(nic: $b) { name } }";
    nothing_of_ben(by_variable, json!({"a": ANN, "b": BEN})).await;
}

#[tokio::test]
async fn c4_a_subject_behind_a_condition_is_seen_when_the_condition_holds() {
    let exchange = ann_shares().await;
    let query = format!(
        r#"query ($v: Boolean!) {{ a: person(nic: "{ANN}") {{ name }} ... @include(if: $v) {{ b: person(nic: "{BEN}") {{ name }} }} }}"#
    );
    let without = exchange.ask_with(&query, json!({"v": false})).await;
    assert_eq!(without.data(), &json!({"a": {"name": "Ann"}}));
    assert_eq!(exchange.consents(BEN).await, 0, "he was not asked for what is not asked");
    let with = exchange.ask_with(&query, json!({"v": true})).await;
    assert_eq!((with.errors(), &with.body["data"]["b"]), (vec!["CE_NOT_APPROVED at b".into()], &Value::Null));
}

#[tokio::test]
async fn c4_an_identifier_in_another_spelling_is_the_same_person() {
    let exchange = ann_shares().await;
    let spaced = exchange.ask(&format!(r#"{{ person(nic: "  {ANN} ") {{ name }} }}"#)).await;
    assert_eq!(spaced.data(), &json!({"person": {"name": "Ann"}}));
    assert_eq!(exchange.consents(ANN).await, 1);
}

#[tokio::test]
async fn g4_a_fragment_hides_no_field_from_policy_or_consent() {
    for query in [
        "{ person(nic: \"@\") { ...A } } fragment A on Person { ...B } fragment B on Person { contact { ...C } home { s: street } } fragment C on Contact { email }",
        "{ person(nic: \"@\") { ... on Person { ... { ... on Person { home { ... on Home { x: street } } } } } } }",
        "{ ...Q } fragment Q on Query { person(nic: \"@\") { home { street } } }",
    ] {
        let query = query.replace('@', ANN);
        let denied = country().withholds("civil-v1", &["citizen.home.street"]).open().await;
        assert_eq!(denied.ask(&query).await.codes(), ["PDP_NOT_ALLOWED"], "{query}");
        assert_eq!(denied.asked(), Vec::<String>::new());
        let exchange = ann_shares().await;
        assert!(!exchange.ask(&query).await.text.contains("Lake Road"), "{query}");
    }
}

#[tokio::test]
async fn g5_who_is_unknown_and_who_has_not_shared_look_alike_to_a_stranger() {
    let exchange = ann_shares().await;
    let answer = async |nic: &str| {
        let reply = exchange.ask(&format!(r#"{{ person(nic: "{nic}") {{ name }} }}"#)).await;
        let extensions = reply.body["errors"][0]["extensions"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        (reply.status, reply.errors(), extensions, reply.body["errors"][0]["message"].clone())
    };
    assert_eq!(answer(BEN).await, answer(crate::case::NOBODY).await);
}

#[tokio::test]
async fn g9_the_plan_of_one_application_gives_another_no_permission() {
    let exchange = ann_shares().await;
    let body = json!({"query": format!(r#"{{ person(nic: "{ANN}") {{ name }} }}"#)}).to_string();
    let mine = exchange.send("app", body.clone(), &[]).await;
    assert_eq!(mine.data()["person"]["name"], "Ann");
    let other = exchange.send("other-app", body, &[]).await;
    assert_eq!((other.codes(), &other.body["data"]), (vec!["PDP_NOT_ALLOWED"], &Value::Null));
}
