//! `ndx consent rebuild`: the table of current consents, compared with the histories it is derived from; and the histories, with
//! what people signed.

use anyhow::bail;
use clap::Args;
use consent_engine::{
    Proofs,
    store::{ConsentStore as _, Rebuilt, SqlStore},
};

use ndx_store::StoreError;
use serde_json::json;

use super::Which;
use crate::{checked::counted, stdout::print};

/// Compares, and mends.
#[derive(Debug, Args)]
pub struct Rebuild {
    #[command(flatten)]
    which: Which,
    /// Only compare, also each answer with what was signed when it was given; exit code 1 when a consent differs, or an answer
    /// is not proved.
    #[arg(long)]
    check: bool,
    /// Print JSON: `{compared, different: [{consentId, columns}], mended}`; with `--check` also `answers` and `unproved:
    /// [{consentId, step, why}]`.
    #[arg(long)]
    json: bool,
}

impl Rebuild {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let ledger = self.which.open().await?;
        let done = self.look(&ledger.store).await;
        ledger.store.close().await;
        let (done, proofs) = done?;
        if self.json {
            let Rebuilt { compared, different } = &done;
            let mended = !self.check && !different.is_empty();
            let mut said = json!({"compared": compared, "different": different, "mended": mended});
            if let (Some(proofs), Some(said)) = (&proofs, said.as_object_mut()) {
                said.insert("answers".to_owned(), json!(proofs.answers));
                said.insert("unproved".to_owned(), json!(proofs.unproved));
            }
            print(&format!("{said:#}\n"));
        } else {
            print(&self.words(&done));
            proofs.iter().for_each(|proofs| print(&proved(proofs)));
        }
        let unproved = proofs.map_or(0, |proofs| proofs.unproved.len());
        let different = if self.check { done.different.len() } else { 0 };
        match (different, unproved) {
            (0, 0) => Ok(()),
            (0, number) => bail!(
                "{} not proved: nobody signed what the ledger says that people have answered; see docs/CONSENTS.md",
                counted(number, "answer")
            ),
            (number, _) => bail!(
                "{number} of {} consents differ from their histories; run `ndx consent rebuild` without `--check`",
                done.compared
            ),
        }
    }

    async fn look(&self, store: &SqlStore) -> Result<(Rebuilt, Option<Proofs>), StoreError> {
        let rebuilt = store.rebuild(!self.check).await?;
        let proofs = if self.check { Some(Proofs::of(store).await?) } else { None };
        Ok((rebuilt, proofs))
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

/// What was found of the answers' proofs.
fn proved(Proofs { answers, unproved }: &Proofs) -> String {
    let lines =
        unproved.iter().map(|one| format!("{}: step {} is not proved: {}\n", one.consent_id, one.step, one.why));
    let lines: String = lines.collect();
    let end = match unproved.len() {
        0 => "each is proved".to_owned(),
        number => format!("not proved: {number}"),
    };
    let answers = counted(usize::try_from(*answers).unwrap_or(usize::MAX), "answer");
    format!("{lines}{answers} compared with what was signed, {end}\n")
}
