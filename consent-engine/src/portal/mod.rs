//! The citizen's pages. Plain HTML and forms, no script; a page says nothing about a request until the person whom it is
//! about has signed in.
//!
//! | Module | What it does |
//! | --- | --- |
//! | `back` | the way back to the application that sent the person here |
//! | `address` | addresses within the portal, read and written |
//! | `trouble` | the pages for what went wrong |
//! | `visitor` | who calls: the session, the trace |
//! | `attempt` | sign-ins that have begun, sealed in the browser that began them |
//! | `speech` | the language in which a request is answered |
//! | `dress` | around every page: finds the visitor, makes the page for a trouble, sets the headers |
//! | `wording` | consents in the words that pages use |
//! | `sign_in` | signing in at the identity provider, surely enough, and out |
//! | `packing` | texts made small for what a browser keeps |
//! | `draft` | what was filled in when a session ended, when a mistake was found, or when the question changed |
//! | `shown` | what a person saw when she answered |
//! | `question` | the question's page, and what an answer must hold |
//! | `answered` | what was answered, and the way back to the application |
//! | `request` | the question, and the answer |
//! | `mine` | what a person shares, with whom |
//! | `used` | when what a person shares was used |
//! | `then` | what a person was told when she said yes |
//! | `detail` | one consent, and what happened to it |
//! | `told` | a record in the words of pages |
//! | `receipt` | the receipt, to read, to print and as a file |
//! | `verify` | whether we signed a receipt, for everybody |
//! | `stop` | stopping, and changing one's mind |
//! | `less` | sharing less: one thing no more, or for a shorter time |
//! | `names` | what pages call what was used, who asked for it, and what the person had said by then |
//! | `uses` | what became of somebody's information, in words |
//! | `filter` | which part of who got what a person wants to see |
//! | `history` | who got a person's information: `/history` |
//! | `filed` | the same as a file |
//! | `one_use` | one use of it, and what the person finds wrong with it |
//! | `notice` | what an application gets without asking, because a law or a court says so |
//! | `block` | whom a person does not want to be asked by |
//! | `settings` | what a person can set |
//! | `about` | help, privacy, accessibility, who holds information |

mod back;
mod address;
mod trouble;
mod visitor;
mod attempt;
mod speech;
mod dress;
mod wording;
mod sign_in;
mod packing;
mod draft;
mod shown;
mod question;
mod answered;
mod request;
mod used;
mod mine;
mod then;
mod detail;
mod told;
mod receipt;
mod verify;
mod stop;
mod less;
mod names;
mod uses;
mod filter;
mod history;
mod filed;
mod one_use;
mod notice;
mod block;
mod settings;
mod about;

use axum::{Router, middleware, response::Redirect, routing::get};
use ndx_pages::packing::packed;

use crate::{pages::assets, portal::trouble::Trouble};

pub(crate) use self::{dress::complete, speech::language};

/// All pages.
pub(crate) fn router() -> Router {
    let pages = Router::new()
        .route("/", get(|| async { Redirect::to("/my") }))
        .route("/c/{id}", get(request::show).post(request::answer))
        .route("/c/{id}/done", get(answered::done))
        .route("/my", get(mine::list))
        .route("/my/{id}", get(detail::show))
        .route("/my/{id}/receipt", get(receipt::page))
        .route("/my/{id}/receipt.json", get(receipt::file))
        .route("/my/{id}/stop", get(stop::ask).post(stop::stop))
        .route("/my/{id}/stopped", get(stop::stopped))
        .route("/my/{id}/stop-some", get(less::ask_what).post(less::stop_some))
        .route("/my/{id}/less-time", get(less::ask_how_long).post(less::shorten))
        .route("/my/{id}/changed", get(less::changed))
        .route("/my/{id}/reopen", get(stop::reopened).post(stop::reopen))
        .route("/history", get(history::list))
        .route("/history.csv", get(filed::as_csv))
        .route("/history.json", get(filed::as_json))
        .route("/history/{id}", get(one_use::show))
        .route("/history/{id}/wrong", get(one_use::to_use).post(one_use::complain))
        .route("/history/{id}/sent", get(one_use::sent))
        .route("/notice/{application}/{purpose}", get(notice::show))
        .route("/my/{id}/block", get(block::ask).post(block::block))
        .route("/settings", get(settings::show))
        .route("/settings/unblock", get(block::unblocked).post(block::unblock))
        .route("/sign-in", get(sign_in::begin))
        .route("/signed-in", get(sign_in::finish))
        .route("/sign-out", get(sign_in::ask_to_sign_out).post(sign_in::sign_out))
        .route("/sign-out/everywhere", get(sign_in::to_settings).post(sign_in::sign_out_everywhere))
        .route("/signed-out", get(sign_in::signed_out))
        .route("/verify", get(verify::ask).post(verify::answer))
        .route("/sources", get(about::sources))
        .route("/help", get(about::help))
        .route("/privacy", get(about::privacy))
        .route("/accessibility", get(about::accessibility))
        .fallback(|| async { Trouble::NoSuchPage })
        .method_not_allowed_fallback(|| async { Trouble::NoSuchPage })
        .layer(middleware::from_fn(dress::dress));
    packed(pages).merge(assets::router())
}
