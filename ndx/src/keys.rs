//! `ndx keys`: the keys with which the services prove themselves to each other.

use std::path::PathBuf;

use anyhow::bail;
use clap::Subcommand;
use ndx_auth::{ServiceKey, service_token};
use ndx_clock::SystemClock;

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
}

impl Keys {
    /// Does it.
    ///
    /// # Errors
    /// When the file is there already, cannot be written or read, or is not a key.
    pub fn run(self) -> anyhow::Result<()> {
        let file = match self {
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
