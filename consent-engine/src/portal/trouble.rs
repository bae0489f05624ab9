//! The pages for what went wrong. A handler only says what; the page is made around it, by [`dress`](super::dress).

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use ndx_auth::{Rejection, openid::OpenIdError};
use ndx_contracts::JudgeError;
use serde::Serialize;

use crate::{error::EngineError, pages::Page, portal::address};

/// What went wrong, as far as a person may know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// There is no such request or consent, or it is another person's. The page is the same to the last byte.
    NotFound,
    /// No page has this address.
    NoSuchPage,
    /// A form came from somewhere else, or without what our forms bring.
    NotOurForm,
    /// What was sent is larger than any form of ours.
    TooLarge,
    /// The person came back from the identity provider without being signed in; the path leads back to where she was.
    NotSignedIn(String),
    /// The identity provider vouched for somebody whom we cannot recognise.
    NotRecognised,
    /// The identity provider does not answer.
    NoIdentityProvider,
    /// The ledger does not answer.
    NoLedger,
    /// The record of who got what does not answer.
    NoRecord,
    /// A mistake of ours.
    OurMistake,
}

/// What the page says.
#[derive(Debug, Serialize)]
pub(crate) struct TroublePage {
    pub(crate) title: &'static str,
    pub(crate) paragraphs: Vec<String>,
    /// What to do: a link and its text.
    pub(crate) action: Option<(String, &'static str)>,
    /// The number to name when asking for help.
    pub(crate) trace: Option<String>,
}

impl Page for TroublePage {
    const TEMPLATE: &'static str = "trouble.html";
}

impl Trouble {
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::NotFound | Self::NoSuchPage => StatusCode::NOT_FOUND,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotOurForm | Self::NotSignedIn(_) | Self::NotRecognised => StatusCode::FORBIDDEN,
            Self::NoIdentityProvider | Self::NoLedger | Self::NoRecord => StatusCode::SERVICE_UNAVAILABLE,
            Self::OurMistake => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The words; `provider` is what people call the identity provider.
    pub(crate) fn page(&self, provider: &str, trace: Option<String>) -> TroublePage {
        let (title, paragraphs, action) = match self {
            Self::NotFound => ("We cannot find this request", vec![], None),
            Self::NoSuchPage => (
                "Page not found",
                vec!["If you typed the address, check that it is right.".to_owned()],
                Some(("/my".to_owned(), "See what you are sharing")),
            ),
            Self::NotOurForm => (
                "We could not accept your answer",
                vec![
                    "The page was open for too long, or you signed in again since. Nothing was changed.".to_owned(),
                    "Go back, load the page again and answer once more.".to_owned(),
                ],
                Some(("/my".to_owned(), "See what you are sharing")),
            ),
            Self::TooLarge => (
                "We could not accept your answer",
                vec!["What was sent is larger than an answer can be. Nothing was changed.".to_owned()],
                Some(("/my".to_owned(), "See what you are sharing")),
            ),
            Self::NotSignedIn(path) => (
                "You are not signed in",
                vec![format!("{provider} did not sign you in, or it took too long. Nothing was changed.")],
                Some((address::sign_in(path, false), "Try again")),
            ),
            Self::NotRecognised => (
                "We do not know who you are",
                vec![format!("You signed in, but {provider} did not tell us an identity number that we can use.")],
                Some((address::sign_in("/my", true), "Sign in as someone else")),
            ),
            Self::NoIdentityProvider => (
                "You cannot sign in now",
                vec![format!("{provider} is not answering. Try again in a few minutes.")],
                None,
            ),
            Self::NoLedger => {
                ("This is not working now", vec!["Nothing was changed. Try again in a few minutes.".to_owned()], None)
            }
            Self::NoRecord => (
                "You cannot see this now",
                vec![
                    "The record of who got your information is not answering. Nothing was changed.".to_owned(),
                    "Try again in a few minutes.".to_owned(),
                ],
                Some(("/my".to_owned(), "See what you are sharing")),
            ),
            Self::OurMistake => (
                "Something went wrong",
                vec!["This is our mistake, not yours. Try again in a few minutes.".to_owned()],
                None,
            ),
        };
        // INVARIANT: the page for what is not there and the page for what is another person's do not differ, so it
        // cannot hold a number of its own.
        let trace = trace.filter(|_| *self != Self::NotFound);
        TroublePage { title, paragraphs, action, trace }
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<EngineError> for Trouble {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::NotFound => Self::NotFound,
            EngineError::Store(_) => {
                tracing::error!(error = &error as &dyn std::error::Error, "the ledger failed");
                Self::NoLedger
            }
            other => {
                tracing::error!(error = &other as &dyn std::error::Error, "a page was not prepared for this");
                Self::OurMistake
            }
        }
    }
}

impl From<JudgeError> for Trouble {
    fn from(error: JudgeError) -> Self {
        tracing::error!(error = &error as &dyn std::error::Error, "a page could not ask another service");
        Self::NoRecord
    }
}

impl From<ndx_store::StoreError> for Trouble {
    fn from(error: ndx_store::StoreError) -> Self {
        EngineError::from(error).into()
    }
}

impl From<ndx_store::sealed::CryptoError> for Trouble {
    fn from(error: ndx_store::sealed::CryptoError) -> Self {
        tracing::error!(error = &error as &dyn std::error::Error, "something could not be sealed");
        Self::OurMistake
    }
}

impl From<minijinja::Error> for Trouble {
    fn from(error: minijinja::Error) -> Self {
        tracing::error!(error = &error as &dyn std::error::Error, "a page could not be made");
        Self::OurMistake
    }
}

impl From<csv::Error> for Trouble {
    fn from(error: csv::Error) -> Self {
        tracing::error!(error = &error as &dyn std::error::Error, "a table could not be written");
        Self::OurMistake
    }
}

impl From<OpenIdError> for Trouble {
    fn from(error: OpenIdError) -> Self {
        tracing::warn!(error = &error as &dyn std::error::Error, "a sign-in failed");
        match error {
            OpenIdError::Unreachable(..) | OpenIdError::Discovery(..) | OpenIdError::IdToken(Rejection::NoKeys(_)) => {
                Self::NoIdentityProvider
            }
            _ => Self::NotSignedIn("/my".to_owned()),
        }
    }
}
