//! One use of a person's information: `GET /history/{id}`; and what she finds wrong with it: `POST /history/{id}/wrong`.

use axum::{
    Extension,
    body::Bytes,
    extract::RawQuery,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::CookieJar;
use ndx_contracts::{
    Subject,
    history::{Complaint, HistoryQuestion, Use},
};
use serde::Serialize;
use url::form_urlencoded;
use uuid::Uuid;

use crate::{
    pages::{LANGUAGE, Page},
    portal::{
        address::{Id, known_id},
        draft::{self, Begin, Filled, Why},
        history::GATE,
        names::Names,
        sign_in,
        trouble::Trouble,
        uses::{ToldUse, became},
        visitor::Visitor,
        wording::sentence,
    },
    state::Scene,
};
use ndx_pages::form::Form;

/// The longest text, in characters.
const LONGEST: usize = 2000;

/// One use.
#[derive(Debug, Serialize)]
struct UsePage {
    told: ToldUse,
    /// The body's full name, as a sentence begins.
    body_first: String,
    groups: Vec<UsedGroup>,
    /// The number under which it is followed.
    number: String,
    complaints: String,
    text: String,
    /// Whether the text was written before the person signed in again.
    kept: bool,
    /// The message that says what is wrong with it.
    error: Option<&'static str>,
}

impl Page for UsePage {
    const TEMPLATE: &'static str = "use.html";
}

/// Things that one body keeps.
#[derive(Debug, Serialize)]
struct UsedGroup {
    provider: String,
    things: Vec<UsedThing>,
}

#[derive(Debug, Serialize)]
struct UsedThing {
    label: String,
    became: String,
}

/// After complaining.
#[derive(Debug, Serialize)]
struct SentPage {
    id: String,
    number: Option<String>,
    complaints: String,
}

impl Page for SentPage {
    const TEMPLATE: &'static str = "sent.html";
}

/// `GET /history/{id}`
pub(crate) async fn show(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
    jar: CookieJar,
    id: Id,
) -> Result<Response, Trouble> {
    let id = known_id(id);
    let about = path(id);
    let Some(person) = visitor.person() else {
        let kept = draft::find(&state, &jar, &about).map(|_| "gate-kept-text");
        return sign_in::gate_again(&state, &visitor, &about, GATE, kept);
    };
    let begin = draft::begin(&state, &visitor, &jar, &about);
    let page = page(&state, &person.subject, id.ok_or(Trouble::NotFound)?, &begin).await?;
    Ok(state.pages.answer(StatusCode::OK, visitor.viewer().as_ref(), &page)?)
}

/// `POST /history/{id}/wrong`
pub(crate) async fn complain(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
    jar: CookieJar,
    id: Id,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Trouble> {
    let id = known_id(id);
    let about = path(id);
    let Some(session) = &visitor.session else {
        return draft::come_back(&state, jar, &about, &about, &headers, &body);
    };
    let form = Form::of_ours(&body, &headers, &state.engine.config.portal, &session.csrf)?;
    let (person, id) = (&session.person.subject, id.ok_or(Trouble::NotFound)?);
    let filled = Filled::of(&form);
    let text = text(&filled);
    if mistake(&text).is_some() {
        let jar = draft::keep(&state, jar, &about, filled.clone(), Why::Wrong)?;
        let page = page(&state, person, id, &Begin::again(filled, Why::Wrong)).await?;
        let page = state.pages.answer(StatusCode::UNPROCESSABLE_ENTITY, visitor.viewer().as_ref(), &page)?;
        return Ok((jar, page).into_response());
    }
    let complaint = Complaint { person: person.clone(), about: id, text: text.trim().to_owned() };
    let receipt = state.neighbours.history.complain(&complaint).await?.ok_or(Trouble::NotFound)?;
    let sent = Redirect::to(&format!("/history/{id}/sent?number={}", receipt.id));
    Ok((draft::forget(&state, jar), sent).into_response())
}

/// `GET /history/{id}/wrong`: it is a form on the page of the use. A change of the language leads here, too.
pub(crate) async fn to_use(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
    id: Id,
) -> Redirect {
    let path = path(known_id(id));
    let language = &state.pages.language().tag;
    Redirect::to(&if visitor.switched { format!("{path}?{LANGUAGE}={language}") } else { path })
}

/// What is written, as people write lines.
fn text(filled: &Filled) -> String {
    filled.get("text").unwrap_or_default().replace("\r\n", "\n")
}

/// The message that says what is wrong with `text`.
fn mistake(text: &str) -> Option<&'static str> {
    match text.trim().chars().count() {
        0 => Some("wrong-error-nothing"),
        1..=LONGEST => None,
        _ => Some("wrong-error-long"),
    }
}

/// `GET /history/{id}/sent?number=…`
pub(crate) async fn sent(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
    id: Id,
    RawQuery(query): RawQuery,
) -> Result<Response, Trouble> {
    let id = known_id(id);
    if visitor.person().is_none() {
        return sign_in::gate(&state, &path(id), GATE, false);
    }
    let query = query.unwrap_or_default();
    let number = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "number");
    let number = number.and_then(|(_, number)| Uuid::parse_str(&number).ok()).map(|number| number.to_string());
    let complaints = state.pages.complaints();
    let page = SentPage { id: id.ok_or(Trouble::NotFound)?.to_string(), number, complaints };
    Ok(state.pages.answer(StatusCode::OK, visitor.viewer().as_ref(), &page)?)
}

/// The page of a use; the list, where there is no id.
fn path(id: Option<Uuid>) -> String {
    id.map_or_else(|| "/history".to_owned(), |id| format!("/history/{id}"))
}

async fn page(state: &Scene, person: &Subject, id: Uuid, begin: &Begin) -> Result<UsePage, Trouble> {
    let question = HistoryQuestion { id: Some(id), limit: 1, ..HistoryQuestion::about(person.clone()) };
    let uses = state.neighbours.history.history(&question).await?.uses;
    let one = uses.first().ok_or(Trouble::NotFound)?;
    let names = Names::of(state, person, &uses).await?;
    let told = ToldUse::of(state, &names, one)?;
    let text = text(&begin.filled);
    Ok(UsePage {
        body_first: sentence(&told.asker.body_in_full),
        told,
        groups: groups(state, &names, one)?,
        number: one.trace_id.to_string(),
        complaints: state.pages.complaints(),
        error: begin.wrong.then(|| mistake(&text)).flatten(),
        kept: begin.kept,
        text,
    })
}

/// The things of a use by the body that keeps them, in the order of their first mention.
fn groups(state: &Scene, names: &Names, one: &Use) -> Result<Vec<UsedGroup>, Trouble> {
    let config = &state.engine.config;
    let mut groups: Vec<UsedGroup> = Vec::new();
    for used in &one.fields {
        let keeper = config.keeper(&used.field.schema_id).and_then(|id| config.member(id));
        let provider = match keeper {
            Some(member) => state.pages.words(&member.short_name),
            None => state.pages.say("some-register", [])?,
        };
        let became = state.pages.say(became(&used.outcome), [])?;
        let thing = UsedThing { label: names.label(state, &used.field), became };
        match groups.iter_mut().find(|group| group.provider == provider) {
            Some(group) => group.things.push(thing),
            None => groups.push(UsedGroup { provider, things: vec![thing] }),
        }
    }
    Ok(groups)
}
