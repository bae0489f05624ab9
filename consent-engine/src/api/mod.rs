//! What other services ask over HTTP. One endpoint, one file; every mistake is JSON with a code.

pub(crate) mod consents;
mod error;
pub(crate) mod health;

pub(crate) use self::error::ApiError;
