//! The registers and the issuer over HTTP, on ports of their own.

use std::net::SocketAddr;

use axum::{
    Json, Router,
    extract::{ConnectInfo, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use ndx_service::listen;
use serde_json::Value;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::register::Register;

/// A server that ends when this value goes.
#[derive(Debug)]
pub struct Served {
    /// Where it listens.
    pub address: SocketAddr,
    _stop: DropGuard,
}

impl Served {
    /// Serves `router` on a port that nobody else has.
    pub async fn router(router: Router) -> Self {
        let listener = listen::bind_loopback("test", 0).await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let stopped = stop.clone().cancelled_owned();
        tokio::spawn(async move { axum::serve(listener, service).with_graceful_shutdown(stopped).await });
        Self { address, _stop: stop.drop_guard() }
    }

    /// Serves a register.
    pub async fn register(register: Register) -> Self {
        Self::router(Router::new().route("/graphql", post(answer)).route("/token", post(token)).with_state(register))
            .await
    }

    /// Serves an issuer's public keys.
    pub async fn keys(keys: Value) -> Self {
        Self::router(Router::new().route("/jwks", get(async move || Json(keys)))).await
    }
}

async fn answer(
    State(register): State<Register>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    let (status, text) = register.answer(peer, headers, &body).await;
    let status = StatusCode::from_u16(status).unwrap();
    (status, [("content-type", "application/json")], text).into_response()
}

async fn token(State(register): State<Register>, body: String) -> Json<Value> {
    Json(register.token(body))
}
