//! The floor: the same request in, the same provider calls out, and their answers glued together. It looks for the person's
//! number and splices it into calls that were written down beforehand; nothing is parsed, judged or recorded. Nobody can be
//! faster with the same libraries (axum, hyper-util's pooled client).
//!
//! `PUT /calls` with `[{"url": …, "headers": {…}, "body": …}]` says what it calls from now on.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, RwLock},
};

use anyhow::Context as _;
use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, State},
    routing::{post, put},
};
use bench::people::find_nic;
use bytes::Bytes;
use clap::Parser;
use futures::future::join_all;
use http::{HeaderMap, Request, Response, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde::Deserialize;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Debug, Parser)]
struct Arguments {
    /// Where to listen.
    #[arg(long)]
    listen: SocketAddr,
}

/// A call as it is described.
#[derive(Debug, Deserialize)]
struct Described {
    url: String,
    headers: BTreeMap<String, String>,
    body: String,
}

/// A call, ready but for the person's number.
struct Call {
    url: Uri,
    headers: HeaderMap,
    before: Bytes,
    after: Bytes,
}

struct Floor {
    client: Client<HttpConnector, Full<Bytes>>,
    calls: RwLock<Arc<[Call]>>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let client = Client::builder(TokioExecutor::new()).build(connector);
    let floor = Arc::new(Floor { client, calls: RwLock::new(Arc::new([])) });
    let router = Router::new()
        .route("/public/graphql", post(answer))
        .route("/calls", put(take_in))
        .layer(DefaultBodyLimit::max(1024 * 1024))
        .with_state(floor);
    let listener = tokio::net::TcpListener::bind(arguments.listen).await;
    let listener = listener.with_context(|| format!("cannot listen on {}", arguments.listen))?;
    axum::serve(axum::serve::ListenerExt::tap_io(listener, |stream| drop(stream.set_nodelay(true))), router).await?;
    Ok(())
}

async fn take_in(State(floor): State<Arc<Floor>>, Json(described): Json<Vec<Described>>) -> StatusCode {
    match described.into_iter().map(Call::new).collect::<anyhow::Result<Vec<_>>>() {
        Ok(calls) => {
            if let Ok(mut kept) = floor.calls.write() {
                *kept = calls.into();
            }
            StatusCode::NO_CONTENT
        }
        Err(_) => StatusCode::BAD_REQUEST,
    }
}

impl Call {
    fn new(described: Described) -> anyhow::Result<Self> {
        let place = find_nic(described.body.as_bytes()).context("nobody's number is in the body")?;
        let body = Bytes::from(described.body);
        let mut headers = HeaderMap::new();
        for (name, value) in described.headers {
            headers.insert(header::HeaderName::try_from(name)?, value.parse()?);
        }
        Ok(Self {
            url: described.url.parse()?,
            headers,
            before: body.slice(..place.start),
            after: body.slice(place.end..),
        })
    }

    fn about(&self, nic: &[u8]) -> Request<Full<Bytes>> {
        let body = [&self.before, nic, &self.after].concat();
        let mut request = Request::new(Full::new(Bytes::from(body)));
        *request.method_mut() = http::Method::POST;
        *request.uri_mut() = self.url.clone();
        *request.headers_mut() = self.headers.clone();
        request
    }
}

async fn answer(State(floor): State<Arc<Floor>>, question: Bytes) -> Response<axum::body::Body> {
    let calls = floor.calls.read().map(|calls| calls.clone()).unwrap_or_default();
    let nic = find_nic(&question).and_then(|place| question.get(place)).unwrap_or_default();
    let asked = calls.iter().map(|call| async {
        let response = floor.client.request(call.about(nic)).await.ok()?;
        let body = response.into_body().collect().await.ok()?;
        Some(body.to_bytes())
    });
    let answers = join_all(asked).await;
    let length = answers.iter().flatten().map(|body| body.len() + 1).sum::<usize>() + 16;
    let mut glued = Vec::with_capacity(length);
    glued.extend_from_slice(br#"{"data":["#);
    for (number, body) in answers.iter().enumerate() {
        if number > 0 {
            glued.push(b',');
        }
        glued.extend_from_slice(body.as_deref().unwrap_or(b"null"));
    }
    glued.extend_from_slice(b"]}");
    let mut response = Response::new(axum::body::Body::from(glued));
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    response
}
