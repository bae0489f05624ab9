//! `ndx service-token`: a token with which one service proves itself to another.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use ndx_auth::ServiceKey;
use ndx_clock::SystemClock;

use crate::data_folder;

/// The services of the exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ServiceName {
    /// The gateway.
    Gateway,
    /// The consent engine.
    Consent,
    /// The policy decision point.
    Policy,
    /// The audit service.
    Audit,
}

impl ServiceName {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Gateway, Self::Consent, Self::Policy, Self::Audit];

    /// As it stands in tokens and in the names of files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::Consent => "consent",
            Self::Policy => "policy",
            Self::Audit => "audit",
        }
    }
}

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
