//! On which ground data is had: the person's consent, a task by law, a court's order.

use ndx_contracts::LegalBasis;
use serde_json::{Value, json};

use crate::case::{ANN, civil, country};

fn task() -> Value {
    json!({"statutoryTask": {"law": "Elections Act", "section": "section 9"}})
}

fn order(until: &str) -> Value {
    json!({"courtOrder": {"court": "High Court", "reference": "HC 1", "until": until, "display": "never"}})
}

#[tokio::test]
async fn what_the_law_gives_is_released_without_asking_and_every_side_is_told_the_ground() {
    let exchange = country().restricts("civil-v1", &["citizen.fullName", "citizen.years"]);
    let exchange = exchange.by_law("civil-v1", &["citizen.fullName"], &task()).open().await;
    let query = format!(r#"{{ person(nic: "{ANN}") {{ name }} }}"#);
    assert_eq!(exchange.ask(&query).await.data(), &json!({"person": {"name": "Ann"}}));
    assert_eq!(exchange.consents(ANN).await, 0, "nobody was asked");
    let asked = exchange.register("civil-v1").requests().remove(0);
    assert_eq!(asked.headers["x-ndx-purpose"], "work");
    let ground = r#"statutory-task;law="Elections Act";section="section 9""#;
    assert_eq!(asked.headers["x-ndx-legal-basis"], ground);
    for record in exchange.records().await {
        let basis = serde_json::to_value(&record.content.fields[0].basis).unwrap();
        assert_eq!((record.purpose.as_str(), basis), ("work", task()), "{}", record.event);
    }
}

#[tokio::test]
async fn two_fields_of_one_request_rest_on_two_grounds_and_what_is_open_on_none() {
    let exchange = country().restricts("civil-v1", &["citizen.fullName", "citizen.years"]);
    let exchange = exchange.by_law("civil-v1", &["citizen.fullName"], &task()).open().await;
    let query = format!(r#"{{ person(nic: "{ANN}") {{ name age cars {{ plate }} }} }}"#);
    assert_eq!(
        exchange.ask(&query).await.codes(),
        ["CE_NOT_APPROVED"],
        "the rest needs her yes, and the law does not help"
    );
    assert_eq!(exchange.asked(), Vec::<String>::new());
    exchange.shares(ANN, &[civil("citizen.years")]).await;
    assert_eq!(exchange.ask(&query).await.data()["person"]["age"], 29);
    let asked = exchange.register("civil-v1").requests().remove(0);
    let grounds = r#"consent, statutory-task;law="Elections Act";section="section 9""#;
    assert_eq!(asked.headers["x-ndx-legal-basis"], grounds);
    // The register of cars is asked for nothing that rests on anything.
    let open = exchange.register("road-v1").requests().remove(0);
    assert_eq!((open.headers.get("x-ndx-legal-basis"), open.headers.get("x-ndx-purpose").is_some()), (None, true));
    let release = exchange.records().await.pop().unwrap();
    let of = |name: &str| {
        let found = release.content.fields.iter().find(|entry| *entry.field.field_name == *name).unwrap();
        found.basis.clone()
    };
    assert_eq!(of("citizen.years"), Some(LegalBasis::Consent));
    assert_eq!(serde_json::to_value(of("citizen.fullName")).unwrap(), task());
    assert!(release.content.fields.iter().any(|entry| entry.basis.is_none()), "what is open has no ground");
}

#[tokio::test]
async fn the_ground_of_each_field_is_explained() {
    let exchange = country().restricts("civil-v1", &["citizen.fullName", "citizen.years"]);
    let exchange = exchange.by_law("civil-v1", &["citizen.fullName"], &task()).open().await;
    let query = format!(r#"{{ person(nic: "{ANN}") {{ name age }} }}"#);
    let reply = exchange.ask_all(json!({"query": query, "extensions": {"explain": true}})).await;
    let fields = &reply.body["extensions"]["explain"]["roots"][0]["fields"];
    assert_eq!((&fields[0]["policy"], &fields[0]["basis"]), (&json!("permit"), &task()), "{fields}");
    assert_eq!((&fields[1]["policy"], &fields[1]["basis"]), (&json!("permitWithConsent"), &json!("consent")));
    let explained = exchange.records().await.pop().unwrap();
    assert_eq!(explained.content.code.as_deref(), Some("EXPLAINED"));
    assert_eq!(serde_json::to_value(&explained.content.fields[0].basis).unwrap(), task());
}

#[tokio::test]
async fn c19_a_courts_order_holds_until_it_ends_and_the_attempt_after_it_is_recorded_with_its_ground() {
    let restricted = || country().restricts("civil-v1", &["citizen.fullName"]);
    let query = format!(r#"{{ person(nic: "{ANN}") {{ name }} }}"#);
    let stands = restricted().by_law("civil-v1", &["citizen.fullName"], &order("2100-01-01T00:00:00Z")).open().await;
    assert_eq!(stands.ask(&query).await.data(), &json!({"person": {"name": "Ann"}}));
    let ground = r#"court-order;court="High Court";reference="HC 1";until=@4102444800;display=never"#;
    assert_eq!(stands.register("civil-v1").requests()[0].headers["x-ndx-legal-basis"], ground);

    let ended = restricted().by_law("civil-v1", &["citizen.fullName"], &order("2020-01-02T00:00:00Z")).open().await;
    let refused = ended.ask(&query).await;
    assert_eq!((refused.codes(), refused.extension("reason")), (vec!["PDP_NOT_ALLOWED"], &json!("ACCESS_EXPIRED")));
    assert_eq!(ended.asked(), Vec::<String>::new());
    let record = ended.records().await.pop().unwrap();
    assert_eq!((record.event.as_str(), record.content.code.as_deref()), ("REFUSED", Some("PDP_NOT_ALLOWED")));
    let basis = serde_json::to_value(&record.content.fields[0].basis).unwrap();
    assert_eq!(basis, order("2020-01-02T00:00:00Z"), "oversight sees what was claimed");
}
