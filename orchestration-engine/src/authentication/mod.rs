//! Authenticates a request: from a bearer token to the [`Caller`], an application that the exchange knows.

mod certificate_bound;

use std::{collections::HashMap, sync::Arc, time::Duration};

use ndx_auth::{KeySet, Rejection, TokenVerifier, bearer};
use ndx_config::{Application, ApplicationPurpose};
use ndx_contracts::ApplicationId;
use serde::Deserialize;

use self::certificate_bound::Confirmation;
use crate::request::GraphqlRequest;

/// Who asks.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The application.
    pub application: Arc<Application>,
}

/// Why nobody was authenticated. The caller learns no more than whether a token had expired.
#[derive(Debug, thiserror::Error)]
pub enum AuthenticationError {
    /// There is no bearer token.
    #[error("there is no bearer token")]
    NoToken,
    /// The token is not acceptable.
    #[error(transparent)]
    Rejected(Rejection),
    /// The issuer's keys did not come in time.
    #[error("the issuer's keys did not come in time")]
    NoKeysInTime,
    /// The token is good, but for an application that the exchange does not know.
    #[error("the token is for an application that is not registered")]
    UnknownApplication,
}

/// Why there is no purpose to ask for.
#[derive(Debug, thiserror::Error)]
pub enum PurposeError {
    /// The application has several and named none.
    #[error("name the purpose in the header `X-Purpose` or in `extensions.purpose`")]
    Required {
        /// Those that it has.
        registered: Vec<String>,
    },
    /// The application named one that is not its own.
    #[error("this application is not registered for the purpose that it names")]
    NotAllowed {
        /// Those that it has.
        registered: Vec<String>,
    },
}

/// The claims of an application's access token (RFC 9068, section 2.2).
#[derive(Debug, Deserialize)]
struct Claims {
    client_id: String,
    #[serde(default)]
    sub: Option<String>,
    #[serde(default)]
    azp: Option<String>,
    /// The key that the token is bound to (RFC 7800, section 3.1).
    #[serde(default)]
    cnf: Option<Confirmation>,
    /// OpenDIF: the application where it is not the client itself.
    #[serde(default)]
    application_id: Option<String>,
}

/// Verifies tokens and knows the applications.
#[derive(Debug)]
pub struct Authenticator {
    verifier: TokenVerifier,
    applications: HashMap<ApplicationId, Arc<Application>>,
}

impl Authenticator {
    /// Accepts tokens that `verifier` accepts, of one of `applications`.
    pub fn new(verifier: TokenVerifier, applications: HashMap<ApplicationId, Arc<Application>>) -> Self {
        Self { verifier, applications }
    }

    /// The application that the `Authorization` header proves, within `time`. `certificate` is the thumbprint of the TLS
    /// certificate that the caller showed: a token that is bound to one is nothing without it.
    ///
    /// # Errors
    /// When there is no acceptable token, or no keys to judge it by.
    pub async fn authenticate(
        &self,
        authorization: Option<&str>,
        certificate: Option<&str>,
        time: Duration,
    ) -> Result<Caller, AuthenticationError> {
        let token = authorization.and_then(bearer::token).ok_or(AuthenticationError::NoToken)?;
        let verified = tokio::time::timeout(time, self.verifier.verify(token)).await;
        let claims: Claims =
            verified.map_err(|_| AuthenticationError::NoKeysInTime)?.map_err(AuthenticationError::Rejected)?;
        if claims.sub.is_none() && claims.azp.is_none() {
            return Err(AuthenticationError::Rejected(Rejection::Unacceptable("it has neither `sub` nor `azp`")));
        }
        let id = ApplicationId::new(claims.application_id.unwrap_or(claims.client_id));
        let application = self.applications.get(&id).cloned().ok_or(AuthenticationError::UnknownApplication)?;
        certificate_bound::prove(claims.cnf.as_ref(), certificate, application.certificate_bound)
            .map_err(|why| AuthenticationError::Rejected(Rejection::Unacceptable(why)))?;
        Ok(Caller { application })
    }

    /// The issuer's keys.
    pub fn keys(&self) -> &KeySet {
        self.verifier.keys()
    }
}

impl Caller {
    /// What the data is wanted for: what the request names, else the application's only purpose.
    ///
    /// # Errors
    /// When that leaves none.
    pub fn purpose(&self, request: &GraphqlRequest) -> Result<&ApplicationPurpose, PurposeError> {
        let purposes = &self.application.purposes;
        let registered = || purposes.iter().map(|purpose| purpose.id.to_string()).collect();
        match (&request.purpose, purposes.as_slice()) {
            (Some(named), all) => all
                .iter()
                .find(|purpose| purpose.id.as_str() == named)
                .ok_or_else(|| PurposeError::NotAllowed { registered: registered() }),
            (None, [only]) => Ok(only),
            (None, _) => Err(PurposeError::Required { registered: registered() }),
        }
    }
}
