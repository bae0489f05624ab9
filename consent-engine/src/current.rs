//! What one request works with: the ledger under one configuration. Reads the ledger, lets the pure rules decide, writes
//! what they say.
//!
//! | Module | What it does |
//! | --- | --- |
//! | `asking` | where fields stand, and a request where the person must be asked, within limits |
//! | `blocking` | which applications a person does not want to be asked by |
//! | `decisions` | what a person decides: yes, no, less, stop, once more |
//! | `lapsing` | records what has ended by itself |

mod asking;
mod blocking;
mod decisions;
mod lapsing;

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, SubsecRound, Utc};
use ndx_clock::Clock;
use ndx_contracts::{
    ApplicationId, FieldRef, Purpose, Subject,
    consent::{ConsentAnswer, ConsentRequirement, ConsentStatus, StandingConsent},
};
use uuid::Uuid;

use crate::{
    config::Config,
    error::EngineError,
    ledger::{AskedField, Consent, coverage},
    store::{Call, ConsentStore, Found, History, Recorded},
};

pub use self::decisions::{Decision, Narrowing};

/// The ledger under the configuration of the moment at which a request began.
#[derive(Debug, Clone)]
pub struct Current {
    pub(crate) config: Arc<Config>,
    pub(crate) store: Arc<dyn ConsentStore>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) once: Option<Once>,
}

/// A change that its sender may send again, and how it is answered.
#[derive(Debug, Clone)]
pub(crate) struct Once {
    pub(crate) call: Call,
    pub(crate) answer: fn(&Recorded) -> String,
}

/// Where the required fields stand, and the consent that says so.
pub(crate) struct Asked {
    pub(crate) recorded: Arc<Recorded>,
    pub(crate) answer: ConsentAnswer,
    /// The ledger's time at which they stand so.
    pub(crate) at: DateTime<Utc>,
}

impl Current {
    /// The consent of this person with this id.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is none, or it is another person's.
    pub async fn consent_of(&self, subject: &Subject, id: Uuid) -> Result<Recorded, EngineError> {
        let mut found = self.store.get(&[id]).await?.what;
        let found = found.pop().filter(|found| self.store.is_about(found, subject));
        found.map(Arc::unwrap_or_clone).ok_or(EngineError::NotFound)
    }

    /// The same, and what it is at the ledger's present: whatever a person is shown or refused goes by that, and not by the
    /// clock of this process.
    ///
    /// # Errors
    /// As for [`consent_of`](Self::consent_of).
    pub(crate) async fn present_of(&self, subject: &Subject, id: Uuid) -> Result<(Recorded, Consent), EngineError> {
        let Found { mut what, at: now } = self.store.get(&[id]).await?;
        let found = what.pop().filter(|found| self.store.is_about(found, subject)).ok_or(EngineError::NotFound)?;
        let present = found.consent.at(now);
        Ok((Arc::unwrap_or_clone(found), present))
    }

    /// The consent of this person with this id, with all that happened to it.
    ///
    /// # Errors
    /// As for [`consent_of`](Self::consent_of).
    pub async fn history_of(&self, subject: &Subject, id: Uuid) -> Result<History, EngineError> {
        let found = self.store.history(id).await?;
        found.filter(|found| self.store.is_about(&found.recorded, subject)).ok_or(EngineError::NotFound)
    }

    /// All consents of this person, those that changed last first.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn consents_of(&self, subject: &Subject) -> Result<Vec<Recorded>, EngineError> {
        Ok(self.store.all_of(subject).await?.what)
    }

    /// The same, each with what it is at the ledger's present.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub(crate) async fn presents_of(&self, subject: &Subject) -> Result<Vec<(Recorded, Consent)>, EngineError> {
        let Found { what, at: now } = self.store.all_of(subject).await?;
        let present = |recorded: Recorded| {
            let present = recorded.consent.at(now);
            (recorded, present)
        };
        Ok(what.into_iter().map(present).collect())
    }

    /// Where the required fields stand, of a person who is not to be asked: reads, and leads nowhere.
    pub(crate) async fn standing(
        &self,
        requirement: &ConsentRequirement,
    ) -> Result<Option<ConsentAnswer>, EngineError> {
        let ConsentRequirement { application, purpose, subject, .. } = requirement;
        let wanted = self.wanted(requirement)?;
        let Found { what: found, at: now } = self.store.find(subject, application, purpose).await?;
        let answer = found.map(|recorded| self.answer(&recorded, &wanted, now));
        Ok(answer.map(|answer| ConsentAnswer { portal_url: None, manage_url: None, ..answer }))
    }

    /// Which of these fields are not shared any more, from the ledger itself.
    pub(crate) async fn withdrawn(&self, standing: &[StandingConsent]) -> Result<Vec<StandingConsent>, EngineError> {
        let ids: Vec<Uuid> = standing.iter().map(|one| one.consent_id).collect();
        let Found { what: found, at: now } = self.store.get(&ids).await?;
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
                let asked = AskedField::new(required, self.config.keeper(&required.field.schema_id).cloned());
                let notice = self.config.notice(&requirement.application, &requirement.purpose, &asked);
                wanted.push(asked.in_words_of(notice));
            }
        }
        if wanted.is_empty() { Err(EngineError::NoFields) } else { Ok(wanted) }
    }

    fn answer(&self, recorded: &Recorded, wanted: &[AskedField], now: DateTime<Utc>) -> ConsentAnswer {
        let present = recorded.consent.present(now);
        let parts = coverage(&present, wanted);
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
            portal_url: (status == ConsentStatus::Pending)
                .then(|| self.config.answer_link(recorded.id, present.request.as_ref())),
            manage_url: present.answer.is_some().then(|| self.config.manage_link(recorded.id)),
            expires_at: present.ends(),
        }
    }

    /// The time of this process, as fine as the ledger keeps it: for what is shown. What is decided goes by the ledger's.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now().trunc_subsecs(3)
    }
}
