//! The form: what registers vouch for stands there, the rest is typed in. And sending it.

use std::sync::Arc;

use axum::{
    Extension,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use chrono::{Datelike, NaiveDate};
use ndx_pages::form::Form;
use serde::Serialize;

use crate::{
    answer::{Outcome, Told},
    calendar::{day, moment, today},
    item::{Item, Keeper},
    pages::{render::Page, trouble::Trouble, visitor::Visitor},
    session::Application,
    state::AppState,
    typed::{Mistake, SEXES, Typed},
};

#[derive(Serialize)]
struct FormPage {
    /// What registers vouch for.
    verified: Vec<Verified>,
    /// Keepers who do not answer now.
    silent: Vec<&'static str>,
    /// What she types in.
    fields: Vec<Field>,
    sexes: [&'static str; 2],
    typed: Typed,
    mistakes: Vec<Mistake>,
    /// When the registers were asked.
    asked: Option<String>,
}

impl Page for FormPage {
    const TEMPLATE: &'static str = "form.html";
}

/// What one keeper vouches for.
#[derive(Serialize)]
struct Verified {
    keeper: &'static str,
    items: Vec<(&'static str, String)>,
}

/// One question that is left to her.
#[derive(Serialize)]
struct Field {
    key: &'static str,
    label: &'static str,
    /// Why it is left to her; empty when nobody was asked.
    why: String,
    needed: bool,
    mistake: Option<String>,
}

#[derive(Serialize)]
struct SentPage {
    reference: String,
}

impl Page for SentPage {
    const TEMPLATE: &'static str = "sent.html";
}

/// `GET /application/form`
pub(crate) async fn show(
    State(state): State<Arc<AppState>>,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Trouble> {
    let application = visitor.session()?.application().clone();
    if application.sent.is_some() {
        return Ok(Redirect::to("/application/sent").into_response());
    }
    let page = page(&application, Vec::new());
    Ok(state.pages.answer(StatusCode::OK, visitor.viewer().as_ref(), &page)?)
}

/// `POST /application/form`
pub(crate) async fn send(
    State(state): State<Arc<AppState>>,
    Extension(visitor): Extension<Visitor>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Trouble> {
    let session = visitor.session()?;
    let form = Form::of_ours(&body, &headers, &state.site, &session.csrf)?;
    let wrong = {
        let mut application = session.application();
        if application.sent.is_some() {
            // A double click, or the back button: it was sent once.
            None
        } else {
            let open = application.open_items();
            application.typed = Typed::read(|name| form.get(name), &open);
            let mistakes = application.typed.mistakes(&open, today(state.clock.now()));
            if mistakes.is_empty() {
                let number = application.number(today(state.clock.now()).year())?;
                application.send(number);
                None
            } else {
                Some(page(&application, mistakes))
            }
        }
    };
    match wrong {
        None => Ok(Redirect::to("/application/sent").into_response()),
        Some(page) => Ok(state.pages.answer(StatusCode::UNPROCESSABLE_ENTITY, visitor.viewer().as_ref(), &page)?),
    }
}

/// `GET /application/sent`
pub(crate) async fn sent(
    State(state): State<Arc<AppState>>,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Trouble> {
    let sent = visitor.session()?.application().sent.clone();
    match sent {
        Some(reference) => {
            Ok(state.pages.answer(StatusCode::OK, visitor.viewer().as_ref(), &SentPage { reference })?)
        }
        None => Ok(Redirect::to("/application").into_response()),
    }
}

fn page(application: &Application, mistakes: Vec<Mistake>) -> FormPage {
    let verified = Keeper::ALL.into_iter().map(|keeper| {
        let of_keeper = Item::ALL.into_iter().filter(|item| item.keeper() == keeper);
        let items = of_keeper.filter_map(|item| match application.told(item)? {
            Told::Verified(value) => Some((item.label(), shown(item, value))),
            _ => None,
        });
        Verified { keeper: keeper.name(), items: items.collect() }
    });
    let silent = |keeper: &Keeper| {
        let mut of_keeper = Item::ALL.into_iter().filter(|item| item.keeper() == *keeper);
        of_keeper.any(|item| matches!(application.told(item), Some(Told::Silent)))
    };
    let fields = application.open_items().into_iter().map(|item| Field {
        key: item.key(),
        label: item.label(),
        why: why(item, application.told(item)),
        needed: item.is_needed(),
        mistake: mistakes.iter().find(|mistake| mistake.key == item.key()).map(|mistake| mistake.words.clone()),
    });
    let asked = match &application.heard {
        Some((Outcome::Told(_), at)) => Some(moment(*at)),
        _ => None,
    };
    FormPage {
        verified: verified.filter(|one| !one.items.is_empty()).collect(),
        silent: Keeper::ALL.into_iter().filter(silent).map(Keeper::name).collect(),
        fields: fields.collect(),
        sexes: SEXES,
        typed: application.typed.clone(),
        mistakes,
        asked,
    }
}

/// A register's value as people write it.
fn shown(item: Item, value: &str) -> String {
    let date = || NaiveDate::parse_from_str(value, "%Y-%m-%d").ok();
    match (item, value) {
        (_, "") => "None on the register".to_owned(),
        (Item::DateOfBirth, _) => date().map_or_else(|| value.to_owned(), day),
        _ => value.to_owned(),
    }
}

/// Why an item is left to her.
fn why(item: Item, told: Option<&Told>) -> String {
    let keeper = item.keeper().name();
    match told {
        None | Some(Told::Verified(_)) => String::new(),
        Some(Told::KeptBack) => "You chose not to share this.".to_owned(),
        Some(Told::NoEntry) => format!("Nothing about this is registered with {keeper}."),
        Some(Told::Silent) => format!("There is no answer from {keeper} now."),
        Some(Told::Unusable) => format!("We could not get this from {keeper}."),
    }
}
