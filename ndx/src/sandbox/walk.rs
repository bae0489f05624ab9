//! `ndx sandbox answer`, `stop` and `receipt`: a citizen at the portal's real pages.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use citizen::{Authenticator, Choice, Citizen};
use clap::Args;
use ndx_clock::SystemClock;
use url::Url;

use crate::stdout::print;

/// Who walks.
#[derive(Debug, Args)]
struct Walker {
    /// The citizen's user name at FUDI, e.g. `nayana`.
    #[arg(long = "as", value_name = "USER")]
    user: String,
    /// Her password; in the sandbox everybody's is the same.
    #[arg(long, default_value = "sandbox")]
    password: String,
    /// The folder of Farajaland's people: from there she has what her one-time codes are made from.
    #[arg(long, value_name = "DIR", default_value = "sandbox")]
    sandbox: PathBuf,
}

impl Walker {
    /// The citizen. Elsewhere than in the tree she has no authenticator with her, and needs none where no code is asked.
    fn citizen(&self) -> anyhow::Result<Citizen> {
        let citizen = Citizen::new(&self.user, &self.password)?;
        let people = self.sandbox.join("people.json");
        Ok(if people.exists() { citizen.with_authenticator(authenticator(&self.user, &people)?) } else { citizen })
    }
}

fn authenticator(user: &str, people: &Path) -> anyhow::Result<Authenticator> {
    let text = std::fs::read_to_string(people).with_context(|| format!("`{}` cannot be read", people.display()))?;
    Ok(Authenticator::of(user, &text, SystemClock::shared())?)
}

/// Shows the one-time code of a citizen, as her authenticator app would.
#[derive(Debug, Args)]
pub struct Code {
    /// The citizen's user name at FUDI, e.g. `nayana`.
    #[arg(long = "as", value_name = "USER")]
    user: String,
    /// The folder of Farajaland's people.
    #[arg(long, value_name = "DIR", default_value = "sandbox")]
    sandbox: PathBuf,
}

impl Code {
    /// Prints it.
    ///
    /// # Errors
    /// When nobody has that name.
    pub fn run(self) -> anyhow::Result<()> {
        println!("{}", authenticator(&self.user, &self.sandbox.join("people.json"))?.code());
        Ok(())
    }
}

/// Answers a consent request. Prints the words of the page that follows; exit code 1 when the page does not let her.
#[derive(Debug, Args)]
pub struct Answer {
    /// The link that the application received: `consentPortalUrl`.
    url: Url,
    #[command(flatten)]
    walker: Walker,
    #[command(flatten)]
    choice: Choices,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Choices {
    /// Share everything that is asked, for the longest time.
    #[arg(long)]
    share: bool,
    /// Share only what is needed, for the shortest time.
    #[arg(long)]
    share_needed: bool,
    /// Do not share.
    #[arg(long)]
    deny: bool,
}

/// Stops sharing. Prints the words of the page that follows; exit code 1 when the page does not let her.
#[derive(Debug, Args)]
pub struct Stop {
    /// The page of the consent: `/my/<id>` at the portal.
    url: Url,
    #[command(flatten)]
    walker: Walker,
}

/// Downloads a receipt, and prints it; exit code 1 when there is none.
#[derive(Debug, Args)]
pub struct Receipt {
    /// The page of the consent: `/my/<id>` at the portal.
    url: Url,
    #[command(flatten)]
    walker: Walker,
}

impl Receipt {
    /// Walks.
    ///
    /// # Errors
    /// With the page's words when there is none.
    pub async fn run(self) -> anyhow::Result<()> {
        print(&self.walker.citizen()?.receipt(self.url).await?);
        Ok(())
    }
}

impl Answer {
    /// Walks.
    ///
    /// # Errors
    /// With the page's words when it does not let her answer.
    pub async fn run(self) -> anyhow::Result<()> {
        let choice = match (self.choice.share, self.choice.share_needed) {
            (true, _) => Choice::Share,
            (_, true) => Choice::ShareNeeded,
            _ => Choice::Deny,
        };
        let words = self.walker.citizen()?.answer(self.url, choice).await?;
        println!("{}", words.0);
        Ok(())
    }
}

impl Stop {
    /// Walks.
    ///
    /// # Errors
    /// With the page's words when it does not let her stop.
    pub async fn run(self) -> anyhow::Result<()> {
        let words = self.walker.citizen()?.stop(self.url).await?;
        println!("{}", words.0);
        Ok(())
    }
}
