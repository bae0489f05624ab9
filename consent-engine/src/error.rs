//! Why the engine did not do what it was asked.

use ndx_contracts::{ApplicationId, JudgeError, Purpose};
use ndx_store::StoreError;

use crate::ledger::Illegal;

/// Why the engine did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The configuration does not know who asks.
    #[error("application `{0}` is not registered")]
    UnknownApplication(ApplicationId),
    /// The application is not registered for this purpose.
    #[error("application `{0}` is not registered for the purpose `{1}`")]
    UnknownPurpose(ApplicationId, Purpose),
    /// Nothing was asked for.
    #[error("a requirement must name at least one field")]
    NoFields,
    /// There is no such consent, or it is another person's: nobody learns which.
    #[error("there is no such consent")]
    NotFound,
    /// The consent has changed since the person looked at it.
    #[error("the consent has changed in the meantime")]
    Conflict,
    /// The same call was sent before, under the same key, and was answered so.
    #[error("the call was answered before")]
    Repeated(String),
    /// Another call was sent before under the same key.
    #[error("another call was sent under the same key")]
    KeyTaken,
    /// People are asked too often.
    #[error("more requests than are allowed; try again in {retry_after} seconds")]
    TooManyRequests {
        /// Seconds until it is worth trying again.
        retry_after: u32,
    },
    /// The action is not possible for what the consent is.
    #[error("not possible now: {0}")]
    Illegal(#[from] Illegal),
    /// The ledger cannot be read or written.
    #[error("the ledger cannot be read or written")]
    Store(#[from] StoreError),
}

impl From<ndx_store::sealed::CryptoError> for EngineError {
    fn from(error: ndx_store::sealed::CryptoError) -> Self {
        Self::Store(error.into())
    }
}

/// What the gateway calls this service.
const JUDGE: &str = "the consent engine";

impl From<EngineError> for JudgeError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Store(_) => Self::unavailable(JUDGE, error),
            EngineError::TooManyRequests { retry_after } => Self::Limited { judge: JUDGE, retry_after },
            other => Self::Confused { judge: JUDGE, what: other.to_string() },
        }
    }
}
