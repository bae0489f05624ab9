//! A receiver that believes only what is signed, and answers as a test wants it to.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use aws_lc_rs::hmac;
use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Response},
    routing::post,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use ndx_service::listen;
use ndx_testkit::Farajaland;
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::watch};
use tokio_util::sync::{CancellationToken, DropGuard};

/// Base64 of what the receiver and the exchange share.
pub const KEY: &str = "C2FVsBQIhrscChlQIMV+b5sSYspob7oDazF1LK2uoqI=";

/// How the receiver answers.
#[derive(Clone)]
pub enum Answer {
    /// With this status.
    Status(u16),
    /// With 307, and this address.
    Redirect(String),
    /// Not at all, until it answers otherwise.
    Never,
    /// With 200, and a body that has no end.
    Endless,
}

/// What was heard.
#[derive(Clone)]
pub struct Heard {
    /// `webhook-id`.
    pub id: String,
    /// The body as it came.
    pub text: String,
    /// The body.
    pub body: Value,
}

/// The receiver.
#[derive(Clone)]
pub struct Receiver {
    /// Its address.
    pub url: String,
    inner: Arc<Inner>,
}

struct Inner {
    heard: Mutex<Vec<Heard>>,
    answer: watch::Sender<Answer>,
    _stop: DropGuard,
}

/// The seconds since 1970.
pub fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()
}

/// The signature of an event with `key`, in Base64.
pub fn signature(key: &str, id: &str, timestamp: u64, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, &STANDARD.decode(key).unwrap());
    format!("v1,{}", STANDARD.encode(hmac::sign(&key, format!("{id}.{timestamp}.{body}").as_bytes())))
}

async fn hear(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    let (id, timestamp) = (header("webhook-id"), header("webhook-timestamp").parse().unwrap());
    let text = String::from_utf8(body.to_vec()).unwrap();
    assert_eq!(header("webhook-signature"), signature(KEY, &id, timestamp, &text));
    assert!(now().abs_diff(timestamp) < 10, "signed a moment ago");
    let parsed: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&parsed["id"], &headers["content-type"]), (&json!(id), &"application/json".parse().unwrap()));
    receiver.inner.heard.lock().unwrap().push(Heard { id, text, body: parsed });
    let mut answer = receiver.inner.answer.subscribe();
    let answer = answer.wait_for(|answer| !matches!(answer, Answer::Never)).await.unwrap().clone();
    let (status, location, body) = match answer {
        Answer::Status(status) => (status, None, Body::empty()),
        Answer::Redirect(to) => (307, Some(to), Body::empty()),
        Answer::Endless => {
            let more = futures::stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from_static(&[b' '; 1024])));
            (200, None, Body::from_stream(more))
        }
        Answer::Never => panic!("it was waited for"),
    };
    let response = Response::builder().status(status);
    let response = location.into_iter().fold(response, |response, to| response.header("location", to));
    response.body(body).unwrap()
}

impl Receiver {
    /// One that listens.
    pub async fn listening() -> Self {
        Self::listening_on(0).await
    }

    /// The same, on this port.
    pub async fn listening_on(port: u16) -> Self {
        let listener: TcpListener = listen::bind_loopback("receiver", port).await.unwrap();
        let stop = CancellationToken::new();
        let inner = Inner {
            heard: Mutex::default(),
            answer: watch::Sender::new(Answer::Status(204)),
            _stop: stop.clone().drop_guard(),
        };
        let url = format!("http://{}/hooks", listener.local_addr().unwrap());
        let receiver = Self { url, inner: Arc::new(inner) };
        let router = Router::new().route("/hooks", post(hear)).with_state(receiver.clone());
        tokio::spawn(listen::serve(listener, router, stop));
        receiver
    }

    /// From now on it answers so.
    pub fn answers(&self, answer: Answer) {
        self.inner.answer.send_replace(answer);
    }

    /// What it has heard.
    pub fn heard(&self) -> Vec<Heard> {
        self.inner.heard.lock().unwrap().clone()
    }

    /// Waits until it has heard so many.
    pub async fn hears(&self, number: usize) -> Vec<Heard> {
        for _ in 0..600 {
            if self.heard().len() >= number {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let heard = self.heard();
        let texts: Vec<_> = heard.iter().map(|heard| &heard.text).collect();
        assert_eq!(heard.len(), number, "{texts:#?}");
        heard
    }
}

/// The passport office is told at `url`; `settings` are those of webhooks.
pub fn telling(farajaland: Farajaland, url: &str, settings: Value) -> Farajaland {
    let file = farajaland.data_folder().with_file_name("webhook-secret");
    std::fs::write(&file, format!("whsec_{KEY}\n")).unwrap();
    farajaland.with_config(|config| {
        let applications = config["applications"].as_array_mut().unwrap();
        let passport = applications.iter_mut().find(|one| one["id"] == "passport-app").unwrap();
        passport["webhook"] = json!({"url": url, "secret": {"from_file": file}});
        config["consent"]["webhooks"] = settings;
        config["consent"]["webhooks"]["allowedNetworks"] = json!(["127.0.0.0/8"]);
    })
}
