//! An application asks: where the fields stand, and a request where the person must be asked. How often people are asked is
//! limited, and whoever has blocked the application is not asked at all.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use ndx_contracts::{TraceId, consent::ConsentRequirement};

use crate::{
    current::{Asked, Current},
    error::EngineError,
    ledger::{Action, asking},
    store::{Asking, Found, Recorded, Scope, Writing},
};

/// Whether a request may be opened.
enum Allowed {
    /// It may.
    Yes,
    /// The person has blocked the application, which says no for her.
    Blocked,
    /// Not today: this limit is reached.
    TooMany(Scope),
}

impl Current {
    /// Where the required fields stand, after a request was opened for those that the person must be asked for.
    pub(crate) async fn ask(&self, requirement: &ConsentRequirement) -> Result<Asked, EngineError> {
        let ConsentRequirement { application, purpose, subject, trace_id, .. } = requirement;
        let wanted = self.wanted(requirement)?;
        let lifetime = self.config.request_lifetime;
        let answered = |recorded: Arc<Recorded>, now| {
            let answer = self.answer(&recorded, &wanted, now);
            Asked { recorded, answer, at: now }
        };
        // Most questions need no pen: everything is shared, or asked already.
        if let Found { what: Some(found), at: now } = self.store.find(subject, application, purpose).await?
            && asking(&found.consent, &wanted, now, lifetime).is_none()
        {
            return Ok(answered(found, now));
        }
        let mut writing = self.store.begin().await?;
        let mut history = writing.hold_or_make(subject, application, purpose).await?;
        // Asked for after the wait for the pen: what has ended meanwhile has ended.
        let now = writing.now().await?;
        let mut actions: Vec<Action> =
            history.recorded.consent.has_lapsed(now).then_some(Action::Expired {}).into_iter().collect();
        if let Some(request) = asking(&history.recorded.consent, &wanted, now, lifetime) {
            actions.push(request.about(requirement.reference.clone()));
            match self.allowed(&mut *writing, &history.recorded).await? {
                Allowed::Yes => {}
                Allowed::Blocked => actions.push(self.blocked_at(now)),
                Allowed::TooMany(scope) => {
                    drop(writing);
                    return Err(self.too_many(&history.recorded, scope, now, trace_id).await?);
                }
            }
        }
        self.append(&mut *writing, &mut history, actions, now, trace_id, None).await?;
        writing.commit().await?;
        Ok(answered(Arc::new(history.recorded), now))
    }

    /// The no of a person who has blocked the application.
    pub(super) fn blocked_at(&self, now: DateTime<Utc>) -> Action {
        let cool_down_until = now + self.config.cool_down;
        Action::Denied { cool_down_until, unexpected: false, blocked: true, shown: None }
    }

    /// Counts a request that is about to be opened. What is counted is forgotten with the transaction.
    async fn allowed(&self, writing: &mut dyn Writing, recorded: &Recorded) -> Result<Allowed, EngineError> {
        let (asking, limits) = (Asking::of(recorded), &self.config.limits);
        let of_the_person = writing.count(&asking, Scope::Person).await?;
        if writing.is_blocked(&asking).await? {
            return Ok(Allowed::Blocked);
        }
        if of_the_person > limits.requests_per_person_and_day {
            return Ok(Allowed::TooMany(Scope::Person));
        }
        // A request that is open already takes no more of her time when it is extended.
        if recorded.consent.request.is_none() {
            writing.count(&asking, Scope::Waiting).await?;
            if writing.waiting(&asking).await? >= limits.waiting_per_person {
                return Ok(Allowed::TooMany(Scope::Waiting));
            }
        }
        let of_all = writing.count(&asking, Scope::Application).await?;
        Ok(if of_all > limits.requests_per_day { Allowed::TooMany(Scope::Application) } else { Allowed::Yes })
    }

    /// Warns an operator, once a day. INVARIANT: what the caller hears is the same for every limit, so that it tells
    /// nothing about the person.
    async fn too_many(
        &self,
        recorded: &Recorded,
        scope: Scope,
        now: DateTime<Utc>,
        trace_id: &TraceId,
    ) -> Result<EngineError, EngineError> {
        if self.store.warns(&Asking::of(recorded), scope).await? {
            let (application, limit) = (&recorded.application, scope.name());
            tracing::warn!(%application, limit, %trace_id, "an application asks people too often, and is refused for today");
        }
        let seconds = 86_400 - now.timestamp().rem_euclid(86_400);
        Ok(EngineError::TooManyRequests { retry_after: u32::try_from(seconds).unwrap_or(u32::MAX) })
    }
}
