//! When what a person shares was used: the last time, in the list, and the last few times, with one consent.

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, Utc};
use ndx_contracts::{
    Subject,
    history::{HistoryPage, HistoryQuestion, Use, UseResult},
};
use serde::Serialize;
use tokio::time::timeout;
use uuid::Uuid;

use crate::{
    pages::calendar::Calendar,
    portal::{address, names::Names, trouble::Trouble, uses::ToldUse},
    state::Scene,
    store::Recorded,
};

/// The list looks through so many of the newest uses, with one question for all that stands in it.
const LOOKED_THROUGH: u32 = 500;
/// So many stand with one consent.
const WITH_ONE: u32 = 5;
/// How long a page waits for the record.
const PATIENCE: Duration = Duration::from_secs(2);

/// When each of a person's consents was last used.
pub(crate) enum LastUsed {
    /// As the record says, looked through from a moment on: from its beginning, where there is none.
    Known { newest: BTreeMap<Uuid, DateTime<Utc>>, since: Option<DateTime<Utc>> },
    /// The record does not answer, or not for the last minutes.
    Unknown,
}

impl LastUsed {
    /// Asks the record once. What a person shares she can see and stop without it.
    pub(crate) async fn of(state: &Scene, person: &Subject) -> Self {
        let question = HistoryQuestion { limit: LOOKED_THROUGH, ..HistoryQuestion::about(person.clone()) };
        let Some(page) = ask(state, &question).await.filter(|page| page.behind == 0) else { return Self::Unknown };
        let oldest = page.uses.last().map(|one| one.at);
        let since = oldest.filter(|_| page.total > page.uses.len() as u64);
        let mut newest = BTreeMap::new();
        for one in page.uses.iter().filter(|one| one.result == UseResult::Released) {
            for consent in &one.consents {
                newest.entry(*consent).or_insert(one.at);
            }
        }
        Self::Known { newest, since }
    }

    /// In words, for `recorded`.
    pub(crate) fn told(&self, state: &Scene, calendar: &Calendar, recorded: &Recorded) -> Result<String, Trouble> {
        let pages = &state.pages;
        Ok(match self {
            Self::Unknown => pages.say("mine-used-unknown", [])?,
            Self::Known { newest, since } => match (newest.get(&recorded.id), since) {
                (Some(at), _) => calendar.date(*at)?,
                (None, Some(since)) if recorded.created_at < *since => {
                    pages.say("mine-used-before", [("date", calendar.date(*since)?.into())])?
                }
                (None, _) => pages.say("mine-used-never", [])?,
            },
        })
    }
}

/// The newest uses with one consent.
#[derive(Debug, Serialize)]
pub(crate) struct Uses {
    /// The newest first; `None` when the record does not answer.
    newest: Option<Vec<ToldUse>>,
    /// Where all of them are.
    all: String,
    /// Whether the newest may be missing.
    behind: bool,
}

impl Uses {
    /// Asks the record.
    pub(crate) async fn with(state: &Scene, person: &Subject, consent: Uuid) -> Result<Self, Trouble> {
        let all = address::with_its_query("/history", Some(&format!("consent={consent}")));
        let question =
            HistoryQuestion { consent: Some(consent), limit: WITH_ONE, ..HistoryQuestion::about(person.clone()) };
        let Some(page) = ask(state, &question).await else { return Ok(Self { newest: None, all, behind: false }) };
        let names = Names::of(state, person, &page.uses).await?;
        let told = |one: &Use| ToldUse::of(state, &names, one);
        let newest = page.uses.iter().map(told).collect::<Result<_, _>>()?;
        Ok(Self { newest: Some(newest), all, behind: page.behind > 0 })
    }
}

/// What the record answers; nothing, when it does not answer soon. These pages are the ones on which she stops.
async fn ask(state: &Scene, question: &HistoryQuestion) -> Option<HistoryPage> {
    match timeout(PATIENCE, state.neighbours.history.history(question)).await {
        Ok(Ok(page)) => Some(page),
        Ok(Err(error)) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "the record tells no uses");
            None
        }
        Err(_) => {
            tracing::warn!("the record tells no uses in time");
            None
        }
    }
}
