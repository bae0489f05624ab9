//! Serves what was opened until told to stop, and takes in a changed configuration when told to.

use anyhow::anyhow;
use ndx_service::listen;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

use super::{
    opened::{Engines, Opened},
    reload::Reload,
};

/// Serves until Ctrl-C or a termination signal; a hang-up signal (SIGHUP) makes `reload` read the configuration anew.
/// Closes the stores at the end.
///
/// # Errors
/// When a port is taken, or a service ends by itself.
pub async fn run(opened: Vec<Opened>, engines: Engines, mut reload: Reload) -> anyhow::Result<()> {
    let listeners = bind_all(&opened).await?;
    let mut hang_up = signal(SignalKind::hangup())?;
    let stop = CancellationToken::new();
    let mut serving = JoinSet::new();
    for (listener, service) in listeners.into_iter().zip(opened) {
        tracing::info!(service = service.name.as_str(), address = %service.url, "listening");
        serving.spawn(listen::serve_over(listener, service.acceptor, service.router, stop.clone()));
    }
    let told = listen::told_to_stop();
    tokio::pin!(told);
    let ended_by_itself = loop {
        tokio::select! {
            told = &mut told => { told?; break false }
            ended = serving.join_next() => {
                tracing::error!(?ended, "a service has ended by itself; stopping the others");
                break true
            }
            _ = hang_up.recv() => reload.run(&engines).await,
        }
    };
    stop.cancel();
    while serving.join_next().await.is_some() {}
    engines.close().await;
    if ended_by_itself { Err(anyhow!("a service has ended by itself; its words are in the log")) } else { Ok(()) }
}

/// Binds all ports or none, and says of each that is taken.
async fn bind_all(opened: &[Opened]) -> anyhow::Result<Vec<TcpListener>> {
    let mut bound = Vec::new();
    let mut refused = Vec::new();
    for service in opened {
        match listen::bind(service.name.as_str(), service.listen).await {
            Ok(listener) => bound.push(listener),
            Err(error) => refused.push(error.to_string()),
        }
    }
    if refused.is_empty() { Ok(bound) } else { Err(anyhow!(refused.join("\n"))) }
}
