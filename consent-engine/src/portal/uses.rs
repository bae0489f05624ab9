//! What became of somebody's information, in words, and the names of what it was.

use std::collections::{BTreeMap, BTreeSet};

use ndx_contracts::{
    FieldRef, LegalBasis, Subject, Words,
    history::{Use, UseResult, UsedField},
};
use serde::Serialize;

use crate::{
    pages::calendar::Calendar,
    portal::{
        trouble::Trouble,
        wording::{Asker, sentence},
    },
    state::Scene,
};

/// What people call the things that were asked for.
pub(crate) struct Names(BTreeMap<FieldRef, Words>);

impl Names {
    /// The names of all things in `uses`: as the person was asked for them, else as the policies call them.
    pub(crate) async fn of(state: &Scene, person: &Subject, uses: &[Use]) -> Result<Self, Trouble> {
        let mut names = BTreeMap::new();
        for recorded in state.engine.consents_of(person).await? {
            let words = recorded.consent.words.into_iter();
            names.extend(words.map(|(field, asked)| (field, asked.display_name)));
        }
        let unnamed = uses.iter().filter(|one| one.fields.iter().any(|used| !names.contains_key(&used.field)));
        let unnamed: BTreeSet<_> = unnamed.map(|one| (one.application.clone(), one.purpose.clone())).collect();
        for (application, purpose) in unnamed {
            match state.neighbours.grants.granted(&application, &purpose).await {
                Ok(granted) => {
                    for one in granted {
                        if let Some(name) = one.display_name {
                            names.entry(one.field).or_insert(name);
                        }
                    }
                }
                // A name less is no reason to keep back who got what.
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "the policies tell no names");
                    break;
                }
            }
        }
        Ok(Self(names))
    }

    /// "Home address"; where nobody has named it, what its name in the register says.
    pub(crate) fn label(&self, state: &Scene, field: &FieldRef) -> String {
        self.0.get(field).map_or_else(|| plain_words(&field.field_name), |words| state.pages.words(words))
    }
}

/// `person.permanentAddress` as "Permanent address".
fn plain_words(field_name: &str) -> String {
    let mut words = String::new();
    for letter in field_name.rsplit('.').next().unwrap_or(field_name).chars() {
        if letter.is_uppercase() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    sentence(words.trim())
}

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
    /// The person said yes; the link leads to what she said.
    Yes { link: Option<String> },
    /// It would have needed the person's yes.
    NoYes { link: Option<String> },
    /// A law says so.
    Law { law: String, section: String },
    /// A court says so.
    Court { court: String, reference: String },
    /// Nobody has to be asked for it.
    Open,
}

impl ToldUse {
    /// `one` in words.
    pub(crate) fn of(state: &Scene, names: &Names, one: &Use) -> Result<Self, Trouble> {
        let calendar = Calendar::new(state.engine.now(), state.engine.config.offset, state.pages.language().clone());
        let mut what = Vec::new();
        let mut grounds = Vec::new();
        for used in &one.fields {
            let (label, ground) = (names.label(state, &used.field), ground(one, used));
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
            asker: Asker::with(state, &one.application, &one.purpose).about(one.reference.as_ref()),
            got: one.result == UseResult::Released,
            result: state.pages.say(result(one), [])?,
            what,
            grounds,
        })
    }
}

/// The ground on which `used` was asked. Whether the person had said yes shows in what became of it.
fn ground(one: &Use, used: &UsedField) -> Ground {
    let link = || one.consents.first().map(|consent| format!("/my/{consent}"));
    match &used.basis {
        Some(LegalBasis::StatutoryTask(task)) => Ground::Law { law: task.law.clone(), section: task.section.clone() },
        Some(LegalBasis::CourtOrder(order)) => {
            Ground::Court { court: order.court.clone(), reference: order.reference.clone() }
        }
        Some(LegalBasis::Consent) if shared(&used.outcome) => Ground::Yes { link: link() },
        Some(LegalBasis::Consent) => Ground::NoYes { link: link() },
        None if one.result == UseResult::Refused || one.result == UseResult::Explained => {
            Ground::NoYes { link: link() }
        }
        None => Ground::Open,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_that_nobody_named_is_called_by_its_name_in_the_register() {
        assert_eq!(plain_words("person.permanentAddress"), "Permanent address");
        assert_eq!(plain_words("x"), "X");
        assert_eq!(plain_words(""), "");
    }
}
