//! Arguments and variables: what an operation may give, and in which form it reaches a register.

use ndx_test_gateway::{Exchange, Reply};
use serde_json::{Map, Value, json};

use crate::case::{ANN, country, exchange};

/// The arguments with which the register of events was asked last.
fn asked(exchange: &Exchange) -> Map<String, Value> {
    let requests = exchange.register("civil-v1").requests();
    let mut arguments = requests.last().unwrap().leaves()[0].arguments.clone();
    assert_eq!(arguments.remove("nic"), Some(json!(ANN)));
    arguments
}

/// Asks for Ann's events: `arguments` beside her number, and `variables` with their definitions.
async fn events(exchange: &Exchange, definitions: &str, arguments: &str, variables: Value) -> Reply {
    let query = format!(r#"query Q{definitions} {{ events(nic: "{ANN}"{arguments}) {{ total }} }}"#);
    exchange.ask_with(&query, variables).await
}

/// What the register was asked with.
async fn given(definitions: &str, arguments: &str, variables: Value) -> Map<String, Value> {
    let exchange = exchange().await;
    let reply = events(&exchange, definitions, arguments, variables).await;
    assert_eq!(reply.data()["events"]["total"], 2);
    asked(&exchange)
}

#[tokio::test]
async fn row_10_a_variable_reaches_the_register_as_what_it_is() {
    let exchange = exchange().await;
    let query = "query ($n: String!) { person(nic: $n) { name } }";
    assert_eq!(exchange.ask_with(query, json!({"n": ANN})).await.data()["person"]["name"], "Ann");
    let request = &exchange.register("civil-v1").requests()[0];
    assert!(!request.query.contains(ANN), "as a typed variable: {}", request.query);
    let arguments = given("($w: Float)", ", weight: $w", json!({"w": 1.5})).await;
    assert_eq!(arguments["weight"], json!(1.5));
}

#[tokio::test]
async fn row_11_an_int_stays_an_int_and_an_int_is_a_float_too() {
    let arguments = given("($l: Int, $w: Float)", ", limit: $l, weight: $w", json!({"l": 2147483647, "w": 3})).await;
    assert_eq!((&arguments["limit"], &arguments["weight"]), (&json!(2147483647), &json!(3)));
    let exchange = exchange().await;
    for not_an_int in [json!(2147483648_u64), json!(1.5), json!("7"), json!(true), json!([7])] {
        let reply = events(&exchange, "($l: Int)", ", limit: $l", json!({"l": not_an_int})).await;
        assert_eq!((reply.codes()[0], reply.body.get("data")), ("VARIABLES_INVALID", None), "{not_an_int}");
    }
}

#[tokio::test]
async fn row_12_null_lists_objects_and_enums_pass_as_variables() {
    let definitions = "($f: Filter, $k: [Kind!], $ids: [ID], $since: Date, $limit: Int)";
    let arguments = ", filter: $f, kinds: $k, ids: $ids, since: $since, limit: $limit";
    let filter =
        json!({"kinds": ["MARRIAGE", "DIVORCE"], "period": {"from": "2001-01-01", "to": null}, "district": "West"});
    let variables = json!({"f": filter, "k": "BIRTH", "ids": [1, "b", null], "since": "2001-01-01", "limit": null});
    let reached = given(definitions, arguments, variables).await;
    let mut expected = filter;
    expected["exact"] = true.into();
    assert_eq!(reached["filter"], expected, "with the default of the field that was not given");
    assert_eq!(reached["kinds"], json!(["BIRTH"]), "one value stands for a list of it");
    let ids: Vec<_> = reached["ids"].as_array().unwrap().iter().map(|id| id.to_string().replace('"', "")).collect();
    assert_eq!(ids, ["1", "b", "null"]);
    assert_eq!((&reached["since"], &reached["limit"]), (&json!("2001-01-01"), &Value::Null));
}

#[tokio::test]
async fn row_13_defaults_count_where_nothing_is_given_and_null_is_something() {
    assert_eq!(given("", "", json!({})).await["limit"], json!(10), "the schema's");
    let variable = "($l: Int = 3)";
    assert_eq!(given(variable, ", limit: $l", json!({})).await["limit"], json!(3), "the variable's");
    assert_eq!(given(variable, ", limit: $l", json!({"l": 5})).await["limit"], json!(5));
    assert_eq!(given(variable, ", limit: $l", json!({"l": null})).await["limit"], Value::Null);
    assert_eq!(given("($l: Int)", ", limit: $l", json!({})).await["limit"], json!(10), "a variable without a value");
    let person = format!(r#"query ($n: String! = "{ANN}") {{ person(nic: $n) {{ name }} }}"#);
    assert_eq!(exchange().await.ask(&person).await.data()["person"]["name"], "Ann");
}

#[tokio::test]
async fn row_14_a_variable_that_is_required_or_not_defined_is_missed() {
    let exchange = exchange().await;
    let query = "query ($n: String!) { person(nic: $n) { name } }";
    for variables in [json!({}), json!({"n": null}), json!({"m": ANN})] {
        let reply = exchange.ask_with(query, variables).await;
        assert_eq!((reply.codes(), reply.body.get("data")), (vec!["VARIABLES_INVALID"], None), "{}", reply.text);
    }
    let not_defined = exchange.ask("query { person(nic: $n) { name } }").await;
    not_defined.refused_at("GRAPHQL_VALIDATION_FAILED", 1, 21);
    assert_eq!(exchange.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn row_15_an_argument_that_reaches_no_register_is_a_mistake_of_the_schema() {
    let mut country = country();
    country = country.with_config(|config| {
        let mappings = config["argMappings"].as_array_mut().unwrap();
        mappings.retain(|mapping| mapping["sourceArgPath"] != "events-since");
    });
    let told = country.mistakes();
    assert!(told.contains("schema.graphql:42:3: argument `since` of `events` reaches no provider"), "{told}");
}

#[tokio::test]
async fn row_16_values_are_checked_against_their_types() {
    let exchange = exchange().await;
    for wrong in [
        "filter: 7",
        "filter: {colour: \"red\"}",
        "filter: {period: {to: \"2001-01-01\"}}",
        "kinds: [WEDDING]",
        "kinds: [\"BIRTH\"]",
        "kinds: [null]",
        "limit: \"10\"",
        "weight: \"heavy\"",
    ] {
        let reply = events(&exchange, "", &format!(", {wrong}"), json!({})).await;
        assert_eq!(
            (reply.codes()[0], reply.body.get("data")),
            ("GRAPHQL_VALIDATION_FAILED", None),
            "{wrong}: {}",
            reply.text
        );
        assert!(reply.body["errors"][0]["locations"][0]["line"] == 1, "{}", reply.text);
    }
    for wrong in
        [json!(7), json!({"colour": "red"}), json!({"kinds": ["WEDDING"]}), json!({"period": {}}), json!([{}, {}])]
    {
        let reply = events(&exchange, "($f: Filter)", ", filter: $f", json!({"f": wrong})).await;
        assert_eq!((reply.codes()[0], reply.body.get("data")), ("VARIABLES_INVALID", None), "{wrong}: {}", reply.text);
    }
    assert_eq!(exchange.asked(), Vec::<String>::new());
}
