//! The citizen's pages. Plain HTML and forms, no script; a page says nothing about a request until the person whom it is
//! about has signed in.
//!
//! | Module | What it does |
//! | --- | --- |
//! | `address` | addresses within the portal, read and written |
//! | `trouble` | the pages for what went wrong |
//! | `visitor` | who calls: the session, the trace, what every form must bring |
//! | `attempt` | sign-ins that have begun, sealed in the browser that began them |
//! | `dress` | around every page: finds the visitor, makes the page for a trouble, sets the headers |
//! | `wording` | consents in the words that pages use |
//! | `sign_in` | signing in at the identity provider, and out |
//! | `request` | the question, and the answer |
//! | `answered` | what was answered, and the way back to the application |
//! | `mine` | what a person shares, with whom |
//! | `stop` | stopping, and changing one's mind |
//! | `uses` | what became of somebody's information, in words, and the names of what it was |
//! | `history` | who got a person's information: `/history`, and the same as a file |
//! | `one_use` | one use of it, and what the person finds wrong with it |
//! | `notice` | what an application gets without asking, because a law or a court says so |
//! | `about` | help, privacy, accessibility |

mod address;
mod trouble;
mod visitor;
mod attempt;
mod dress;
mod wording;
mod sign_in;
mod request;
mod answered;
mod mine;
mod stop;
mod uses;
mod history;
mod one_use;
mod notice;
mod about;

use axum::{
    Router, middleware,
    response::Redirect,
    routing::{get, post},
};

use crate::{pages::assets, portal::trouble::Trouble};

pub(crate) use self::dress::complete;

/// All pages.
pub(crate) fn router() -> Router {
    let pages = Router::new()
        .route("/", get(|| async { Redirect::to("/my") }))
        .route("/c/{id}", get(request::show).post(request::answer))
        .route("/c/{id}/done", get(answered::done))
        .route("/my", get(mine::list))
        .route("/my/{id}", get(mine::detail))
        .route("/my/{id}/stop", get(stop::ask).post(stop::stop))
        .route("/my/{id}/stopped", get(stop::stopped))
        .route("/my/{id}/reopen", post(stop::reopen))
        .route("/history", get(history::list))
        .route("/history.csv", get(history::as_csv))
        .route("/history.json", get(history::as_json))
        .route("/history/{id}", get(one_use::show))
        .route("/history/{id}/wrong", post(one_use::complain))
        .route("/history/{id}/sent", get(one_use::sent))
        .route("/notice/{application}/{purpose}", get(notice::show))
        .route("/sign-in", get(sign_in::begin))
        .route("/signed-in", get(sign_in::finish))
        .route("/sign-out", get(sign_in::ask_to_sign_out).post(sign_in::sign_out))
        .route("/signed-out", get(sign_in::signed_out))
        .route("/help", get(about::help))
        .route("/privacy", get(about::privacy))
        .route("/accessibility", get(about::accessibility))
        .fallback(|| async { Trouble::NoSuchPage })
        .method_not_allowed_fallback(|| async { Trouble::NoSuchPage })
        .layer(middleware::from_fn(dress::dress));
    pages.merge(assets::router())
}
