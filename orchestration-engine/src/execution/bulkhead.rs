//! How many calls may be under way to one register: a slow one holds up its own callers and nobody else's.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use tokio::sync::{Semaphore, SemaphorePermit};

use super::ProviderFailure;

/// How long a call waits for a place.
const LONGEST_WAIT: Duration = Duration::from_millis(100);

/// The places of one register.
#[derive(Debug)]
pub struct Bulkhead {
    places: Semaphore,
    waiting: AtomicUsize,
    most: usize,
}

impl Bulkhead {
    /// As many places as `most`; as many may wait.
    pub fn new(most: usize) -> Self {
        let most = most.clamp(1, Semaphore::MAX_PERMITS);
        Self { places: Semaphore::new(most), waiting: AtomicUsize::new(0), most }
    }

    /// A place, held until it is dropped.
    ///
    /// # Errors
    /// When none becomes free soon, or too many wait already.
    pub async fn enter(&self) -> Result<SemaphorePermit<'_>, ProviderFailure> {
        if let Ok(place) = self.places.try_acquire() {
            return Ok(place);
        }
        let full = ProviderFailure::Unavailable { retry_after: Some(1) };
        let _waiting = Waiting::new(&self.waiting, self.most).ok_or(full)?;
        match tokio::time::timeout(LONGEST_WAIT, self.places.acquire()).await {
            Ok(Ok(place)) => Ok(place),
            _ => Err(full),
        }
    }
}

/// One that waits, counted until it is dropped.
struct Waiting<'b>(&'b AtomicUsize);

impl<'b> Waiting<'b> {
    fn new(count: &'b AtomicUsize, most: usize) -> Option<Self> {
        let waiting = Self(count);
        (count.fetch_add(1, Ordering::Relaxed) < most).then_some(waiting)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn p8_a_full_register_refuses_quickly() {
        let bulkhead = Bulkhead::new(2);
        let places = (bulkhead.enter().await.unwrap(), bulkhead.enter().await.unwrap());
        let begun = std::time::Instant::now();
        let refused = ProviderFailure::Unavailable { retry_after: Some(1) };
        let all = futures::future::join_all((0..3).map(|_| bulkhead.enter())).await;
        assert!(all.iter().all(|place| place.as_ref().err() == Some(&refused)));
        assert!(begun.elapsed() < Duration::from_secs(2));
        drop(places);
        assert!(bulkhead.enter().await.is_ok());
        assert_eq!(bulkhead.waiting.load(Ordering::Relaxed), 0);
    }

    #[tokio::test]
    async fn whoever_waits_gets_the_place_that_becomes_free() {
        let bulkhead = Bulkhead::new(1);
        let place = bulkhead.enter().await.unwrap();
        let (entered, ()) = futures::future::join(bulkhead.enter(), async move { drop(place) }).await;
        assert!(entered.is_ok());
    }
}
