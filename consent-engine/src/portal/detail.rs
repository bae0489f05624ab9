//! One consent, and what happened to it: `GET /my/{id}`.

use axum::{Extension, http::StatusCode, response::Response};
use ndx_contracts::consent::ConsentStatus;
use ndx_receipt::Record;
use serde::Serialize;

use crate::{
    ledger::{Action, AskedBy, Consent, Entry},
    pages::{Page, calendar::Calendar},
    portal::{
        address::{self, Id, known_id},
        mine::GATE,
        sign_in,
        then::ToldThen,
        trouble::Trouble,
        used::Uses,
        visitor::Visitor,
        wording::{Asker, Group, Item, groups, items},
    },
    state::Scene,
    store::{History, Recorded},
};

/// One consent.
#[derive(Debug, Serialize)]
struct DetailPage {
    id: String,
    asker: Asker,
    /// The message over the page.
    title: &'static str,
    waiting: bool,
    shared: Vec<SharedGroup>,
    /// Whether more than one thing is shared, so that one can be stopped.
    several: bool,
    left_out: Vec<Item>,
    refused: Vec<Group>,
    /// Until when the application cannot ask again.
    quiet_until: Option<String>,
    history: Vec<Happened>,
    /// Whether the person ever said yes.
    has_receipt: bool,
    /// What she was told when she did, where that was kept.
    then: Option<ToldThen>,
    /// When it was used, where she ever said yes.
    uses: Option<Uses>,
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
    /// One sentence or two.
    what: Vec<String>,
}

/// `GET /my/{id}`
pub(crate) async fn show(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
    id: Id,
) -> Result<Response, Trouble> {
    let id = known_id(id);
    let Some(person) = visitor.person() else { return sign_in::gate(&state, &address::detail(id), GATE, false) };
    let id = id.ok_or(Trouble::NotFound)?;
    let (_, present) = state.engine.present_of(&person.subject, id).await?;
    let history = state.engine.history_of(&person.subject, id).await?;
    let signed = state.engine.signed_last(&history).await?;
    let History { recorded, entries } = history;
    let now = state.engine.now();
    let calendar = Calendar::new(now, state.engine.config.offset, state.pages.language().clone());
    let refused = present.refusal.iter().flat_map(|refusal| &refusal.fields);
    let quiet = present.refusal.as_ref().filter(|refusal| refusal.until > now);
    // What waits for an answer is said beside; the page is about what was decided.
    let decided = Consent { request: None, ..present.clone() }.status();
    let has_receipt = entries.iter().any(|entry| matches!(entry.action, Action::Granted { .. }));
    let page = DetailPage {
        id: recorded.id.to_string(),
        asker: Asker::remembered(&state, &recorded.application, &recorded.purpose, None, signed.as_ref())
            .about(recorded.consent.reference.as_ref()),
        title: match decided {
            ConsentStatus::Approved => "detail-sharing",
            ConsentStatus::Rejected => "detail-no",
            ConsentStatus::Revoked => "detail-stopped",
            ConsentStatus::Pending | ConsentStatus::Expired => "detail-not-sharing",
        },
        waiting: present.request.is_some(),
        shared: shared(&state, &calendar, &recorded, &present, signed.as_ref())?,
        several: present.shared.len() > 1,
        left_out: items(&state, &recorded, &present, &present.declined)?,
        refused: groups(items(&state, &recorded, &present, refused)?),
        has_receipt,
        then: signed.map(|record| ToldThen::new(&state, &calendar, &record)).transpose()?,
        uses: if has_receipt { Some(Uses::with(&state, &person.subject, recorded.id).await?) } else { None },
        quiet_until: quiet.map(|refusal| calendar.date(refusal.until)).transpose()?,
        history: entries.iter().rev().map(|entry| happened(&state, &calendar, entry)).collect::<Result<_, _>>()?,
    };
    Ok(state.pages.answer(StatusCode::OK, visitor.viewer().as_ref(), &page)?)
}

fn shared(
    state: &Scene,
    calendar: &Calendar,
    recorded: &Recorded,
    present: &Consent,
    signed: Option<&Record>,
) -> Result<Vec<SharedGroup>, Trouble> {
    // Why each is wanted, as the person said yes to it; only a page in another language has to say it in the words of today.
    let agreed = signed.map(|record| &record.pii_processing);
    let language = state.pages.language();
    let agreed = agreed.filter(|said| said.language == language.tag && language.written_in == language.tag);
    let reason = |key: &str| {
        let said = agreed.iter().flat_map(|said| &said.pii_information).find(|item| item.pii_attribute_id == key)?;
        Some(said.reason.clone())
    };
    let mut all = Vec::new();
    for group in groups(items(state, recorded, present, present.shared.keys())?) {
        let mut items = Vec::new();
        for item in group.items {
            let Some((_, share)) = present.shared.iter().find(|(field, _)| field.to_string() == item.key) else {
                continue;
            };
            let (since, until) = (calendar.date(share.since)?, calendar.end(share.since, share.until)?);
            let reason = reason(&item.key).unwrap_or(item.reason);
            items.push(SharedItem { label: item.label, reason, since, until });
        }
        all.push(SharedGroup { provider: group.provider, items });
    }
    Ok(all)
}

/// One thing that happened. A time of something that ended by itself is when it was noticed.
fn happened(state: &Scene, calendar: &Calendar, entry: &Entry) -> Result<Happened, Trouble> {
    let pages = &state.pages;
    let counted = |message: &str, number: usize| pages.say(message, [("number", number.into())]);
    let what = match &entry.action {
        Action::Requested { by: AskedBy::Citizen, .. } => vec![pages.say("happened-reopened", [])?],
        Action::Requested { fields, .. } => vec![counted("happened-asked", fields.len())?],
        Action::Granted { fields, declined, until, .. } => {
            let end = calendar.end(entry.at, *until)?;
            let shared = pages.say("happened-shared", [("number", fields.len().into()), ("end", end.into())])?;
            let left_out = (!declined.is_empty()).then(|| counted("happened-left-out", declined.len())).transpose()?;
            [shared].into_iter().chain(left_out).collect()
        }
        Action::Denied { unexpected: true, .. } => vec![pages.say("happened-unexpected", [])?],
        Action::Denied { blocked: true, .. } => vec![pages.say("happened-blocked", [])?],
        Action::Denied { .. } => vec![pages.say("happened-no", [])?],
        Action::Narrowed { stopped, until, .. } => {
            let end = until.map(|until| calendar.end(entry.at, until)).transpose()?;
            let shorter = end.map(|end| pages.say("happened-shorter", [("end", end.into())])).transpose()?;
            let stopped = (!stopped.is_empty()).then(|| counted("happened-stopped-some", stopped.len())).transpose()?;
            stopped.into_iter().chain(shorter).collect()
        }
        Action::Revoked { .. } => vec![pages.say("happened-stopped", [])?],
        Action::Expired {} => vec![pages.say("happened-ended", [])?],
        Action::Superseded { .. } => vec![pages.say("happened-superseded", [])?],
    };
    Ok(Happened { at: calendar.moment(entry.at)?, what })
}
