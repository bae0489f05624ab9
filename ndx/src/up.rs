//! `ndx up`: the whole exchange in one process, its services joined through their traits.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, anyhow, bail};
use audit_service::Audit;
use axum::Router;
use clap::Args;
use consent_engine::Engine;
use ndx_auth::{ServiceKey, ServiceVerifier};
use ndx_clock::{Clock, SystemClock};
use ndx_config::{Exchange, Service};
use ndx_service::listen;
use ndx_store::RootKey;
use orchestration_engine::state::{Gateway, Judges};
use policy_decision_point::Pdp;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{
    Place,
    data_folder::{self, DataFolder},
    ports::Ports,
    service_token::ServiceName,
};

/// Runs the exchange until it is told to stop.
#[derive(Debug, Args)]
pub struct Up {
    #[command(flatten)]
    place: Place,
    /// The folder of the stores and keys.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
}

impl Up {
    /// Runs until Ctrl-C or a termination signal. Everything is checked before a port is opened.
    ///
    /// # Errors
    /// With every mistake in the configuration and schemas, or with what else stood in the way.
    pub async fn run(self) -> anyhow::Result<()> {
        let ports = Ports::new(&self.place.ports);
        let exchange = ndx_config::load(&self.place.config, |text| ports.rewrite(&text))?;
        let data = DataFolder::open(&self.data)?;
        let parts = Parts::open(&exchange, &data).await?;
        let listeners = bind_all(&exchange).await?;
        for (name, service) in services(&exchange) {
            tracing::info!(service = name, address = %service.url, "listening");
        }
        let stop = CancellationToken::new();
        let mut serving = tokio::task::JoinSet::new();
        for (listener, router) in listeners.into_iter().zip(parts.routers) {
            serving.spawn(listen::serve(listener, router, stop.clone()));
        }
        let ended_by_itself = tokio::select! {
            told = listen::told_to_stop() => { told?; false }
            ended = serving.join_next() => {
                tracing::error!(?ended, "a service has ended by itself; stopping the others");
                true
            }
        };
        stop.cancel();
        while serving.join_next().await.is_some() {}
        parts.audit.close().await;
        parts.consent.close().await;
        if ended_by_itself { Err(anyhow!("a service has ended by itself; its words are in the log")) } else { Ok(()) }
    }
}

/// The services and where they listen, in the order of [`Parts::routers`].
fn services(exchange: &Exchange) -> [(&'static str, &Service); 4] {
    let services = &exchange.services;
    [
        ("gateway", &services.gateway),
        ("consent", &services.consent),
        ("policy", &services.policy),
        ("audit", &services.audit),
    ]
}

/// Binds all ports or none, and says of each that is taken.
async fn bind_all(exchange: &Exchange) -> anyhow::Result<Vec<TcpListener>> {
    let mut bound = Vec::new();
    let mut refused = Vec::new();
    for (name, service) in services(exchange) {
        match listen::bind(name, service.listen).await {
            Ok(listener) => bound.push(listener),
            Err(error) => refused.push(error.to_string()),
        }
    }
    if refused.is_empty() { Ok(bound) } else { Err(anyhow!(refused.join("\n"))) }
}

/// Everything that runs.
struct Parts {
    routers: [Router; 4],
    audit: Arc<Audit>,
    consent: Arc<Engine>,
}

impl Parts {
    async fn open(exchange: &Exchange, data: &DataFolder) -> anyhow::Result<Self> {
        let clock: Arc<dyn Clock> = SystemClock::shared();
        let root_key = root_key(&data.path().join(&exchange.store.root_key_file), data)?;
        let keys = service_keys(data, &clock)?;
        let verifier = |callee: ServiceName| Arc::new(ServiceVerifier::new(callee.as_str(), &keys, clock.clone()));

        let audit =
            Audit::open(data.path(), &root_key, clock.clone()).await.context("the audit log cannot be opened")?;
        let pdp = Pdp::open(&exchange.policy, data.path(), clock.clone()).await?;
        let consent =
            Engine::open(consent_engine::Config::of(exchange)?, data.path(), &root_key, clock.clone()).await?;
        let judges = Judges { policy: pdp.clone(), consent: consent.clone(), audit: audit.clone() };
        let gateway = Gateway::new(exchange, judges, clock.clone())?;

        let routers = [
            orchestration_engine::server::router(Arc::new(gateway)),
            consent_engine::server::router(consent.clone(), verifier(ServiceName::Consent))?,
            policy_decision_point::server::router(pdp, verifier(ServiceName::Policy)),
            audit_service::server::router(audit.clone(), verifier(ServiceName::Audit)),
        ];
        Ok(Self { routers, audit, consent })
    }
}

/// The key that opens all others. It is made when the data folder is new, and never where something is sealed already: a
/// new key would open none of it.
fn root_key(file: &Path, data: &DataFolder) -> anyhow::Result<RootKey> {
    if !file.exists() && data.path().join("consent.db").exists() {
        bail!(
            "the root key `{}` is gone, and the stores beside it cannot be opened without it; put it back",
            file.display()
        );
    }
    Ok(RootKey::read_or_make(file)?)
}

/// The keys with which the services prove themselves, made when the data folder is new.
fn service_keys(data: &DataFolder, clock: &Arc<dyn Clock>) -> anyhow::Result<Vec<ServiceKey>> {
    let key = |name: ServiceName| {
        let file = data_folder::service_key(data.path(), name.as_str());
        Ok(ServiceKey::read_or_make(name.as_str(), &file, clock.clone())?)
    };
    ServiceName::ALL.into_iter().map(key).collect()
}
