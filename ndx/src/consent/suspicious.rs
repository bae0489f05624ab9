//! `ndx consent suspicious`: who may be fishing. It names applications and requests, and nobody who was asked.

use clap::Args;
use consent_engine::store::ConsentStore as _;

use super::Which;
use crate::stdout::print;

/// Lists them.
#[derive(Debug, Args)]
pub struct Suspicious {
    #[command(flatten)]
    which: Which,
    /// How many at most.
    #[arg(long, value_name = "NUMBER", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
    /// Print JSON: a list of `{consentId, application, purpose, askedAt, askedIn, deniedAt, deniedIn}`; `askedIn` and
    /// `deniedIn` are trace ids.
    #[arg(long)]
    json: bool,
}

impl Suspicious {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let ledger = self.which.open().await?;
        let found = ledger.store.suspicious(self.limit).await;
        ledger.store.close().await;
        let found = found?;
        if self.json {
            print(&format!("{}\n", serde_json::to_string_pretty(&found)?));
            return Ok(());
        }
        for one in &found {
            let asked = match (&one.asked_at, &one.asked_in) {
                (Some(at), Some(trace)) => format!("asked at {at} in trace {trace}"),
                _ => "asked by the person herself".to_owned(),
            };
            let (who, what, id) = (&one.application, &one.purpose, one.consent_id);
            print(&format!("{} {who} for {what}: {asked}; consent {id}\n", one.denied_at));
        }
        print(&format!("{} requests that people had not asked for\n", found.len()));
        Ok(())
    }
}
