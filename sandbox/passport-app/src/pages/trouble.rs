//! The pages for what went wrong. A handler only says what; the page is made around it, by [`dress`](super::dress()).

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use ndx_auth::{Rejection, openid::OpenIdError};
use ndx_pages::form::NotOurForm;
use serde::Serialize;

use crate::{pages::render::Page, random::NoRandomness};

/// What went wrong, as far as a person may know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// No page has this address.
    NoSuchPage,
    /// A form came from somewhere else, or without what our forms bring.
    NotOurForm,
    /// What was sent is larger than any form of ours.
    TooLarge,
    /// Nobody is signed in, and the page is about a person.
    SignedOut,
    /// Somebody came from the exchange with a state that is not hers.
    NotFromTheExchange,
    /// The person came back from the identity provider without being signed in.
    NotSignedIn,
    /// The identity provider does not answer.
    NoIdentityProvider,
    /// A mistake of ours.
    OurMistake,
}

/// What the page says.
#[derive(Serialize)]
pub(crate) struct TroublePage {
    title: &'static str,
    paragraphs: &'static [&'static str],
    /// What to do: a link and its text.
    action: Option<(&'static str, &'static str)>,
    /// The number to name when asking for help.
    trace: Option<String>,
}

impl Page for TroublePage {
    const TEMPLATE: &'static str = "trouble.html";
}

impl Trouble {
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::NoSuchPage => StatusCode::NOT_FOUND,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::SignedOut => StatusCode::OK,
            Self::NotOurForm | Self::NotFromTheExchange | Self::NotSignedIn => StatusCode::FORBIDDEN,
            Self::NoIdentityProvider => StatusCode::SERVICE_UNAVAILABLE,
            Self::OurMistake => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    pub(crate) fn page(self, trace: Option<String>) -> TroublePage {
        let go_on = Some(("/application", "Go to your application"));
        let (title, paragraphs, action): (_, &[_], _) = match self {
            Self::NoSuchPage => (
                "Page not found",
                &["If you typed the address, check that it is right."],
                Some(("/", "Go to the first page")),
            ),
            Self::NotOurForm => (
                "We could not take what you sent",
                &[
                    "The page was open for too long, or you signed in again since. Go back, load the page again and send it once more.",
                ],
                go_on,
            ),
            Self::TooLarge => (
                "We could not take what you sent",
                &["It is larger than an application can be. Go back and write less."],
                go_on,
            ),
            Self::SignedOut => (
                "Sign in to go on with your application",
                &[
                    "You are not signed in, or you did nothing for 20 minutes.",
                    "We do not keep what you had typed in. What you decided to share still counts.",
                ],
                Some(("/sign-in", "Sign in with FUDI")),
            ),
            Self::NotFromTheExchange => (
                "We do not know where you came from",
                &[
                    "The address that brought you here is not one that we gave you, or it was used before. Nothing was changed.",
                ],
                go_on,
            ),
            Self::NotSignedIn => (
                "You are not signed in",
                &["FUDI did not sign you in, or it took too long."],
                Some(("/sign-in", "Try again")),
            ),
            Self::NoIdentityProvider => {
                ("You cannot sign in now", &["FUDI is not answering. Try again in a few minutes."], None)
            }
            Self::OurMistake => {
                ("Something went wrong", &["This is our mistake, not yours. Try again in a few minutes."], None)
            }
        };
        let trace = trace.filter(|_| self != Self::SignedOut);
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

impl From<NotOurForm> for Trouble {
    fn from(_: NotOurForm) -> Self {
        Self::NotOurForm
    }
}

impl From<NoRandomness> for Trouble {
    fn from(error: NoRandomness) -> Self {
        tracing::error!(error = &error as &dyn std::error::Error, "a secret could not be made");
        Self::OurMistake
    }
}

impl From<minijinja::Error> for Trouble {
    fn from(error: minijinja::Error) -> Self {
        // Its kind and place only: its words may hold what the page shows.
        tracing::error!(kind = %error.kind(), template = error.name(), line = error.line(), "a page could not be made");
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
            _ => Self::NotSignedIn,
        }
    }
}
