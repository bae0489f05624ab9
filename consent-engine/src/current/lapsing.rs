//! Records what has ended by itself, though nobody asks: whoever is told what becomes of consents is told of that in time, too.

use ndx_contracts::TraceId;
use uuid::Uuid;

use crate::{current::Current, error::EngineError, ledger::Action};

impl Current {
    /// Records what has ended of at most `most` consents; how many were recorded.
    ///
    /// # Errors
    /// When the ledger cannot be read. A consent that cannot be written is told to the operator and passed over.
    pub(crate) async fn record_ends(&self, most: u32) -> Result<u32, EngineError> {
        let mut recorded = 0;
        for id in self.store.lapsed(most).await? {
            match self.record_end(id).await {
                Ok(is_recorded) => recorded += u32::from(is_recorded),
                Err(error) => {
                    tracing::error!(consent = %id, error = &error as &dyn std::error::Error, "an end cannot be recorded");
                }
            }
        }
        Ok(recorded)
    }

    /// Whether something of this consent had ended that was not recorded as ended: another process may have been faster.
    async fn record_end(&self, id: Uuid) -> Result<bool, EngineError> {
        let mut writing = self.store.begin().await?;
        let Some(mut history) = writing.hold(id).await? else { return Ok(false) };
        let now = writing.now().await?;
        if !history.recorded.consent.has_lapsed(now) {
            return Ok(false);
        }
        // Nobody's request: an id of its own, so that the record can be looked up all the same.
        let trace_id = TraceId::new(Uuid::now_v7().simple().to_string());
        self.append(&mut *writing, &mut history, [Action::Expired {}], now, &trace_id, None).await?;
        writing.commit().await?;
        Ok(true)
    }
}
