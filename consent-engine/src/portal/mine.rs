//! What a person shares, with whom: `GET /my`.

use axum::{Extension, extract::RawQuery, http::StatusCode, response::Response};
use ndx_contracts::consent::ConsentStatus;
use serde::Serialize;
use url::form_urlencoded;

use crate::{
    ledger::{Consent, Ended},
    pages::{Page, calendar::Calendar},
    portal::{
        address::SHOW,
        sign_in,
        trouble::Trouble,
        used::LastUsed,
        visitor::Visitor,
        wording::{Asker, Item, items},
    },
    state::Scene,
    store::{Person, Recorded},
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
    /// When it was last used, of what is or was shared.
    used: Option<String>,
}

/// `GET /my[?show=ended|no]`
pub(crate) async fn list(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
    RawQuery(query): RawQuery,
) -> Result<Response, Trouble> {
    let Some(person) = visitor.person() else { return sign_in::gate(&state, &visitor.here(), GATE, false) };
    let query = query.unwrap_or_default();
    let show = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == SHOW).map(|(_, value)| value);
    let tab = match show.as_deref() {
        Some("ended") => Tab::Ended,
        Some("no") => Tab::No,
        _ => Tab::Now,
    };
    let now = state.engine.now();
    let calendar = Calendar::new(now, state.engine.config.offset, state.pages.language().clone());
    let mut page = ListPage { tab, waiting: Vec::new(), lines: Vec::new() };
    let mut used = None;
    for (recorded, present) in state.engine.presents_of(&person.subject).await? {
        if let (Some(request), Tab::Now) = (&present.request, tab) {
            let asked = request.fields.iter().map(|asked| &asked.field);
            page.waiting.push(Line {
                what: items(&state, &recorded, &present, asked)?,
                when: ("mine-answer-by", calendar.moment(request.expires_at)?),
                ..line(&state, &calendar, person, &recorded, &present).await?
            });
        }
        let belongs = match present.status() {
            ConsentStatus::Pending | ConsentStatus::Approved if !present.shared.is_empty() => Tab::Now,
            ConsentStatus::Pending | ConsentStatus::Approved => continue,
            ConsentStatus::Revoked | ConsentStatus::Expired => Tab::Ended,
            ConsentStatus::Rejected => Tab::No,
        };
        if belongs != tab {
            continue;
        }
        let mut line = line(&state, &calendar, person, &recorded, &present).await?;
        if tab != Tab::No {
            let used = match &mut used {
                Some(used) => used,
                none => none.insert(LastUsed::of(&state, &person.subject).await),
            };
            line.used = Some(used.told(&state, &calendar, &recorded)?);
        }
        page.lines.push(line);
    }
    Ok(state.pages.answer(StatusCode::OK, visitor.viewer().as_ref(), &page)?)
}

async fn line(
    state: &Scene,
    calendar: &Calendar,
    person: &Person,
    recorded: &Recorded,
    present: &Consent,
) -> Result<Line, Trouble> {
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
        asker: asker(state, person, recorded).await?,
        what: items(state, recorded, present, what)?,
        when,
        used: None,
    })
}

/// Who asks; of an application that is not registered any more, what was signed still knows.
async fn asker(state: &Scene, person: &Person, recorded: &Recorded) -> Result<Asker, Trouble> {
    let (application, purpose) = (&recorded.application, &recorded.purpose);
    if state.engine.config.purpose(application, purpose).is_some() {
        return Ok(Asker::of(state, recorded));
    }
    let history = state.engine.history_of(&person.subject, recorded.id).await?;
    let signed = state.engine.signed_last(&history).await?;
    let asker = Asker::remembered(state, application, purpose, None, signed.as_ref());
    Ok(asker.about(recorded.consent.reference.as_ref()))
}
