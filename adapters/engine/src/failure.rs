//! Why a field has no value, in words that anybody may read.

use async_graphql::ErrorExtensions;

/// A failure; none of its forms holds an argument's value or the register's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// This argument does not have its form.
    BadRequest(String),
    /// The outcome that the adapter's author chose for the register's answer.
    Chosen(String),
    Unavailable,
    Timeout,
    BadData,
}

impl Failure {
    pub(crate) fn code(&self) -> &str {
        match self {
            Self::BadRequest(_) => "BAD_REQUEST",
            Self::Chosen(code) => code,
            Self::Unavailable => "PROVIDER_UNAVAILABLE",
            Self::Timeout => "PROVIDER_TIMEOUT",
            Self::BadData => "PROVIDER_BAD_DATA",
        }
    }

    fn message(&self) -> String {
        match self {
            Self::BadRequest(argument) => format!("the argument `{argument}` does not have the form it must have"),
            Self::Chosen(_) => "the provider did not answer as it should".to_owned(),
            Self::Unavailable => "the provider cannot be reached".to_owned(),
            Self::Timeout => "the provider did not answer in time".to_owned(),
            Self::BadData => "the provider sent what cannot be read".to_owned(),
        }
    }
}

impl From<Failure> for async_graphql::Error {
    fn from(failure: Failure) -> Self {
        Self::new(failure.message()).extend_with(|_, extensions| extensions.set("code", failure.code()))
    }
}
