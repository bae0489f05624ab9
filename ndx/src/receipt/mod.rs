//! `ndx receipt`: whether the exchange signed what somebody holds, and with which keys it signs.
//!
//! | Module | What it does |
//! | --- | --- |
//! | `trust` | the public keys by which a receipt is judged: from a file, from an address, or from the exchange's own store |
//! | `words` | what a receipt proves, what it does not, and what it says, in words |

pub mod trust;

mod words;

use std::{fs, io::Read as _, path::PathBuf, process::ExitCode};

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use ndx_receipt::{LARGEST, verify};
use serde_json::json;

use self::trust::{Store, Trust};
use crate::stdout::print;

/// The exit code for what a command line asks and nobody can do.
const WRONG_USE: u8 = 2;

/// Looks at receipts.
#[derive(Debug, Subcommand)]
pub enum Receipt {
    /// Say whether a receipt was signed by the exchange, what it proves and what it does not. Makes no connection unless
    /// `--keys` is an address. Exit code 1 when it proves nothing.
    Verify(Verify),
    /// Print the public keys with which receipts are verified, those of all times, as a JWK Set.
    Keys(Store),
}

/// Which receipt, and by which keys.
#[derive(Debug, Args)]
pub struct Verify {
    /// The receipt as it was downloaded, or the signature alone (a compact JWS); `-` for standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The exchange's public keys: a file (`ndx receipt keys > FILE`), or the address that publishes them
    /// (`https://…/.well-known/jwks.json`). Without it, those of the exchange whose configuration and data are here.
    #[arg(long, value_name = "FILE or URL")]
    keys: Option<String>,
    /// Print JSON: `{genuine, reason, proven, notProven, keyId, keyUsedFrom, keyUsedUntil, record}`.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    own: Store,
}

impl Receipt {
    /// Does it: 0 when a receipt is genuine, 1 when it is not, 2 when there is nothing to judge it by.
    pub async fn run(self) -> ExitCode {
        let done = match self {
            Self::Verify(verify) => verify.run().await,
            Self::Keys(own) => own.keys().await.map(|keys| {
                print(&(keys.to_json() + "\n"));
                ExitCode::SUCCESS
            }),
        };
        done.unwrap_or_else(|error| {
            eprintln!("ndx: {error:#}");
            ExitCode::from(WRONG_USE)
        })
    }
}

impl Verify {
    async fn run(&self) -> anyhow::Result<ExitCode> {
        let text = self.text()?;
        let trust = match &self.keys {
            Some(place) => Trust::at(place).await?,
            None => self.own.trust().await.context("name the exchange's public keys with `--keys`")?,
        };
        match verify(&text, &trust.keys) {
            Ok(genuine) => {
                let words = words::Words::of(&genuine, &trust.from);
                print(&if self.json { words.as_json(&genuine) } else { words.as_text(&genuine.signed.record) });
                Ok(ExitCode::SUCCESS)
            }
            Err(refusal) => {
                let reason = refusal.to_string();
                print(&if self.json {
                    format!("{:#}\n", json!({"genuine": false, "reason": reason}))
                } else {
                    format!("This receipt proves nothing: {reason}.\n")
                });
                Ok(ExitCode::FAILURE)
            }
        }
    }

    /// What was handed in. It is read no further than a receipt can be long.
    fn text(&self) -> anyhow::Result<String> {
        let most = u64::try_from(LARGEST)? + 1;
        let mut bytes = Vec::new();
        let name = self.file.display();
        if self.file.as_os_str() == "-" {
            std::io::stdin().lock().take(most).read_to_end(&mut bytes).context("standard input cannot be read")?;
        } else {
            let file = fs::File::open(&self.file).with_context(|| format!("`{name}` cannot be read"))?;
            file.take(most).read_to_end(&mut bytes).with_context(|| format!("`{name}` cannot be read"))?;
        }
        if bytes.is_empty() {
            bail!("there is nothing in `{name}`");
        }
        // What is no text is no receipt; that is for the verdict to say.
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}
