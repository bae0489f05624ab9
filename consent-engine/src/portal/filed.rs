//! Who got a person's information, as a file to keep: `GET /history.csv`, `GET /history.json`.

use axum::{
    Extension, Json,
    extract::RawQuery,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use ndx_contracts::history::Use;
use serde::Serialize;

use crate::{
    pages::calendar::Calendar,
    portal::{
        address,
        filter::Filled,
        history::{self, GATE},
        names::Names,
        sign_in,
        trouble::Trouble,
        uses::{Ground, became},
        visitor::Visitor,
    },
    state::Scene,
    store::Person,
};

/// So many uses are asked for at once.
const AT_ONCE: u32 = 500;
/// A file holds at most so many, the newest.
pub(crate) const MOST: u32 = 10_000;

/// What a file holds.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct File<'u> {
    /// How many there are.
    total: u64,
    /// Whether all of them are here.
    complete: bool,
    uses: Vec<FiledUse<'u>>,
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

/// The uses that the filter wants, newest first.
struct Found {
    uses: Vec<Use>,
    total: u64,
    names: Names,
}

impl Found {
    fn is_complete(&self) -> bool {
        self.total <= self.uses.len() as u64
    }
}

/// `GET /history.json[?body=&from=&until=]`
pub(crate) async fn as_json(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
    RawQuery(query): RawQuery,
) -> Result<Response, Trouble> {
    let (person, filled) = match wanted(&state, &visitor, query).await? {
        Ok(wanted) => wanted,
        Err(page) => return Ok(page),
    };
    let found = found(&state, person, &filled).await?;
    let filed = |told: &Use| {
        let asker = found.names.asker(&state, told);
        let labels = told.fields.iter().map(|used| found.names.label(&state, &used.field)).collect();
        (labels, asker.body, asker.why)
    };
    let uses = found.uses.iter().map(|told| {
        let (labels, body, why) = filed(told);
        FiledUse { told, labels, body, why }
    });
    let file = File { total: found.total, complete: found.is_complete(), uses: uses.collect() };
    Ok(as_a_file("history.json", Json(file)))
}

/// `GET /history.csv[?body=&from=&until=]`: a line for each thing that was asked (RFC 4180), in the language of the pages.
pub(crate) async fn as_csv(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
    RawQuery(query): RawQuery,
) -> Result<Response, Trouble> {
    let (person, filled) = match wanted(&state, &visitor, query).await? {
        Ok(wanted) => wanted,
        Err(page) => return Ok(page),
    };
    let found = found(&state, person, &filled).await?;
    let calendar = Calendar::new(state.engine.now(), state.engine.config.offset, state.pages.language().clone());
    let mut table = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    let mut heading = Vec::new();
    for message in HEADINGS {
        heading.push(state.pages.say(message, [])?);
    }
    table.write_record(heading)?;
    for one in &found.uses {
        let asker = found.names.asker(&state, one);
        for used in &one.fields {
            let cells = [
                one.at.with_timezone(&state.engine.config.offset).to_rfc3339(),
                calendar.in_full(one.at)?,
                asker.body_first.clone(),
                asker.application.clone(),
                asker.why_first.clone(),
                found.names.label(&state, &used.field),
                state.pages.say(became(&used.outcome), [])?,
                Ground::of(&state, &calendar, &found.names, one, used)?.in_words(&state)?,
                one.trace_id.to_string(),
            ];
            table.write_record(cells.map(harmless))?;
        }
    }
    if !found.is_complete() {
        table.write_record([cut(&state)?])?;
    }
    let text = table.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    // Without the mark, the commonest spreadsheet reads other letters than Latin ones as something else.
    let text = ["\u{feff}".as_bytes(), &text].concat();
    Ok(as_a_file("history.csv", ([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], text)))
}

/// The columns of the table.
const HEADINGS: [&str; 9] = [
    "history-time",
    "use-when",
    "history-who",
    "mine-asked-by",
    "mine-why",
    "mine-what",
    "history-result",
    "record-ground",
    "history-number",
];

/// That only the newest are in a file.
pub(crate) fn cut(state: &Scene) -> Result<String, Trouble> {
    Ok(state.pages.say("history-cut", [("most", "10,000".into())])?)
}

/// A cell that no spreadsheet takes for a formula.
fn harmless(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}

/// Who wants which part; or the page that is shown in the file's place: the gate, or the list that says what is wrong.
async fn wanted<'v>(
    state: &Scene,
    visitor: &'v Visitor,
    query: Option<String>,
) -> Result<Result<(&'v Person, Filled), Response>, Trouble> {
    let Some(person) = visitor.person() else {
        let list = address::with_its_query("/history", query.as_deref());
        return sign_in::gate(state, &list, GATE, false).map(Err);
    };
    let filled = Filled { page: 1, ..Filled::of(query) };
    let (_, errors) = filled.question(&person.subject, state.engine.config.offset);
    if errors.any() {
        return history::page(state, visitor, person, filled).await.map(Err);
    }
    Ok(Ok((person, filled)))
}

async fn found(state: &Scene, person: &Person, filled: &Filled) -> Result<Found, Trouble> {
    let (mut question, _) = filled.question(&person.subject, state.engine.config.offset);
    question.limit = AT_ONCE;
    let (mut uses, mut total) = (Vec::new(), 0);
    while question.offset < MOST {
        let page = state.neighbours.history.history(&question).await?;
        let last = page.uses.len() < AT_ONCE as usize;
        total = page.total;
        uses.extend(page.uses);
        if last {
            break;
        }
        question.offset += AT_ONCE;
    }
    let names = Names::of(state, &person.subject, &uses).await?;
    Ok(Found { uses, total, names })
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

    #[test]
    fn no_cell_is_a_formula() {
        assert_eq!(harmless("=1+1".to_owned()), "'=1+1");
        assert_eq!(harmless("Full name".to_owned()), "Full name");
    }
}
