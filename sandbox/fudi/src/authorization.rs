//! An authorization request: what a client sends a browser here with, and whether it may.
//!
//! Two kinds of refusal are kept apart by type, because only one of them may send the browser anywhere.

use url::form_urlencoded;

use crate::{
    assurance::Assurance,
    config::{Client, Grant, RegisteredUri},
    scope::{Scope, Word},
};

/// A request that a registered client may make.
#[derive(Debug, Clone)]
pub(crate) struct AuthorizationRequest {
    pub(crate) client_id: String,
    pub(crate) redirect_uri: RegisteredUri,
    pub(crate) state: Option<String>,
    pub(crate) scope: Scope,
    pub(crate) nonce: Option<String>,
    pub(crate) code_challenge: String,
    pub(crate) prompt: Prompt,
    /// How many seconds ago the person may have signed in at most.
    pub(crate) max_age: Option<i64>,
    /// How surely the client wants to know who it is.
    pub(crate) assurance: Assurance,
}

/// Whether the person may, must or must not see the sign-in page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prompt {
    WhenNeeded,
    Always,
    Never,
}

/// Why a request is refused.
#[derive(Debug)]
pub(crate) enum Refused {
    /// The client or its redirect address is not known: the person reads about it here.
    Here(&'static str),
    /// The client hears of it, at its own registered address.
    AtClient(Box<Told>),
}

/// What a client is told, in the words of RFC 6749, section 4.1.2.1.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) redirect_uri: RegisteredUri,
    pub(crate) state: Option<String>,
    pub(crate) error: &'static str,
    pub(crate) description: &'static str,
}

impl AuthorizationRequest {
    /// Reads the query of `/oauth2/authorize`.
    pub(crate) fn read(query: &str, clients: &[Client]) -> Result<(Self, Client), Refused> {
        let parameters = Parameters::read(query)?;
        let client_id =
            parameters.get("client_id").ok_or(Refused::Here("The request does not say which service it is from."))?;
        let client = clients
            .iter()
            .find(|client| client.client_id == client_id && client.grants.contains(&Grant::AuthorizationCode))
            .ok_or(Refused::Here("The service that sent you here is not registered."))?;
        let redirect_uri = parameters
            .get("redirect_uri")
            .and_then(|sent| client.redirect_uris.iter().find(|registered| registered.as_str() == sent))
            .ok_or(Refused::Here("The address to send you back to is not registered for this service."))?;

        // From here on the client can be told.
        let state = parameters.get("state").map(str::to_owned);
        let refuse = |error, description| {
            let (redirect_uri, state) = (redirect_uri.clone(), state.clone());
            Refused::AtClient(Box::new(Told { redirect_uri, state, error, description }))
        };
        if parameters.get("response_type") != Some("code") {
            return Err(refuse("unsupported_response_type", "only the response type code is supported"));
        }
        if parameters.get("response_mode").is_some_and(|mode| mode != "query") {
            return Err(refuse("invalid_request", "only the response mode query is supported"));
        }
        if parameters.get("request").is_some() || parameters.get("request_uri").is_some() {
            return Err(refuse("request_not_supported", "request objects are not supported"));
        }
        let scope = Scope::read(parameters.get("scope").unwrap_or_default());
        if !scope.has(Word::OpenId) {
            return Err(refuse("invalid_scope", "the scope openid is needed"));
        }
        let code_challenge = parameters
            .get("code_challenge")
            .filter(|_| parameters.get("code_challenge_method") == Some("S256"))
            .filter(|challenge| challenge.len() == 43)
            .ok_or_else(|| refuse("invalid_request", "a code challenge with the method S256 is needed"))?;
        let prompt = match parameters.get("prompt") {
            None | Some("consent") => Prompt::WhenNeeded,
            Some("none") => Prompt::Never,
            Some("login" | "select_account") => Prompt::Always,
            Some(_) => return Err(refuse("invalid_request", "the prompt is not one of none, login, select_account")),
        };
        let max_age = match parameters.get("max_age").map(str::parse::<u32>) {
            None => None,
            Some(Ok(seconds)) => Some(i64::from(seconds)),
            Some(Err(_)) => return Err(refuse("invalid_request", "max_age is not a number of seconds")),
        };
        let request = Self {
            client_id: client_id.to_owned(),
            redirect_uri: redirect_uri.clone(),
            state: state.clone(),
            scope,
            nonce: parameters.get("nonce").map(str::to_owned),
            code_challenge: code_challenge.to_owned(),
            prompt,
            max_age,
            assurance: Assurance::wanted(parameters.get("acr_values").unwrap_or_default()),
        };
        Ok((request, client.clone()))
    }
}

/// A query's parameters, each of them once.
struct Parameters(Vec<(String, String)>);

impl Parameters {
    fn read(query: &str) -> Result<Self, Refused> {
        let mut read: Vec<(String, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if read.iter().any(|(known, _)| *known == name) {
                return Err(Refused::Here("The request says something twice."));
            }
            read.push((name.into_owned(), value.into_owned()));
        }
        Ok(Self(read))
    }

    /// An empty parameter counts as one that was left out (RFC 6749, section 3.1).
    fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }
}
