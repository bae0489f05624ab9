//! What is done now and then, though nobody asks: what has ended is recorded as ended, and what was delivered long ago is
//! forgotten.

use std::{sync::Arc, time::Duration};

use ndx_store::StoreError;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::{engine::Engine, error::EngineError};

/// How long nobody looks for what has ended.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);
/// How long what was delivered long ago is left alone.
const BETWEEN_CLEARINGS: Duration = Duration::from_secs(600);
/// So much is done at a time: others write, too.
const AT_ONCE: u32 = 100;

/// Does it until `stop`.
pub(crate) async fn run(engine: Arc<Engine>, stop: CancellationToken) {
    let mut clears_at = Instant::now();
    while !stop.is_cancelled() {
        note(ends(&engine, &stop).await, "what has ended cannot be recorded");
        if clears_at <= Instant::now() {
            note(clear(&engine).await, "the outbox cannot be cleared");
            clears_at = Instant::now() + BETWEEN_CLEARINGS;
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(BETWEEN_LOOKS) => {}
        }
    }
}

/// Records what has ended, all of it. What cannot be recorded, or was recorded by another process in the meantime, is behind
/// each step, so that it keeps nothing else waiting.
async fn ends(engine: &Engine, stop: &CancellationToken) -> Result<(), EngineError> {
    let mut come_to = None;
    while !stop.is_cancelled() {
        come_to = engine.current().record_ends(come_to, AT_ONCE).await?;
        if come_to.is_none() {
            break;
        }
    }
    Ok(())
}

/// Forgets what was delivered longer ago than it is kept.
async fn clear(engine: &Engine) -> Result<(), StoreError> {
    let kept = engine.current().config.webhooks.keep_delivered.length();
    let before = engine.clock().now() - kept;
    while engine.outbox().forget(before, AT_ONCE).await? == u64::from(AT_ONCE) {}
    Ok(())
}

fn note<E: std::error::Error + 'static>(done: Result<(), E>, what: &'static str) {
    if let Err(error) = done {
        tracing::error!(error = &error as &dyn std::error::Error, "{what}");
    }
}
