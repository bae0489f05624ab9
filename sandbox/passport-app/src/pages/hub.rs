//! `GET /application`: what came of the question, and what she can do now. Whatever it was, she can type everything in.

use std::sync::Arc;

use axum::{
    Extension,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Serialize;
use url::Url;

use crate::{
    answer::Outcome,
    calendar::moment,
    pages::{render::Page, trip::with_way_back, trouble::Trouble, visitor::Visitor},
    session::{Application, Note},
    state::AppState,
};

/// Before anything was asked.
#[derive(Serialize)]
struct BeginPage;

impl Page for BeginPage {
    const TEMPLATE: &'static str = "begin.html";
}

/// The exchange must ask her first.
#[derive(Serialize)]
struct DecidePage {
    link: Url,
    note: Option<String>,
    until: Option<String>,
}

impl Page for DecidePage {
    const TEMPLATE: &'static str = "decide.html";
}

/// Nothing can be had, for one reason or another.
#[derive(Serialize)]
struct NothingPage {
    title: &'static str,
    paragraphs: &'static [&'static str],
    /// Where she can change her mind.
    change: Option<Url>,
    /// Whether asking again makes sense now.
    again: bool,
}

impl Page for NothingPage {
    const TEMPLATE: &'static str = "nothing.html";
}

pub(crate) async fn show(
    State(state): State<Arc<AppState>>,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Trouble> {
    let application = visitor.session()?.application().clone();
    let viewer = visitor.viewer();
    let nothing = |title, paragraphs, change: &Option<Url>, again| {
        let page = NothingPage { title, paragraphs, change: change.clone(), again };
        Ok(state.pages.answer(StatusCode::OK, viewer.as_ref(), &page)?)
    };
    if application.sent.is_some() {
        return Ok(Redirect::to("/application/sent").into_response());
    }
    match application.heard.as_ref().map(|(outcome, _)| outcome) {
        None => Ok(state.pages.answer(StatusCode::OK, viewer.as_ref(), &BeginPage)?),
        Some(Outcome::Told(_)) => Ok(Redirect::to("/application/form").into_response()),
        Some(Outcome::Waiting { link, until }) => {
            let page = DecidePage {
                // Once the trip has ended and nothing came of it, the next question begins another.
                link: application.state().map_or_else(|| link.clone(), |trip| with_way_back(link, &state.back, trip)),
                note: note(&application),
                until: until.map(moment),
            };
            Ok(state.pages.answer(StatusCode::OK, viewer.as_ref(), &page)?)
        }
        Some(Outcome::SaidNo { change }) => nothing(
            "You chose not to share",
            &[
                "You said no, so we did not get your information. That is fine: you can type in your details and show your documents.",
                "Your application is treated the same.",
            ],
            change,
            false,
        ),
        Some(Outcome::Stopped { change }) => nothing(
            "You stopped sharing with us",
            &[
                "We cannot get your information any more. You can still apply: type in your details and show your documents.",
                "Your application is treated the same.",
            ],
            change,
            false,
        ),
        Some(Outcome::NotAllowed) => nothing(
            "We may not get your details",
            &[
                "We asked for something that we are not allowed to get. This is our mistake, not yours, and nothing was given to us.",
                "You can still apply: type in your details and show your documents.",
            ],
            &None,
            false,
        ),
        Some(Outcome::NotNow) => nothing(
            "We cannot get your details now",
            &[
                "The Farajaland Data Exchange is not answering. Nothing is wrong with your application.",
                "Try again in a few minutes, or type in your details and show your documents.",
            ],
            &None,
            true,
        ),
        Some(Outcome::OurMistake) => nothing(
            "We could not get your details",
            &[
                "Something went wrong when we asked for them. This is our mistake, not yours.",
                "You can still apply: type in your details and show your documents.",
            ],
            &None,
            true,
        ),
    }
}

fn note(application: &Application) -> Option<String> {
    Some(match application.note? {
        Note::Undecided => "You have not decided yet. Nothing was shared.".to_owned(),
        Note::RequestEnded(at) => {
            format!("You were asked before. That ended at {}, and nothing was shared. You can decide now.", moment(at))
        }
        Note::SharingEnded => "What you had shared with us has ended. You can decide again.".to_owned(),
    })
}
