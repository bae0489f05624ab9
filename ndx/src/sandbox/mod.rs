//! `ndx sandbox`: Farajaland.

mod serve;

mod walk;

use clap::Subcommand;

/// What can be done in Farajaland.
#[derive(Debug, Subcommand)]
pub enum Sandbox {
    /// Run one of its members: the identity provider, a register, an adapter, the passport application.
    Serve(serve::Serve),
    /// Answer a consent request as a citizen would: open the link, sign in, read, press a button.
    Answer(walk::Answer),
    /// Stop sharing as a citizen would: open the page of the consent, sign in, press the button.
    Stop(walk::Stop),
    /// Download a receipt as a citizen would: open the page of the consent, sign in, follow the links. Prints it.
    Receipt(walk::Receipt),
    /// Show a citizen's one-time code of this half minute, as her authenticator app would.
    Code(walk::Code),
}

impl Sandbox {
    /// Does it.
    ///
    /// # Errors
    /// With what stood in the way.
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Serve(serve) => serve.run().await,
            Self::Answer(answer) => answer.run().await,
            Self::Stop(stop) => stop.run().await,
            Self::Receipt(receipt) => receipt.run().await,
            Self::Code(code) => code.run(),
        }
    }
}
