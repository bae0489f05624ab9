//! What a person shares, with whom: `GET /my` and `GET /my/{id}`.

use axum::{Extension, extract::RawQuery, http::StatusCode, response::Response};
use chrono::{DateTime, Utc};
use ndx_contracts::consent::ConsentStatus;
use serde::Serialize;
use url::form_urlencoded;

use crate::{
    ledger::{Action, AskedBy, Consent, Ended},
    pages::{Page, calendar::Calendar},
    portal::{
        address::{Id, known_id},
        sign_in,
        trouble::Trouble,
        visitor::Visitor,
        wording::{Asker, Group, Item, groups, items},
    },
    state::Scene,
    store::{History, Recorded},
};

const GATE: &str = "Sign in to see what you are sharing";

/// The list.
#[derive(Debug, Serialize)]
struct ListPage {
    tab: Tab,
    /// Requests that wait for an answer; only under "Now".
    waiting: Vec<Line>,
    lines: Vec<Line>,
}

impl Page for ListPage {
    const TEMPLATE: &'static str = "list.html";
}

/// Which part of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Tab {
    Now,
    Ended,
    No,
}

/// One consent in the list.
#[derive(Debug, Serialize)]
struct Line {
    id: String,
    asker: Asker,
    what: Vec<Item>,
    /// The name of the time, and the time: "Ends on", "28 November 2026".
    when: (&'static str, String),
}

/// One consent.
#[derive(Debug, Serialize)]
struct DetailPage {
    id: String,
    asker: Asker,
    status: ConsentStatus,
    waiting: bool,
    shared: Vec<SharedGroup>,
    left_out: Vec<Item>,
    refused: Vec<Group>,
    /// Until when the application cannot ask again.
    quiet_until: Option<String>,
    history: Vec<Happened>,
    /// Whether the person ever said yes.
    has_receipt: bool,
}

impl Page for DetailPage {
    const TEMPLATE: &'static str = "detail.html";
}

/// Things that one body keeps, shared until the same time.
#[derive(Debug, Serialize)]
struct SharedGroup {
    provider: String,
    items: Vec<SharedItem>,
}

#[derive(Debug, Serialize)]
struct SharedItem {
    label: String,
    reason: Option<String>,
    since: String,
    until: String,
}

/// One line of what happened.
#[derive(Debug, Serialize)]
struct Happened {
    at: String,
    what: String,
}

/// `GET /my[?show=ended|no]`
pub(crate) async fn list(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
    RawQuery(query): RawQuery,
) -> Result<Response, Trouble> {
    let Some(person) = visitor.person() else { return sign_in::gate(&state, "/my", GATE) };
    let query = query.unwrap_or_default();
    let show = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "show").map(|(_, value)| value);
    let tab = match show.as_deref() {
        Some("ended") => Tab::Ended,
        Some("no") => Tab::No,
        _ => Tab::Now,
    };
    let now = state.engine.now();
    let mut page = ListPage { tab, waiting: Vec::new(), lines: Vec::new() };
    for recorded in state.engine.consents_of(&person.subject).await? {
        let present = recorded.consent.at(now);
        if let (Some(request), Tab::Now) = (&present.request, tab) {
            let asked = request.fields.iter().map(|asked| &asked.field);
            page.waiting.push(Line {
                what: items(&state.engine.config, &recorded, &present, asked),
                when: ("Answer by", calendar(&state).moment(request.expires_at)),
                ..line(&state, &recorded, &present)
            });
        }
        let belongs = match present.status() {
            ConsentStatus::Pending | ConsentStatus::Approved if !present.shared.is_empty() => Tab::Now,
            ConsentStatus::Pending | ConsentStatus::Approved => continue,
            ConsentStatus::Revoked | ConsentStatus::Expired => Tab::Ended,
            ConsentStatus::Rejected => Tab::No,
        };
        if belongs == tab {
            page.lines.push(line(&state, &recorded, &present));
        }
    }
    Ok(state.pages.answer(StatusCode::OK, visitor.viewer().as_ref(), &page)?)
}

/// `GET /my/{id}`
pub(crate) async fn detail(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
    id: Id,
) -> Result<Response, Trouble> {
    let id = known_id(id);
    let Some(person) = visitor.person() else {
        return sign_in::gate(&state, &id.map_or_else(|| "/my".to_owned(), |id| format!("/my/{id}")), GATE);
    };
    let whole = state.engine.history_of(&person.subject, id.ok_or(Trouble::NotFound)?).await?;
    let recorded = &whole.recorded;
    let present = recorded.consent.at(state.engine.now());
    let config = &state.engine.config;
    let refused = present.refusal.iter().flat_map(|refusal| &refusal.fields);
    let now = state.engine.now();
    let quiet = present.refusal.as_ref().filter(|refusal| refusal.until > now);
    let page = DetailPage {
        id: recorded.id.to_string(),
        asker: Asker::of(config, recorded),
        // What waits for an answer is said beside; the page is about what was decided.
        status: Consent { request: None, ..present.clone() }.status(),
        waiting: present.request.is_some(),
        shared: shared(&state, recorded, &present),
        left_out: items(config, recorded, &present, &present.declined),
        refused: groups(items(config, recorded, &present, refused)),
        quiet_until: quiet.map(|refusal| calendar(&state).date(refusal.until)),
        history: history(&state, &whole),
        has_receipt: whole.entries.iter().any(|entry| matches!(entry.action, Action::Granted { .. })),
    };
    Ok(state.pages.answer(StatusCode::OK, visitor.viewer().as_ref(), &page)?)
}

fn calendar(state: &Scene) -> Calendar {
    Calendar::new(state.engine.now(), state.engine.config.offset)
}

fn line(state: &Scene, recorded: &Recorded, present: &Consent) -> Line {
    let calendar = calendar(state);
    let config = &state.engine.config;
    let (what, when) = match (&present.refusal, &present.ended) {
        (Some(refusal), _) if present.shared.is_empty() => {
            let said = if present.status() == ConsentStatus::Rejected { "You said no at" } else { "You stopped at" };
            (refusal.fields.iter().collect(), (said, calendar.moment(refusal.at)))
        }
        (_, Some(Ended::Sharing(at) | Ended::Request(at))) if present.shared.is_empty() => {
            (present.words.keys().collect(), ("Ended at", calendar.moment(*at)))
        }
        _ => {
            let last = present.shared.values().max_by_key(|share| share.until);
            let end = last.map(|share| calendar.end(share.since, share.until)).unwrap_or_default();
            (present.shared.keys().collect::<Vec<_>>(), ("Ends on", end))
        }
    };
    Line {
        id: recorded.id.to_string(),
        asker: Asker::of(config, recorded),
        what: items(config, recorded, present, what),
        when,
    }
}

fn shared(state: &Scene, recorded: &Recorded, present: &Consent) -> Vec<SharedGroup> {
    let calendar = calendar(state);
    let all = groups(items(&state.engine.config, recorded, present, present.shared.keys()));
    let share = |item: &Item| present.shared.iter().find(|(field, _)| field.to_string() == item.key);
    let shared = |item: Item| {
        let (since, until) = share(&item).map(|(_, share)| (share.since, share.until))?;
        let (since, until) = (calendar.date(since), calendar.end(since, until));
        Some(SharedItem { label: item.label, reason: item.reason, since, until })
    };
    all.into_iter()
        .map(|group| SharedGroup {
            provider: group.provider,
            items: group.items.into_iter().filter_map(shared).collect(),
        })
        .collect()
}

/// What happened, the newest first. A time of something that ended by itself is when it was noticed.
fn history(state: &Scene, whole: &History) -> Vec<Happened> {
    let calendar = calendar(state);
    let happened = |at: DateTime<Utc>, what: String| Happened { at: calendar.moment(at), what };
    let things = |number: usize| if number == 1 { "1 thing".to_owned() } else { format!("{number} things") };
    let line = |entry: &crate::ledger::Entry| match &entry.action {
        Action::Requested { by: AskedBy::Citizen, .. } => happened(entry.at, "You chose to answer again.".to_owned()),
        Action::Requested { fields, .. } => happened(entry.at, format!("They asked for {}.", things(fields.len()))),
        Action::Granted { fields, declined, until, .. } => {
            let part = if declined.is_empty() { String::new() } else { format!(" and left out {}", declined.len()) };
            let end = calendar.end(entry.at, *until);
            happened(entry.at, format!("You shared {}{part}, until {end}.", things(fields.len())))
        }
        Action::Denied { unexpected: true, .. } => {
            happened(entry.at, "You said no, and that you had not asked for this.".to_owned())
        }
        Action::Denied { blocked: true, .. } => {
            happened(entry.at, "You were not asked, because you blocked them.".to_owned())
        }
        Action::Denied { .. } => happened(entry.at, "You said no.".to_owned()),
        Action::Narrowed { stopped, until, .. } => {
            let stopped = (!stopped.is_empty()).then(|| format!("stopped sharing {}", things(stopped.len())));
            let until = until.map(|until| format!("chose to share until {}", calendar.end(entry.at, until)));
            let less: Vec<String> = stopped.into_iter().chain(until).collect();
            happened(entry.at, format!("You {}.", less.join(" and ")))
        }
        Action::Superseded { .. } => happened(entry.at, "Your answer replaced what you had said before.".to_owned()),
        Action::Revoked { .. } => happened(entry.at, "You stopped sharing.".to_owned()),
        Action::Expired {} => happened(entry.at, "It had ended by then.".to_owned()),
    };
    whole.entries.iter().rev().map(line).collect()
}
