//! The provider as a program that hosts it sees it.

use std::sync::Arc;

use chrono::TimeDelta;
use ndx_clock::Clock;

use crate::{config::Config, error::Error, keys::SIGN_FOR, state::AppState};

/// An identity provider, ready to be served. It makes its own keys: tokens that another one signed are not its own.
#[derive(Clone)]
pub struct Provider(pub(crate) Arc<AppState>);

impl Provider {
    /// A provider whose keys are changed once a day.
    ///
    /// # Errors
    /// When no key can be made, or people or clients contradict each other.
    pub fn new(config: Config, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        Self::with_keys_for(SIGN_FOR, config, clock)
    }

    /// A provider whose keys sign for `sign_for`.
    ///
    /// # Errors
    /// As [`Provider::new`]; and when `sign_for` is shorter than others keep the published keys.
    pub fn with_keys_for(sign_for: TimeDelta, config: Config, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        AppState::build(config, sign_for, clock).map(|state| Self(Arc::new(state)))
    }

    /// Changes the signing keys before their time, as soon as everybody can know the next ones: at once, unless there was
    /// a change in the last five minutes.
    pub fn change_keys(&self) {
        self.0.tokens.keys.change();
    }
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Provider({})", self.0.tokens.issuer)
    }
}
