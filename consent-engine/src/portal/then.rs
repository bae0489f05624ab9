//! What a person was told when she said yes, as it was signed: who, what for, which things and why, in the language of that day.

use ndx_receipt::{
    Record,
    record::{Information, Sharing},
};
use serde::Serialize;

use crate::{
    pages::calendar::Calendar,
    portal::{
        trouble::Trouble,
        wording::{for_case, full_sentence, sentence},
    },
    state::Scene,
};

/// What she was told.
#[derive(Debug, Serialize)]
pub(crate) struct ToldThen {
    /// When she said yes, the last time.
    at: String,
    language: String,
    direction: String,
    application: String,
    why: String,
    things: Vec<Thing>,
    retention: String,
}

#[derive(Debug, Serialize)]
struct Thing {
    label: String,
    reason: Option<String>,
}

impl ToldThen {
    pub(crate) fn new(scene: &Scene, calendar: &Calendar, record: &Record) -> Result<Self, Trouble> {
        let said = &record.pii_processing;
        let thing = |item: &Information| Thing { label: item.pii_type.clone(), reason: item.reason.clone() };
        let agreed = said.pii_information.iter().filter(|item| !matches!(item.sharing, Sharing::Refused {}));
        Ok(Self {
            at: calendar.in_full(record.given_at)?,
            language: said.language.clone(),
            direction: scene.pages.direction_of(&said.language),
            application: said.service.name.clone(),
            why: full_sentence(&for_case(&said.purpose.description, said.purpose.reference.as_deref())),
            things: agreed.map(thing).collect(),
            retention: sentence(&said.retention_period),
        })
    }
}
