//! `ndx serve`: one service of the exchange, in a process of its own.

use std::path::{Path, PathBuf};

use adapter_engine::Adapter;
use anyhow::anyhow;
use clap::{Args, Subcommand};
use ndx_clock::SystemClock;
use ndx_service::listen;
use tokio_util::sync::CancellationToken;

use crate::{
    Place,
    checked::counted,
    data_folder::DataFolder,
    exchange::{
        Shape,
        opened::Opener,
        reload::{self, Reload},
        running,
        services::ServiceName,
    },
    ports::{Moved, Ports},
};

/// Which service.
#[derive(Debug, Subcommand)]
pub enum Serve {
    /// The gateway. Its judges are the other three services, at the addresses that the configuration names.
    Gateway(Own),
    /// The consent engine and the citizen's portal.
    Consent(Own),
    /// The policy decision point.
    Policy(Own),
    /// The audit service.
    Audit(Own),
    /// The adapter in front of a register that does not speak GraphQL.
    Adapter(AdapterFile),
}

/// Where a service finds what is its own.
#[derive(Debug, Args)]
pub struct Own {
    #[command(flatten)]
    place: Place,
    /// The folder of its keys and, without PostgreSQL, of its store.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
}

/// An adapter.
#[derive(Debug, Args)]
pub struct AdapterFile {
    /// Its definition; the provider's schema lies beside it.
    #[arg(value_name = "FILE")]
    definition: PathBuf,
    /// The address it binds, instead of the one in its definition.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<std::net::SocketAddr>,
    /// Another port for one part of the sandbox, e.g. `drp-api=9191`; may be given several times.
    #[arg(long = "port", value_name = "NAME=NUMBER")]
    ports: Vec<Moved>,
}

impl Serve {
    /// Serves until Ctrl-C or a termination signal. Everything is checked before the port is opened.
    ///
    /// # Errors
    /// With every mistake in the files, or with what else stood in the way.
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Gateway(own) => own.run(ServiceName::Gateway).await,
            Self::Consent(own) => own.run(ServiceName::Consent).await,
            Self::Policy(own) => own.run(ServiceName::Policy).await,
            Self::Audit(own) => own.run(ServiceName::Audit).await,
            Self::Adapter(adapter) => adapter.run().await,
        }
    }
}

impl Own {
    async fn run(self, name: ServiceName) -> anyhow::Result<()> {
        let exchange = reload::read(&self.place, Some(name))?;
        let data = DataFolder::beside_others(&self.data, name.as_str())?;
        let clock = SystemClock::shared();
        let opener = Opener { exchange: &exchange, data: &data, shape: Shape::Apart, clock };
        let (opened, engines) = opener.one(name).await?;
        running::run(opened, engines, Reload::new(self.place, Some(name), exchange)).await
    }
}

impl AdapterFile {
    async fn run(self) -> anyhow::Result<()> {
        let ports = Ports::new(&self.ports);
        let adapter = load(self.definition.parent().unwrap_or(Path::new("")), &ports)?;
        let address = self.listen.unwrap_or_else(|| ([127, 0, 0, 1], ports.moved(adapter.port())).into());
        let listener = listen::bind(&format!("adapter-{}", adapter.provider()), address).await?;
        tracing::info!(provider = adapter.provider(), address = %listener.local_addr()?, "listening");
        let stop = CancellationToken::new();
        let serving = tokio::spawn(listen::serve(listener, adapter_engine::router(adapter), stop.clone()));
        listen::told_to_stop().await?;
        stop.cancel();
        Ok(serving.await??)
    }
}

/// Reads an adapter's folder.
///
/// # Errors
/// With every mistake in its files.
pub fn load(folder: &Path, ports: &Ports) -> anyhow::Result<Adapter> {
    Adapter::load(folder, &|address| ports.rewrite(address)).map_err(|problems| {
        let list: Vec<_> = problems.iter().map(|problem| format!("\n  {problem}")).collect();
        anyhow!("the adapter has {}:{}", counted(list.len(), "mistake"), list.concat())
    })
}
