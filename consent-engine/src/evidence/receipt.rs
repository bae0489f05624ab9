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
    ledger::{Action, Consent, Entry},
    store::Recorded,
};

impl Current {
    /// The receipt of this person's consent; `None` when she never said yes to it.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when it is not hers.
    pub async fn receipt_of(&self, subject: &Subject, id: Uuid) -> Result<Option<Receipt>, EngineError> {
        let recorded = self.consent_of(subject, id).await?;
        let now = self.now();
        let witness = self.witness(subject).await?;
        let mut earlier = witness.earlier(&recorded)?;
        let mut proofs: Vec<String> =
            recorded.entries.iter().filter_map(|entry| entry.action.evidence()).map(str::to_owned).collect();
        // What was signed with the last answer is the receipt, as long as it tells all.
        if earlier.last().is_some_and(|last| tells_all(&last.record, last.seq, &recorded, &recorded.consent.at(now)))
            && let (Some(last), Some(signature)) = (earlier.pop(), proofs.pop())
        {
            return Ok(Some(Receipt { record: last.record, signature, earlier: proofs }));
        }
        let signed = self.signed_now(&recorded, now, &witness)?;
        Ok(signed.map(|(record, signature)| Receipt { record, signature, earlier: proofs }))
    }
}

/// Whether nothing has happened since `record` was signed, with the action `seq`, that the person wants to see on it.
fn tells_all(record: &Record, seq: u64, recorded: &Recorded, present: &Consent) -> bool {
    let since = recorded.entries.iter().filter(|entry| entry.seq > seq);
    let nothing_happened =
        since.map(|entry: &Entry| &entry.action).all(|action| matches!(action, Action::Requested { .. }));
    let stands = |field: &str| present.shared.keys().any(|shared| shared.to_string() == field);
    let shared = record.pii_processing.pii_information.iter();
    let nothing_lapsed =
        shared.filter(|item| matches!(item.sharing, Sharing::Shared { .. })).all(|item| stands(&item.pii_attribute_id));
    nothing_happened && nothing_lapsed
}
