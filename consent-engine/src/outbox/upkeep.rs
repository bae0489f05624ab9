//! What is done now and then, though nobody asks: what was delivered long ago is forgotten.

use std::{sync::Arc, time::Duration};

use ndx_store::StoreError;
use tokio_util::sync::CancellationToken;

use crate::engine::Engine;

/// How long nobody looks.
const BETWEEN_LOOKS: Duration = Duration::from_secs(60);
/// So much is forgotten at a time: others write, too.
const AT_ONCE: u32 = 1000;

/// Does it until `stop`.
pub(crate) async fn run(engine: Arc<Engine>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = forget(&engine).await {
            tracing::error!(error = &error as &dyn std::error::Error, "the outbox cannot be cleared");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(BETWEEN_LOOKS) => {}
        }
    }
}

/// Forgets what was delivered longer ago than it is kept.
async fn forget(engine: &Engine) -> Result<(), StoreError> {
    let kept = engine.current().config.webhooks.keep_delivered.length();
    let before = engine.clock().now() - kept;
    while engine.outbox().forget(before, AT_ONCE).await? == u64::from(AT_ONCE) {}
    Ok(())
}
