//! `ndx service-token`: a token with which one service proves itself to another.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Args;
use ndx_auth::ServiceKey;
use ndx_clock::SystemClock;

use crate::{data_folder, exchange::services::ServiceName};

/// Prints a token of 60 seconds. It needs the caller's private key, so only who can read the data folder can make one.
#[derive(Debug, Args)]
pub struct ServiceToken {
    /// Who calls.
    #[arg(long = "as", value_name = "SERVICE", default_value = "gateway")]
    caller: ServiceName,
    /// Who is called.
    #[arg(long = "for", value_name = "SERVICE")]
    callee: ServiceName,
    /// The data folder of the exchange.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
}

impl ServiceToken {
    /// Prints the token.
    ///
    /// # Errors
    /// When there is no key in the data folder.
    pub fn run(self) -> anyhow::Result<()> {
        let file = data_folder::service_key(&self.data, self.caller.as_str());
        if !file.exists() {
            bail!("there is no key `{}`; has an exchange run on `{}`?", file.display(), self.data.display());
        }
        let key = ServiceKey::read_or_make(self.caller.as_str(), &file, SystemClock::shared())?;
        println!("{}", key.token_for(self.callee.as_str()).context("the token cannot be made")?);
        Ok(())
    }
}
