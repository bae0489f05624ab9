//! The policy decision point: decides by the policies in memory, and sees to it that they are those of the store.
//!
//! Several processes may share one store. Each looks at its newest number before a decision when its last look is a
//! second old, and folds in what is new; decisions in between touch no database, and those that wait share one look.
//! A look that fails is no answer: nothing is decided by policies of which nobody knows whether they still hold.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use ndx_clock::Clock;
use ndx_config::PolicySeed;
use ndx_contracts::{
    ApplicationId, JudgeError, Purpose,
    policy::{Decision, DecisionRequest, GrantedField, Grants, PolicyDecisionPoint},
};
use ndx_store::{Place, StoreError};
use tokio::sync::Mutex;

use crate::{
    decision,
    error::{ChangeError, PolicyStoreError, StoreGone},
    held::{Held, Moment},
    history::{Author, Policies, Recorded},
    policy::{Action, PolicySet},
    seed,
    store::{self, PolicyStore, SqlStore},
};

const JUDGE: &str = "policy";
/// How long the store may take for one question, and how long for a change.
const QUESTION: Duration = Duration::from_secs(2);
const CHANGE: Duration = Duration::from_secs(10);
/// How many actions are read at once.
const PAGE: u32 = 1000;

/// The policy decision point.
#[derive(Debug)]
pub struct Pdp {
    store: Arc<dyn PolicyStore>,
    held: Held,
    /// One looks at the store at a time, and leaves here why the last look failed.
    looking: Mutex<Option<FailedLook>>,
    /// One of this process changes the policies at a time.
    changing: Mutex<()>,
    /// What each registered application may want data for.
    registered: std::sync::RwLock<Arc<Purposes>>,
    clock: Arc<dyn Clock>,
}

/// The purposes of each registered application.
pub type Purposes = BTreeMap<ApplicationId, BTreeSet<Purpose>>;

/// The policies in force before and after a change; the same when there was nothing to change.
pub(crate) struct Changed {
    pub(crate) before: Arc<Policies>,
    pub(crate) after: Arc<Policies>,
}

#[derive(Debug)]
struct FailedLook {
    ended: Moment,
    cause: Arc<StoreError>,
}

impl Pdp {
    /// Opens the store at `place` and takes in what has changed in the seed files.
    ///
    /// # Errors
    /// With every mistake in the seed files, or when the store cannot be used.
    pub async fn open(seed: &PolicySeed, place: &Place, clock: Arc<dyn Clock>) -> Result<Arc<Self>, PolicyStoreError> {
        let wanted = seed::read(&seed.fields, &seed.grants).map_err(PolicyStoreError::Seed)?;
        let pdp = Self::over(Arc::new(SqlStore::open(place).await?), clock);
        pdp.become_like(&wanted).await?;
        Ok(pdp)
    }

    /// Over a store that is open already, with what is in it.
    pub fn over(store: Arc<dyn PolicyStore>, clock: Arc<dyn Clock>) -> Arc<Self> {
        let (looking, changing, registered) = (Mutex::default(), Mutex::default(), std::sync::RwLock::default());
        Arc::new(Self { store, held: Held::nothing(), looking, changing, registered, clock })
    }

    /// Closes the store. Nothing is decided from a second later on.
    pub async fn close(&self) {
        self.store.close().await;
    }

    /// Takes in which purposes each application is registered for. Whoever asks for an application that has only one need not
    /// name it, as with the gateway and the consent engine.
    pub fn know(&self, purposes: Purposes) {
        *self.registered.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(purposes);
    }

    /// The one purpose for which `application` is registered or, where it is not, has grants; `None` when there is none, or
    /// several.
    pub(crate) fn only_purpose(&self, policies: &PolicySet, application: &ApplicationId) -> Option<Purpose> {
        let registered = Arc::clone(&self.registered.read().unwrap_or_else(std::sync::PoisonError::into_inner));
        let purposes: BTreeSet<&Purpose> = match registered.get(application) {
            Some(purposes) => purposes.iter().collect(),
            None => {
                let granted = policies.grants.keys().filter(|(owner, ..)| owner == application);
                granted.map(|(_, purpose, _)| purpose).collect()
            }
        };
        match purposes.len() {
            1 => purposes.first().map(|purpose| (*purpose).clone()),
            _ => None,
        }
    }

    /// Takes in what has changed in the seed files, all or nothing.
    ///
    /// # Errors
    /// With every mistake in the seed files, or when the store cannot be used. Nothing has changed then.
    pub async fn reseed(&self, seed: &PolicySeed) -> Result<(), PolicyStoreError> {
        let wanted = seed::read(&seed.fields, &seed.grants).map_err(PolicyStoreError::Seed)?;
        self.become_like(&wanted).await
    }

    async fn become_like(&self, wanted: &PolicySet) -> Result<(), PolicyStoreError> {
        let seeded = self.change(&Author::seed(), |policies| Ok::<_, StoreError>(policies.seeded(wanted))).await;
        match seeded {
            Ok(Changed { before, after }) => {
                let (from, to) = (before.version(), after.version());
                if from != to {
                    // An older file on another machine brings back what a newer one took out: that must not go unseen.
                    tracing::warn!(
                        from,
                        to,
                        "the files of the policies changed what is in force; see `GET /api/v1/policy/history`"
                    );
                }
                Ok(())
            }
            Err(ChangeError::Refused(error) | ChangeError::Store(error)) => Err(error.into()),
        }
    }

    /// The policies in force, at most a second old.
    ///
    /// # Errors
    /// When the store cannot be looked at.
    pub async fn in_force(&self) -> Result<Arc<Policies>, JudgeError> {
        let came = Moment::now(&*self.clock);
        if let Some(policies) = self.held.young(&came) {
            return Ok(policies);
        }
        let mut failed = self.looking.lock().await;
        if let Some(policies) = self.held.young(&Moment::now(&*self.clock)) {
            return Ok(policies);
        }
        if let Some(look) = failed.as_ref().filter(|look| look.ended.follows(&came)) {
            return Err(JudgeError::unavailable(JUDGE, StoreGone(look.cause.clone())));
        }
        match self.look().await {
            Ok(policies) => {
                *failed = None;
                Ok(policies)
            }
            Err(error) => {
                let cause = Arc::new(error);
                *failed = Some(FailedLook { ended: Moment::now(&*self.clock), cause: cause.clone() });
                Err(JudgeError::unavailable(JUDGE, StoreGone(cause)))
            }
        }
    }

    /// Decides by `policies`, now.
    pub(crate) fn decide_by(&self, policies: &Policies, request: &DecisionRequest) -> Decision {
        decision::decide(policies.set(), request, self.clock.now())
    }

    /// The actions after `number`, in their order, and the number of the last one of all.
    pub(crate) async fn history(&self, number: u64, most: u32) -> Result<(Vec<Recorded>, u64), StoreError> {
        let recorded = in_time(self.store.after(number, most)).await?;
        Ok((recorded, in_time(self.store.newest()).await?))
    }

    /// Appends the actions that `wanted` finds necessary in the policies in force, all or nothing. `wanted` is asked again when somebody else was faster.
    ///
    /// # Errors
    /// When `wanted` refuses, or the store cannot be used.
    pub(crate) async fn change<E: Send>(
        &self,
        by: &Author,
        wanted: impl Fn(&Policies) -> Result<Vec<Action>, E> + Send + Sync,
    ) -> Result<Changed, ChangeError<E>> {
        let changed = async {
            let _turn = self.changing.lock().await;
            loop {
                let begun = Moment::now(&*self.clock);
                let before = self.look().await?;
                let actions = wanted(&before).map_err(ChangeError::Refused)?;
                if actions.is_empty() {
                    return Ok(Changed { after: before.clone(), before });
                }
                let appended = self.store.append(before.version(), actions, by, self.clock.now()).await?;
                if let Some(recorded) = appended {
                    let after = Arc::new(folded(&before, recorded)?);
                    self.held.keep(after.clone(), begun, false);
                    return Ok(Changed { before, after });
                }
            }
        };
        // A change that is cut off here is rolled back, or the next look finds it.
        tokio::time::timeout(CHANGE, changed).await.unwrap_or_else(|_| Err(ChangeError::Store(store::too_slow())))
    }

    /// The time, for what a change writes.
    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// Looks whether the store has newer actions, and folds them in.
    async fn look(&self) -> Result<Arc<Policies>, StoreError> {
        let begun = Moment::now(&*self.clock);
        let held = self.held.latest();
        let newest = in_time(self.store.newest()).await?;
        // A history that has become shorter is another one: the store was restored.
        let replaced = newest < held.version();
        let mut policies = if replaced { Arc::default() } else { held };
        while policies.version() < newest {
            let recorded = in_time(self.store.after(policies.version(), PAGE)).await?;
            if recorded.is_empty() {
                return Err(StoreError::Corrupt(format!("policy action {newest} is there, and those before it not")));
            }
            policies = Arc::new(folded(&policies, recorded)?);
        }
        self.held.keep(policies.clone(), begun, replaced);
        Ok(policies)
    }
}

fn folded(policies: &Policies, recorded: Vec<Recorded>) -> Result<Policies, StoreError> {
    let mut policies = policies.clone();
    for one in recorded {
        policies.fold(one).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    }
    Ok(policies)
}

async fn in_time<T>(answer: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    tokio::time::timeout(QUESTION, answer).await.unwrap_or_else(|_| Err(store::too_slow()))
}

#[async_trait]
impl PolicyDecisionPoint for Pdp {
    async fn decide(&self, request: &DecisionRequest) -> Result<Decision, JudgeError> {
        let policies = self.in_force().await?;
        Ok(self.decide_by(&policies, request))
    }
}

#[async_trait]
impl Grants for Pdp {
    async fn granted(&self, application: &ApplicationId, purpose: &Purpose) -> Result<Vec<GrantedField>, JudgeError> {
        let policies = self.in_force().await?;
        Ok(decision::granted(policies.set(), application, purpose, self.clock.now()))
    }
}
