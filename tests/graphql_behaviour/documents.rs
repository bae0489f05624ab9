//! What a document may say, and what is done with it.

use serde_json::{Value, json};

use crate::case::{ANN, ann, exchange, of_ann};

#[tokio::test]
async fn row_01_plain_nested_fields_come_as_they_were_asked() {
    let data = of_ann("{ name home { street town { name } } contact { post { box } } }").await;
    let home = json!({"street": "Lake Road", "town": {"name": "Port Faraja"}});
    assert_eq!(data, json!({"name": "Ann", "home": home, "contact": {"post": {"box": "12"}}}));
}

#[tokio::test]
async fn row_02_registers_are_asked_side_by_side_and_once_each() {
    let exchange = exchange().await;
    let asked = ann(&exchange, "{ name points contact { email } cars { plate } }").await;
    assert_eq!(asked.data()["person"]["points"], 1);
    for schema in ["civil-v1", "road-v1"] {
        assert_eq!(exchange.register(schema).requests().len(), 1, "{schema}");
    }
    assert_eq!(exchange.register("civil-v2").requests().len(), 0);
}

#[tokio::test]
async fn row_03_a_syntax_error_or_an_empty_query_is_a_request_error() {
    let exchange = exchange().await;
    exchange.ask("{ person(nic: ").await.refused_at("GRAPHQL_PARSE_FAILED", 1, 15);
    for empty in ["", " \n", "# nothing"] {
        let reply = exchange.ask(empty).await;
        assert_eq!(reply.body.get("data"), None, "{empty:?}: {}", reply.text);
        assert!(["BAD_REQUEST", "GRAPHQL_PARSE_FAILED"].contains(&reply.codes()[0]), "{empty:?}: {}", reply.text);
    }
    let accept = [("accept", "application/graphql-response+json")];
    let body = json!({"query": "{"}).to_string();
    assert_eq!(exchange.send("app", body.clone(), &accept).await.status, 400);
    assert_eq!(exchange.send("app", body, &[("accept", "application/json")]).await.status, 200);
    assert_eq!(exchange.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn row_04_a_null_literal_is_a_value_and_refused_where_none_may_stand() {
    let exchange = exchange().await;
    exchange.ask("{ person(nic: null) { name } }").await.refused_at("GRAPHQL_VALIDATION_FAILED", 1, 3);
    let reply = exchange.ask(&format!(r#"{{ events(nic: "{ANN}", filter: null) {{ total }} }}"#)).await;
    assert_eq!(reply.data()["events"]["total"], 2);
    let asked = exchange.register("civil-v1").requests()[0].leaves()[0].arguments.clone();
    assert_eq!(asked.get("filter"), Some(&Value::Null), "null is not the same as nothing");
}

#[tokio::test]
async fn row_05_of_several_operations_the_named_one_is_carried_out() {
    let exchange = exchange().await;
    let query =
        format!(r#"query A {{ person(nic: "{ANN}") {{ name }} }} query B {{ person(nic: "{ANN}") {{ age }} }}"#);
    let reply = exchange.ask_all(json!({"query": query, "operationName": "B"})).await;
    assert_eq!(reply.data(), &json!({"person": {"age": 29}}));
    for body in [json!({"query": query}), json!({"query": query, "operationName": "C"})] {
        let reply = exchange.ask_all(body).await;
        assert_eq!((reply.codes(), reply.body.get("data")), (vec!["OPERATION_NOT_FOUND"], None));
    }
    assert_eq!(exchange.asked(), [format!(r#"civil-v1 citizen(nic: "{ANN}").years"#)]);
}

#[tokio::test]
async fn row_06_named_fragments_are_expanded() {
    let query = format!(
        r#"{{ person(nic: "{ANN}") {{ ...Names children {{ ...Young }} }} }}
           fragment Names on Person {{ name contact {{ ...Mail }} }} fragment Mail on Contact {{ email }}
           fragment Young on Child {{ name }}"#
    );
    let reply = exchange().await.ask(&query).await;
    let children = json!([{"name": "Cay"}, null, {"name": "Dee"}]);
    let person = json!({"name": "Ann", "contact": {"email": "ann@x.example"}, "children": children});
    assert_eq!(reply.data(), &json!({"person": person}));
}

#[tokio::test]
async fn row_07_inline_fragments_are_expanded_with_and_without_a_type() {
    let data = of_ann("{ ... { name } ... on Person { age ... @include(if: true) { alive } } }").await;
    assert_eq!(data, json!({"name": "Ann", "age": 29, "alive": true}));
}

#[tokio::test]
async fn row_08_aliases_name_the_answer_and_a_field_is_fetched_once() {
    let exchange = exchange().await;
    let reply = ann(&exchange, "{ a: name b: name c: home { d: street } e: home { f: floor } }").await;
    let expected = json!({"a": "Ann", "b": "Ann", "c": {"d": "Lake Road"}, "e": {"f": 3}});
    assert_eq!(reply.data()["person"], expected);
    let of_ann = |path| format!(r#"civil-v1 citizen(nic: "{ANN}").{path}"#);
    assert_eq!(exchange.asked(), ["fullName", "home.street", "home.storey"].map(of_ann));
}

#[tokio::test]
async fn row_17_a_skipped_field_is_neither_fetched_nor_shown_to_policy_nor_consent() {
    let exchange = exchange().await;
    let query = format!(
        r#"query ($no: Boolean!, $yes: Boolean = true) {{ person(nic: "{ANN}") {{
             name income @include(if: $no) licence @skip(if: $yes) ...Money @include(if: false) age @skip(if: false)
           }} }} fragment Money on Person {{ income }}"#
    );
    let reply = exchange.ask_with(&query, json!({"no": false})).await;
    assert_eq!(reply.data(), &json!({"person": {"name": "Ann", "age": 29}}), "what needs consent is not in the way");
    assert_eq!(exchange.consents(ANN).await, 0, "nobody was asked");
    assert_eq!(exchange.asked().len(), 2);
    let asked = exchange.ask_with(&query, json!({"no": true})).await;
    assert_eq!(asked.codes(), ["CE_NOT_APPROVED"], "the same document with another value is another question");
}

#[tokio::test]
async fn row_18_what_the_schema_does_not_have_is_a_request_error_with_its_place() {
    let exchange = exchange().await;
    let about_ann = |selection: &str| format!("{{ person(nic: \"{ANN}\") {selection} }}");
    for (query, column) in [
        (about_ann("{ nmae }"), 33),
        (format!("{{ person(nic: \"{ANN}\", age: 3) {{ name }} }}"), 31),
        (about_ann("{ name { first } }"), 33),
        (about_ann("{ home }"), 33),
    ] {
        let reply = exchange.ask(&query).await;
        reply.refused_at("GRAPHQL_VALIDATION_FAILED", 1, column);
        assert!(!reply.text.contains(ANN), "{}", reply.text);
    }
    let two = exchange.ask(&about_ann("{ nmae agge }")).await;
    assert_eq!(two.codes().len(), 2, "all mistakes at once: {}", two.text);
    assert_eq!(exchange.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn row_19_type_names_are_answered_at_every_level_and_by_nobody_else() {
    let exchange = exchange().await;
    let query = format!(
        r#"{{ __typename person(nic: "{ANN}") {{ t: __typename name contact {{ __typename email }} children {{ __typename name }} }} }}"#
    );
    let reply = exchange.ask(&query).await;
    let child = |name: &str| json!({"__typename": "Child", "name": name});
    let contact = json!({"__typename": "Contact", "email": "ann@x.example"});
    let children = json!([child("Cay"), null, child("Dee")]);
    let person = json!({"t": "Person", "name": "Ann", "contact": contact, "children": children});
    assert_eq!(reply.data(), &json!({"__typename": "Query", "person": person}));
    assert!(exchange.asked().iter().all(|line| !line.contains("__typename")), "{:?}", exchange.asked());
}

#[tokio::test]
async fn row_20_introspection_is_answered_in_full_and_by_no_register() {
    let exchange = exchange().await;
    let reply = exchange
        .ask(
            "{ __schema { queryType { name fields { name args { name defaultValue type { kind ofType { name } } } } } \
             types { name kind enumValues { name } inputFields { name } } directives { name } } \
             __type(name: \"Sex\") { kind enumValues { name } } }",
        )
        .await;
    let data = reply.data();
    assert_eq!(data["__type"], json!({"kind": "ENUM", "enumValues": [{"name": "FEMALE"}, {"name": "MALE"}]}));
    let roots: Vec<_> =
        data["__schema"]["queryType"]["fields"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(roots, ["person", "driver", "events", "office"]);
    let limit = &data["__schema"]["queryType"]["fields"][2]["args"][3];
    assert_eq!((&limit["name"], &limit["defaultValue"]), (&json!("limit"), &json!("10")));
    assert_eq!(exchange.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn row_21_mutations_and_subscriptions_are_no_part_of_the_schema() {
    let exchange = exchange().await;
    for query in ["mutation { person(nic: \"1\") { name } }", "subscription { person(nic: \"1\") { name } }"] {
        let reply = exchange.ask(query).await;
        assert_eq!((reply.codes()[0], reply.body.get("data")), ("GRAPHQL_VALIDATION_FAILED", None), "{}", reply.text);
    }
}
