//! What a request is answered from.

use std::sync::Arc;

use chrono::TimeDelta;
use ndx_clock::Clock;
use ndx_config::Secret;

use crate::{
    attempts::Attempts,
    authorization_codes::Codes,
    config::{Client, Config},
    digests::SecretDigest,
    error::Error,
    form_key::FormKey,
    keys::Keys,
    pages::Pages,
    people::People,
    revoked::Revoked,
    sessions::Sessions,
    tokens::Tokens,
};

/// Made once at the start.
pub(crate) struct AppState {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) people: People,
    pub(crate) clients: Vec<Client>,
    pub(crate) sessions: Sessions,
    /// Wrong passwords.
    pub(crate) attempts: Attempts,
    /// Wrong one-time codes, which only somebody with the password can give.
    pub(crate) code_attempts: Attempts,
    pub(crate) form_key: FormKey,
    pub(crate) codes: Codes,
    pub(crate) tokens: Tokens,
    pub(crate) revoked: Revoked,
    pub(crate) pages: Pages,
    /// Whether cookies may travel over TLS only.
    pub(crate) secure: bool,
}

impl AppState {
    pub(crate) fn build(config: Config, sign_for: TimeDelta, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let mut ids: Vec<&str> = config.clients.iter().map(|client| client.client_id.as_str()).collect();
        ids.sort_unstable();
        if let Some([id, _]) = ids.array_windows::<2>().find(|[one, other]| one == other) {
            return Err(Error::Twice((*id).to_owned()));
        }
        config.clients.iter().try_for_each(Client::check)?;
        let keys = Keys::make(sign_for, clock.now())?;
        Ok(Self {
            clock,
            secure: config.issuer.scheme() == "https",
            sessions: Sessions::default(),
            attempts: Attempts::default(),
            code_attempts: Attempts::default(),
            form_key: FormKey::generate()?,
            codes: Codes::default(),
            tokens: Tokens { issuer: config.issuer_text(), keys },
            revoked: Revoked::default(),
            pages: Pages::load(&config.clients)?,
            people: People::new(config.people)?,
            clients: config.clients,
        })
    }

    pub(crate) fn client(&self, id: &str) -> Option<&Client> {
        self.clients.iter().find(|client| client.client_id == id)
    }

    /// The registered client, when `secret` proves it.
    pub(crate) fn proven_client(&self, id: &str, secret: &Secret) -> Option<&Client> {
        let client = self.client(id)?;
        SecretDigest::of(client.client_secret.as_ref()?).is_of(secret).then_some(client)
    }
}
