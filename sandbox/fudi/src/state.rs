//! What a request is answered from.

use std::{collections::HashMap, sync::Arc};

use ndx_clock::Clock;
use ndx_config::Secret;

use crate::{
    attempts::Attempts,
    codes::Codes,
    config::{Client, Config, Person},
    digests::{SecretDigest, fresh},
    error::Error,
    form_key::FormKey,
    keys::SigningKey,
    pages::Pages,
    sessions::Sessions,
    tokens::Tokens,
};

/// Made once at the start.
pub(crate) struct AppState {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) people: People,
    pub(crate) clients: Vec<Client>,
    pub(crate) sessions: Sessions,
    pub(crate) attempts: Attempts,
    pub(crate) form_key: FormKey,
    pub(crate) codes: Codes,
    pub(crate) tokens: Tokens,
    pub(crate) pages: Pages,
    /// Whether cookies may travel over TLS only.
    pub(crate) secure: bool,
}

impl AppState {
    pub(crate) fn build(config: Config, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let mut ids: Vec<&str> = config.clients.iter().map(|client| client.client_id.as_str()).collect();
        ids.sort_unstable();
        if let Some([id, _]) = ids.array_windows::<2>().find(|[one, other]| one == other) {
            return Err(Error::Twice((*id).to_owned()));
        }
        for uri in config.clients.iter().flat_map(|client| &client.redirect_uris) {
            if !matches!(uri.scheme(), "http" | "https") || uri.fragment().is_some() {
                return Err(Error::RedirectUri(uri.to_string()));
            }
        }
        Ok(Self {
            clock,
            secure: config.issuer.scheme() == "https",
            sessions: Sessions::default(),
            attempts: Attempts::default(),
            form_key: FormKey::generate()?,
            codes: Codes::default(),
            tokens: Tokens { issuer: config.issuer_text(), key: SigningKey::generate()? },
            pages: Pages::load()?,
            people: People::new(config.people)?,
            clients: config.clients,
        })
    }

    /// The registered client, when `secret` proves it.
    pub(crate) fn proven_client(&self, id: &str, secret: &Secret) -> Option<&Client> {
        let client = self.clients.iter().find(|client| client.client_id == id)?;
        SecretDigest::of(&client.client_secret).is_of(secret).then_some(client)
    }
}

/// Who can sign in, by user name.
pub(crate) struct People {
    by_user: HashMap<String, (Person, SecretDigest)>,
    // Compared with when nobody has the name, so that the time tells nothing.
    nobody: SecretDigest,
}

impl People {
    fn new(people: Vec<Person>) -> Result<Self, Error> {
        let mut by_user = HashMap::new();
        for person in people {
            let digest = SecretDigest::of(&person.password);
            let user = person.user.clone();
            if by_user.insert(user.clone(), (person, digest)).is_some() {
                return Err(Error::Twice(user));
            }
        }
        Ok(Self { by_user, nobody: SecretDigest::of(&Secret::new(fresh()?)) })
    }

    pub(crate) fn find(&self, user: &str) -> Option<&Person> {
        self.by_user.get(user).map(|(person, _)| person)
    }

    /// The person with this name and password.
    pub(crate) fn proven(&self, user: &str, password: &Secret) -> Option<&Person> {
        match self.by_user.get(user) {
            Some((person, digest)) => digest.is_of(password).then_some(person),
            None => {
                let _ = self.nobody.is_of(password);
                None
            }
        }
    }
}
