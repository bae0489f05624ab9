//! Lets only other services in: a router behind [`services_only`] answers 401 to everybody without the proof that it wants,
//! a service token or a certificate.

use std::sync::Arc;

use axum::{
    Router,
    extract::{ConnectInfo, Request, State},
    http::{StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use ndx_auth::{ServiceVerifier, bearer};

use crate::tls::Peer;

/// The name of the service that calls; in the request's extensions behind [`services_only`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller(pub String);

/// Puts the check in front of every route of `router`.
pub fn services_only(router: Router, verifier: Arc<ServiceVerifier>) -> Router {
    router.route_layer(middleware::from_fn_with_state(verifier, check))
}

async fn check(State(verifier): State<Arc<ServiceVerifier>>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<Peer>>();
    let by_certificate = peer.and_then(|ConnectInfo(peer)| verifier.certified(peer.names()));
    let authorization = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let by_token = || authorization.and_then(bearer::token).and_then(|token| verifier.caller(token));
    let caller = by_certificate.or_else(by_token).map(str::to_owned);
    match caller {
        Some(name) => {
            request.extensions_mut().insert(Caller(name));
            next.run(request).await
        }
        None => refusal(),
    }
}

fn refusal() -> Response {
    let body = r#"{"error":{"code":"UNAUTHORIZED","message":"a service token for this service is required"}}"#;
    let headers = [(header::WWW_AUTHENTICATE, "Bearer"), (header::CONTENT_TYPE, "application/json")];
    (StatusCode::UNAUTHORIZED, headers, body).into_response()
}
