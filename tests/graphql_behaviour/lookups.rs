//! From one person to the next: whoever is found has her own gates, and is fetched once.

use ndx_test_gateway::{APPLICATION, OTHER_APPLICATION};
use serde_json::{Value, json};

use crate::case::{ANN, BEN, CAY, EVE, GRAN, ann, civil, country, exchange, of_ann};

#[tokio::test]
async fn who_is_found_is_answered_as_if_she_had_been_asked_for() {
    let exchange = exchange().await;
    let reply =
        ann(&exchange, "{ name mother { called: name home { street } mother { name mother { name } } } }").await;
    let gran = json!({"name": "Gran", "mother": null});
    let person = json!({"name": "Ann", "mother": {"called": "Eve", "home": null, "mother": gran}});
    assert_eq!(reply.data(), &json!({"person": person}));
    let people: Vec<_> =
        exchange.register("civil-v1").requests().iter().map(|one| one.leaves()[0].arguments["nic"].clone()).collect();
    assert_eq!(people, [ANN, EVE, GRAN], "one request a stage");
}

#[tokio::test]
async fn a_list_leads_to_many_in_one_request_and_the_same_person_is_fetched_once() {
    let exchange = exchange().await;
    let query = format!(
        r#"{{ a: person(nic: "{ANN}") {{ mother {{ name }} children {{ name record {{ name age }} }} }} b: person(nic: "{BEN}") {{ mother {{ name }} }} }}"#
    );
    let reply = exchange.ask(&query).await;
    let cay = json!({"name": "Cay", "record": {"name": "Cay Junior", "age": 10}});
    let a = json!({"mother": {"name": "Eve"}, "children": [cay, null, {"name": "Dee", "record": null}]});
    assert_eq!(reply.data(), &json!({"a": a, "b": {"mother": {"name": "Eve"}}}));
    let requests = exchange.register("civil-v1").requests();
    assert_eq!(requests.len(), 2, "one request a stage");
    let mut second: Vec<_> = requests[1].leaves().iter().map(ToString::to_string).collect();
    second.sort();
    let of = |nic: &str, path: &str| format!(r#"citizen(nic: "{nic}").{path}"#);
    assert_eq!(second, [of(EVE, "fullName"), of(CAY, "fullName"), of(CAY, "years")]);
}

#[tokio::test]
async fn what_is_no_identifier_finds_nobody_and_is_told() {
    let reply = ann(&exchange().await, "{ siblings { name } father { name } }").await;
    let siblings = json!([{"name": "Ben"}, null, null, {"name": "Ben"}]);
    assert_eq!(reply.body["data"], json!({"person": {"siblings": siblings, "father": null}}));
    assert_eq!(
        reply.errors(),
        ["PROVIDER_BAD_DATA at person.siblings.2"],
        "who is unknown is no error: {}",
        reply.text
    );
}

#[tokio::test]
async fn rule_4_a_third_person_is_released_only_by_what_stands_and_is_never_asked() {
    let exchange = country().restricts("civil-v1", &["citizen.fullName"]).open().await;
    let refused = ann(&exchange, "{ age mother { name } }").await;
    assert_eq!(refused.body["data"], json!({"person": {"age": 29, "mother": null}}));
    assert_eq!(
        (refused.errors(), refused.extension("reason")),
        (vec!["CE_NOT_APPROVED at person.mother".into()], &json!("THIRD_PERSON"))
    );
    for link in ["consentPortalUrl", "consentManageUrl", "consent", "consentStatus"] {
        assert_eq!(refused.extension(link), &Value::Null, "{}", refused.text);
    }
    assert_eq!(exchange.consents(EVE).await, 0, "nothing was opened for her");
    assert!(exchange.asked().iter().all(|line| !line.contains(EVE)), "{:?}", exchange.asked());

    exchange.ask(&format!(r#"{{ person(nic: "{EVE}") {{ name }} }}"#)).await;
    let asked_herself = ann(&exchange, "{ mother { name } }").await;
    assert_eq!(asked_herself.codes(), ["CE_NOT_APPROVED"], "that she was asked is not that she shares");
    exchange.shares(EVE, &[civil("citizen.fullName")]).await;
    assert_eq!(ann(&exchange, "{ mother { name } }").await.data(), &json!({"person": {"mother": {"name": "Eve"}}}));
    exchange.stops(EVE).await;
    assert_eq!(ann(&exchange, "{ mother { name } }").await.codes(), ["CE_NOT_APPROVED"]);
}

#[tokio::test]
async fn g4_the_value_that_leads_on_is_seen_by_policy_and_consent_though_nobody_asked_for_it() {
    let query = "{ mother { age } }";
    let denied = country().withholds("civil-v1", &["citizen.motherNic"]).open().await;
    assert_eq!(ann(&denied, query).await.codes(), ["PDP_NOT_ALLOWED"]);
    assert_eq!(denied.asked(), Vec::<String>::new());
    let restricted = country().restricts("civil-v1", &["citizen.motherNic"]).open().await;
    let reply = ann(&restricted, query).await;
    assert_eq!((reply.errors(), &reply.body["data"]), (vec!["CE_NOT_APPROVED at person".into()], &Value::Null));
    assert_eq!(reply.extension("consent")["fields"][0]["fieldName"], "citizen.motherNic");
    assert_eq!(restricted.asked(), Vec::<String>::new());
    restricted.shares(ANN, &[civil("citizen.motherNic")]).await;
    let reply = ann(&restricted, query).await;
    assert_eq!(reply.data(), &json!({"person": {"mother": {"age": null}}}), "the value itself does not leave");
    let beyond = country().withholds("civil-v1", &["citizen.years"]).open().await;
    assert_eq!(ann(&beyond, query).await.codes(), ["PDP_NOT_ALLOWED"], "what is asked of whom is found counts too");
    assert_eq!(beyond.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn people_lead_to_people_only_so_far() {
    let exchange = exchange().await;
    let too_far = ann(&exchange, &format!("{} {{ name }} {}", "{ mother ".repeat(12), "}".repeat(12))).await;
    assert_eq!(too_far.body.get("data"), None, "{}", too_far.text);
    assert!(too_far.codes()[0].starts_with("TOO_"), "{}", too_far.text);
    assert_eq!(exchange.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn nobody_is_looked_for_when_only_the_type_name_is_asked() {
    let data = of_ann("{ mother { __typename } }").await;
    assert_eq!(data, json!({"mother": {"__typename": "Person"}}));
}

#[tokio::test]
async fn one_question_finds_only_so_many_people() {
    let exchange = country().with_config(|config| config["limits"]["foundPeople"] = 2.into()).open().await;
    let reply = ann(&exchange, "{ children { name record { name } } siblings { name } mother { name } }").await;
    let children = json!([{"name": "Cay", "record": {"name": "Cay Junior"}}, null, {"name": "Dee", "record": null}]);
    let siblings = json!([{"name": "Ben"}, null, null, {"name": "Ben"}]);
    assert_eq!(reply.body["data"]["person"], json!({"children": children, "siblings": siblings, "mother": null}));
    assert_eq!(reply.errors(), ["PROVIDER_BAD_DATA at person.siblings.2", "TOO_COSTLY at person.mother"]);
    let requests = exchange.register("civil-v1").requests();
    let mut second: Vec<_> = requests[1].leaves().iter().map(|leaf| leaf.arguments["nic"].clone()).collect();
    second.sort_by_key(ToString::to_string);
    assert_eq!((requests.len(), second), (2, vec![json!(BEN), json!(CAY)]), "nobody is asked for who is one too many");
}

#[tokio::test]
async fn the_late_limits_of_one_application_are_its_own() {
    let limits = [("plannedFields", 2), ("lookupDepth", 0), ("foundPeople", 0), ("answerBytes", 20)];
    for (limit, most) in limits {
        let own = |config: &mut Value| {
            let applications = config["applications"].as_array_mut().unwrap();
            let one = applications.iter_mut().find(|one| one["id"] == APPLICATION).unwrap();
            one["limits"][limit] = most.into();
        };
        let exchange = country().with_config(own).open().await;
        let query = format!(r#"{{ person(nic: "{ANN}") {{ name mother {{ name }} }} }}"#);
        let refused = exchange.ask(&query).await;
        let code = if limit == "lookupDepth" { "TOO_DEEP" } else { "TOO_COSTLY" };
        assert_eq!(
            (refused.codes(), refused.extension("limit")),
            (vec![code], &json!(most)),
            "{limit}: {}",
            refused.text
        );
        let body = json!({"query": query}).to_string();
        let other = exchange.send(OTHER_APPLICATION, body, &[]).await;
        assert!(!other.codes().contains(&code), "{limit}: {}", other.text);
    }
}
