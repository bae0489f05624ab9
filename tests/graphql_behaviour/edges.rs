//! What surrounds a question: limits, what is kept between questions, transport, traces.

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Value, json};

use crate::case::{ANN, BEN, ann, country, exchange};

#[tokio::test]
async fn row_47_limits_are_kept_before_planning_and_said() {
    let exchange = country().with_config(|config| {
        config["limits"]["rootFields"] = 3.into();
        config["limits"]["documentDepth"] = 12.into();
        config["limits"]["documentTokens"] = 400.into();
        config["limits"]["bodyBytes"] = 20_000.into();
    });
    let exchange = exchange.open().await;
    let deep = format!("{{ person(nic: \"{ANN}\") {} name {} }}", "{ ... ".repeat(20), "}".repeat(20));
    let long = format!("{{ person(nic: \"{ANN}\") {{ {} }} }}", "name ".repeat(500));
    let wide =
        format!("{{ {} }}", (0..4).map(|n| format!("p{n}: person(nic: \"{ANN}\") {{ name }} ")).collect::<String>());
    let large = format!("{{ person(nic: \"{ANN}\") {{ name }} }} #{}", "x".repeat(20_000));
    for (query, code) in [(deep, "TOO_DEEP"), (long, "TOO_LARGE"), (wide, "TOO_MANY_ROOTS"), (large, "TOO_LARGE")] {
        let reply = exchange.ask(&query).await;
        assert_eq!((reply.codes(), reply.body.get("data")), (vec![code], None), "{}", reply.text);
        assert!(reply.extension("limit").is_number(), "{}", reply.text);
    }
    assert_eq!(exchange.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn row_49_a_schema_is_composed_once_and_its_plans_are_of_the_question_alone() {
    let exchange = exchange().await;
    let query = "query ($n: String!, $more: Boolean!) { person(nic: $n) { name age @include(if: $more) } }";
    for (nic, more, person) in [
        (ANN, true, json!({"name": "Ann", "age": 29})),
        (BEN, true, json!({"name": "Ben", "age": 34})),
        (BEN, false, json!({"name": "Ben"})),
        (ANN, false, json!({"name": "Ann"})),
    ] {
        let reply = exchange.ask_with(query, json!({"n": nic, "more": more})).await;
        assert_eq!(reply.data(), &json!({"person": person}));
    }
}

#[tokio::test]
async fn row_50_a_connection_to_a_register_is_used_again() {
    let exchange = exchange().await;
    for _ in 0..5 {
        ann(&exchange, "{ name }").await.data();
    }
    assert_eq!(exchange.register("civil-v1").connections(), 1);
}

#[tokio::test]
async fn row_51_media_types_follow_accept_and_batches_are_refused() {
    let exchange = exchange().await;
    let body = || json!({"query": format!("{{ person(nic: \"{ANN}\") {{ name }} }}")}).to_string();
    for accept in ["application/graphql-response+json", "application/json"] {
        let reply = exchange.send("app", body(), &[("accept", accept)]).await;
        let kind = reply.headers["content-type"].to_str().unwrap();
        assert!(kind.starts_with(accept), "{kind}");
        assert_eq!(reply.data()["person"]["name"], "Ann");
    }
    let batch = exchange.send("app", format!("[{},{}]", body(), body()), &[]).await;
    assert_eq!((batch.status, batch.body.get("data")), (400, None), "{}", batch.text);
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
        let refused = exchange.send("app", body(), &[("content-type", kind)]).await;
        assert_eq!((refused.status, refused.codes()), (415, vec!["BAD_REQUEST"]), "{kind}");
    }
    for directive in ["@defer", "@stream"] {
        let reply = exchange.ask(&format!("{{ person(nic: \"{ANN}\") {{ ... {directive} {{ name }} }} }}")).await;
        assert_eq!(reply.codes()[0], "GRAPHQL_VALIDATION_FAILED", "{directive} is not offered, and not ignored");
    }
    let person = format!("{{ person(nic: \"{ANN}\") {{ name }} }}");
    let by_get = exchange.get(&[("query", &person)]).await;
    assert_eq!(
        (by_get.status, by_get.codes(), by_get.headers["allow"].to_str().unwrap()),
        (405, vec!["USE_POST"], "POST")
    );
}

#[tokio::test]
async fn row_51_what_is_about_nobody_may_come_by_get_and_a_known_document_by_its_hash() {
    let exchange = exchange().await;
    let query = "{ office { address } }";
    let office = json!({"office": {"address": "1 Road Street"}});
    assert_eq!(exchange.get(&[("query", query)]).await.data(), &office);
    let digest = digest(&SHA256, query.as_bytes());
    let hash: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    let extensions = json!({"persistedQuery": {"version": 1, "sha256Hash": hash}});
    let unknown = exchange.ask_all(json!({"extensions": extensions})).await;
    assert_eq!((unknown.codes(), unknown.body.get("data")), (vec!["PERSISTED_QUERY_NOT_FOUND"], None));
    let taught = exchange.ask_all(json!({"query": query, "extensions": extensions})).await;
    assert_eq!(taught.data(), &office);
    assert_eq!(exchange.ask_all(json!({"extensions": extensions})).await.data(), &office);
    let stranger = exchange.send("other-app", json!({"extensions": extensions}).to_string(), &[]).await;
    assert_eq!(stranger.codes(), ["PERSISTED_QUERY_NOT_FOUND"], "what one application taught is not another's");
}

#[tokio::test]
async fn row_52_a_trace_is_accepted_handed_on_and_returned() {
    let exchange = exchange().await;
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let body = json!({"query": format!("{{ person(nic: \"{ANN}\") {{ name licence }} }}")}).to_string();
    let parent = format!("00-{trace}-00f067aa0ba902b7-01");
    for header in [("traceparent", parent.as_str()), ("x-trace-id", trace)] {
        let reply = exchange.send("app", body.clone(), &[header]).await;
        assert_eq!(reply.headers["x-trace-id"], trace);
        assert_eq!(reply.extension("traceId"), &Value::from(trace));
        let asked = exchange.send("app", body.replace(" licence", ""), &[header]).await;
        assert_eq!(asked.data()["person"]["name"], "Ann");
        let request = exchange.register("civil-v1").requests().pop().unwrap();
        assert!(request.headers["traceparent"].to_str().unwrap().contains(trace));
    }
    let own = ann(&exchange, "{ name }").await;
    assert_eq!(own.headers["x-trace-id"].len(), 32, "{:?}", own.headers);
}
