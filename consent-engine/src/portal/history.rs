//! Who got a person's information: `GET /history`.

use axum::{Extension, extract::RawQuery, http::StatusCode, response::Response};
use ndx_contracts::history::HistoryPage;
use serde::Serialize;

use crate::{
    pages::Page,
    portal::{
        address,
        filed::{self, MOST},
        filter::{Errors, Filled},
        names::Names,
        sign_in,
        trouble::Trouble,
        uses::ToldUse,
        visitor::Visitor,
    },
    state::Scene,
    store::Person,
};

/// The message over the gate in front of who got what.
pub(crate) const GATE: &str = "gate-history";

/// The list.
#[derive(Debug, Serialize)]
struct ListPage {
    filter: Filled,
    bodies: Vec<Body>,
    errors: Errors,
    uses: Vec<ToldUse>,
    /// "26 to 50 of 60"; empty when all are on one page.
    part: String,
    /// Whether only some of the list is wanted.
    narrowed: bool,
    newer: Option<String>,
    older: Option<String>,
    csv: String,
    json: String,
    /// That a file holds only the newest; empty when it holds all.
    cut: String,
    /// The answer of hers on which all of it rests, where only such is wanted.
    answer: Option<String>,
    some_not_shown: bool,
    /// Whether the newest may be missing.
    behind: bool,
}

impl Page for ListPage {
    const TEMPLATE: &'static str = "history.html";
}

#[derive(Debug, Serialize)]
struct Body {
    id: String,
    name: String,
    chosen: bool,
}

/// `GET /history[?body=&from=&until=&page=]`
pub(crate) async fn list(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
    RawQuery(query): RawQuery,
) -> Result<Response, Trouble> {
    let Some(person) = visitor.person() else { return sign_in::gate(&state, &visitor.here(), GATE, false) };
    page(&state, &visitor, person, Filled::of(query)).await
}

/// The list, as it is wanted.
pub(crate) async fn page(
    state: &Scene,
    visitor: &Visitor,
    person: &Person,
    filled: Filled,
) -> Result<Response, Trouble> {
    let config = &state.engine.config;
    let (question, errors) = filled.question(&person.subject, config.offset);
    let HistoryPage { uses, total, some_not_shown, behind } = state.neighbours.history.history(&question).await?;
    let names = Names::of(state, &person.subject, &uses).await?;
    let (first, shown) = (u64::from(question.offset), uses.len() as u64);
    let more = first + shown < total;
    let part = if shown == 0 || (first == 0 && !more) {
        String::new()
    } else {
        let numbers = [("first", first + 1), ("last", first + shown), ("total", total)];
        state.pages.say("history-part", numbers.map(|(name, number)| (name, number.to_string().into())))?
    };
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = ListPage {
        bodies: bodies(state, &filled),
        errors,
        uses: uses.iter().map(|one| ToldUse::of(state, &names, one)).collect::<Result<_, _>>()?,
        part,
        narrowed: filled.narrows(),
        newer: (filled.page > 1).then(|| filled.address("/history", Some(filled.page - 1))),
        older: more.then(|| filled.address("/history", Some(filled.page + 1))),
        csv: filled.address("/history.csv", None),
        json: filled.address("/history.json", None),
        cut: if total > u64::from(MOST) { filed::cut(state)? } else { String::new() },
        answer: filled.consent.map(|consent| address::detail(Some(consent))),
        some_not_shown,
        behind: behind > 0,
        filter: filled,
    };
    Ok(state.pages.answer(status, visitor.viewer().as_ref(), &page)?)
}

/// The bodies that run an application, by their names.
fn bodies(state: &Scene, filled: &Filled) -> Vec<Body> {
    let config = &state.engine.config;
    let body = |member: &ndx_config::Member| Body {
        id: member.id.to_string(),
        name: state.pages.words(&member.name),
        chosen: member.id.as_str() == filled.body,
    };
    let mut bodies: Vec<_> = config.askers().map(body).collect();
    bodies.sort_unstable_by(|one, other| one.name.cmp(&other.name));
    bodies
}
