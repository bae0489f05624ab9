//! What a request is answered from.

use crate::{births::Births, credentials::KnownClient, tokens::Tokens};

/// Made once at the start.
pub(crate) struct AppState {
    pub(crate) client: KnownClient,
    pub(crate) tokens: Tokens,
    pub(crate) births: Births,
}
