//! The pages. Plain HTML and forms, no script.
//!
//! | Module | What it does |
//! | --- | --- |
//! | `render` | a typed value and a template in, HTML out |
//! | `trouble` | the pages for what went wrong |
//! | `visitor` | who calls |
//! | `dress` | around every page: finds the visitor, makes the page for a trouble, sets the headers |
//! | `about` | the first page, help, privacy, accessibility |
//! | `sign_in` | signing in at the identity provider, and out |
//! | `trip` | asking the exchange, sending a person there, and taking her back |
//! | `hub` | what came of it, and what she can do now |
//! | `fill_in` | the form, and sending it |

pub(crate) mod render;
mod trouble;
mod visitor;
mod dress;
mod about;
mod sign_in;
mod trip;
mod hub;
mod fill_in;

use std::sync::Arc;

use axum::{
    Router,
    routing::{get, post},
};
use rust_embed::RustEmbed;

use crate::state::AppState;

pub(crate) use self::dress::dress;
use self::trouble::Trouble;

#[derive(RustEmbed)]
#[folder = "assets/"]
pub(crate) struct Assets;

/// All pages.
pub(crate) fn router() -> Router<Arc<AppState>> {
    Router::new()
        .route("/", get(about::start))
        .route("/help", get(about::help))
        .route("/privacy", get(about::privacy))
        .route("/accessibility", get(about::accessibility))
        .route("/sign-in", get(sign_in::begin))
        .route("/signed-in", get(sign_in::finish))
        .route("/sign-out", get(sign_in::ask_to_sign_out).post(sign_in::sign_out))
        .route("/signed-out", get(sign_in::signed_out))
        .route("/application", get(hub::show))
        .route("/application/ask", post(trip::ask))
        .route("/back", get(trip::back))
        .route("/application/form", get(fill_in::show).post(fill_in::send))
        .route("/application/sent", get(fill_in::sent))
        .fallback(|| async { Trouble::NoSuchPage })
        .method_not_allowed_fallback(|| async { Trouble::NoSuchPage })
}
