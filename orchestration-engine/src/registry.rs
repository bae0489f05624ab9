//! The versions of the consumer schema: kept in the store, compared, put in force.
//!
//! The version that was last activated is in force, whatever the file says; the file is in force while none was. Several
//! gateways may share one store: each looks at its newest number twice a second and follows. A version that does not compose
//! with this gateway's configuration is not put in force by it: what was in force stays, and at the start the last version
//! that does compose is taken, else the file. A schema is no permit, so a store that is silent changes nothing here: policy
//! and consent are asked as ever.

use std::{
    future::Future,
    sync::{Arc, Weak},
    time::Duration,
};

use arc_swap::ArcSwap;
use ndx_config::Exchange;
use ndx_store::{Place, StoreError};
use tokio::sync::{Mutex, MutexGuard};

use crate::{
    config::Config,
    schema::{
        self, Composition, ConsumerSchema, Inputs, SchemaProblems, SchemaText,
        compare::{self, Change},
        versions::{Action, BadHistory, Recorded, Version, Versions},
    },
    state::{Gateway, LiveGateway, SetupError},
    store::{self, SchemaStore, SqlStore},
};

/// What another gateway put in force is in force here within a second.
const FOLLOWED_EVERY: Duration = Duration::from_millis(400);
/// How long the store may take for one question, and how long for a change.
const QUESTION: Duration = Duration::from_secs(2);
const CHANGE: Duration = Duration::from_secs(10);
/// How many actions are read at once.
const PAGE: u32 = 100;

/// The versions of the consumer schema, and the gateway that they are put in force in.
pub struct SchemaRegistry {
    store: Arc<dyn SchemaStore>,
    live: Arc<LiveGateway>,
    held: ArcSwap<Versions>,
    /// One at a time changes what is in force. It holds the number of the last action that was followed.
    turn: Mutex<u64>,
}

/// Why a version was not made or not put in force.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// There is a version of this name.
    #[error("there is a version of this name already")]
    Taken,
    /// There is none.
    #[error("there is no version of this name")]
    Unknown,
    /// It has mistakes.
    #[error(transparent)]
    Mistakes(SchemaProblems),
    /// Questions of today would be refused, and nobody has said that they may.
    #[error("questions of today would be refused")]
    Breaking(Vec<Change>),
    /// The store cannot be read or written.
    #[error("the store of the schema's versions cannot be used")]
    Store(#[from] StoreError),
}

/// A gateway of a changed configuration, ready to take its place; nothing else changes what is in force meanwhile.
pub struct Renewal<'r> {
    live: &'r LiveGateway,
    gateway: Gateway,
    _turn: MutexGuard<'r, u64>,
}

impl Renewal<'_> {
    /// Puts it in force.
    pub fn take_place(self) {
        self.live.replace(self.gateway);
    }
}

impl SchemaRegistry {
    /// Opens the store at `place`, puts the version in force that it names, and follows it from then on.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub async fn open(place: &Place, live: Arc<LiveGateway>) -> Result<Arc<Self>, StoreError> {
        Self::over(Arc::new(SqlStore::open(place).await?), live).await
    }

    /// The same over a store that is open already.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub async fn over(store: Arc<dyn SchemaStore>, live: Arc<LiveGateway>) -> Result<Arc<Self>, StoreError> {
        let registry = Arc::new(Self { store, live, held: ArcSwap::default(), turn: Mutex::default() });
        let versions = registry.look().await?;
        let mut followed = registry.turn.lock().await;
        let gateway = registry.live.now();
        if let Some(schema) = last_that_composes(&versions, &gateway.config) {
            registry.live.replace(gateway.with_schema(schema));
        }
        *followed = versions.last();
        drop(followed);
        tokio::spawn(follow(Arc::downgrade(&registry)));
        Ok(registry)
    }

    /// Closes the store. What is in force stays so.
    pub async fn close(&self) {
        self.store.close().await;
    }

    /// The gateway in force.
    pub fn live(&self) -> &Arc<LiveGateway> {
        &self.live
    }

    /// The versions, as the store has them now.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn versions(&self) -> Result<Arc<Versions>, StoreError> {
        self.look().await
    }

    /// What `sdl` would be as the consumer schema: composed with the configuration and the provider schemas of today.
    pub fn composed(&self, sdl: &str) -> Composition {
        schema::check_text(sdl.to_owned(), "schema.graphql", &Inputs::from(&*self.live.now().config))
    }

    /// Writes down a version, as a draft.
    ///
    /// # Errors
    /// When there is one of this name, or the store cannot be used.
    pub async fn create(&self, name: &str, sdl: &str, created_by: &str, by: &str) -> Result<Version, Refused> {
        let created = async {
            loop {
                let versions = self.look().await?;
                // While the file is in force it stands among the versions, and its name is its own.
                let of_file = versions.active().is_none().then(|| versions.name_of(&self.live.now().schema.text));
                if versions.get(name).is_some() || of_file.is_some_and(|file| file == name) {
                    return Err(Refused::Taken);
                }
                let (version, created_by) = (name.to_owned(), created_by.to_owned());
                let action = Action::Created { version, sdl: sdl.into(), created_by };
                if let Some(versions) = self.append(&versions, vec![action], by).await? {
                    return versions.get(name).cloned().ok_or(Refused::Unknown);
                }
            }
        };
        in_time_for_a_change(created).await
    }

    /// Puts the version `name` in force, for the requests that come from now on, and says what changes with it.
    ///
    /// # Errors
    /// When there is none of this name, it does not compose, it breaks questions and nobody has said that it may, or the
    /// store cannot be used. Nothing has changed then.
    pub async fn activate(&self, name: &str, accept_breaking: bool, by: &str) -> Result<Vec<Change>, Refused> {
        let mut turn = self.turn.lock().await;
        let activated = async {
            loop {
                // Somebody who was faster may have put in force what this version was not compared with.
                if let Some(changes) = self.try_to_activate(&mut turn, name, accept_breaking, by).await? {
                    return Ok(changes);
                }
            }
        };
        in_time_for_a_change(activated).await
    }

    /// The same, or nothing when somebody else was faster with whatever they did.
    async fn try_to_activate(
        &self,
        followed: &mut u64,
        name: &str,
        accept_breaking: bool,
        by: &str,
    ) -> Result<Option<Vec<Change>>, Refused> {
        let mut versions = self.catch_up(followed).await?;
        let gateway = self.live.now();
        let version = versions.get(name).ok_or(Refused::Unknown)?;
        let next = composed(version, &gateway.config).map_err(Refused::Mistakes)?;
        let changes = compare::compare(&gateway.schema.definition, &next.definition);
        if compare::is_breaking(&changes) && !accept_breaking {
            return Err(Refused::Breaking(changes));
        }
        let actions = activation(&versions, name, accept_breaking, &gateway.schema.text);
        if !actions.is_empty() {
            let Some(recorded) = self.append(&versions, actions, by).await? else { return Ok(None) };
            versions = recorded;
        }
        *followed = versions.last();
        self.live.replace(gateway.with_schema(next));
        Ok(Some(changes))
    }

    /// The gateway of a changed configuration, with the version in force. Whatever is wrong shows here.
    ///
    /// # Errors
    /// With everything that is wrong with the schemas, or the first other thing that cannot be set up.
    pub async fn renewed(&self, exchange: &Exchange) -> Result<Renewal<'_>, SetupError> {
        let turn = self.turn.lock().await;
        let now = self.live.now();
        let mut gateway = now.renewed(exchange)?;
        let versions = self.held.load_full();
        if let Some(active) = versions.active() {
            // Where this gateway had to stay with an older one, it may go on doing so.
            let stayed = versions.back_to_the_first().find(|one| one.checksum == now.schema.text.checksum);
            let schema = composed(active, &gateway.config);
            let schema = schema.or_else(|why| stayed.map_or(Err(why), |version| composed(version, &gateway.config)))?;
            gateway = gateway.with_schema(schema);
        }
        Ok(Renewal { live: &self.live, gateway, _turn: turn })
    }

    /// Follows what another gateway has put in force, and says what there is.
    async fn catch_up(&self, followed: &mut u64) -> Result<Arc<Versions>, StoreError> {
        let versions = self.look().await?;
        if versions.last() == *followed {
            return Ok(versions);
        }
        let gateway = self.live.now();
        if let Some(active) = versions.active().filter(|active| active.checksum != gateway.schema.text.checksum) {
            match composed(active, &gateway.config) {
                Ok(schema) => {
                    tracing::info!(version = active.name, "another version of the consumer schema is in force");
                    self.live.replace(gateway.with_schema(schema));
                }
                Err(problems) => not_taken(active, &problems),
            }
        }
        *followed = versions.last();
        Ok(versions)
    }

    /// Appends the actions, all or nothing; nothing when `versions` are not all that there is any more.
    async fn append(
        &self,
        versions: &Versions,
        actions: Vec<Action>,
        by: &str,
    ) -> Result<Option<Arc<Versions>>, StoreError> {
        let at = self.live.now().clock.now();
        let Some(recorded) = self.store.append(versions.last(), actions, by, at).await? else { return Ok(None) };
        let versions = Arc::new(folded(versions, recorded)?);
        self.keep(&versions);
        Ok(Some(versions))
    }

    /// Looks whether the store has newer actions, and folds them in.
    async fn look(&self) -> Result<Arc<Versions>, StoreError> {
        let held = self.held.load_full();
        let newest = in_time(self.store.newest()).await?;
        // A history that has become shorter is another one: the store was restored.
        let replaced = newest < held.last();
        let mut versions = if replaced { Arc::default() } else { held };
        while versions.last() < newest {
            let recorded = in_time(self.store.after(versions.last(), PAGE)).await?;
            if recorded.is_empty() {
                return Err(StoreError::Corrupt(format!("schema action {newest} is there, and those before it not")));
            }
            versions = Arc::new(folded(&versions, recorded)?);
        }
        if replaced {
            self.held.store(Arc::clone(&versions));
        } else {
            self.keep(&versions);
        }
        Ok(versions)
    }

    /// Of two looks that cross, the one that saw more of the history wins.
    fn keep(&self, versions: &Arc<Versions>) {
        self.held.rcu(|held| if held.last() < versions.last() { Arc::clone(versions) } else { Arc::clone(held) });
    }
}

/// Follows the store until nobody holds the registry any more.
async fn follow(registry: Weak<SchemaRegistry>) {
    let mut silent = false;
    loop {
        tokio::time::sleep(FOLLOWED_EVERY).await;
        let Some(registry) = registry.upgrade() else { return };
        let mut turn = registry.turn.lock().await;
        match registry.catch_up(&mut turn).await {
            Ok(_) => silent = false,
            // Said once for as long as it lasts.
            Err(error) if !silent => {
                let error: &(dyn std::error::Error + 'static) = &error;
                tracing::warn!(error, "the store of the schema's versions is silent; what is in force stays");
                silent = true;
            }
            Err(_) => {}
        }
    }
}

/// What is written down when the version `name` takes the place of `before`: nothing when it is in force.
fn activation(versions: &Versions, name: &str, accept_breaking: bool, before: &SchemaText) -> Vec<Action> {
    let version = name.to_owned();
    let mut actions = Vec::new();
    match versions.active() {
        Some(active) if active.name == version => return actions,
        Some(_) => {}
        None => {
            // Until now the file was in force. It becomes a version, so that there is a way back.
            let file = versions.name_of(before);
            if versions.get(&file).is_none() {
                let (sdl, created_by) = (before.sdl.as_str().into(), before.file.clone());
                actions.push(Action::Created { version: file.clone(), sdl, created_by });
            }
            if file != version {
                actions.push(Action::Activated { version: file, accept_breaking: false });
            }
        }
    }
    actions.push(match versions.was_in_force(&version) {
        false => Action::Activated { version, accept_breaking },
        true => Action::RolledBack { version, accept_breaking },
    });
    actions
}

/// The version in force or, if it does not compose, the last before it that does.
fn last_that_composes(versions: &Versions, config: &Config) -> Option<ConsumerSchema> {
    versions.back_to_the_first().find_map(|version| match composed(version, config) {
        Ok(schema) => Some(schema),
        Err(problems) => {
            not_taken(version, &problems);
            None
        }
    })
}

fn not_taken(version: &Version, problems: &SchemaProblems) {
    tracing::error!(
        version = version.name,
        %problems,
        "the version of the consumer schema that is in force does not compose here; this gateway stays with another"
    );
}

fn composed(version: &Version, config: &Config) -> Result<ConsumerSchema, SchemaProblems> {
    let name = format!("version {}", version.name);
    let mut schema = schema::load_text(version.sdl.to_string(), &name, config)?;
    schema.text.file.clone_from(&version.created_by);
    schema.text.written_at = version.created_at;
    Ok(schema)
}

fn folded(versions: &Versions, recorded: Vec<Recorded>) -> Result<Versions, StoreError> {
    let mut versions = versions.clone();
    for one in recorded {
        versions.fold(one).map_err(|error: BadHistory| StoreError::Corrupt(error.to_string()))?;
    }
    Ok(versions)
}

async fn in_time<T>(answer: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    tokio::time::timeout(QUESTION, answer).await.unwrap_or_else(|_| Err(store::too_slow()))
}

/// A change that is cut off here is rolled back, or the next look finds it.
async fn in_time_for_a_change<T>(change: impl Future<Output = Result<T, Refused>>) -> Result<T, Refused> {
    tokio::time::timeout(CHANGE, change).await.unwrap_or_else(|_| Err(store::too_slow().into()))
}
