//! Schema and configuration are swapped while people ask slow registers.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use ndx_test_gateway::{Country, Exchange, Illness, Register};
use serde_json::{Value, json};

use crate::ground::{Ground, Served, with_photo, without_sex};

const NIC: &str = "199512345671";
const QUESTION: &str = r#"{ person(nic: "199512345671") { name town } }"#;
/// So many answers must have been on their way while the gateway was swapped beneath them.
const CROSSED: usize = 40;

/// The consumer schema in which a person's name and town are these fields of two registers.
fn schema(name: &str, town: &str, more: &str) -> String {
    format!(
        r#"
        directive @sourceInfo(providerKey: String!, schemaId: String!, providerField: String!) on FIELD_DEFINITION
        directive @dataOwner on ARGUMENT_DEFINITION
        type Query {{ person(nic: String! @dataOwner): Person }}
        type Person {{
          name: String @sourceInfo(providerKey: "civil", schemaId: "civil-v1", providerField: "citizen.{name}")
          town: String @sourceInfo(providerKey: "land", schemaId: "land-v1", providerField: "resident.{town}")
          {more}
        }}
        "#
    )
}

/// An exchange whose two registers take their time, with the versions `now` and `then`.
async fn slow_exchange() -> Exchange {
    let civil = "type Query { citizen(nic: String!): Citizen } type Citizen { name: String bornAs: String }";
    let land = "type Query { resident(nic: String!): Resident } type Resident { town: String bornIn: String }";
    let civil = Register::new(civil).knows("citizen", NIC, json!({"name": "name now", "bornAs": "name then"}));
    let land = Register::new(land).knows("resident", NIC, json!({"town": "town now", "bornIn": "town then"}));
    civil.falls_ill(Illness::Hangs(Duration::from_millis(60)));
    land.falls_ill(Illness::Hangs(Duration::from_millis(90)));
    let more = r#"
        bornAs: String @sourceInfo(providerKey: "civil", schemaId: "civil-v1", providerField: "citizen.bornAs")
        bornIn: String @sourceInfo(providerKey: "land", schemaId: "land-v1", providerField: "resident.bornIn")
    "#;
    let country = Country::new(&schema("name", "town", more))
        .register("civil", "civil-v1", civil)
        .register("land", "land-v1", land)
        .maps("person-nic", "civil", "civil-v1", "citizen", "nic")
        .maps("person-nic", "land", "land-v1", "resident", "nic");
    let exchange = country.open().await;
    for (name, sdl) in [("now", schema("name", "town", "")), ("then", schema("bornAs", "bornIn", ""))] {
        exchange.registry().create(name, &sdl, "Kumari", "test").await.unwrap();
    }
    exchange
}

fn answer(when: &str) -> Value {
    json!({"person": {"name": format!("name {when}"), "town": format!("town {when}")}})
}

#[derive(Default)]
struct Load {
    swaps: AtomicUsize,
    now: AtomicUsize,
    then: AtomicUsize,
    crossed: AtomicUsize,
    done: AtomicBool,
}

impl Load {
    fn is_enough(&self) -> bool {
        let at_least = |count: &AtomicUsize, enough| count.load(Ordering::SeqCst) >= enough;
        at_least(&self.crossed, CROSSED) && at_least(&self.now, 10) && at_least(&self.then, 10)
    }

    /// Asks until it is enough. Every answer is whole, and of one schema.
    async fn asks(&self, exchange: &Exchange) {
        while !self.done.load(Ordering::SeqCst) {
            let before = self.swaps.load(Ordering::SeqCst);
            let reply = exchange.ask(QUESTION).await;
            assert_eq!(reply.status, 200, "{}", reply.text);
            match reply.data() {
                data if *data == answer("now") => &self.now,
                data if *data == answer("then") => &self.then,
                mixture => panic!("{mixture}"),
            }
            .fetch_add(1, Ordering::SeqCst);
            if self.swaps.load(Ordering::SeqCst) > before {
                self.crossed.fetch_add(1, Ordering::SeqCst);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_load_no_question_is_dropped_and_each_is_answered_by_one_schema_whole() {
    let (exchange, load) = (Arc::new(slow_exchange().await), Arc::new(Load::default()));
    let ask = |exchange: Arc<Exchange>, load: Arc<Load>| async move { load.asks(&exchange).await };
    let asking: Vec<_> = (0..6).map(|_| tokio::spawn(ask(exchange.clone(), load.clone()))).collect();
    let begun = Instant::now();
    // One who asks ends early only by a failure, which is told below.
    while !load.is_enough() && !asking.iter().any(tokio::task::JoinHandle::is_finished) {
        assert!(begun.elapsed() < Duration::from_secs(60), "too few answers");
        for version in ["then", "now"] {
            exchange.registry().activate(version, true, "test").await.unwrap();
            load.swaps.fetch_add(1, Ordering::SeqCst);
            exchange.registry().renewed(exchange.configuration()).await.unwrap().take_place();
            load.swaps.fetch_add(1, Ordering::SeqCst);
        }
    }
    load.done.store(true, Ordering::SeqCst);
    for one in asking {
        one.await.unwrap();
    }
    assert!(load.is_enough());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_load_a_page_is_of_one_schema_whole() {
    let ground = Ground::new();
    let served = Arc::new(ground.serve(&ground.both()[0]).await);
    served.make("a", &with_photo()).await;
    served.make("b", &without_sex()).await;
    served.accept("b").await;
    let whole = |served: Arc<Served>| async move { served.public("/schema.graphql").await.text().await.unwrap() };
    let b = whole(served.clone()).await;
    served.accept("a").await;
    let a = whole(served.clone()).await;
    assert_ne!(a, b);
    let done = Arc::new(AtomicBool::new(false));
    let ask = |served: Arc<Served>, done: Arc<AtomicBool>| async move {
        let (mut seen, mut asked) = (BTreeSet::new(), 0);
        while !done.load(Ordering::SeqCst) {
            let response = served.public("/schema.graphql").await;
            assert_eq!(response.status(), 200);
            seen.insert(response.text().await.unwrap());
            let page = served.public("/docs/schema").await;
            assert!(page.status() == 200 && page.text().await.unwrap().ends_with("</html>"));
            asked += 2;
        }
        (seen, asked)
    };
    let asking: Vec<_> = (0..4).map(|_| tokio::spawn(ask(served.clone(), done.clone()))).collect();
    for _ in 0..10 {
        served.accept("b").await;
        served.accept("a").await;
    }
    done.store(true, Ordering::SeqCst);
    let mut seen = BTreeSet::new();
    for one in asking {
        let (met, asked) = one.await.unwrap();
        assert!(asked > 0);
        seen.extend(met);
    }
    assert!(seen.is_subset(&BTreeSet::from([a, b])), "a mixture: {seen:?}");
}
