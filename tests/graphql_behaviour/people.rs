//! Whose data it is: each root field has its own arguments, its own person and its own gates.

use serde_json::{Value, json};

use crate::case::{ANN, BEN, civil, country, exchange};

#[tokio::test]
async fn row_09_same_root_twice_never_mixes_people() {
    let exchange = exchange().await;
    let query = format!(
        r#"{{ a: person(nic: "{ANN}") {{ name cars {{ plate }} }} b: person(nic: "{BEN}") {{ name age cars {{ plate }} }} }}"#
    );
    let reply = exchange.ask(&query).await;
    let (a, b) = (
        json!({"name": "Ann", "cars": [{"plate": "A-1"}, {"plate": "A-2"}]}),
        json!({"name": "Ben", "age": 34, "cars": []}),
    );
    assert_eq!(reply.data(), &json!({"a": a, "b": b}));
    let requests = exchange.register("civil-v1").requests();
    let leaves: Vec<_> = requests.iter().flat_map(|request| request.leaves()).collect();
    assert_eq!(requests.len(), 1, "in one request");
    assert_eq!(leaves.iter().map(|leaf| &leaf.arguments["nic"]).collect::<Vec<_>>(), [ANN, BEN, BEN]);
    assert_ne!(leaves[0].alias, leaves[1].alias);
    assert_eq!(leaves.iter().map(|leaf| leaf.path.join(".")).collect::<Vec<_>>(), ["fullName", "fullName", "years"]);
}

#[tokio::test]
async fn row_31_different_roots_keep_their_arguments_to_themselves() {
    let exchange = exchange().await;
    let query = format!(
        r#"{{ person(nic: "{ANN}") {{ name }} driver(licensee: "{BEN}") {{ name }} events(nic: "{ANN}", limit: 2) {{ total }} office {{ address }} }}"#
    );
    let expected = json!({
        "person": {"name": "Ann"}, "driver": {"name": "Ben"}, "events": {"total": 2}, "office": {"address": "1 Road Street"},
    });
    assert_eq!(exchange.ask(&query).await.data(), &expected);
}

#[tokio::test]
async fn row_32_two_roots_of_one_register_travel_together_with_their_own_arguments() {
    let exchange = exchange().await;
    let query = format!(r#"{{ events(nic: "{ANN}", limit: 1) {{ total }} person(nic: "{BEN}") {{ name }} }}"#);
    assert_eq!(exchange.ask(&query).await.data(), &json!({"events": {"total": 2}, "person": {"name": "Ben"}}));
    let requests = exchange.register("civil-v1").requests();
    assert_eq!(requests.len(), 1);
    let asked: Vec<_> = requests[0].leaves().iter().map(ToString::to_string).collect();
    let expected = [format!(r#"register(nic: "{ANN}", limit: 1).total"#), format!(r#"citizen(nic: "{BEN}").fullName"#)];
    assert_eq!(asked, expected);
}

#[tokio::test]
async fn row_33_two_schemas_of_one_provider_are_two_providers() {
    let exchange = exchange().await;
    let query = format!(r#"{{ person(nic: "{ANN}") {{ name home {{ street taxed }} }} }}"#);
    assert_eq!(
        exchange.ask(&query).await.data(),
        &json!({"person": {"name": "Ann", "home": {"street": "Lake Road", "taxed": true}}})
    );
    assert_eq!(exchange.register("civil-v2").asked(), [format!(r#"taxpayer(number: "{ANN}").homeTaxed"#)]);
}

#[tokio::test]
async fn row_34_the_consent_of_one_person_releases_nothing_of_another() {
    let exchange = country().restricts("civil-v1", &["citizen.fullName"]).open().await;
    let query = format!(r#"{{ a: driver(licensee: "{ANN}") {{ name }} b: person(nic: "{BEN}") {{ name age }} }}"#);
    let neither = exchange.ask(&query).await;
    assert_eq!(
        (neither.errors(), &neither.body["data"]),
        (vec!["CE_NOT_APPROVED at a".into(), "CE_NOT_APPROVED at b".into()], &Value::Null)
    );
    assert_eq!(exchange.asked(), Vec::<String>::new());
    exchange.shares(ANN, &[civil("citizen.fullName")]).await;
    let one = exchange.ask(&query).await;
    assert_eq!(one.errors(), ["CE_NOT_APPROVED at b"]);
    assert_eq!(one.body["data"], json!({"a": {"name": "Ann"}, "b": null}));
    assert_eq!(exchange.asked(), [format!(r#"civil-v1 citizen(nic: "{ANN}").fullName"#)]);
}

#[tokio::test]
async fn row_35_what_is_about_nobody_is_answered_where_policy_asks_for_no_consent() {
    let exchange = exchange().await;
    assert_eq!(exchange.ask("{ office { address } }").await.data(), &json!({"office": {"address": "1 Road Street"}}));
    let alarm = exchange.ask("{ office { address alarm } }").await;
    assert_eq!((alarm.errors(), &alarm.body["data"]), (vec!["MISSING_IDENTIFIER at office".into()], &Value::Null));
    assert_eq!(exchange.asked(), ["road-v1 office.address"]);
}

#[tokio::test]
async fn row_53_policy_and_consent_see_exactly_what_is_fetched_each_once() {
    let denied = country().withholds("civil-v1", &["citizen.fullName", "citizen.home.street"]).open().await;
    let query = format!(
        r#"{{ person(nic: "{ANN}") {{ a: name b: name home {{ street floor }} ...H }} driver(licensee: "{ANN}") {{ name }} }}
           fragment H on Person {{ home {{ s: street }} }}"#
    );
    let reply = denied.ask(&query).await;
    assert_eq!((reply.codes(), &reply.body["data"]), (vec!["PDP_NOT_ALLOWED"], &Value::Null));
    let fields =
        reply.extension("unauthorizedFields").as_array().unwrap().iter().map(|one| one["fieldName"].as_str().unwrap());
    let mut fields: Vec<_> = fields.collect();
    fields.sort_unstable();
    assert_eq!(fields, ["citizen.fullName", "citizen.home.street"], "each once");
    assert_eq!(denied.asked(), Vec::<String>::new());

    let restricted =
        country().restricts("civil-v1", &["citizen.fullName", "citizen.home.street", "citizen.email"]).open().await;
    let reply = restricted.ask(&query).await;
    let mut wanted: Vec<_> = reply.extension("consent")["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["fieldName"].as_str().unwrap())
        .collect();
    wanted.sort_unstable();
    assert_eq!(wanted, ["citizen.fullName", "citizen.home.street"], "what is not asked is not wanted");
    assert_eq!(restricted.consents(ANN).await, 1, "one person is asked once");
}
