//! `ndx consent`: the operator's hands on the ledger of consents.
//!
//! | Module | What it does |
//! | --- | --- |
//! | `outbox` | what applications are told: what waits, what was delivered lately, what could not be delivered |

mod outbox;

use clap::Subcommand;

/// Looks after the ledger of consents.
#[derive(Debug, Subcommand)]
pub enum Consent {
    /// Look at what applications are told of their consents, and decide about what could not be delivered. Works beside a
    /// running exchange.
    #[command(subcommand)]
    Outbox(outbox::Outbox),
}

impl Consent {
    /// Does it.
    ///
    /// # Errors
    /// When the ledger cannot be opened, or is not as it should be.
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Outbox(outbox) => outbox.run().await,
        }
    }
}
