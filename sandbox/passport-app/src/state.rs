//! Made once at the start.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use ndx_auth::openid::{Attempt, OpenIdClient, OpenIdProvider};
use ndx_clock::Clock;
use ndx_service::outbound;
use url::Url;

use crate::{
    config::Config,
    error::Error,
    gateway::Gateway,
    kept::{Kept, Limits},
    pages::render::Pages,
    session::Session,
};

/// After this time without a click a person is signed out, and what she typed is forgotten.
pub(crate) const IDLE: TimeDelta = TimeDelta::minutes(20);
/// People who are signed in at once.
const MOST_SESSIONS: usize = 10_000;
/// Sign-ins that have begun; strangers can begin them, too.
const MOST_ATTEMPTS: usize = 10_000;

/// What a request is answered from.
pub(crate) struct AppState {
    pub(crate) site: Url,
    /// Where the exchange sends people back to.
    pub(crate) back: Url,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) provider: OpenIdProvider,
    pub(crate) gateway: Gateway,
    pub(crate) attempts: Kept<Attempt>,
    pub(crate) sessions: Kept<Arc<Session>>,
    pub(crate) pages: Pages,
}

impl AppState {
    pub(crate) fn build(config: &Config, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let http = outbound::client(Duration::from_secs(5))?;
        let (id, secret) = (&config.sign_in.id, config.sign_in.secret.expose());
        let client = OpenIdClient::new(id, secret, config.signed_in()?).needing("nic");
        let attempts = Limits { idle: TimeDelta::minutes(15), longest: TimeDelta::minutes(15), most: MOST_ATTEMPTS };
        let sessions = Limits { idle: IDLE, longest: TimeDelta::hours(8), most: MOST_SESSIONS };
        Ok(Self {
            site: config.site.clone(),
            back: config.back()?,
            provider: OpenIdProvider::new(config.issuer.clone(), client, http, Arc::clone(&clock)),
            gateway: Gateway::new(config)?,
            attempts: Kept::new(attempts, Arc::clone(&clock)),
            sessions: Kept::new(sessions, Arc::clone(&clock)),
            pages: Pages::load(config.sharing()?)?,
            clock,
        })
    }
}
