//! The policies in memory.

use std::{path::Path, sync::Arc};

use async_trait::async_trait;
use ndx_clock::Clock;
use ndx_config::PolicySeed;
use ndx_contracts::{
    JudgeError,
    policy::{Decision, DecisionRequest, PolicyDecisionPoint},
};

use crate::{decision, error::PolicyStoreError, policy::PolicySet, seed, store::PolicyStore};

/// The policy decision point. The policies are read once; a decision reads no file.
#[derive(Debug)]
pub struct Pdp {
    policies: PolicySet,
    clock: Arc<dyn Clock>,
}

impl Pdp {
    /// Opens `policy.db` in `folder` and takes in what has changed in the seed files.
    ///
    /// # Errors
    /// With every mistake in the seed files, or when the store cannot be used.
    pub async fn open(seed: &PolicySeed, folder: &Path, clock: Arc<dyn Clock>) -> Result<Arc<Self>, PolicyStoreError> {
        let wanted = seed::read(&seed.fields, &seed.grants).map_err(PolicyStoreError::Seed)?;
        let store = PolicyStore::open(folder).await?;
        let policies = store.become_like(&wanted, "seed", clock.now()).await?;
        Ok(Arc::new(Self { policies, clock }))
    }

    /// The policies in force.
    pub fn policies(&self) -> &PolicySet {
        &self.policies
    }

    /// Decides.
    pub fn decide_now(&self, request: &DecisionRequest) -> Decision {
        decision::decide(&self.policies, request, self.clock.now())
    }
}

#[async_trait]
impl PolicyDecisionPoint for Pdp {
    async fn decide(&self, request: &DecisionRequest) -> Result<Decision, JudgeError> {
        Ok(self.decide_now(request))
    }
}
