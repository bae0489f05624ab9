//! The receipt that a person takes with her: what was signed when she decided, and, where something has happened since, a
//! record of today beside it.

use ndx_contracts::Subject;
use ndx_receipt::{
    Receipt,
    record::{Record, Sharing},
};
use uuid::Uuid;

use crate::{
    current::Current,
    error::EngineError,
    evidence::read,
    ledger::{Action, Consent, Entry},
    store::History,
};

impl Current {
    /// The receipt of this person's consent; `None` when she never said yes to it.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when it is not hers.
    pub async fn receipt_of(&self, subject: &Subject, id: Uuid) -> Result<Option<Receipt>, EngineError> {
        let history = self.history_of(subject, id).await?;
        let now = self.now();
        let witness = self.witness(subject).await?;
        let mut earlier = witness.earlier(&history)?;
        let mut proofs: Vec<String> =
            history.entries.iter().filter_map(|entry| entry.action.evidence()).map(str::to_owned).collect();
        // What was signed with the last answer is the receipt, as long as it tells all.
        if earlier
            .last()
            .is_some_and(|last| tells_all(&last.record, last.seq, &history, &history.recorded.consent.at(now)))
            && let (Some(last), Some(signature)) = (earlier.pop(), proofs.pop())
        {
            return Ok(Some(Receipt { record: last.record, signature, earlier: proofs }));
        }
        let signed = self.signed_now(&history, now, &witness)?;
        Ok(signed.map(|(record, signature)| Receipt { record, signature, earlier: proofs }))
    }

    /// What was signed last of what happened so far: who gets it, what for and why, in the words that the person said yes
    /// to. `None` when nothing was signed.
    ///
    /// # Errors
    /// When what lies there proves nothing.
    pub(crate) async fn signed_last(&self, history: &History) -> Result<Option<Record>, EngineError> {
        let mut newest = history.entries.iter().rev().filter_map(|entry| Some((entry.seq, entry.action.evidence()?)));
        let Some((seq, proof)) = newest.next() else { return Ok(None) };
        let keys = self.public_keys().await?;
        Ok(Some(read(&history.recorded, seq, proof, &keys)?.record))
    }
}

/// Whether nothing has happened since `record` was signed, with the action `seq`, that the person wants to see on it.
fn tells_all(record: &Record, seq: u64, history: &History, present: &Consent) -> bool {
    let since = history.entries.iter().filter(|entry| entry.seq > seq);
    let nothing_happened =
        since.map(|entry: &Entry| &entry.action).all(|action| matches!(action, Action::Requested { .. }));
    let stands = |field: &str| present.shared.keys().any(|shared| shared.to_string() == field);
    let shared = record.pii_processing.pii_information.iter();
    let nothing_lapsed =
        shared.filter(|item| matches!(item.sharing, Sharing::Shared { .. })).all(|item| stands(&item.pii_attribute_id));
    nothing_happened && nothing_lapsed
}
