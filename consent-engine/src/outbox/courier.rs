//! Takes events from the outbox and sees to it that each is sent, again and again if need be.
//!
//! Each application has a few places of its own. Whose receiver is slow or dead fills its own places and nobody else's. Every
//! process has a courier; the outbox gives each event to one of them at a time.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use ndx_clock::Clock;
use ndx_config::{Network, Webhooks, may_connect};
use ndx_contracts::ApplicationId;
use ndx_service::egress::Egress;
use ndx_store::StoreError;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

use crate::{
    config::Receiver,
    engine::Engine,
    outbox::{
        pause::pause,
        sending::{self, Failure, OUT_OF_REACH},
    },
    store::{Next, Outbox, Taken},
};

/// How long nobody looks when nothing is written: what waits for its next try, or was taken by a process that has died.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);
/// What a worker may need beside the time of a try, to say what became of it.
const SLACK: TimeDelta = TimeDelta::seconds(5);
/// How long what is under way may take when the process ends. What is cut off is sent again.
const LAST_MOMENTS: Duration = Duration::from_secs(2);
/// What waits because a receiver was out of reach is made due no more often than this.
const BETWEEN_CALLS: TimeDelta = TimeDelta::minutes(1);

/// Delivers until `stop`.
pub(crate) async fn run(engine: Arc<Engine>, stop: CancellationToken) {
    let mut courier = Courier { outbox: engine.outbox(), engine, places: BTreeMap::new(), egress: None };
    let given_back = courier.outbox.give_back(courier.engine.clock().now()).await;
    note(given_back, "what a process before this one had taken cannot be given back");
    let mut under_way = JoinSet::new();
    while !stop.is_cancelled() {
        note(courier.round(&mut under_way).await, "the outbox cannot be read");
        tokio::select! {
            () = stop.cancelled() => {}
            // A place is free.
            Some(_) = under_way.join_next() => {}
            () = courier.outbox.written() => {}
            () = tokio::time::sleep(BETWEEN_LOOKS) => {}
        }
    }
    let ended = async { while under_way.join_next().await.is_some() {} };
    drop(tokio::time::timeout(LAST_MOMENTS, ended).await);
}

struct Courier {
    engine: Arc<Engine>,
    outbox: Outbox,
    places: BTreeMap<ApplicationId, Places>,
    /// What events are sent by, and the settings under which it was made.
    egress: Option<(Duration, Vec<Network>, Egress)>,
}

/// Those of one application.
struct Places {
    most: usize,
    free: Arc<Semaphore>,
    reach: Arc<Reach>,
}

/// Whether a receiver was reached when it was tried last.
#[derive(Default)]
struct Reach {
    lost: AtomicBool,
    called: Mutex<Option<DateTime<Utc>>>,
}

impl Courier {
    /// Begins to send what is due, as far as there are places.
    async fn round(&mut self, under_way: &mut JoinSet<()>) -> Result<(), StoreError> {
        let (config, now) = (self.engine.current().config, self.engine.clock().now());
        let time = Duration::from_millis(config.webhooks.timeout_ms);
        let Some(egress) = self.egress(time, &config.webhooks.allowed_networks) else { return Ok(()) };
        for application in self.outbox.waiting(now).await? {
            // Whoever is not told any more has what waits for it kept.
            let Some(receiver) = config.receiver(&application) else { continue };
            let places = self.places(&application, config.webhooks.concurrent);
            let (free, reach) = (Arc::clone(&places.free), Arc::clone(&places.reach));
            let most = free.available_permits();
            if most == 0 {
                continue;
            }
            let until = now + TimeDelta::from_std(time).unwrap_or_default() + SLACK;
            for taken in self.outbox.take(&application, most, now, until).await? {
                let Ok(place) = Arc::clone(&free).try_acquire_owned() else { break };
                let delivery = Delivery {
                    application: application.clone(),
                    receiver: Arc::clone(receiver),
                    settings: config.webhooks.clone(),
                    egress: egress.clone(),
                    outbox: self.outbox.clone(),
                    clock: self.engine.clock(),
                    reach: Arc::clone(&reach),
                    _place: place,
                };
                under_way.spawn(delivery.run(taken));
            }
        }
        Ok(())
    }

    fn places(&mut self, application: &ApplicationId, most: usize) -> &Places {
        let new = || Places { most, free: Arc::new(Semaphore::new(most)), reach: Arc::default() };
        let places = self.places.entry(application.clone()).or_insert_with(new);
        if places.most != most {
            // What is under way keeps its places of before.
            *places = Places { reach: Arc::clone(&places.reach), ..new() };
        }
        places
    }

    fn egress(&mut self, time: Duration, networks: &[Network]) -> Option<Egress> {
        if let Some((of_time, of_networks, egress)) = &self.egress
            && (*of_time, of_networks.as_slice()) == (time, networks)
        {
            return Some(egress.clone());
        }
        let allowed = networks.to_vec();
        let made = Egress::new(time, Arc::new(move |address| may_connect(address, &allowed)));
        let made =
            made.inspect_err(|error| tracing::error!(error = error as &dyn std::error::Error, "no webhooks")).ok()?;
        self.egress = Some((time, networks.to_vec(), made.clone()));
        Some(made)
    }
}

/// One event on its way.
struct Delivery {
    application: ApplicationId,
    receiver: Arc<Receiver>,
    settings: Webhooks,
    egress: Egress,
    outbox: Outbox,
    clock: Arc<dyn Clock>,
    reach: Arc<Reach>,
    _place: OwnedSemaphorePermit,
}

impl Delivery {
    async fn run(self, taken: Taken) {
        let sent = sending::send(&self.egress, &self.receiver, &taken, self.clock.now()).await;
        let noted = match sent {
            Ok(()) => self.delivered(&taken).await,
            Err(failure) => self.failed(&taken, failure).await,
        };
        // Nothing is lost: it is taken again when the time of this try is over.
        note(noted, "what became of an event cannot be written");
    }

    async fn delivered(&self, taken: &Taken) -> Result<(), StoreError> {
        let now = self.clock.now();
        self.outbox.delivered(taken, now).await?;
        if self.reach.is_found(now) {
            self.outbox.reachable_again(&self.application, &OUT_OF_REACH, now).await?;
        }
        Ok(())
    }

    async fn failed(&self, taken: &Taken, failure: Failure) -> Result<(), StoreError> {
        let (now, application, words) = (self.clock.now(), &self.application, failure.words());
        self.reach.lost.store(true, Ordering::Relaxed);
        let next = if taken.tries >= self.settings.tries {
            tracing::error!(event = %taken.id, %application, failure = words, "an event has become a dead letter");
            Next::Dead
        } else {
            tracing::warn!(event = %taken.id, %application, failure = words, tries = taken.tries, "an event was not delivered");
            Next::At(now + pause(&self.settings, taken.tries, failure.asked(), fastrand::f64()))
        };
        self.outbox.failed(taken, &words, next, now).await
    }
}

impl Reach {
    /// Whether the receiver has just been reached again, and this was not said lately.
    fn is_found(&self, now: DateTime<Utc>) -> bool {
        if !self.lost.swap(false, Ordering::Relaxed) {
            return false;
        }
        let mut called = self.called.lock().unwrap_or_else(PoisonError::into_inner);
        let late = called.is_none_or(|called| now - called >= BETWEEN_CALLS);
        if late {
            *called = Some(now);
        } else {
            // The next one who reaches it looks again.
            self.lost.store(true, Ordering::Relaxed);
        }
        late
    }
}

fn note<T>(done: Result<T, StoreError>, what: &'static str) {
    if let Err(error) = done {
        tracing::error!(error = &error as &dyn std::error::Error, "{what}");
    }
}
