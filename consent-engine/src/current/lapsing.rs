//! Records what has ended by itself, though nobody asks: whoever is told what becomes of consents is told of that in time, too.

use ndx_contracts::TraceId;
use uuid::Uuid;

use crate::{current::Current, error::EngineError, ledger::Action, store::Lapsed};

impl Current {
    /// Records what has ended of at most `most` consents that come after `after`; which was the last of them, when there
    /// may be more.
    ///
    /// # Errors
    /// When the ledger cannot be read. A consent that cannot be written is told to the operator and passed over.
    pub(crate) async fn record_ends(&self, after: Option<Lapsed>, most: u32) -> Result<Option<Lapsed>, EngineError> {
        let found = self.store.lapsed(after, most).await?;
        for Lapsed { id, .. } in &found {
            if let Err(error) = self.record_end(*id).await {
                tracing::error!(consent = %id, error = &error as &dyn std::error::Error, "an end cannot be recorded");
            }
        }
        let is_full = u32::try_from(found.len()).is_ok_and(|number| number == most);
        Ok(found.last().filter(|_| is_full).copied())
    }

    /// Records what has ended of this consent, unless another process was faster.
    async fn record_end(&self, id: Uuid) -> Result<(), EngineError> {
        let mut writing = self.store.begin().await?;
        let Some(mut history) = writing.hold(id).await? else { return Ok(()) };
        let now = writing.now().await?;
        if !history.recorded.consent.has_lapsed(now) {
            return Ok(());
        }
        // Nobody's request: an id of its own, so that the record can be looked up all the same.
        let trace_id = TraceId::new(Uuid::now_v7().simple().to_string());
        self.append(&mut *writing, &mut history, [Action::Expired {}], now, &trace_id, None).await?;
        writing.commit().await?;
        Ok(())
    }
}
