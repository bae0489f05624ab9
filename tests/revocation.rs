//! Stopping takes effect: on requests in flight, whose registers are not waited for any more, and over all gateways at once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, header},
    response::IntoResponse,
    routing::post,
};
use ndx_service::listen;
use ndx_testkit::{Choice, Farajaland, Part, Reply, Setting, in_every_setting};
use serde_json::{Value, json};
use tokio::{sync::watch, task::JoinHandle};
use tokio_util::sync::{CancellationToken, DropGuard};

const NDX: &str = env!("CARGO_BIN_EXE_ndx");
/// The first from the register of persons, the second from that of births.
const QUERY: &str = r#"{ personInfo(nic: "199512345678") { fullName name } }"#;
/// Both from the register of persons, in one request to it.
const OF_TWO: &str =
    r#"{ nayana: personInfo(nic: "199512345678") { fullName } regina: personInfo(nic: "200012345679") { fullName } }"#;

/// In front of the register of persons: hands on what it is asked, as soon as it may.
#[derive(Clone)]
struct Slow {
    may_answer: watch::Sender<bool>,
    asked: Arc<AtomicUsize>,
    /// How many calls their caller has ended.
    ended: Arc<AtomicUsize>,
    to: String,
}

/// Counts a call that is dropped before it is answered.
struct Waiting(Option<Arc<AtomicUsize>>);

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(ended) = &self.0 {
            ended.fetch_add(1, Ordering::SeqCst);
        }
    }
}

async fn handed_on(State(slow): State<Slow>, headers: HeaderMap, body: Bytes) -> impl IntoResponse {
    let mut waiting = Waiting(Some(slow.ended.clone()));
    slow.asked.fetch_add(1, Ordering::SeqCst);
    slow.may_answer.subscribe().wait_for(|may| *may).await.unwrap();
    let client = ndx_service::outbound::client(Duration::from_secs(10)).unwrap();
    let key = headers["x-api-key"].clone();
    let request = client.post(&slow.to).header("x-api-key", key).header(header::CONTENT_TYPE, "application/json");
    let answer = request.body(body).send().await.unwrap().text().await.unwrap();
    waiting.0 = None;
    ([(header::CONTENT_TYPE, "application/json")], answer)
}

impl Slow {
    /// Stands in front of the register in `farajaland`, which does not run yet.
    async fn before(farajaland: Farajaland) -> (Self, Farajaland, DropGuard) {
        let slow = Self {
            may_answer: watch::Sender::new(true),
            asked: Arc::default(),
            ended: Arc::default(),
            to: format!("{}/graphql", farajaland.url("drp-adapter")),
        };
        let listener = listen::bind_loopback("slow", 0).await.unwrap();
        let address = format!("http://{}/graphql", listener.local_addr().unwrap());
        let router = Router::new().route("/graphql", post(handed_on)).with_state(slow.clone());
        let stop = CancellationToken::new();
        tokio::spawn(listen::serve(listener, router, stop.clone()));
        let farajaland = farajaland.with_config(|config| {
            let providers = config["providers"].as_array_mut().unwrap();
            let drp = providers.iter_mut().find(|provider| provider["providerKey"] == "drp").unwrap();
            drp["providerUrl"] = json!(address);
        });
        (slow, farajaland, stop.drop_guard())
    }

    fn hold(&self) {
        self.may_answer.send_replace(false);
    }

    fn answer(&self) {
        self.may_answer.send_replace(true);
    }

    /// Waits until it was asked this often.
    async fn was_asked(&self, times: usize) {
        counted(&self.asked, times).await;
    }
}

async fn counted(counter: &AtomicUsize, times: usize) {
    for _ in 0..400 {
        if counter.load(Ordering::SeqCst) >= times {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{} of {times}", counter.load(Ordering::SeqCst));
}

/// Asks in a task of its own.
fn asking(gateway: String, token: String, query: &'static str) -> JoinHandle<(Reply, Duration)> {
    tokio::spawn(async move {
        let client = ndx_service::outbound::client(Duration::from_secs(20)).unwrap();
        let begun = Instant::now();
        let body = json!({"query": query}).to_string();
        (ndx_testkit::send(&client, &gateway, Some(&token), &body, &[]).await, begun.elapsed())
    })
}

async fn share(farajaland: &Farajaland, user: &str, query: &str) -> String {
    let link = farajaland.ask("passport-app", query).await.portal_url();
    farajaland.citizen(user).answer(link.clone(), Choice::Share).await.unwrap();
    link.as_str().replace("/c/", "/my/")
}

/// How often the newest RELEASE says that something was withdrawn, and that something was released.
async fn recorded(farajaland: &Farajaland) -> (usize, usize) {
    let select = "SELECT content FROM audit_records WHERE event = 'RELEASE' ORDER BY seq DESC";
    let content = farajaland.rows("audit", select).await.remove(0);
    (content.matches("CONSENT_WITHDRAWN").count(), content.matches("released").count())
}

in_every_setting! {
    async fn c1_what_is_stopped_while_a_register_answers_is_not_released_nor_waited_for(setting: Setting) {
        let (slow, mut farajaland, _stop) = Slow::before(Farajaland::empty_as(NDX, setting)).await;
        farajaland.run_all().await;
        let manage = share(&farajaland, "nayana", QUERY).await;
        let whole = farajaland.ask("passport-app", QUERY).await;
        assert_eq!(whole.codes(), Vec::<&str>::new(), "{}", whole.text);

        slow.hold();
        let (token, asked) = (farajaland.token("passport-app").await, slow.asked.load(Ordering::SeqCst));
        let in_flight = asking(farajaland.url("gateway"), token, QUERY);
        slow.was_asked(asked + 1).await;
        let nayana = farajaland.citizen("nayana");
        nayana.stop(manage.parse().unwrap()).await.unwrap();
        let stopped = Instant::now();
        let (reply, took) = in_flight.await.unwrap();
        assert!(stopped.elapsed() < Duration::from_secs(3), "the register has five seconds: {:?}", stopped.elapsed());
        assert_eq!((reply.status, reply.codes()), (200, vec!["CONSENT_WITHDRAWN"; 2]), "{} after {took:?}", reply.text);
        assert_eq!(reply.body["data"], json!({"personInfo": {"fullName": null, "name": null}}));
        counted(&slow.ended, 1).await;

        let (withdrawn, released) = recorded(&farajaland).await;
        assert!(withdrawn > 0 && released == 0, "the record says so: {withdrawn}, {released}");
        let page = nayana.visit(manage.parse().unwrap()).await.unwrap().html;
        assert!(page.contains("stopped"), "{page}");
        slow.answer();
        let after = farajaland.ask("passport-app", QUERY).await;
        assert_eq!(after.extension("consentStatus"), "revoked", "{}", after.text);
    }

    async fn c1_a_call_of_which_another_persons_data_is_left_is_waited_for(setting: Setting) {
        let (slow, mut farajaland, _stop) = Slow::before(Farajaland::empty_as(NDX, setting)).await;
        farajaland.run_all().await;
        let of = |nic: &str| format!("{{ personInfo(nic: \"{nic}\") {{ fullName }} }}");
        let manage = share(&farajaland, "nayana", &of("199512345678")).await;
        share(&farajaland, "regina", &of("200012345679")).await;

        slow.hold();
        let (token, asked) = (farajaland.token("passport-app").await, slow.asked.load(Ordering::SeqCst));
        let in_flight = asking(farajaland.url("gateway"), token, OF_TWO);
        slow.was_asked(asked + 1).await;
        farajaland.citizen("nayana").stop(manage.parse().unwrap()).await.unwrap();
        // Longer than it takes to notice.
        tokio::time::sleep(Duration::from_millis(1200)).await;
        slow.answer();
        let (reply, _) = in_flight.await.unwrap();
        assert_eq!(reply.codes(), ["CONSENT_WITHDRAWN"], "{}", reply.text);
        assert_eq!(reply.body["errors"][0]["path"], json!(["nayana", "fullName"]));
        assert_eq!(reply.body["data"]["nayana"]["fullName"], Value::Null);
        assert!(reply.body["data"]["regina"]["fullName"].is_string(), "{}", reply.text);
        assert_eq!(slow.ended.load(Ordering::SeqCst), 0);
        assert_eq!(recorded(&farajaland).await, (1, 1));
    }
}

/// An answer: when it was asked for, when it came, and whether it held her name.
struct Heard {
    begun: Instant,
    came: Instant,
    name: bool,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c1_f6_what_is_stopped_is_stopped_within_a_second_at_gateways_whose_consent_engines_share_a_database() {
    let mut farajaland = Farajaland::start_as(NDX, Setting::TOGETHER_ON_POSTGRES).await;
    // A whole exchange once more: its gateway asks a consent engine of its own, which knows nothing but the database.
    farajaland.run(Part::SecondExchange).await;
    let manage = share(&farajaland, "nayana", QUERY).await;
    let token = farajaland.token("passport-app").await;
    let on = CancellationToken::new();
    let gateways = ["gateway", "second-gateway"].map(|name| farajaland.url(name));
    let asked = gateways.iter().cycle().take(4).map(|gateway| {
        let (gateway, token, on) = (gateway.clone(), token.clone(), on.clone());
        tokio::spawn(async move {
            let (mut heard, client) = (Vec::new(), ndx_service::outbound::client(Duration::from_secs(20)).unwrap());
            let body = json!({"query": QUERY}).to_string();
            while !on.is_cancelled() {
                let begun = Instant::now();
                let reply = ndx_testkit::send(&client, &gateway, Some(&token), &body, &[]).await;
                assert_eq!(reply.status, 200, "{}", reply.text);
                heard.push(Heard { begun, came: Instant::now(), name: reply.text.contains("Nayana") });
            }
            heard
        })
    });
    let asked: Vec<_> = asked.collect();
    tokio::time::sleep(Duration::from_millis(800)).await;
    farajaland.citizen("nayana").stop(manage.parse().unwrap()).await.unwrap();
    let acknowledged = Instant::now();
    tokio::time::sleep(Duration::from_millis(1500)).await;
    on.cancel();
    for asked in asked {
        let heard = asked.await.unwrap();
        assert!(heard.first().unwrap().name, "it was shared");
        assert!(heard.iter().any(|one| one.begun > acknowledged), "it was asked afterwards");
        let late =
            |one: &&Heard| one.name && (one.begun > acknowledged || one.came > acknowledged + Duration::from_secs(1));
        assert_eq!(heard.iter().filter(late).count(), 0, "of {}", heard.len());
    }
}
