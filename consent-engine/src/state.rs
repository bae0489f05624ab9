//! What the handlers share, and what each request takes of it.

use std::{sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use axum::extract::FromRef;
use ndx_auth::openid::{OpenIdClient, OpenIdProvider};
use ndx_clock::Clock;
use ndx_service::outbound;

use crate::{
    api::LookedAt,
    config::{Config, SignIn},
    current::Current,
    engine::Engine,
    neighbours::Neighbours,
    pages::{Country, Pages, Templates, assets},
};

/// Handles.
#[derive(Debug, Clone)]
pub(crate) struct AppState {
    pub(crate) engine: Arc<Engine>,
    providers: Arc<Providers>,
    templates: Arc<Templates>,
    neighbours: Neighbours,
    looked_at: LookedAt,
}

/// What one request is answered from: the same configuration from its beginning to its end.
#[derive(Debug, Clone)]
pub(crate) struct Scene {
    pub(crate) engine: Current,
    pub(crate) provider: Arc<OpenIdProvider>,
    pub(crate) pages: Pages,
    pub(crate) neighbours: Neighbours,
    /// What other portals have shown.
    pub(crate) looked_at: LookedAt,
}

impl AppState {
    pub(crate) fn new(engine: Arc<Engine>, templates: Templates, neighbours: Neighbours) -> reqwest::Result<Self> {
        let providers = Arc::new(Providers::new(&engine)?);
        Ok(Self { engine, providers, templates: Arc::new(templates), neighbours, looked_at: LookedAt::default() })
    }

    /// The scene for a request that begins now, in the language that `choose` finds for it; `query` is what stands in its
    /// address.
    pub(crate) fn scene(&self, choose: impl FnOnce(&Config) -> String, query: &str) -> Scene {
        let engine = self.engine.current();
        let provider = self.providers.of(&engine.config.sign_in);
        let country = Country {
            name: engine.config.name.clone(),
            complaints: engine.config.complaints.clone(),
            languages: engine.config.languages.clone(),
            theme: assets::theme(engine.config.theme.as_ref()),
        };
        let language = choose(&engine.config);
        let pages = Pages::new(Arc::clone(&self.templates), Arc::new(country), &language, query);
        let (neighbours, looked_at) = (self.neighbours.clone(), self.looked_at.clone());
        Scene { engine, provider, pages, neighbours, looked_at }
    }
}

impl FromRef<AppState> for Arc<Engine> {
    fn from_ref(state: &AppState) -> Self {
        Arc::clone(&state.engine)
    }
}

/// The citizens' identity provider, made anew when what we are there has changed: what a provider says about itself is
/// kept with it.
#[derive(Debug)]
struct Providers {
    http: reqwest::Client,
    clock: Arc<dyn Clock>,
    made: ArcSwap<(SignIn, Arc<OpenIdProvider>)>,
}

impl Providers {
    fn new(engine: &Engine) -> reqwest::Result<Self> {
        let (http, clock) = (outbound::client(Duration::from_secs(5))?, engine.clock());
        let settings = engine.current().config.sign_in.clone();
        let made = ArcSwap::from_pointee(Self::make(settings, &http, &clock));
        Ok(Self { http, clock, made })
    }

    fn of(&self, settings: &SignIn) -> Arc<OpenIdProvider> {
        let made = self.made.load();
        if made.0 == *settings {
            return Arc::clone(&made.1);
        }
        let new = Self::make(settings.clone(), &self.http, &self.clock);
        let provider = Arc::clone(&new.1);
        self.made.store(Arc::new(new));
        provider
    }

    fn make(settings: SignIn, http: &reqwest::Client, clock: &Arc<dyn Clock>) -> (SignIn, Arc<OpenIdProvider>) {
        let secret = settings.secret.expose();
        let client = OpenIdClient::new(settings.client_id.clone(), secret, settings.redirect.clone())
            .needing(&settings.citizen_claim);
        let provider = OpenIdProvider::new(settings.issuer.clone(), client, http.clone(), Arc::clone(clock));
        let provider = provider.accepting(settings.audiences.clone());
        (settings, Arc::new(provider))
    }
}
