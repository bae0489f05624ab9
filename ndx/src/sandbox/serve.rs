//! `ndx sandbox serve`: one member of Farajaland.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use axum::Router;
use chrono::TimeDelta;
use clap::{Args, ValueEnum};
use fudi::Provider;
use ndx_clock::SystemClock;
use ndx_config::{Secret, SecretRef};
use ndx_service::listen;
use serde::de::DeserializeOwned;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use url::Url;

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
    /// The online passport application.
    PassportApp,
}

impl Member {
    fn name(self) -> &'static str {
        match self {
            Self::Fudi => "fudi",
            Self::Rgd => "rgd",
            Self::DrpApi => "drp-api",
            Self::DrpAdapter => "drp-adapter",
            Self::PassportApp => "passport-app",
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
    /// After how many hours the identity provider's next keys begin to sign; `kill -USR1` makes them begin before.
    #[arg(long, value_name = "HOURS", default_value_t = 24, value_parser = clap::value_parser!(u16).range(1..))]
    keys_sign_for: u16,
    /// Where the passport application reaches the gateway, when that is not at its port on the loopback.
    #[arg(long, value_name = "URL")]
    gateway: Option<Url>,
    /// Another address to listen at than its port on the loopback, e.g. `0.0.0.0:8080` in a container.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
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
        let address = self.listen.unwrap_or_else(|| (Ipv4Addr::LOCALHOST, ports.of(name)).into());
        let listener = listen::bind(name, address).await?;
        tracing::info!(member = name, address = %listener.local_addr()?, "listening");
        let stop = CancellationToken::new();
        let serving = tokio::spawn(listen::serve(listener, router, stop.clone()));
        listen::told_to_stop().await?;
        stop.cancel();
        Ok(serving.await??)
    }

    fn router(&self, ports: &Ports) -> anyhow::Result<Router> {
        let at = |part| Url::parse(&format!("http://127.0.0.1:{}", ports.of(part)));
        match self.member {
            Member::Fudi => {
                let issuer = at("fudi")?;
                let (people, clients) = (self.read("people.json", ports)?, self.read("clients.json", ports)?);
                let (config, sign_for) =
                    (fudi::Config { issuer, people, clients }, TimeDelta::hours(self.keys_sign_for.into()));
                let provider = Provider::with_keys_for(sign_for, config, SystemClock::shared())?;
                change_keys_when_told(provider.clone())?;
                Ok(provider.router())
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
            Member::PassportApp => {
                let gateway = self.gateway.clone().map_or_else(|| at("gateway"), Ok)?;
                let client = |id: &str| -> anyhow::Result<passport_app::Client> {
                    Ok(passport_app::Client { id: id.to_owned(), secret: self.secret(&format!("{id}-secret"))? })
                };
                let config = passport_app::Config {
                    site: at("passport-app")?,
                    gateway,
                    portal: at("consent")?,
                    issuer: at("fudi")?,
                    sign_in: client("passport-sign-in")?,
                    application: client("passport-app")?,
                };
                Ok(passport_app::router(&config, SystemClock::shared())?)
            }
            Member::DrpAdapter => Ok(adapter_engine::router(crate::serve::load(&self.adapters.join("drp"), ports)?)),
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

/// A signal can be sent only by who runs the process, or by root: no door for anybody else.
fn change_keys_when_told(provider: Provider) -> std::io::Result<()> {
    let mut told = signal(SignalKind::user_defined1())?;
    tokio::spawn(async move {
        while told.recv().await.is_some() {
            provider.change_keys();
        }
    });
    Ok(())
}
