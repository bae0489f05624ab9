//! Applications by which a person does not want to be asked any more, for whatever purpose. What she shares with them
//! already stays shared until she stops it.

use ndx_contracts::{ApplicationId, Subject, TraceId};
use uuid::Uuid;

use crate::{
    current::{
        Current,
        decisions::{Change, Registered},
    },
    error::EngineError,
    ledger::{Consent, Illegal},
    store::{Block, Recorded},
};

impl Current {
    /// The applications that `subject` blocks.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn blocks_of(&self, subject: &Subject) -> Result<Vec<Block>, EngineError> {
        Ok(self.store.blocks_of(subject).await?)
    }

    /// Keeps `application` from asking `subject` anything: what waits for an answer is answered with no, and so is whatever
    /// it asks from now on. Blocking twice is blocking once.
    ///
    /// # Errors
    /// [`EngineError::UnknownApplication`] when it is not registered; [`EngineError::Store`] when the ledger cannot be
    /// written. What was blocked then stays so.
    pub async fn block(
        &self,
        subject: &Subject,
        application: &ApplicationId,
        trace_id: &TraceId,
    ) -> Result<(), EngineError> {
        if self.config.application(application).is_none() {
            return Err(EngineError::UnknownApplication(application.clone()));
        }
        self.store.set_block(subject, application, true, trace_id).await?;
        // No request is opened any more; those that were open before are closed.
        let all = self.store.all_of(subject).await?.what;
        for open in all.iter().filter(|one| one.application == *application && one.consent.request.is_some()) {
            match self.deny_for_block(subject, open.id, trace_id).await {
                // Answered or ended in the meantime.
                Ok(_) | Err(EngineError::Illegal(Illegal::NothingAsked)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Lets `application` ask `subject` again, when the time after the last no has passed.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn unblock(
        &self,
        subject: &Subject,
        application: &ApplicationId,
        trace_id: &TraceId,
    ) -> Result<(), EngineError> {
        self.store.set_block(subject, application, false, trace_id).await?;
        Ok(())
    }

    async fn deny_for_block(&self, subject: &Subject, id: Uuid, trace_id: &TraceId) -> Result<Recorded, EngineError> {
        let deny = |_: &Consent, now, _: Registered<'_>| Ok(Change::Of(vec![self.blocked_at(now)]));
        self.change(subject, id, None, None, trace_id, deny).await
    }
}
