//! What one request works with: the ledger under one configuration. Reads the ledger, lets the pure rules decide, writes
//! what they say.
//!
//! | Module | What it does |
//! | --- | --- |
//! | `decisions` | what a person decides: yes, no, less, stop, once more |

mod decisions;

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
    ledger::{Action, AskedField, asking, coverage},
    store::{ConsentStore, Recorded},
};

pub use self::decisions::{Decision, Narrowing};

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
