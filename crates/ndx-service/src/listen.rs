//! Binds a port and serves a router on it until told to stop.

use std::{
    future::IntoFuture,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};

use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

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

/// Serves `router` until `stop` is cancelled; then takes no new request and gives open ones [`GRACE`] to end.
///
/// # Errors
/// When the listener fails for good.
pub async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) -> std::io::Result<()> {
    let stopped = stop.clone();
    let server =
        axum::serve(listener, router).with_graceful_shutdown(async move { stopped.cancelled().await }).into_future();
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
