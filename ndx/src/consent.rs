//! `ndx consent`: the operator's hands on the ledger of consents.
//!
//! | Module | What it does |
//! | --- | --- |
//! | `outbox` | what applications are told: what waits, what was delivered lately, what could not be delivered |
//! | `rebuild` | compares what is derived with the histories, and mends it |
//! | `suspicious` | lists the requests of which people said that they had not asked for anything |

mod outbox;

mod rebuild;

mod suspicious;

use std::path::PathBuf;

use anyhow::bail;
use clap::{Args, Subcommand};
use consent_engine::store::{SqlStore, TABLES};
use ndx_clock::SystemClock;
use ndx_config::Secrets;
use ndx_store::{Place, RootKey, migrate};

use crate::{Place as Configuration, data_folder::DataFolder, exchange::stores, store::ours};

/// Looks after the ledger of consents.
#[derive(Debug, Subcommand)]
pub enum Consent {
    /// Look at what applications are told of their consents, and decide about what could not be delivered. Works beside a
    /// running exchange.
    #[command(subcommand)]
    Outbox(outbox::Outbox),
    /// Fold every history anew and compare the table of current consents with what comes out; mend what differs. Histories
    /// are only read.
    Rebuild(rebuild::Rebuild),
    /// List the requests of which people said that they had not asked for anything, the newest first.
    Suspicious(suspicious::Suspicious),
}

impl Consent {
    /// Does it.
    ///
    /// # Errors
    /// When the ledger cannot be opened, or is not as it should be.
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Outbox(outbox) => outbox.run().await,
            Self::Rebuild(rebuild) => rebuild.run().await,
            Self::Suspicious(suspicious) => suspicious.run().await,
        }
    }
}

/// The ledger of which exchange.
#[derive(Debug, Args)]
struct Which {
    #[command(flatten)]
    place: Configuration,
    /// The data folder.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
}

/// The ledger, opened. Nobody else uses its data folder meanwhile.
struct Ledger {
    store: SqlStore,
    _data: Option<DataFolder>,
}

impl Which {
    /// Opens the ledger as it is: nothing is made, brought up to date or derived.
    async fn open(&self) -> anyhow::Result<Ledger> {
        let exchange = self.place.load_with(Secrets::Store)?;
        let place = stores::place(&exchange, &self.data);
        // Files belong to one process at a time; a database serves several.
        let data = match &place {
            Place::Folder(folder) => {
                ours(folder)?;
                Some(DataFolder::alone(folder)?)
            }
            Place::Postgres(_) => None,
        };
        let (found, wanted) = (migrate::version(&place, &TABLES).await?, TABLES.newest());
        if found != wanted {
            bail!("the consent store in {place} is at step {found} of {wanted}; run `ndx store migrate`");
        }
        let file = self.data.join(&exchange.store.root_key_file);
        if !file.exists() {
            bail!("the root key `{}` is not there; name the exchange's data folder with `--data`", file.display());
        }
        let root_key = RootKey::read_or_make(&file)?;
        let store = SqlStore::open_as_it_is(&place, &root_key, SystemClock::shared()).await?;
        Ok(Ledger { store, _data: data })
    }
}
