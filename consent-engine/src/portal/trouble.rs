//! The pages for what went wrong. A handler only says what; the page is made around it, by [`dress`](super::dress).

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use ndx_auth::{Rejection, openid::OpenIdError};
use ndx_contracts::JudgeError;
use ndx_pages::form::NotOurForm;
use serde::Serialize;

use crate::{
    error::EngineError,
    pages::Page,
    portal::address::{self, Manner},
    state::Scene,
};

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
    title: String,
    paragraphs: Vec<String>,
    /// What to do: a link and its text.
    action: Option<(String, String)>,
    /// The number to name when asking for help.
    trace: Option<String>,
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

    /// The page, in the words of `scene`.
    pub(crate) fn page(&self, scene: &Scene, trace: Option<String>) -> Result<TroublePage, minijinja::Error> {
        let mine = || Some(("/my".to_owned(), "mine-link"));
        let (title, paragraphs, action): (_, &[&str], _) = match self {
            Self::NotFound => ("missing-title", &[], None),
            Self::NoSuchPage => ("no-page-title", &["no-page"], mine()),
            Self::NotOurForm => ("not-accepted-title", &["not-accepted", "not-accepted-again"], mine()),
            Self::TooLarge => ("not-accepted-title", &["too-large"], mine()),
            Self::NotSignedIn(path) => {
                ("not-signed-in-title", &["not-signed-in"], Some((address::sign_in(path, Manner::Usual), "try-again")))
            }
            Self::NotRecognised => {
                let other = address::sign_in("/my", Manner::Anew);
                ("not-recognised-title", &["not-recognised"], Some((other, "out-other")))
            }
            Self::NoIdentityProvider => ("no-provider-title", &["no-provider"], None),
            Self::NoLedger => ("no-ledger-title", &["no-ledger"], None),
            Self::NoRecord => ("no-record-title", &["no-record", "no-ledger"], mine()),
            Self::OurMistake => ("our-mistake-title", &["our-mistake"], None),
        };
        let provider = &scene.engine.config.identity_provider.name;
        let say = |id: &&str| scene.pages.say(id, [("provider", provider.as_str().into())]);
        Ok(TroublePage {
            title: say(&title)?,
            paragraphs: paragraphs.iter().map(say).collect::<Result<_, _>>()?,
            action: action.map(|(address, text)| Ok::<_, minijinja::Error>((address, say(&text)?))).transpose()?,
            // INVARIANT: the page for what is not there and the page for what is another person's do not differ, so it
            // cannot hold a number of its own.
            trace: trace.filter(|_| *self != Self::NotFound),
        })
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<NotOurForm> for Trouble {
    fn from(_: NotOurForm) -> Self {
        Self::NotOurForm
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
