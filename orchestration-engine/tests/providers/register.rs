//! A register on a real port that does what a test tells it, byte by byte, and counts what it sees.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use ndx_config::Provider as Configured;
use ndx_contracts::TraceId;
use orchestration_engine::execution::{Provider, ProviderFailure, Told};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::Instant,
};
use tokio_util::sync::{CancellationToken, DropGuard};

pub const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
pub const DATA: &str = r#"{"data":{"r0_person":{"fullName":"Nayana"}}}"#;
/// The largest answer that the providers of these tests read.
pub const LARGEST: usize = 256 * 1024;

/// What the register does with one request.
#[derive(Debug, Clone)]
pub enum Reply {
    /// Answers: status, more headers, body.
    Whole(u16, String, Vec<u8>),
    /// Sends this and then nothing more, without closing.
    Hang(&'static str),
    /// Sends this and then one byte every few milliseconds.
    Drip(&'static str),
    /// Sends this and then as much as the caller takes, up to 2 GB.
    Endless(&'static str),
    /// Closes without a word.
    Gone,
}

/// An answer with data.
pub fn data() -> Reply {
    status(200, "content-type: application/json\r\n", DATA)
}

pub fn status(status: u16, headers: &str, body: &str) -> Reply {
    Reply::Whole(status, headers.to_owned(), body.as_bytes().to_vec())
}

/// What the register has seen.
#[derive(Debug, Default)]
pub struct Seen {
    pub connections: AtomicUsize,
    pub requests: AtomicUsize,
    pub bytes_sent: AtomicUsize,
    /// Connections that ended.
    pub ended: AtomicUsize,
}

impl Seen {
    pub fn get(counter: &AtomicUsize) -> usize {
        counter.load(Ordering::SeqCst)
    }

    /// Waits until `counter` has come to `number`.
    pub async fn until(counter: &AtomicUsize, number: usize) {
        let begun = Instant::now();
        while Self::get(counter) < number {
            assert!(begun.elapsed() < Duration::from_secs(20), "it never came to {number}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// A register; it goes with its connections when it is dropped.
pub struct Register {
    pub port: u16,
    pub seen: Arc<Seen>,
    _stop: DropGuard,
}

impl Register {
    /// Begins to listen; `script` says what is done with a request: its number, from 0, and its text.
    pub async fn start(script: impl Fn(usize, &str) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_at(0, script).await
    }

    pub async fn start_at(port: u16, script: impl Fn(usize, &str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (seen, stop) = (Arc::new(Seen::default()), CancellationToken::new());
        tokio::spawn(stop.clone().run_until_cancelled_owned(listen(listener, Arc::new(script), seen.clone())));
        Self { port, seen, _stop: stop.drop_guard() }
    }

    /// The provider as it is configured for this register; `more` are further keys.
    pub fn configured(&self, more: serde_json::Value) -> Configured {
        configured(self.port, more)
    }

    /// A provider that asks this register, with no time of its own.
    pub fn provider(&self) -> Provider {
        provider(&self.configured(json!({})))
    }
}

pub fn configured(port: u16, more: serde_json::Value) -> Configured {
    let mut one = json!({
        "providerKey": "drp", "schemaId": "drp-schema-v1", "member": "drp",
        "providerUrl": format!("http://127.0.0.1:{port}/graphql"),
    });
    one.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    serde_json::from_value(one).unwrap()
}

pub fn provider(configured: &Configured) -> Provider {
    Provider::new(configured, LARGEST, Duration::from_secs(30)).unwrap()
}

/// Asks, with all the time that the provider has.
pub async fn ask(provider: &Provider) -> Result<Bytes, ProviderFailure> {
    ask_within(provider, Duration::from_secs(60)).await
}

pub async fn ask_within(provider: &Provider, time: Duration) -> Result<Bytes, ProviderFailure> {
    let body = Bytes::from_static(br#"{"query":"{ r0_person: person { fullName } }"}"#);
    provider.ask(body, &Told::from(&TraceId::new(TRACE)), Instant::now() + time).await
}

type Script = Arc<dyn Fn(usize, &str) -> Reply + Send + Sync>;

async fn listen(listener: TcpListener, script: Script, seen: Arc<Seen>) {
    // With the set go the connections.
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        seen.connections.fetch_add(1, Ordering::SeqCst);
        let (script, seen) = (script.clone(), seen.clone());
        connections.spawn(async move {
            let _gone = serve(stream, &*script, &seen).await;
            seen.ended.fetch_add(1, Ordering::SeqCst);
        });
    }
}

async fn serve(
    mut stream: TcpStream,
    script: &(dyn Fn(usize, &str) -> Reply + Send + Sync),
    seen: &Seen,
) -> Option<()> {
    loop {
        let request = read_request(&mut stream).await?;
        let reply = script(seen.requests.fetch_add(1, Ordering::SeqCst), &request);
        match reply {
            Reply::Whole(status, headers, body) => {
                let head = format!("HTTP/1.1 {status} x\r\n{headers}content-length: {}\r\n\r\n", body.len());
                stream.write_all(&[head.as_bytes(), &body].concat()).await.ok()?;
            }
            Reply::Hang(head) => {
                stream.write_all(head.as_bytes()).await.ok()?;
                return until_closed(&mut stream).await;
            }
            Reply::Drip(head) => {
                stream.write_all(head.as_bytes()).await.ok()?;
                loop {
                    stream.write_all(b" ").await.ok()?;
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
            Reply::Endless(head) => {
                stream.write_all(head.as_bytes()).await.ok()?;
                let piece = [b' '; 64 * 1024];
                for _ in 0..32 * 1024 {
                    stream.write_all(&piece).await.ok()?;
                    seen.bytes_sent.fetch_add(piece.len(), Ordering::SeqCst);
                }
            }
            Reply::Gone => return None,
        }
    }
}

async fn until_closed(stream: &mut TcpStream) -> Option<()> {
    let mut rest = [0; 1024];
    while stream.read(&mut rest).await.ok()? > 0 {}
    None
}

/// The head and the body of a request.
async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.to_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Some(text);
            }
        }
        if stream.read_buf(&mut read).await.ok()? == 0 {
            return None;
        }
    }
}
