//! The providers of the bench, all behind one port: `POST /drp`, `POST /f07` and so on. Each counts what it is asked, and
//! can be told to be slow or to fail.
//!
//! | Request | What it does |
//! | --- | --- |
//! | `POST /{provider}` | answers a GraphQL request |
//! | `POST /token` | gives an access token to whoever asks (RFC 6749, section 4.4) |
//! | `GET /counts` | how often each provider was asked, and the connections that were made |
//! | `PUT /listen` | each keeps the next request that it gets |
//! | `GET /kept` | those requests, with their headers |
//! | `PUT /behaviour/{provider}` | `{"delayMs": 5, "bytes": 100000, "failure": "status", "every": 10}`: how it answers from now on |

mod behaviour;

use std::{
    collections::HashMap,
    net::SocketAddr,
    rc::Rc,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use anyhow::Context as _;
use bench::world::{self, Size};
use bytes::Bytes;
use clap::Parser;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::json;
use tokio::net::TcpListener;

use self::behaviour::{Behaviour, Failure, Provider};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Debug, Parser)]
struct Arguments {
    /// Where to listen.
    #[arg(long)]
    listen: SocketAddr,
}

struct All {
    providers: HashMap<String, Provider>,
    connections: AtomicU64,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    tokio::task::LocalSet::new().block_on(&runtime, serve(arguments.listen))
}

async fn serve(listen: SocketAddr) -> anyhow::Result<()> {
    let listener = TcpListener::bind(listen).await.with_context(|| format!("cannot listen on {listen}"))?;
    let providers = world::providers(Size::Usual).into_iter().map(|one| (one.key.clone(), Provider::new(one.shape)));
    let all = Rc::new(All { providers: providers.collect(), connections: AtomicU64::new(0) });
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        all.connections.fetch_add(1, Relaxed);
        let all = all.clone();
        tokio::task::spawn_local(async move {
            let service = service_fn(move |request| answer(all.clone(), request));
            // A connection that ends in the middle is the caller's affair, or was wanted.
            let mut server = http1::Builder::new();
            drop(server.timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service).await);
        });
    }
}

/// The provider broke the connection off instead of answering.
#[derive(Debug)]
struct BrokenOff;

impl std::fmt::Display for BrokenOff {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("broken off")
    }
}

impl std::error::Error for BrokenOff {}

async fn answer(all: Rc<All>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, BrokenOff> {
    let (head, body) = request.into_parts();
    let Ok(body) = body.collect().await else { return Err(BrokenOff) };
    let body = body.to_bytes();
    let path = head.uri.path().trim_start_matches('/');
    match (&head.method, path.split_once('/')) {
        (&Method::POST, None) if path == "token" => {
            Ok(json_answer(&json!({"access_token": "of-the-bench", "token_type": "Bearer", "expires_in": 36_000})))
        }
        (&Method::POST, None) => match all.providers.get(path) {
            Some(provider) => asked(provider, &head, body).await,
            None => Ok(empty(StatusCode::NOT_FOUND)),
        },
        (&Method::GET, None) if path == "counts" => Ok(json_answer(&counts(&all))),
        (&Method::GET, None) if path == "kept" => {
            let each: HashMap<_, _> = all.providers.iter().map(|(name, one)| (name, one.kept())).collect();
            Ok(json_answer(&json!(each)))
        }
        (&Method::PUT, None) if path == "listen" => {
            all.providers.values().for_each(Provider::listen);
            Ok(empty(StatusCode::NO_CONTENT))
        }
        (&Method::PUT, Some(("behaviour", name))) => {
            let behaviour = serde_json::from_slice::<Behaviour>(&body);
            let (Some(provider), Ok(behaviour)) = (all.providers.get(name), behaviour) else {
                return Ok(empty(StatusCode::BAD_REQUEST));
            };
            provider.behave(behaviour);
            Ok(empty(StatusCode::NO_CONTENT))
        }
        _ => Ok(empty(StatusCode::NOT_FOUND)),
    }
}

async fn asked(
    provider: &Provider,
    head: &http::request::Parts,
    body: Bytes,
) -> Result<Response<Full<Bytes>>, BrokenOff> {
    let turn = provider.count(head, &body);
    let (delay, failure) = provider.turn(turn);
    if let Some(delay) = delay {
        tokio::time::sleep(Duration::from_millis(delay)).await;
    }
    match failure {
        None => {
            let answer = provider.answer(&body);
            Ok(answer.map_or_else(|| empty(StatusCode::BAD_REQUEST), |body| of_json(body.into())))
        }
        Some(Failure::Status) => Ok(empty(StatusCode::SERVICE_UNAVAILABLE)),
        Some(Failure::Reset) => Err(BrokenOff),
        Some(Failure::Malformed) => Ok(of_json(Bytes::from_static(br#"{"data":{"r0_item":{"value":"#))),
    }
}

fn counts(all: &All) -> serde_json::Value {
    let each: HashMap<_, _> = all.providers.iter().map(|(name, one)| (name, one.asked())).collect();
    let sum: u64 = each.values().sum();
    json!({"connections": all.connections.load(Relaxed), "requests": sum, "providers": each})
}

fn json_answer(value: &serde_json::Value) -> Response<Full<Bytes>> {
    of_json(value.to_string().into())
}

fn of_json(body: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body));
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    response
}

fn empty(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::new()));
    *response.status_mut() = status;
    response
}
