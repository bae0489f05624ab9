//! `ndx sandbox serve`: one member of Farajaland.

use std::path::{Path, PathBuf};

use adapter_engine::Adapter;
use anyhow::{Context as _, anyhow};
use axum::Router;
use clap::{Args, ValueEnum};
use ndx_clock::SystemClock;
use ndx_config::{Secret, SecretRef};
use ndx_service::listen;
use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;

use crate::ports::{Moved, Ports};

/// The members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Member {
    /// The identity provider.
    Fudi,
    /// The register of births (GraphQL).
    Rgd,
    /// The register of persons (REST).
    DrpApi,
    /// The adapter in front of the register of persons.
    DrpAdapter,
}

impl Member {
    fn name(self) -> &'static str {
        match self {
            Self::Fudi => "fudi",
            Self::Rgd => "rgd",
            Self::DrpApi => "drp-api",
            Self::DrpAdapter => "drp-adapter",
        }
    }
}

/// Runs one member until it is told to stop.
#[derive(Debug, Args)]
pub struct Serve {
    /// Which one.
    member: Member,
    /// The folder of Farajaland's people, programs and secrets.
    #[arg(long, value_name = "DIR", default_value = "sandbox")]
    sandbox: PathBuf,
    /// The folder of the adapters.
    #[arg(long, value_name = "DIR", default_value = "adapters")]
    adapters: PathBuf,
    /// Another port for one part, e.g. `rgd=8180`; may be given several times.
    #[arg(long = "port", value_name = "NAME=NUMBER")]
    ports: Vec<Moved>,
}

impl Serve {
    /// Serves until Ctrl-C or a termination signal.
    ///
    /// # Errors
    /// When its files have mistakes or its port is taken.
    pub async fn run(self) -> anyhow::Result<()> {
        let ports = Ports::new(&self.ports);
        let name = self.member.name();
        let router = self.router(&ports)?;
        let listener = listen::bind_loopback(name, ports.of(name)).await?;
        tracing::info!(member = name, address = %listener.local_addr()?, "listening");
        let stop = CancellationToken::new();
        let serving = tokio::spawn(listen::serve(listener, router, stop.clone()));
        listen::told_to_stop().await?;
        stop.cancel();
        Ok(serving.await??)
    }

    fn router(&self, ports: &Ports) -> anyhow::Result<Router> {
        match self.member {
            Member::Fudi => {
                let issuer = format!("http://127.0.0.1:{}", ports.of("fudi")).parse()?;
                let (people, clients) = (self.read("people.json", ports)?, self.read("clients.json", ports)?);
                Ok(fudi::router(fudi::Config { issuer, people, clients }, SystemClock::shared())?)
            }
            Member::Rgd => {
                let client_secret = self.secret("rgd-client-secret")?;
                let people = self.read("people.json", ports)?;
                let config = rgd::Config { client_id: "ndx-gateway".to_owned(), client_secret, people };
                Ok(rgd::router(config, SystemClock::shared())?)
            }
            Member::DrpApi => {
                let api_key = self.secret("drp-api-key")?;
                Ok(drp_api::router(drp_api::Config { api_key, people: self.read("people.json", ports)? }))
            }
            Member::DrpAdapter => {
                let loaded = Adapter::load(&self.adapters.join("drp"), &|address| ports.rewrite(address));
                let adapter = loaded.map_err(|problems| {
                    let list: Vec<_> = problems.iter().map(|problem| format!("\n  {problem}")).collect();
                    anyhow!("the adapter has {} mistake(s):{}", list.len(), list.concat())
                })?;
                Ok(adapter_engine::router(adapter))
            }
        }
    }

    fn read<T: DeserializeOwned>(&self, file: &str, ports: &Ports) -> anyhow::Result<T> {
        let path = self.sandbox.join(file);
        let text = std::fs::read_to_string(&path).with_context(|| format!("`{}` cannot be read", path.display()))?;
        serde_json::from_str(&ports.rewrite(&text)).with_context(|| format!("`{}` has a mistake", path.display()))
    }

    fn secret(&self, name: &str) -> anyhow::Result<Secret> {
        Ok(SecretRef::FromFile(Path::new("secrets").join(name)).resolve(&self.sandbox)?)
    }
}
