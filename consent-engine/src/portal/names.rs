//! What pages call what was used: the things, who asked for them, and what the person had said by then.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use ndx_contracts::{FieldRef, Subject, Words, history::Use};
use ndx_receipt::Record;
use uuid::Uuid;

use crate::{
    error::EngineError,
    ledger::Action,
    portal::{
        trouble::Trouble,
        wording::{Asker, sentence},
    },
    state::Scene,
    store::History,
};

/// What is known beside the record of uses.
pub(crate) struct Names {
    /// What people call the things.
    things: BTreeMap<FieldRef, Words>,
    /// The person's consents that were looked at.
    consents: BTreeMap<Uuid, Consented>,
}

struct Consented {
    history: History,
    /// What was signed, where it alone still knows who asked.
    signed: Option<Record>,
}

impl Names {
    /// All that `uses` of this person's information need. Things are called as she was asked for them, else as the policies call
    /// them.
    pub(crate) async fn of(state: &Scene, person: &Subject, uses: &[Use]) -> Result<Self, Trouble> {
        let things = things(state, person, uses).await?;
        let mut consents = BTreeMap::new();
        for id in uses.iter().flat_map(|one| &one.consents).collect::<BTreeSet<_>>() {
            match state.engine.history_of(person, *id).await {
                Ok(history) => drop(consents.insert(*id, Consented::of(state, history).await?)),
                Err(EngineError::NotFound) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Self { things, consents })
    }

    /// "Home address"; where nobody has named it, what its name in the register says.
    pub(crate) fn label(&self, state: &Scene, field: &FieldRef) -> String {
        self.things.get(field).map_or_else(|| plain_words(&field.field_name), |words| state.pages.words(words))
    }

    /// Who asked. Of an application that is not registered any more, what the person once said yes to still tells.
    pub(crate) fn asker(&self, state: &Scene, one: &Use) -> Asker {
        let about = |consented: &&Consented| {
            let recorded = &consented.history.recorded;
            recorded.application == one.application && recorded.purpose == one.purpose
        };
        let signed = self.consents.values().find(about).and_then(|consented| consented.signed.as_ref());
        Asker::remembered(state, &one.application, &one.purpose, Some(&one.member), signed)
    }

    /// The consent that was looked at.
    pub(crate) fn consent(&self, one: &Use) -> Option<Uuid> {
        one.consents.iter().find(|id| self.consents.contains_key(id)).copied()
    }

    /// When the person had said yes to `field`, the last time before it was used.
    pub(crate) fn said_yes(&self, one: &Use, field: &FieldRef) -> Option<DateTime<Utc>> {
        let consented = one.consents.iter().filter_map(|id| self.consents.get(id));
        let entries = consented.flat_map(|consented| &consented.history.entries);
        let yes = |action: &Action| matches!(action, Action::Granted { fields, .. } if fields.contains(field));
        entries.filter(|entry| entry.at <= one.at && yes(&entry.action)).map(|entry| entry.at).max()
    }
}

impl Consented {
    async fn of(state: &Scene, history: History) -> Result<Self, Trouble> {
        let recorded = &history.recorded;
        let registered = state.engine.config.purpose(&recorded.application, &recorded.purpose).is_some();
        let signed = if registered { None } else { state.engine.signed_last(&history).await? };
        Ok(Self { history, signed })
    }
}

async fn things(state: &Scene, person: &Subject, uses: &[Use]) -> Result<BTreeMap<FieldRef, Words>, Trouble> {
    let mut things = BTreeMap::new();
    for recorded in state.engine.consents_of(person).await? {
        let words = recorded.consent.words.into_iter();
        things.extend(words.map(|(field, asked)| (field, asked.display_name)));
    }
    let unnamed = uses.iter().filter(|one| one.fields.iter().any(|used| !things.contains_key(&used.field)));
    let unnamed: BTreeSet<_> = unnamed.map(|one| (one.application.clone(), one.purpose.clone())).collect();
    for (application, purpose) in unnamed {
        match state.neighbours.grants.granted(&application, &purpose).await {
            Ok(granted) => {
                for one in granted {
                    if let Some(name) = one.display_name {
                        things.entry(one.field).or_insert(name);
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
    Ok(things)
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
