//! The consent engine: a ledger, and the configuration by which it is kept, which can be replaced while it runs.

use std::sync::Arc;

use arc_swap::ArcSwap;
use async_trait::async_trait;
use ndx_clock::Clock;
use ndx_contracts::{
    JudgeError,
    consent::{ConsentAnswer, ConsentEngine, ConsentRequirement, StandingConsent},
};
use ndx_store::{Place, RootKey};

use crate::{
    config::Config,
    current::Current,
    error::EngineError,
    store::{ConsentStore, EvidenceKeyStore as _, SqlStore},
};

/// The ledger, with the configuration by which it is kept.
#[derive(Debug)]
pub struct Engine {
    config: ArcSwap<Config>,
    store: Arc<dyn ConsentStore>,
    clock: Arc<dyn Clock>,
}

impl Engine {
    /// Opens the ledger at `place`, making it when it is not there.
    ///
    /// # Errors
    /// When it cannot be opened, or its keys do not open with `root_key`.
    pub async fn open(
        config: Config,
        place: &Place,
        root_key: &RootKey,
        clock: Arc<dyn Clock>,
    ) -> Result<Arc<Self>, EngineError> {
        let store = SqlStore::open(place, root_key).await?;
        // A folder belongs to one process; a server has several, and each reads from it.
        let store = if matches!(place, Place::Folder(_)) { store.alone() } else { store };
        // Made before anybody asks for the public one.
        store.signing_key(clock.now()).await?;
        Ok(Self::over(config, Arc::new(store), clock))
    }

    /// The engine over a ledger that is open already.
    pub fn over(config: Config, store: Arc<dyn ConsentStore>, clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self { config: ArcSwap::from_pointee(config), store, clock })
    }

    /// Replaces the configuration whole. Requests that have begun go on with the one that they began with.
    pub fn reconfigure(&self, config: Config) {
        self.config.store(Arc::new(config));
    }

    /// What one request works with from its beginning to its end.
    pub fn current(&self) -> Current {
        Current { config: self.config.load_full(), store: Arc::clone(&self.store), clock: Arc::clone(&self.clock) }
    }

    /// Closes the ledger.
    pub async fn close(&self) {
        self.store.close().await;
    }

    /// The clock that the ledger goes by.
    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }
}

#[async_trait]
impl ConsentEngine for Engine {
    async fn require(&self, requirement: &ConsentRequirement) -> Result<ConsentAnswer, JudgeError> {
        Ok(self.current().ask(requirement).await?.answer)
    }

    async fn standing(&self, requirement: &ConsentRequirement) -> Result<Option<ConsentAnswer>, JudgeError> {
        Ok(self.current().standing(requirement).await?)
    }

    async fn withdrawn(&self, standing: &[StandingConsent]) -> Result<Vec<StandingConsent>, JudgeError> {
        Ok(self.current().withdrawn(standing).await?)
    }
}
