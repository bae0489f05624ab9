//! What a person decides about one of her consents: yes, no, less, stop, once more. Each decision is one transaction.

use chrono::{DateTime, TimeDelta, Utc};
use ndx_contracts::{FieldRef, Need, Subject, TraceId};
use uuid::Uuid;

use crate::{
    current::Current,
    error::EngineError,
    evidence::Witness,
    ledger::{Action, AskedField, Consent, Entry, Illegal, Shown, reopening},
    store::{Recorded, Writing},
};

/// What a person answers to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Share what is needed and these optional fields, for so long.
    Share {
        /// The optional fields that the person ticked.
        optional: Vec<FieldRef>,
        /// For how long; one of the purpose's durations.
        length: TimeDelta,
    },
    /// Share nothing of what is asked.
    Deny {
        /// Whether she says, too, that she had not asked for anything. The request is then marked, and an operator is
        /// warned.
        unexpected: bool,
    },
}

/// What a person shares less.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Narrowing {
    /// What she stops sharing.
    pub stop: Vec<FieldRef>,
    /// For how long from now she shares the rest at most; as long as before, where it is absent.
    pub length: Option<TimeDelta>,
}

impl Current {
    /// Records the answer of `subject` to the request that she saw as version `seen`.
    ///
    /// # Errors
    /// [`EngineError::Conflict`] when the consent has another version by now, answered or extended in the meantime;
    /// [`EngineError::NotFound`] when it is not hers; [`EngineError::Illegal`] when there is nothing to answer.
    pub async fn decide(
        &self,
        subject: &Subject,
        id: Uuid,
        seen: u64,
        decision: Decision,
        shown: Option<Shown>,
        trace_id: &TraceId,
    ) -> Result<Recorded, EngineError> {
        let unexpected = matches!(decision, Decision::Deny { unexpected: true });
        let witness = match &decision {
            Decision::Share { .. } => Some(self.witness(subject).await?),
            Decision::Deny { .. } => None,
        };
        let choose = |consent: &Consent, now| {
            let request = consent.request.as_ref().ok_or(Illegal::NothingAsked)?;
            let Decision::Share { optional, length } = decision else {
                let cool_down_until = now + self.config.cool_down;
                return Ok(Some(Action::Denied { cool_down_until, unexpected, shown }));
            };
            let (shared, declined): (Vec<&AskedField>, Vec<&AskedField>) =
                request.fields.iter().partition(|asked| asked.need == Need::Needed || optional.contains(&asked.field));
            let names = |list: Vec<&AskedField>| list.into_iter().map(|asked| asked.field.clone()).collect();
            let (fields, declined) = (names(shared), names(declined));
            Ok(Some(Action::Granted { fields, declined, until: now + length, shown, evidence: None }))
        };
        let recorded = self.change(subject, id, Some(seen), witness.as_ref(), trace_id, choose).await?;
        if unexpected {
            let (application, purpose) = (&recorded.application, &recorded.purpose);
            tracing::warn!(consent = %id, %application, %purpose, %trace_id, "a person had not asked for anything");
        }
        Ok(recorded)
    }

    /// Has `subject` share less of what she saw as version `seen`, or for a shorter time.
    ///
    /// # Errors
    /// As for [`decide`](Self::decide); [`EngineError::Illegal`] also when it is not less, or when nothing would be left,
    /// which is a [`stop`](Self::stop).
    pub async fn narrow(
        &self,
        subject: &Subject,
        id: Uuid,
        seen: u64,
        narrowing: Narrowing,
        shown: Option<Shown>,
        trace_id: &TraceId,
    ) -> Result<Recorded, EngineError> {
        let Narrowing { stop, length } = narrowing;
        let witness = self.witness(subject).await?;
        let choose = |_: &Consent, now| {
            let until = length.map(|length| now + length);
            Ok(Some(Action::Narrowed { stopped: stop, until, shown, evidence: None }))
        };
        self.change(subject, id, Some(seen), Some(&witness), trace_id, choose).await
    }

    /// Ends everything that `subject` shares under this consent.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when it is not hers; [`EngineError::Illegal`] when nothing is shared.
    pub async fn stop(&self, subject: &Subject, id: Uuid, trace_id: &TraceId) -> Result<Recorded, EngineError> {
        let cool_down = self.config.cool_down;
        let stop = |_: &Consent, now| Ok(Some(Action::Revoked { cool_down_until: now + cool_down }));
        self.change(subject, id, None, None, trace_id, stop).await
    }

    /// Opens a request because `subject` has changed her mind about a refusal, or about what she declined. Where there
    /// is nothing to change, or a request waits already, the consent stays as it is.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when it is not hers.
    pub async fn reopen(&self, subject: &Subject, id: Uuid, trace_id: &TraceId) -> Result<Recorded, EngineError> {
        let lifetime = self.config.request_lifetime;
        self.change(subject, id, None, None, trace_id, |consent, now| Ok(reopening(consent, now, lifetime))).await
    }

    /// Lets `choose` say what to write about one consent of `subject`, and writes it, in one transaction. What has
    /// lapsed by now is recorded first, and stays recorded when `choose` finds nothing possible. What is proved, is signed
    /// by `witness`; a "no" and a "stop" need none, and never fail for want of a key.
    async fn change(
        &self,
        subject: &Subject,
        id: Uuid,
        seen: Option<u64>,
        witness: Option<&Witness>,
        trace_id: &TraceId,
        choose: impl FnOnce(&Consent, DateTime<Utc>) -> Result<Option<Action>, Illegal> + Send,
    ) -> Result<Recorded, EngineError> {
        let mut writing = self.store.begin().await?;
        let found = writing.hold(id).await?.filter(|found| self.store.is_about(found, subject));
        let mut recorded = found.ok_or(EngineError::NotFound)?;
        if seen.is_some_and(|seen| seen != recorded.consent.version) {
            return Err(EngineError::Conflict);
        }
        let now = self.now();
        let lapsed = recorded.consent.has_lapsed(now).then_some(Action::Expired {});
        self.append(&mut *writing, &mut recorded, lapsed, now, trace_id).await?;
        let outcome = match choose(&recorded.consent, now) {
            Ok(action) => {
                let proved = |action| match witness {
                    Some(witness) => self.proved(&recorded, action, now, trace_id, witness),
                    None => Ok(action),
                };
                match action.map(proved).transpose() {
                    Ok(action) => self.append(&mut *writing, &mut recorded, action, now, trace_id).await,
                    Err(error) => Err(error),
                }
            }
            Err(illegal) => Err(illegal.into()),
        };
        match outcome {
            Ok(()) | Err(EngineError::Illegal(_)) => writing.commit().await?,
            Err(error) => return Err(error),
        }
        outcome.map(|()| recorded)
    }

    /// Takes each action through the fold, which refuses what is not possible, and writes it down.
    pub(super) async fn append(
        &self,
        writing: &mut dyn Writing,
        recorded: &mut Recorded,
        actions: impl IntoIterator<Item = Action>,
        now: DateTime<Utc>,
        trace_id: &TraceId,
    ) -> Result<(), EngineError> {
        for action in actions {
            let entry = Entry { seq: recorded.consent.version + 1, at: now, trace_id: trace_id.clone(), action };
            recorded.consent.apply(&entry)?;
            writing.append(recorded.id, &entry).await?;
            recorded.entries.push(entry);
        }
        Ok(())
    }
}
