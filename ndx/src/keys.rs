//! `ndx keys`: the keys with which the services prove themselves to each other, and the one that signs receipts.

use std::path::PathBuf;

use anyhow::bail;
use clap::{Args, Subcommand, ValueEnum};
use consent_engine::store::SqlStore;
use ndx_auth::{ServiceKey, service_token};
use ndx_clock::{Clock as _, SystemClock};
use serde_json::json;

use crate::{receipt::trust::Store, stdout::print};

/// Makes and shows keys.
#[derive(Debug, Subcommand)]
pub enum Keys {
    /// Make a key in FILE, readable by you only, and print its public half for `services.<name>.publicKeys`.
    New {
        /// The file; it must not be there yet.
        file: PathBuf,
    },
    /// Print the public half of the key in FILE.
    Public {
        /// The file.
        file: PathBuf,
    },
    /// Let a new key sign from now on, and destroy the one before it. Its public half is kept for ever: what it signed is
    /// verified as before. The exchange may run meanwhile.
    Rotate(Rotate),
}

/// Which key is replaced, of which exchange.
#[derive(Debug, Args)]
pub struct Rotate {
    /// The service whose key it is.
    #[arg(value_name = "SERVICE")]
    service: Signer,
    #[command(flatten)]
    store: Store,
    /// Print JSON: `{before, now}`, the ids of the keys.
    #[arg(long)]
    json: bool,
}

/// The services that sign.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Signer {
    /// The consent engine, which signs what people decide.
    Consent,
}

impl Keys {
    /// Does it.
    ///
    /// # Errors
    /// When the file is there already, cannot be written or read, or is not a key.
    pub async fn run(self) -> anyhow::Result<()> {
        let file = match self {
            Self::Rotate(rotate) => return rotate.run().await,
            Self::New { file } => {
                if file.exists() {
                    bail!("`{}` is there already; a key is never overwritten", file.display());
                }
                service_token::make(&file)?;
                file
            }
            Self::Public { file } => {
                if !file.exists() {
                    bail!("there is no `{}`", file.display());
                }
                file
            }
        };
        println!("{}", ServiceKey::read_or_make("", &file, SystemClock::shared())?.public());
        Ok(())
    }
}

impl Rotate {
    async fn run(self) -> anyhow::Result<()> {
        let Signer::Consent = self.service;
        let (place, root_key) = self.store.opened().await?;
        let rotated = SqlStore::open(&place, &root_key).await?.rotate_evidence_key(SystemClock.now()).await?;
        let before = rotated.before.as_ref().map(|key| key.id());
        print(&if self.json {
            format!("{:#}\n", json!({"before": before, "now": rotated.now.id()}))
        } else {
            let before = before.map(|id| format!("{id} signs no more; what it signed is verified as before.\n"));
            format!("{}{} signs from now on.\n", before.unwrap_or_default(), rotated.now.id())
        });
        Ok(())
    }
}
