//! The public keys by which a receipt is judged, and where they came from: everything that a receipt proves hangs on that.

use std::{fs, path::PathBuf, time::Duration};

use anyhow::{Context as _, anyhow, bail};
use clap::Args;
use ndx_auth::capped;
use ndx_config::{Exchange, Secrets};
use ndx_receipt::KeySet;
use ndx_service::outbound;
use ndx_store::{Place, RootKey, migrate};
use url::Url;

use crate::{Place as Configuration, exchange::stores};

/// No set of public keys is larger.
const LARGEST: usize = 1024 * 1024;

/// The consent store of which exchange.
#[derive(Debug, Args)]
pub struct Store {
    #[command(flatten)]
    place: Configuration,
    /// The data folder.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
}

/// Public keys, and where they came from.
#[derive(Debug)]
pub struct Trust {
    /// The keys.
    pub keys: KeySet,
    /// Where they came from, in words.
    pub from: String,
}

impl Trust {
    /// The keys in a file, or at an address.
    ///
    /// # Errors
    /// When there are none.
    pub async fn at(place: &str) -> anyhow::Result<Self> {
        let text = if place.starts_with("http://") || place.starts_with("https://") {
            fetched(place).await?
        } else {
            fs::read_to_string(place).with_context(|| format!("`{place}` cannot be read"))?
        };
        let keys = KeySet::read(&text).with_context(|| format!("`{place}`"))?;
        if keys.keys().is_empty() {
            bail!("there is no Ed25519 key for signatures in `{place}`");
        }
        Ok(Self { keys, from: format!("`{place}`") })
    }
}

async fn fetched(address: &str) -> anyhow::Result<String> {
    let url: Url = address.parse().with_context(|| format!("`{address}` is no address"))?;
    let client = outbound::client(Duration::from_secs(10))?;
    let response = client.get(url).send().await.and_then(reqwest::Response::error_for_status);
    let response = response.with_context(|| format!("no keys at `{address}`"))?;
    let body = capped::read(response, LARGEST).await.with_context(|| format!("no keys at `{address}`"))?;
    let body = body.ok_or_else(|| anyhow!("what is at `{address}` is too large for a set of keys"))?;
    String::from_utf8(body).with_context(|| format!("what is at `{address}` is no text"))
}

impl Store {
    /// The public keys of the exchange.
    ///
    /// # Errors
    /// When its configuration or its store cannot be read.
    pub async fn keys(&self) -> anyhow::Result<KeySet> {
        Ok(consent_engine::store::published_keys(&self.up_to_date().await?.1).await?)
    }

    /// The same, to judge receipts by.
    ///
    /// # Errors
    /// As for [`keys`](Self::keys).
    pub async fn trust(&self) -> anyhow::Result<Trust> {
        let (_, place) = self.up_to_date().await?;
        let keys = consent_engine::store::published_keys(&place).await?;
        Ok(Trust { keys, from: format!("the exchange's own store in {place}") })
    }

    /// Where the store lies, and the key that opens it. No key is made here: a new one would open nothing.
    ///
    /// # Errors
    /// When either is not there.
    pub async fn opened(&self) -> anyhow::Result<(Place, RootKey)> {
        let (exchange, place) = self.up_to_date().await?;
        let file = self.data.join(&exchange.store.root_key_file);
        if !file.exists() {
            bail!("the root key `{}` is not there; name the exchange's data folder with `--data`", file.display());
        }
        Ok((place, RootKey::read_or_make(&file)?))
    }

    async fn up_to_date(&self) -> anyhow::Result<(Exchange, Place)> {
        let exchange = self.place.load_with(Secrets::Store)?;
        let place = stores::place(&exchange, &self.data);
        let (found, wanted) =
            (migrate::version(&place, &consent_engine::TABLES).await?, consent_engine::TABLES.newest());
        match found {
            0 => bail!(
                "there is no consent store in {place} yet; start the exchange once, or name its data with `--data`"
            ),
            found if found != wanted => {
                bail!(
                    "the consent store in {place} is at step {found} of {wanted}; run `ndx store migrate` on it first"
                )
            }
            _ => Ok((exchange, place)),
        }
    }
}
