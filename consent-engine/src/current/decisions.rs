//! What a person decides about one of her consents: yes, no, less, stop, once more. Each decision is one transaction.

use chrono::{DateTime, TimeDelta, Utc};
use ndx_contracts::{FieldRef, Need, Subject, TraceId};
use uuid::Uuid;

use crate::{
    current::Current,
    error::EngineError,
    evidence::Witness,
    ledger::{
        Action, AskedField, Consent, Entry, Event, Illegal, Notice, Shown, asking_in_new_words, reopening, superseding,
    },
    store::{Before, History, Recorded, Writing},
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

/// What is registered now about something that is asked for.
pub(super) type Registered<'a> = &'a dyn Fn(&AskedField) -> Option<Notice>;

/// What a decision adds to the ledger.
pub(super) enum Change {
    /// These actions.
    Of(Vec<Action>),
    /// The same question in the words that are registered now: it is not this one that the person has answered.
    AskedAnew(Box<Action>),
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
        let choose = |consent: &Consent, now, registered: Registered<'_>| {
            let request = consent.request.as_ref().ok_or(Illegal::NothingAsked)?;
            if let Some(anew) = asking_in_new_words(consent, registered) {
                return Ok(Change::AskedAnew(Box::new(anew)));
            }
            let after = |answer: Action| Ok(Change::Of(superseding(consent).into_iter().chain([answer]).collect()));
            let Decision::Share { optional, length } = decision else {
                let cool_down_until = now + self.config.cool_down;
                return after(Action::Denied { cool_down_until, unexpected, blocked: false, shown });
            };
            let (shared, declined): (Vec<&AskedField>, Vec<&AskedField>) =
                request.fields.iter().partition(|asked| asked.need == Need::Needed || optional.contains(&asked.field));
            let names = |list: Vec<&AskedField>| list.into_iter().map(|asked| asked.field.clone()).collect();
            let (fields, declined) = (names(shared), names(declined));
            after(Action::Granted { fields, declined, until: now + length, shown, evidence: None })
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
        let choose = |_: &Consent, now, _: Registered<'_>| {
            let until = length.map(|length| now + length);
            Ok(Change::Of(vec![Action::Narrowed { stopped: stop, until, shown, evidence: None }]))
        };
        self.change(subject, id, Some(seen), Some(&witness), trace_id, choose).await
    }

    /// Ends everything that `subject` shares under this consent.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when it is not hers; [`EngineError::Illegal`] when nothing is shared.
    pub async fn stop(&self, subject: &Subject, id: Uuid, trace_id: &TraceId) -> Result<Recorded, EngineError> {
        self.stop_seen(subject, id, None, None, trace_id).await
    }

    /// The same, of what she saw as version `seen`, where that matters, and on this page of ours.
    pub(crate) async fn stop_seen(
        &self,
        subject: &Subject,
        id: Uuid,
        seen: Option<u64>,
        shown: Option<Shown>,
        trace_id: &TraceId,
    ) -> Result<Recorded, EngineError> {
        let cool_down = self.config.cool_down;
        let stop = |_: &Consent, now, _: Registered<'_>| {
            Ok(Change::Of(vec![Action::Revoked { cool_down_until: now + cool_down, shown }]))
        };
        self.change(subject, id, seen, None, trace_id, stop).await
    }

    /// Opens a request because `subject` has changed her mind about a refusal, or about what she declined. Where there
    /// is nothing to change, or a request waits already, the consent stays as it is.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when it is not hers.
    pub async fn reopen(&self, subject: &Subject, id: Uuid, trace_id: &TraceId) -> Result<Recorded, EngineError> {
        let lifetime = self.config.request_lifetime;
        let reopen = |consent: &Consent, now, registered: Registered<'_>| {
            Ok(Change::Of(reopening(consent, now, lifetime, registered).into_iter().collect()))
        };
        self.change(subject, id, None, None, trace_id, reopen).await
    }

    /// Lets `choose` say what to write about one consent of `subject`, and writes it, in one transaction. What has
    /// lapsed by now is recorded first, and stays recorded when `choose` finds nothing possible. What is proved, is signed
    /// by `witness`; a "no" and a "stop" need none, and never fail for want of a key.
    pub(super) async fn change(
        &self,
        subject: &Subject,
        id: Uuid,
        seen: Option<u64>,
        witness: Option<&Witness>,
        trace_id: &TraceId,
        choose: impl FnOnce(&Consent, DateTime<Utc>, Registered<'_>) -> Result<Change, Illegal> + Send,
    ) -> Result<Recorded, EngineError> {
        let mut writing = self.store.begin().await?;
        let found = writing.hold(id).await?.filter(|found| self.store.is_about(&found.recorded, subject));
        let mut history = found.ok_or(EngineError::NotFound)?;
        if let Some(once) = &self.once {
            repeated(writing.before(&once.call).await?)?;
        }
        if seen.is_some_and(|seen| seen != history.recorded.consent.version) {
            return Err(EngineError::Conflict);
        }
        let now = writing.now().await?;
        let lapsed = history.recorded.consent.has_lapsed(now).then_some(Action::Expired {});
        self.append(&mut *writing, &mut history, lapsed, now, trace_id, None).await?;
        let (actions, outcome) = self.chosen(&history.recorded, now, choose);
        match self.append(&mut *writing, &mut history, actions, now, trace_id, witness).await.and(outcome) {
            Err(error @ EngineError::Store(_)) => Err(error),
            outcome => {
                if let (Some(once), Ok(())) = (&self.once, &outcome) {
                    repeated(writing.keep(&once.call, &(once.answer)(&history.recorded)).await?)?;
                }
                writing.commit().await?;
                outcome.map(|()| history.recorded)
            }
        }
    }

    /// What is to be written, and what the person hears then.
    fn chosen(
        &self,
        recorded: &Recorded,
        now: DateTime<Utc>,
        choose: impl FnOnce(&Consent, DateTime<Utc>, Registered<'_>) -> Result<Change, Illegal>,
    ) -> (Vec<Action>, Result<(), EngineError>) {
        let registered = |asked: &AskedField| self.config.notice(&recorded.application, &recorded.purpose, asked);
        match choose(&recorded.consent, now, &registered) {
            Ok(Change::Of(actions)) => (actions, Ok(())),
            Ok(Change::AskedAnew(request)) => (vec![*request], Err(EngineError::Conflict)),
            Err(illegal) => (Vec::new(), Err(illegal.into())),
        }
    }

    /// Takes the actions through the fold, which refuses what is not possible, and writes them down: all or none.
    pub(super) async fn append(
        &self,
        writing: &mut dyn Writing,
        history: &mut History,
        actions: impl IntoIterator<Item = Action>,
        now: DateTime<Utc>,
        trace_id: &TraceId,
        witness: Option<&Witness>,
    ) -> Result<(), EngineError> {
        let mut after = history.clone();
        for action in actions {
            let action = match witness {
                Some(witness) => self.proved(&after, action, now, trace_id, witness)?,
                None => action,
            };
            let seq = after.recorded.consent.version + 1;
            after.add(Entry { seq, at: now, trace_id: trace_id.clone(), action })?;
        }
        let new = after.entries.get(history.entries.len()..).unwrap_or_default();
        if !new.is_empty() {
            let Recorded { id, application, purpose, .. } = &after.recorded;
            writing.append(&after.recorded, new).await?;
            if self.config.receiver(application).is_some() {
                for event in new.iter().filter_map(|entry| Event::of(*id, application, purpose, entry)) {
                    writing.announce(&event).await?;
                }
            }
            *history = after;
        }
        Ok(())
    }
}

/// Nothing, or what a call that was sent before means for this one.
fn repeated(before: Before) -> Result<(), EngineError> {
    match before {
        Before::Nothing => Ok(()),
        Before::Answered(answer) => Err(EngineError::Repeated(answer)),
        Before::Another => Err(EngineError::KeyTaken),
    }
}
