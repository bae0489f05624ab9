//! Binds a port and serves a router on it until told to stop.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};

use axum::Router;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::tls::{self, Peer};

/// How long open requests may go on after the service was told to stop.
pub const GRACE: Duration = Duration::from_secs(10);

/// A port that could not be had.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Somebody else listens there.
    #[error("port {port} is taken, and {name} needs it; choose another with `--port {name}=NUMBER`")]
    Taken {
        /// Which part of the exchange wanted the port.
        name: String,
        /// The port.
        port: u16,
    },
    /// Anything else.
    #[error("cannot listen on {address} for {name}")]
    Failed {
        /// Which part of the exchange wanted the port.
        name: String,
        /// The address.
        address: SocketAddr,
        /// The system's words.
        #[source]
        cause: std::io::Error,
    },
}

/// Binds `port` on the loopback address; `name` is the part of the exchange that wants it.
///
/// # Errors
/// When the port is taken or may not be bound.
pub async fn bind_loopback(name: &str, port: u16) -> Result<TcpListener, BindError> {
    bind(name, SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port)).await
}

/// Binds `address`; `name` is the part of the exchange that wants it.
///
/// # Errors
/// When the port is taken or may not be bound.
pub async fn bind(name: &str, address: SocketAddr) -> Result<TcpListener, BindError> {
    TcpListener::bind(address).await.map_err(|cause| match cause.kind() {
        std::io::ErrorKind::AddrInUse => BindError::Taken { name: name.to_owned(), port: address.port() },
        _ => BindError::Failed { name: name.to_owned(), address, cause },
    })
}

/// Serves `router` on `listener` until `stop` is cancelled; then takes no new request and gives open ones [`GRACE`] to
/// end.
///
/// # Errors
/// When the listener fails for good.
pub async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) -> std::io::Result<()> {
    serve_over(listener, None, router, stop).await
}

/// The same, over TLS when there is an `acceptor`.
///
/// # Errors
/// When the listener fails for good.
pub async fn serve_over(
    listener: TcpListener,
    acceptor: Option<TlsAcceptor>,
    router: Router,
    stop: CancellationToken,
) -> std::io::Result<()> {
    let service = router.into_make_service_with_connect_info::<Peer>();
    let stopped = stop.clone();
    let stopped = async move { stopped.cancelled().await };
    let server = async move {
        match acceptor {
            None => axum::serve(listener, service).with_graceful_shutdown(stopped).await,
            Some(acceptor) => {
                let listener = tls_listener::builder(acceptor).handshake_timeout(tls::HANDSHAKE).listen(listener);
                axum::serve(listener, service).with_graceful_shutdown(stopped).await
            }
        }
    };
    tokio::select! {
        result = server => result,
        () = async { stop.cancelled().await; tokio::time::sleep(GRACE).await } => Ok(()),
    }
}

/// Waits for Ctrl-C or a termination signal.
///
/// # Errors
/// When the process cannot listen for signals.
pub async fn told_to_stop() -> std::io::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result,
        _ = terminate.recv() => Ok(()),
    }
}
