//! What proves, years later, what a person decided: each yes, and each time that she shares less, is signed in the
//! transaction that writes it, in the words that she saw.
//!
//! | Module | What it does |
//! | --- | --- |
//! | `history` | what has become of each item, and what has happened, from the actions of one consent |
//! | `record` | the record of one consent, in the words that were shown |
//! | `receipt` | the receipt that a person takes with her |
//! | `check` | whether each answer in the ledger is proved |

mod history;
mod record;
mod receipt;
mod check;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use ndx_contracts::{Subject, TraceId};
use ndx_receipt::{
    KeyError, KeySet, Record, Signed, SigningKey, digest,
    record::{Evidence, Principal},
    sign, verify_signature,
};
use ndx_store::StoreError;

pub use self::check::{Proofs, Unproved};
use self::record::{Earlier, Making};
use crate::{
    current::Current,
    error::EngineError,
    ledger::{Action, Entry},
    store::{History, Recorded},
};

impl Current {
    /// The public keys with which receipts are verified: the one that signs now, and all that signed before.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn public_keys(&self) -> Result<KeySet, EngineError> {
        Ok(self.store.published_keys().await?)
    }

    /// What is needed to sign an answer. It is asked for before the ledger is held: a key that is replaced in this very
    /// moment may still sign.
    pub(crate) async fn witness(&self, subject: &Subject) -> Result<Witness, EngineError> {
        let key = self.store.signing_key(self.now()).await?;
        Ok(Witness { key, keys: self.store.published_keys().await?, subject: subject.clone() })
    }

    /// `action`, which is the next of `history`, with what proves it where it is one that is proved.
    pub(crate) fn proved(
        &self,
        history: &History,
        action: Action,
        at: DateTime<Utc>,
        trace_id: &TraceId,
        witness: &Witness,
    ) -> Result<Action, EngineError> {
        if !matches!(action, Action::Granted { .. } | Action::Narrowed { .. }) {
            return Ok(action);
        }
        let seq = history.recorded.consent.version + 1;
        let mut after = history.clone();
        after.add(Entry { seq, at, trace_id: trace_id.clone(), action: action.clone() })?;
        let proof = self.signed_now(&after, at, witness)?.map(|(_, jws)| jws);
        Ok(action.proved(proof))
    }

    /// The record of a consent as it is at `at`, and its signature; `None` when the person never said yes.
    fn signed_now(
        &self,
        history: &History,
        at: DateTime<Utc>,
        witness: &Witness,
    ) -> Result<Option<(Record, String)>, EngineError> {
        let earlier = witness.earlier(history)?;
        let making = Making {
            config: &self.config,
            recorded: &history.recorded,
            entries: &history.entries,
            principal: self.principal(&history.recorded, &witness.subject),
            earlier: &earlier,
            key_id: witness.key.public().id(),
            issued_at: at,
        };
        let Some(record) = making.record()? else { return Ok(None) };
        let jws = sign(&record, &witness.key).map_err(refused)?;
        Ok(Some((record, jws)))
    }

    /// The person, so that nobody learns from it who it is. Only this store can make the hash again, and no two of a
    /// person's consents have the same.
    fn principal(&self, recorded: &Recorded, subject: &Subject) -> Principal {
        let hash = self.store.keys().hash(&format!("receipt/{}/{}", recorded.id, subject.expose()));
        Principal { pii_principal_id: URL_SAFE_NO_PAD.encode(hash.as_column()), id_ending: subject.ending() }
    }
}

/// What signs an answer, and verifies those before it.
pub(crate) struct Witness {
    key: SigningKey,
    keys: KeySet,
    subject: Subject,
}

impl Witness {
    /// What was signed with the actions so far. Nothing is told anew that does not verify.
    fn earlier(&self, History { recorded, entries }: &History) -> Result<Vec<Earlier>, EngineError> {
        let proofs = entries.iter().filter_map(|entry| Some((entry.seq, entry.action.evidence()?)));
        let earlier = |(seq, jws): (u64, &str)| {
            let record = read(recorded, seq, jws, &self.keys)?.record;
            let evidence = Evidence { key_id: record.key_id.clone(), sha256: digest(jws) };
            Ok(Earlier { seq, record, evidence })
        };
        proofs.map(earlier).collect()
    }
}

/// What was signed with the action `seq`.
fn read(recorded: &Recorded, seq: u64, jws: &str, keys: &KeySet) -> Result<Signed, EngineError> {
    verify_signature(jws, keys).map_err(|refusal| {
        let what = format!("what proves step {seq} of consent {} proves nothing: {refusal}", recorded.id);
        StoreError::Corrupt(what).into()
    })
}

fn refused(error: KeyError) -> EngineError {
    StoreError::Corrupt(format!("an answer could not be signed: {error}")).into()
}
