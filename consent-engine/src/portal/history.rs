//! Who got a person's information: `GET /history`, and the same as a file.

use axum::{
    Extension, Json,
    extract::RawQuery,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, Utc};
use ndx_contracts::{
    MemberId, Subject,
    history::{HistoryPage, HistoryQuestion, Use},
};
use serde::Serialize;
use url::form_urlencoded;

use crate::{
    pages::Page,
    portal::{
        sign_in,
        trouble::Trouble,
        uses::{Names, ToldUse, became},
        visitor::Visitor,
        wording::Asker,
    },
    state::Scene,
};

/// So many uses are on one page, and in one question for a file.
const ON_A_PAGE: u32 = 25;
const AT_ONCE: u32 = 500;
/// A file holds at most so many.
const IN_A_FILE: u32 = 10_000;

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

/// What the person has filled in.
#[derive(Debug, Default, Serialize)]
struct Filled {
    body: String,
    from: String,
    until: String,
    #[serde(skip)]
    page: u32,
}

/// The messages that say what is wrong with it, by the field it belongs to.
#[derive(Debug, Default, Serialize)]
struct Errors {
    from: Option<&'static str>,
    until: Option<&'static str>,
}

const NO_FIRST_DAY: &str = "history-error-from";
const NO_LAST_DAY: &str = "history-error-until";
const BEFORE_THE_FIRST: &str = "history-error-order";

impl Filled {
    fn of(query: Option<String>) -> Self {
        let mut filled = Self { page: 1, ..Self::default() };
        for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            let value = value.trim();
            match &*name {
                "body" => filled.body = value.chars().take(200).collect(),
                "from" => filled.from = value.chars().take(20).collect(),
                "until" => filled.until = value.chars().take(20).collect(),
                "page" => filled.page = value.parse().ok().filter(|page| (1..=100_000).contains(page)).unwrap_or(1),
                _ => {}
            }
        }
        filled
    }

    /// What is asked with it, and what is wrong with it: what is wrong is left out of the question.
    fn question(&self, person: &Subject, offset: FixedOffset) -> (HistoryQuestion, Errors) {
        let day =
            |text: &str, wrong| (!text.is_empty()).then(|| text.parse::<NaiveDate>().map_err(|_| wrong)).transpose();
        let (from, until) = (day(&self.from, NO_FIRST_DAY), day(&self.until, NO_LAST_DAY));
        let mut errors = Errors { from: from.err(), until: until.err() };
        let (from, until) = (from.unwrap_or_default(), until.unwrap_or_default());
        if let (Some(from), Some(until)) = (from, until)
            && until < from
        {
            errors.until = Some(BEFORE_THE_FIRST);
        }
        let question = HistoryQuestion {
            body: (!self.body.is_empty()).then(|| MemberId::new(self.body.as_str())),
            from: from.and_then(|day| begins(day, offset)),
            until: until.filter(|_| errors.until.is_none()).and_then(|day| begins(day.succ_opt()?, offset)),
            limit: ON_A_PAGE,
            offset: (self.page - 1).saturating_mul(ON_A_PAGE),
            ..HistoryQuestion::about(person.clone())
        };
        (question, errors)
    }

    /// The address of `path` with what is filled in, and a page.
    fn address(&self, path: &str, page: Option<u32>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in [("body", &self.body), ("from", &self.from), ("until", &self.until)] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        if let Some(page) = page {
            query.append_pair("page", &page.to_string());
        }
        let query = query.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }
}

/// The first moment of `day` in the country.
fn begins(day: NaiveDate, offset: FixedOffset) -> Option<DateTime<Utc>> {
    Some(day.and_time(NaiveTime::MIN).and_local_timezone(offset).single()?.to_utc())
}

/// `GET /history[?body=&from=&until=&page=]`
pub(crate) async fn list(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
    RawQuery(query): RawQuery,
) -> Result<Response, Trouble> {
    let Some(person) = visitor.person() else { return sign_in::gate(&state, "/history", GATE, false) };
    let filled = Filled::of(query);
    let config = &state.engine.config;
    let (question, errors) = filled.question(&person.subject, config.offset);
    let HistoryPage { uses, total, some_not_shown, behind } = state.neighbours.history.history(&question).await?;
    let names = Names::of(&state, &person.subject, &uses).await?;
    let (first, shown) = (u64::from(question.offset), uses.len() as u64);
    let more = first + shown < total;
    let part = if shown == 0 || (first == 0 && !more) {
        String::new()
    } else {
        let numbers = [("first", first + 1), ("last", first + shown), ("total", total)];
        state.pages.say("history-part", numbers.map(|(name, number)| (name, number.to_string().into())))?
    };
    let status =
        if errors.from.is_some() || errors.until.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = ListPage {
        bodies: bodies(&state, &filled),
        errors,
        uses: uses.iter().map(|one| ToldUse::of(&state, &names, one)).collect::<Result<_, _>>()?,
        part,
        narrowed: !(filled.body.is_empty() && filled.from.is_empty() && filled.until.is_empty()),
        newer: (filled.page > 1).then(|| filled.address("/history", Some(filled.page - 1))),
        older: more.then(|| filled.address("/history", Some(filled.page + 1))),
        csv: filled.address("/history.csv", None),
        json: filled.address("/history.json", None),
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

/// One use, as it stands in a file.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct FiledUse<'u> {
    #[serde(flatten)]
    told: &'u Use,
    /// What people call each of the fields, in their order.
    labels: Vec<String>,
    body: String,
    why: String,
}

/// `GET /history.json`
pub(crate) async fn as_json(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
    RawQuery(query): RawQuery,
) -> Result<Response, Trouble> {
    let Some(person) = visitor.person() else { return sign_in::gate(&state, "/history", GATE, false) };
    let (uses, names) = filed(&state, &person.subject, query).await?;
    let filed = |told| {
        let told: &Use = told;
        let asker = Asker::with(&state, &told.application, &told.purpose);
        let labels = told.fields.iter().map(|used| names.label(&state, &used.field)).collect();
        FiledUse { told, labels, body: asker.body, why: asker.why }
    };
    let uses: Vec<_> = uses.iter().map(filed).collect();
    Ok(as_a_file("history.json", Json(uses)))
}

/// `GET /history.csv`: a line for each thing that was asked (RFC 4180).
pub(crate) async fn as_csv(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
    RawQuery(query): RawQuery,
) -> Result<Response, Trouble> {
    let Some(person) = visitor.person() else { return sign_in::gate(&state, "/history", GATE, false) };
    let (uses, names) = filed(&state, &person.subject, query).await?;
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["time", "body", "application", "why", "what", "result", "ground", "number"])?;
    for one in &uses {
        let asker = Asker::with(&state, &one.application, &one.purpose);
        for used in &one.fields {
            let ground = used.basis.as_ref().map(serde_json::to_string).transpose().unwrap_or_default();
            let cells = [
                one.at.with_timezone(&state.engine.config.offset).to_rfc3339(),
                asker.body.clone(),
                asker.application.clone(),
                asker.why.clone(),
                names.label(&state, &used.field),
                state.pages.say(became(&used.outcome), [])?,
                ground.unwrap_or_default(),
                one.trace_id.to_string(),
            ];
            table.write_record(cells.map(harmless))?;
        }
    }
    let text = table.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(as_a_file("history.csv", ([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], text)))
}

/// A cell that no spreadsheet takes for a formula.
fn harmless(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}

/// All uses that the filter wants, newest first, and the names of their things.
async fn filed(state: &Scene, person: &Subject, query: Option<String>) -> Result<(Vec<Use>, Names), Trouble> {
    let (mut question, _) = Filled { page: 1, ..Filled::of(query) }.question(person, state.engine.config.offset);
    question.limit = AT_ONCE;
    let mut uses = Vec::new();
    while question.offset < IN_A_FILE {
        let page = state.neighbours.history.history(&question).await?;
        let last = page.uses.len() < AT_ONCE as usize;
        uses.extend(page.uses);
        if last {
            break;
        }
        question.offset += AT_ONCE;
    }
    let names = Names::of(state, person, &uses).await?;
    Ok((uses, names))
}

fn as_a_file(name: &'static str, content: impl IntoResponse) -> Response {
    let mut response = content.into_response();
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    response.headers_mut().extend(disposition.ok().map(|value| (header::CONTENT_DISPOSITION, value)));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(query: &str) -> (HistoryQuestion, Errors) {
        let offset = "+05:30".parse().unwrap();
        Filled::of(Some(query.to_owned())).question(&Subject::from_canonical("1"), offset)
    }

    #[test]
    fn days_are_the_countrys_and_the_last_one_counts() {
        let (question, errors) = filled("body=die&from=2026-11-20&until=2026-11-21&page=3");
        assert_eq!(question.from.unwrap().to_rfc3339(), "2026-11-19T18:30:00+00:00");
        assert_eq!(question.until.unwrap().to_rfc3339(), "2026-11-21T18:30:00+00:00");
        assert_eq!((question.body.unwrap().as_str(), question.offset, question.limit), ("die", 50, 25));
        assert!(errors.from.is_none() && errors.until.is_none());
    }

    #[test]
    fn what_is_no_date_is_told_and_nothing_is_guessed() {
        for page in ["0", "-1", "x", "99999999999"] {
            assert_eq!(filled(&format!("page={page}")).0.offset, 0);
        }
        let (question, errors) = filled("from=21.11.2026&until=2026-02-30");
        assert_eq!((errors.from, errors.until), (Some(NO_FIRST_DAY), Some(NO_LAST_DAY)));
        assert_eq!((question.from, question.until), (None, None));
        let (_, errors) = filled("from=2026-11-21&until=2026-11-20");
        assert!(errors.until.is_some());
    }

    #[test]
    fn no_cell_is_a_formula() {
        assert_eq!(harmless("=1+1".to_owned()), "'=1+1");
        assert_eq!(harmless("Full name".to_owned()), "Full name");
    }
}
