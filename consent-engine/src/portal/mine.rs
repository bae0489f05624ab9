//! What a person shares, with whom: `GET /my`.

use axum::{Extension, extract::RawQuery, http::StatusCode, response::Response};
use ndx_contracts::consent::ConsentStatus;
use serde::Serialize;
use url::form_urlencoded;

use crate::{
    ledger::{Consent, Ended},
    pages::{Page, calendar::Calendar},
    portal::{
        sign_in,
        trouble::Trouble,
        visitor::Visitor,
        wording::{Asker, Item, items},
    },
    state::Scene,
    store::Recorded,
};

/// The message over the gate in front of what a person shares.
pub(crate) const GATE: &str = "gate-mine";

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
    /// The message that names the time, and the time: "Ends on", "28 November 2026".
    when: (&'static str, String),
}

/// `GET /my[?show=ended|no]`
pub(crate) async fn list(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
    RawQuery(query): RawQuery,
) -> Result<Response, Trouble> {
    let Some(person) = visitor.person() else { return sign_in::gate(&state, "/my", GATE, false) };
    let query = query.unwrap_or_default();
    let show = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "show").map(|(_, value)| value);
    let tab = match show.as_deref() {
        Some("ended") => Tab::Ended,
        Some("no") => Tab::No,
        _ => Tab::Now,
    };
    let now = state.engine.now();
    let calendar = Calendar::new(now, state.engine.config.offset, state.pages.language().clone());
    let mut page = ListPage { tab, waiting: Vec::new(), lines: Vec::new() };
    for recorded in state.engine.consents_of(&person.subject).await? {
        let present = recorded.consent.at(now);
        if let (Some(request), Tab::Now) = (&present.request, tab) {
            let asked = request.fields.iter().map(|asked| &asked.field);
            page.waiting.push(Line {
                what: items(&state, &recorded, &present, asked)?,
                when: ("mine-answer-by", calendar.moment(request.expires_at)?),
                ..line(&state, &calendar, &recorded, &present)?
            });
        }
        let belongs = match present.status() {
            ConsentStatus::Pending | ConsentStatus::Approved if !present.shared.is_empty() => Tab::Now,
            ConsentStatus::Pending | ConsentStatus::Approved => continue,
            ConsentStatus::Revoked | ConsentStatus::Expired => Tab::Ended,
            ConsentStatus::Rejected => Tab::No,
        };
        if belongs == tab {
            page.lines.push(line(&state, &calendar, &recorded, &present)?);
        }
    }
    Ok(state.pages.answer(StatusCode::OK, visitor.viewer().as_ref(), &page)?)
}

fn line(state: &Scene, calendar: &Calendar, recorded: &Recorded, present: &Consent) -> Result<Line, Trouble> {
    let (what, when) = match (&present.refusal, &present.ended) {
        (Some(refusal), _) if present.shared.is_empty() => {
            let denied = present.status() == ConsentStatus::Rejected;
            let said = if denied { "mine-said-no-at" } else { "mine-stopped-at" };
            let at = calendar.moment(refusal.at)?;
            let at = match present.unexpected {
                Some(unexpected) if unexpected == refusal.at => {
                    state.pages.say("mine-unexpected", [("at", at.into())])?
                }
                _ => at,
            };
            (refusal.fields.iter().collect(), (said, at))
        }
        (_, Some(Ended::Sharing(at) | Ended::Request(at))) if present.shared.is_empty() => {
            (present.words.keys().collect(), ("mine-ended-at", calendar.moment(*at)?))
        }
        _ => {
            let last = present.shared.values().max_by_key(|share| share.until);
            let end = last.map(|share| calendar.end(share.since, share.until)).transpose()?;
            (present.shared.keys().collect::<Vec<_>>(), ("mine-ends", end.unwrap_or_default()))
        }
    };
    Ok(Line {
        id: recorded.id.to_string(),
        asker: Asker::of(state, recorded),
        what: items(state, recorded, present, what)?,
        when,
    })
}
