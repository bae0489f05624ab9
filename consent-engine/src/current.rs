//! What one request works with: the ledger under one configuration. Reads the ledger, lets the pure rules decide, writes
//! what they say.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use ndx_clock::Clock;
use ndx_contracts::{
    ApplicationId, FieldRef, Need, Purpose, Subject, TraceId,
    consent::{ConsentAnswer, ConsentRequirement, ConsentStatus, StandingConsent},
};
use uuid::Uuid;

use crate::{
    config::Config,
    error::EngineError,
    ledger::{Action, AskedField, Consent, Entry, Illegal, asking, coverage, reopening},
    store::{ConsentStore, Recorded, Writing},
};

/// The ledger under the configuration of the moment at which a request began.
#[derive(Debug, Clone)]
pub struct Current {
    pub(crate) config: Arc<Config>,
    pub(crate) store: Arc<dyn ConsentStore>,
    pub(crate) clock: Arc<dyn Clock>,
}

/// Where the required fields stand, and the consent that says so.
pub(crate) struct Asked {
    pub(crate) recorded: Arc<Recorded>,
    pub(crate) answer: ConsentAnswer,
}

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
    Deny,
}

impl Current {
    /// The consent of this person with this id.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is none, or it is another person's.
    pub async fn consent_of(&self, subject: &Subject, id: Uuid) -> Result<Recorded, EngineError> {
        let found = self.store.get(&[id]).await?.pop().filter(|found| self.store.is_about(found, subject));
        found.map(Arc::unwrap_or_clone).ok_or(EngineError::NotFound)
    }

    /// All consents of this person, those that changed last first.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn consents_of(&self, subject: &Subject) -> Result<Vec<Recorded>, EngineError> {
        Ok(self.store.all_of(subject).await?)
    }

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
        trace_id: &TraceId,
    ) -> Result<Recorded, EngineError> {
        self.change(subject, id, Some(seen), trace_id, |consent, now| {
            let request = consent.request.as_ref().ok_or(Illegal::NothingAsked)?;
            let Decision::Share { optional, length } = decision else {
                return Ok(Some(Action::Denied { cool_down_until: now + self.config.cool_down }));
            };
            let (shared, declined): (Vec<&AskedField>, Vec<&AskedField>) =
                request.fields.iter().partition(|asked| asked.need == Need::Needed || optional.contains(&asked.field));
            let names = |list: Vec<&AskedField>| list.into_iter().map(|asked| asked.field.clone()).collect();
            Ok(Some(Action::Granted { fields: names(shared), declined: names(declined), until: now + length }))
        })
        .await
    }

    /// Ends everything that `subject` shares under this consent.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when it is not hers; [`EngineError::Illegal`] when nothing is shared.
    pub async fn stop(&self, subject: &Subject, id: Uuid, trace_id: &TraceId) -> Result<Recorded, EngineError> {
        let cool_down = self.config.cool_down;
        let stop = |_: &Consent, now| Ok(Some(Action::Revoked { cool_down_until: now + cool_down }));
        self.change(subject, id, None, trace_id, stop).await
    }

    /// Opens a request because `subject` has changed her mind about a refusal, or about what she declined. Where there
    /// is nothing to change, or a request waits already, the consent stays as it is.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when it is not hers.
    pub async fn reopen(&self, subject: &Subject, id: Uuid, trace_id: &TraceId) -> Result<Recorded, EngineError> {
        let lifetime = self.config.request_lifetime;
        self.change(subject, id, None, trace_id, |consent, now| Ok(reopening(consent, now, lifetime))).await
    }

    /// Lets `choose` say what to write about one consent of `subject`, and writes it, in one transaction. What has
    /// lapsed by now is recorded first, and stays recorded when `choose` finds nothing possible.
    async fn change(
        &self,
        subject: &Subject,
        id: Uuid,
        seen: Option<u64>,
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
            Ok(action) => self.append(&mut *writing, &mut recorded, action, now, trace_id).await,
            Err(illegal) => Err(illegal.into()),
        };
        match outcome {
            Ok(()) | Err(EngineError::Illegal(_)) => writing.commit().await?,
            Err(error) => return Err(error),
        }
        outcome.map(|()| recorded)
    }

    /// Takes each action through the fold, which refuses what is not possible, and writes it down.
    async fn append(
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

    /// Where the required fields stand, after a request was opened for those that the person must be asked for.
    pub(crate) async fn ask(&self, requirement: &ConsentRequirement) -> Result<Asked, EngineError> {
        let ConsentRequirement { application, purpose, subject, trace_id, .. } = requirement;
        let wanted = self.wanted(requirement)?;
        let lifetime = self.config.request_lifetime;
        let answered = |recorded: Arc<Recorded>, now| {
            let answer = self.answer(&recorded, &wanted, now);
            Asked { recorded, answer }
        };
        // Most questions need no pen: everything is shared, or asked already.
        if let Some(found) = self.store.find(subject, application, purpose).await? {
            let now = self.now();
            if asking(&found.consent, &wanted, now, lifetime).is_none() {
                return Ok(answered(found, now));
            }
        }
        let mut writing = self.store.begin().await?;
        let mut recorded = writing.hold_or_make(subject, application, purpose, self.now()).await?;
        // Read after the wait for the pen: what has ended meanwhile has ended.
        let now = self.now();
        let lapsed = recorded.consent.has_lapsed(now).then_some(Action::Expired {});
        let request = asking(&recorded.consent, &wanted, now, lifetime);
        self.append(&mut *writing, &mut recorded, lapsed.into_iter().chain(request), now, trace_id).await?;
        writing.commit().await?;
        Ok(answered(Arc::new(recorded), now))
    }

    /// Where the required fields stand, of a person who is not to be asked: reads, and leads nowhere.
    pub(crate) async fn standing(
        &self,
        requirement: &ConsentRequirement,
    ) -> Result<Option<ConsentAnswer>, EngineError> {
        let ConsentRequirement { application, purpose, subject, .. } = requirement;
        let wanted = self.wanted(requirement)?;
        let found = self.store.find(subject, application, purpose).await?;
        let answer = found.map(|recorded| self.answer(&recorded, &wanted, self.now()));
        Ok(answer.map(|answer| ConsentAnswer { portal_url: None, manage_url: None, ..answer }))
    }

    /// Which of these fields are not shared any more, from the ledger itself.
    pub(crate) async fn withdrawn(&self, standing: &[StandingConsent]) -> Result<Vec<StandingConsent>, EngineError> {
        let ids: Vec<Uuid> = standing.iter().map(|one| one.consent_id).collect();
        let found = self.store.get(&ids).await?;
        let now = self.now();
        let present: HashMap<Uuid, _> = found.iter().map(|one| (one.id, one.consent.present(now))).collect();
        let lost = standing.iter().filter_map(|StandingConsent { consent_id, fields }| {
            let shared = present.get(consent_id).map(|consent| &consent.shared);
            let gone = |field: &&FieldRef| !shared.is_some_and(|shared| shared.contains_key(*field));
            let fields: Vec<FieldRef> = fields.iter().filter(gone).cloned().collect();
            (!fields.is_empty()).then_some(StandingConsent { consent_id: *consent_id, fields })
        });
        Ok(lost.collect())
    }

    fn registered(&self, application: &ApplicationId, purpose: &Purpose) -> Result<(), EngineError> {
        if self.config.application(application).is_none() {
            return Err(EngineError::UnknownApplication(application.clone()));
        }
        let known = self.config.purpose(application, purpose).is_some();
        known.then_some(()).ok_or_else(|| EngineError::UnknownPurpose(application.clone(), purpose.clone()))
    }

    /// The required fields of a registered application and purpose, each once, with the body that keeps each.
    fn wanted(&self, requirement: &ConsentRequirement) -> Result<Vec<AskedField>, EngineError> {
        self.registered(&requirement.application, &requirement.purpose)?;
        let mut wanted: Vec<AskedField> = Vec::new();
        for required in &requirement.fields {
            if !wanted.iter().any(|asked| asked.field == required.field) {
                wanted.push(AskedField::new(required, self.config.keeper(&required.field.schema_id).cloned()));
            }
        }
        if wanted.is_empty() { Err(EngineError::NoFields) } else { Ok(wanted) }
    }

    fn answer(&self, recorded: &Recorded, wanted: &[AskedField], now: DateTime<Utc>) -> ConsentAnswer {
        let present = recorded.consent.present(now);
        let parts = coverage(&present, wanted.iter().map(|asked| &asked.field));
        // What is missing and not asked was refused, whatever else is shared.
        let status = match present.status() {
            ConsentStatus::Approved if !parts.missing.is_empty() => ConsentStatus::Rejected,
            status => status,
        };
        ConsentAnswer {
            consent_id: recorded.id,
            version: recorded.consent.version,
            status,
            covered: parts.covered,
            missing: parts.missing,
            declined: parts.declined,
            portal_url: (status == ConsentStatus::Pending).then(|| self.config.answer_link(recorded.id)),
            manage_url: present.answer.is_some().then(|| self.config.manage_link(recorded.id)),
            expires_at: present.ends(),
        }
    }

    /// The time, as fine as the ledger keeps it.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now().trunc_subsecs(3)
    }
}
