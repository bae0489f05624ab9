//! `ndx consent rebuild`: the table of current consents, compared with the histories it is derived from.

use anyhow::bail;
use clap::Args;
use consent_engine::store::{ConsentStore as _, Rebuilt};

use super::Which;
use crate::stdout::print;

/// Compares, and mends.
#[derive(Debug, Args)]
pub struct Rebuild {
    #[command(flatten)]
    which: Which,
    /// Only compare; exit code 1 when a consent differs.
    #[arg(long)]
    check: bool,
    /// Print JSON: `{compared, different: [{consentId, columns}], mended}`.
    #[arg(long)]
    json: bool,
}

impl Rebuild {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let ledger = self.which.open().await?;
        let done = ledger.store.rebuild(!self.check).await;
        ledger.store.close().await;
        let done = done?;
        if self.json {
            let Rebuilt { compared, different } = &done;
            let mended = !self.check && !different.is_empty();
            let said = serde_json::json!({"compared": compared, "different": different, "mended": mended});
            print(&format!("{said:#}\n"));
        } else {
            print(&self.words(&done));
        }
        match done.different.len() {
            0 => Ok(()),
            _ if !self.check => Ok(()),
            number => bail!(
                "{number} of {} consents differ from their histories; run `ndx consent rebuild` without `--check`",
                done.compared
            ),
        }
    }

    fn words(&self, Rebuilt { compared, different }: &Rebuilt) -> String {
        let lines = different.iter().map(|one| format!("{}: {}\n", one.consent_id, one.columns.join(", ")));
        let lines: String = lines.collect();
        let end = match (different.len(), self.check) {
            (0, _) => "none differs from its history".to_owned(),
            (number, true) => format!("different: {number}"),
            (number, false) => format!("different and derived anew: {number}"),
        };
        let consents = if *compared == 1 { "consent" } else { "consents" };
        format!("{lines}{compared} {consents} compared, {end}\n")
    }
}
