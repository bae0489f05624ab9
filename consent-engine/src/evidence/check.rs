//! Whether each answer in the ledger is proved: a yes that nobody signed, or that says something else than what was signed, was
//! not written by this service.

use ndx_receipt::{KeySet, verify_signature};
use ndx_store::StoreError;
use serde::Serialize;
use uuid::Uuid;

use super::history;
use crate::{
    ledger::{Action, Entry},
    store::{EvidenceKeyStore as _, History, SqlStore},
};

/// So many histories are read by one statement.
const AT_ONCE: u32 = 100;

/// What was compared, and what is not proved.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Proofs {
    /// How many answers should be proved: each yes, and each time that somebody shares less.
    pub answers: u64,
    /// Those that are not.
    pub unproved: Vec<Unproved>,
}

/// An answer that is not proved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Unproved {
    /// Of which consent.
    pub consent_id: Uuid,
    /// The number of the action.
    pub step: u64,
    /// Why it is not.
    pub why: String,
}

impl Proofs {
    /// Compares every answer of the ledger with what was signed when it was given. Only reads; others may write meanwhile.
    ///
    /// # Errors
    /// When the ledger cannot be read, or a history is not one.
    pub async fn of(store: &SqlStore) -> Result<Self, StoreError> {
        let (mut proofs, mut come_to) = (Self::default(), None);
        while let Some((last, histories)) = store.histories_after(come_to, AT_ONCE).await? {
            // After the histories: whatever had signed by then is known.
            let keys = store.published_keys().await?;
            for history in &histories {
                proofs.take_in(history, &keys)?;
            }
            come_to = Some(last);
        }
        Ok(proofs)
    }

    fn take_in(&mut self, History { recorded, entries }: &History, keys: &KeySet) -> Result<(), StoreError> {
        for (entry, number) in entries.iter().zip(1..) {
            if !matches!(entry.action, Action::Granted { .. } | Action::Narrowed { .. }) {
                continue;
            }
            self.answers += 1;
            if let Some(why) = unproved(recorded.id, entry, entries.get(..number).unwrap_or_default(), keys)? {
                self.unproved.push(Unproved { consent_id: recorded.id, step: entry.seq, why });
            }
        }
        Ok(())
    }
}

/// Why `entry`, the last of `history`, is not proved.
fn unproved(id: Uuid, entry: &Entry, history: &[Entry], keys: &KeySet) -> Result<Option<String>, StoreError> {
    let Some(jws) = entry.action.evidence() else { return Ok(Some("nothing was signed".to_owned())) };
    let record = match verify_signature(jws, keys) {
        Ok(signed) => signed.record,
        Err(refusal) => return Ok(Some(refusal.to_string())),
    };
    let illegal = |illegal| StoreError::Corrupt(format!("the history of consent {id} is not one: {illegal}"));
    let told = history::History::of(history, entry.at, |_| None).map_err(illegal)?;
    let told = told.map(|told| told.events).unwrap_or_default();
    // What was signed names the signatures before it, too: each of those is looked at for itself.
    let bare = |event: &ndx_receipt::record::Event| ndx_receipt::record::Event { signed: None, ..event.clone() };
    let is_the_same = (record.record_id, record.record_version) == (id, entry.seq)
        && record.events.iter().map(bare).eq(told.iter().map(bare));
    Ok((!is_the_same).then(|| "something else was signed".to_owned()))
}
