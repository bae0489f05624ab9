//! What became of somebody's information, in words.

use ndx_contracts::{
    LegalBasis,
    history::{Use, UseResult, UsedField},
};
use serde::Serialize;

use crate::{
    pages::calendar::Calendar,
    portal::{address, names::Names, trouble::Trouble, wording::Asker},
    state::Scene,
};

/// One use, in words.
#[derive(Debug, Serialize)]
pub(crate) struct ToldUse {
    pub(crate) id: String,
    /// "10:31am on 20 November"
    pub(crate) when: String,
    /// "20 November 2026"
    pub(crate) date: String,
    pub(crate) asker: Asker,
    /// Whether anything that was asked left.
    pub(crate) got: bool,
    /// How it ended, in a few words.
    pub(crate) result: String,
    /// What they call the things that were asked, each once.
    pub(crate) what: Vec<String>,
    /// On which grounds, each once.
    pub(crate) grounds: Vec<Ground>,
}

/// A ground, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum Ground {
    /// The person said yes, on this day; the link leads to what she said.
    Yes { on: Option<String>, link: Option<String> },
    /// It would have needed the person's yes.
    NoYes { link: Option<String> },
    /// A law says so; the link leads to the notice of it.
    Law { law: String, section: String, link: Option<String> },
    /// A court says so; the link leads to the notice of it.
    Court { court: String, reference: String, link: Option<String> },
    /// Nobody has to be asked for it.
    Open,
}

impl Ground {
    /// The ground on which `used` was asked. Whether the person had said yes shows in what became of it.
    pub(crate) fn of(
        state: &Scene,
        calendar: &Calendar,
        names: &Names,
        one: &Use,
        used: &UsedField,
    ) -> Result<Self, Trouble> {
        let said = || names.consent(one).map(|consent| address::detail(Some(consent)));
        let config = &state.engine.config;
        let notice = || {
            config.purpose(&one.application, &one.purpose)?;
            Some(address::notice(&config.portal, &one.application, &one.purpose))
        };
        Ok(match &used.basis {
            Some(LegalBasis::StatutoryTask(task)) => {
                Self::Law { law: task.law.clone(), section: task.section.clone(), link: notice() }
            }
            Some(LegalBasis::CourtOrder(order)) => {
                Self::Court { court: order.court.clone(), reference: order.reference.clone(), link: notice() }
            }
            Some(LegalBasis::Consent) if shared(&used.outcome) => {
                let on = names.said_yes(one, &used.field).map(|at| calendar.day_of(at)).transpose()?;
                Self::Yes { on, link: said() }
            }
            Some(LegalBasis::Consent) => Self::NoYes { link: said() },
            None if matches!(one.result, UseResult::Refused | UseResult::Explained) => Self::NoYes { link: said() },
            None => Self::Open,
        })
    }

    /// The same where there are no links.
    pub(crate) fn in_words(&self, state: &Scene) -> Result<String, Trouble> {
        let pages = &state.pages;
        Ok(match self {
            Self::Yes { on: Some(on), .. } => pages.say("history-you-said-yes-on", [("date", on.as_str().into())])?,
            Self::Yes { on: None, .. } => pages.say("history-you-said-yes", [])?,
            Self::NoYes { .. } => pages.say("history-needs-yes", [])?,
            Self::Law { law, section, .. } => {
                pages.say("history-law", [("law", law.as_str().into()), ("section", section.as_str().into())])?
            }
            Self::Court { court, reference, .. } => pages
                .say("history-court", [("court", court.as_str().into()), ("reference", reference.as_str().into())])?,
            Self::Open => pages.say("history-open", [])?,
        })
    }
}

impl ToldUse {
    /// `one` in words.
    pub(crate) fn of(state: &Scene, names: &Names, one: &Use) -> Result<Self, Trouble> {
        let calendar = Calendar::new(state.engine.now(), state.engine.config.offset, state.pages.language().clone());
        let mut what = Vec::new();
        let mut grounds = Vec::new();
        for used in &one.fields {
            let label = names.label(state, &used.field);
            let ground = Ground::of(state, &calendar, names, one, used)?;
            if !what.contains(&label) {
                what.push(label);
            }
            if !grounds.contains(&ground) {
                grounds.push(ground);
            }
        }
        Ok(Self {
            id: one.id.to_string(),
            when: calendar.moment(one.at)?,
            date: calendar.date(one.at)?,
            asker: names.asker(state, one).about(one.reference.as_ref()),
            got: one.result == UseResult::Released,
            result: state.pages.say(result(one), [])?,
            what,
            grounds,
        })
    }
}

/// Whether something that needed the person's yes was asked of a register: then she had said it.
fn shared(outcome: &str) -> bool {
    matches!(outcome, "released" | "nothing" | "asked") || outcome.starts_with("PROVIDER_")
}

/// The message that says how a use ended.
fn result(one: &Use) -> &'static str {
    match one.result {
        UseResult::Released if one.fields.iter().any(|used| used.outcome != "released") => "history-got-some",
        UseResult::Released => "history-got",
        UseResult::NothingFound => "history-nothing-found",
        UseResult::Failed => "history-failed",
        UseResult::Explained => "history-explained",
        UseResult::Refused => "history-refused",
    }
}

/// The message that says what became of one thing.
pub(crate) fn became(outcome: &str) -> &'static str {
    match outcome {
        "released" => "history-got",
        "nothing" => "history-nothing-found",
        "FIELD_NOT_SHARED" => "history-not-shared",
        "CONSENT_WITHDRAWN" => "history-stopped",
        "CE_NOT_APPROVED" => "history-no-yes",
        "PDP_NOT_ALLOWED" => "history-not-allowed",
        "EXPLAINED" => "history-explained-one",
        outcome if outcome.starts_with("PROVIDER_") => "history-no-answer",
        _ => "history-not-got",
    }
}
