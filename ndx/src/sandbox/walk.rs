//! `ndx sandbox answer` and `ndx sandbox stop`: a citizen at the portal's real pages.

use citizen::{Choice, Citizen};
use clap::Args;
use url::Url;

/// Who walks.
#[derive(Debug, Args)]
struct Walker {
    /// The citizen's user name at FUDI, e.g. `nayana`.
    #[arg(long = "as", value_name = "USER")]
    user: String,
    /// Her password; in the sandbox everybody's is the same.
    #[arg(long, default_value = "sandbox")]
    password: String,
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
        let words = Citizen::new(&self.walker.user, &self.walker.password)?.answer(self.url, choice).await?;
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
        let words = Citizen::new(&self.walker.user, &self.walker.password)?.stop(self.url).await?;
        println!("{}", words.0);
        Ok(())
    }
}
