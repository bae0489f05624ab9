//! What becomes of an answer when a register is late, ill, or says what it was not asked.

use std::time::Duration;

use ndx_test_gateway::{Exchange, Illness, Reply};
use serde_json::{Value, json};

use crate::case::{ANN, BEN, ann, country, exchange, when_civil_says};

/// Asked of two registers.
const BOTH: &str = "{ name points }";

async fn when(illness: Illness) -> (Exchange, Reply) {
    let exchange = country().with_config(|config| config["limits"]["providerTimeoutMs"] = 300.into()).open().await;
    exchange.register("civil-v1").falls_ill(illness);
    let reply = ann(&exchange, BOTH).await;
    (exchange, reply)
}

/// The register of citizens gave nothing; what the other one knows is there.
fn half(reply: &Reply, code: &str) {
    assert_eq!(reply.errors(), [format!("{code} at person.name")], "{}", reply.text);
    assert_eq!((reply.extension("provider"), reply.status), (&json!("civil"), 200));
    assert!(reply.extension("traceId").is_string() && reply.extension("retryable").is_string(), "{}", reply.text);
    assert_eq!(reply.body["data"], json!({"person": {"name": null, "points": 1}}));
}

#[tokio::test]
async fn row_38_an_error_of_a_register_is_told_where_it_concerns_something() {
    half(&when(Illness::FailsAt("citizen.fullName", None)).await.1, "PROVIDER_ERROR");
    half(&when(Illness::FailsAt("citizen", Some("PROVIDER_TIMEOUT"))).await.1, "PROVIDER_TIMEOUT");
    let (_, reply) = when(Illness::FailsAt("citizen.fullName", None)).await;
    assert!(!reply.text.contains("disk"), "a register's own words stay with us: {}", reply.text);
}

#[tokio::test]
async fn row_39_a_status_that_is_no_answer_is_told_with_its_kind() {
    for (status, code) in [
        (400, "PROVIDER_BAD_DATA"),
        (401, "PROVIDER_REFUSED"),
        (403, "PROVIDER_REFUSED"),
        (429, "PROVIDER_QUOTA"),
        (500, "PROVIDER_ERROR"),
        (503, "PROVIDER_UNAVAILABLE"),
    ] {
        let (_, reply) = when(Illness::Status(status)).await;
        assert!(reply.codes()[0].starts_with("PROVIDER_"), "{status}: {}", reply.text);
        half(&reply, code);
    }
}

#[tokio::test]
async fn row_40_a_register_that_says_nothing_or_no_graphql_leaves_the_others_there() {
    half(&when(Illness::Hangs(Duration::from_secs(10))).await.1, "PROVIDER_TIMEOUT");
    for text in ["<html>maintenance</html>", "", "null", "[]", r#"{"data":null}"#, r#"{"data":{"{alias}":"Ann"}}"#, "{"]
    {
        half(&when(Illness::Says(text.to_owned())).await.1, "PROVIDER_BAD_DATA");
    }
    let exchange = country().with_a_register_that_is_down("civil-v1").open().await;
    half(&ann(&exchange, BOTH).await, "PROVIDER_UNAVAILABLE");
}

#[tokio::test]
async fn row_41_a_register_that_is_not_configured_is_told() {
    let exchange = country().without_register("civil-v1").open().await;
    half(&ann(&exchange, BOTH).await, "PROVIDER_NOT_CONFIGURED");
}

#[tokio::test]
async fn row_42_a_register_has_its_own_deadline_inside_that_of_the_request() {
    let begun = std::time::Instant::now();
    half(&when(Illness::Hangs(Duration::from_secs(15))).await.1, "PROVIDER_TIMEOUT");
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn row_43_after_an_illness_the_register_is_asked_again() {
    let (exchange, reply) = when(Illness::Status(503)).await;
    half(&reply, "PROVIDER_UNAVAILABLE");
    exchange.register("civil-v1").recovers();
    assert_eq!(ann(&exchange, BOTH).await.data()["person"], json!({"name": "Ann", "points": 1}));
}

#[tokio::test]
async fn row_44_a_registers_token_is_fetched_once_and_used_again() {
    let exchange = country().with_tokens("civil-v1", &[]).open().await;
    let first = async || ann(&exchange, "{ name }").await.data()["person"]["name"].clone();
    let together = tokio::join!(first(), first(), first());
    assert_eq!(together, ("Ann".into(), "Ann".into(), "Ann".into()));
    first().await;
    let register = exchange.register("civil-v1");
    assert_eq!((register.requests().len(), register.token_requests().len()), (4, 1));
    assert!(register.requests().iter().all(|asked| asked.headers["authorization"] == "Bearer token-1"));
}

#[tokio::test]
async fn row_45_a_token_is_asked_for_its_scopes() {
    let exchange = country().with_tokens("civil-v1", &["read:citizens", "read:homes"]).open().await;
    ann(&exchange, "{ name }").await.data();
    let asked = &exchange.register("civil-v1").token_requests()[0];
    assert!(asked.contains("grant_type=client_credentials"), "{asked}");
    assert!(asked.contains("scope=read%3Acitizens+read%3Ahomes"), "{asked}");
}

#[tokio::test]
async fn row_46_a_register_gets_one_request_however_many_roots_ask_it() {
    let exchange = exchange().await;
    let roots: String =
        (0..10).map(|n| format!("p{n}: person(nic: \"{ANN}\") {{ name contact {{ email }} }} ")).collect();
    let reply = exchange.ask(&format!("{{ {roots} }}")).await;
    assert_eq!(reply.data()["p9"]["name"], "Ann");
    assert_eq!(exchange.register("civil-v1").requests().len(), 1);
}

#[tokio::test]
async fn p3_a_record_of_another_person_is_dropped_and_told() {
    let country = country().with_config(|config| config["providers"][0]["echo"] = "citizen.nic".into());
    let exchange = country.open().await;
    assert_eq!(ann(&exchange, BOTH).await.data()["person"], json!({"name": "Ann", "points": 1}));
    assert_eq!(exchange.register("civil-v1").asked().len(), 2, "the number is asked, to be compared");
    for record in [
        format!(r#"{{"fullName":"Ben","nic":"{BEN}"}}"#),
        r#"{"fullName":"Ben","nic":null}"#.to_owned(),
        r#"{"fullName":"Ben"}"#.to_owned(),
    ] {
        exchange.register("civil-v1").says(format!(r#"{{"data":{{"{{alias}}":{record}}}}}"#));
        let reply = ann(&exchange, BOTH).await;
        half(&reply, "PROVIDER_BAD_DATA");
        assert!(!reply.text.contains("Ben") && !reply.text.contains(BEN), "{}", reply.text);
    }
}

#[tokio::test]
async fn p4_what_was_not_asked_never_leaves() {
    let record = r#"{"fullName":"Ann","secret":"x1","email":"x2","home":{"street":"Lake Road","storey":99,"more":{"x":"x3"}},
                     "children":[{"firstName":"Cay","born":"x4","also":[1,"x5"]}]}"#;
    let reply = when_civil_says(record, "{ name home { street } children { name } }").await;
    let person = json!({"name": "Ann", "home": {"street": "Lake Road"}, "children": [{"name": "Cay"}]});
    assert_eq!(reply.body, json!({"data": {"person": person}}));
}

#[tokio::test]
async fn p5_data_and_errors_together_keep_both() {
    let exchange = exchange().await;
    let body = r#"{"data":{"{alias}":{"fullName":"Ann","certificates":[{"number":"1"},null],"email":null}},
                   "errors":[{"message":"x","path":["{alias}","certificates",1],"extensions":{"code":"PROVIDER_QUOTA"}},
                             {"message":"x","path":["{alias}","email"]}]}"#;
    exchange.register("civil-v1").says(body);
    let reply = ann(&exchange, "{ name certificates { number } contact { email } }").await;
    let person = json!({"name": "Ann", "certificates": null, "contact": {"email": null}});
    assert_eq!(reply.body["data"], json!({"person": person}));
    assert_eq!(reply.codes().len(), 2, "{}", reply.text);
    assert!(reply.errors().contains(&"PROVIDER_ERROR at person.contact.email".to_owned()), "{:?}", reply.errors());
    let first = &reply.errors()[0];
    assert!(first.ends_with("at person.certificates") || first.ends_with("at person.certificates.1"), "{first}");
}

#[tokio::test]
async fn p17_a_register_whose_schema_has_drifted_gets_errors_and_never_a_wrong_type_out() {
    for (record, selection, path) in [
        (r#"{}"#, "{ name }", "name"),
        (r#"{"fullName":7}"#, "{ name }", "name"),
        (r#"{"fullName":["Ann"]}"#, "{ name }", "name"),
        (r#"{"fullName":{"first":"Ann"}}"#, "{ name }", "name"),
        (r#"{"years":"29"}"#, "{ age }", "age"),
        (r#"{"years":2147483648}"#, "{ age }", "age"),
        (r#"{"years":29.5}"#, "{ age }", "age"),
        (r#"{"sex":"OTHER"}"#, "{ sex }", "sex"),
        (r#"{"alive":1}"#, "{ alive }", "alive"),
        (r#"{"height":"1.70"}"#, "{ height }", "height"),
        (r#"{"nicknames":"Annie"}"#, "{ nicknames }", "nicknames"),
        (r#"{"home":[{"street":"x"}]}"#, "{ home { street } }", "home"),
        (r#"{"home":"Lake Road"}"#, "{ home { street } }", "home"),
        (r#"{"children":{"firstName":"x"}}"#, "{ children { name } }", "children"),
        (r#"{"home":{}}"#, "{ home { street } }", "home.street"),
        (r#"{"children":[{"firstName":1}]}"#, "{ children { name } }", "children.0.name"),
    ] {
        let reply = when_civil_says(record, selection).await;
        assert_eq!(reply.errors(), [format!("PROVIDER_BAD_DATA at person.{path}")], "{record}: {}", reply.text);
        let place = path.split('.').fold(&reply.body["data"]["person"], |at, step| match step.parse::<usize>() {
            Ok(index) => &at[index],
            Err(_) => &at[step],
        });
        assert_eq!(place, &Value::Null, "{record}: {}", reply.text);
    }
}
