//! Consents in the words that pages use.

use ndx_config::{Application, Member};
use ndx_contracts::{ApplicationId, FieldRef, Purpose};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    config::Config,
    ledger::{AskedField, Consent},
    store::Recorded,
};

/// Who asks, and what for.
#[derive(Debug, Serialize)]
pub(crate) struct Asker {
    /// "Online Passport Application"
    pub(crate) application: String,
    /// "the Department of Immigration"
    pub(crate) body: String,
    /// The same at the beginning of a sentence.
    pub(crate) body_first: String,
    /// "the Department of Immigration and Emigration"
    pub(crate) body_in_full: String,
    /// How people reach the body.
    pub(crate) contact: String,
    /// "to fill in and check your passport application"
    pub(crate) why: String,
    /// The same at the beginning of a sentence.
    pub(crate) why_first: String,
    /// What happens when the person says no.
    pub(crate) if_refused: String,
    /// How long the body keeps what it got.
    pub(crate) retention: String,
    /// Where the application registered that people come back to.
    #[serde(skip)]
    back: Option<url::Url>,
}

impl Asker {
    /// Who asks for `recorded`. Where the registration is gone, its ids have to do.
    pub(crate) fn of(config: &Config, recorded: &Recorded) -> Self {
        Self::with(config, &recorded.application, &recorded.purpose)
    }

    /// The application with this id, that asks for this purpose.
    pub(crate) fn with(config: &Config, id: &ApplicationId, purpose_id: &Purpose) -> Self {
        let application: Option<&Application> = config.application(id);
        let member: Option<&Member> = application.and_then(|application| config.member(&application.member));
        let purpose = config.purpose(id, purpose_id);
        let said = |words: &ndx_contracts::Words| words.in_language(config.first_language()).to_owned();
        let body = member.map_or_else(|| id.to_string(), |member| said(&member.short_name));
        // The short name brings its article; the full name takes the same one.
        let article = if body.starts_with("the ") { "the " } else { "" };
        let body_in_full = member.map_or_else(|| body.clone(), |member| format!("{article}{}", said(&member.name)));
        let why = purpose.map_or_else(|| purpose_id.to_string(), |purpose| said(&purpose.text));
        Self {
            application: application.map_or_else(|| id.to_string(), |one| said(&one.name)),
            body_first: sentence(&body),
            body,
            body_in_full,
            contact: member.map(|member| said(&member.contact)).unwrap_or_default(),
            why_first: sentence(&why),
            why,
            if_refused: purpose.map(|purpose| said(&purpose.if_refused)).unwrap_or_default(),
            retention: purpose.map(|purpose| said(&purpose.retention)).unwrap_or_default(),
            back: application.and_then(|application| application.return_uris.first()).cloned(),
        }
    }

    /// The way back to the application, which must not believe what it says there, but ask the gateway.
    pub(crate) fn way_back(&self, consent: Uuid, status: &str) -> Option<String> {
        let mut address = self.back.clone()?;
        address.query_pairs_mut().append_pair("consent_id", &consent.to_string()).append_pair("status", status);
        Some(address.into())
    }
}

/// One thing that is asked for, or shared.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Item {
    /// What forms call it.
    pub(crate) key: String,
    /// "Home address"
    pub(crate) label: String,
    /// "Your registered address"
    pub(crate) form: Option<String>,
    /// "Where your passport will be sent"
    pub(crate) reason: Option<String>,
    /// "the Department of Registration of Persons"
    pub(crate) provider: String,
}

/// Things that one body keeps.
#[derive(Debug, Serialize)]
pub(crate) struct Group {
    pub(crate) provider: String,
    pub(crate) items: Vec<Item>,
}

/// One thing in the words in which it was asked for.
pub(crate) fn item(config: &Config, recorded: &Recorded, asked: &AskedField) -> Item {
    let purpose = config.purpose(&recorded.application, &recorded.purpose);
    let said = |words: &ndx_contracts::Words| words.in_language(config.first_language()).to_owned();
    let keeper = asked.provider.as_ref();
    let provider = keeper.map_or("a government register".to_owned(), |id| {
        config.member(id).map_or_else(|| id.to_string(), |member| said(&member.short_name))
    });
    Item {
        key: asked.field.to_string(),
        label: said(&asked.display_name),
        form: asked.description.as_ref().map(said),
        reason: purpose.and_then(|purpose| purpose.reason(&asked.field)).map(said),
        provider,
    }
}

/// Things in the words in which they were last asked for.
pub(crate) fn items<'a>(
    config: &Config,
    recorded: &Recorded,
    consent: &Consent,
    fields: impl IntoIterator<Item = &'a FieldRef>,
) -> Vec<Item> {
    let known = fields.into_iter().filter_map(|field| consent.words.get(field));
    known.map(|asked| item(config, recorded, asked)).collect()
}

/// Things by the body that keeps them, in the order of their first mention.
pub(crate) fn groups(items: Vec<Item>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for item in items {
        match groups.iter_mut().find(|group| group.provider == item.provider) {
            Some(group) => group.items.push(item),
            None => groups.push(Group { provider: item.provider.clone(), items: vec![item] }),
        }
    }
    groups
}

/// `text` as the beginning of a sentence.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// `text` as a sentence of its own, with the full stop.
pub(crate) fn full_sentence(text: &str) -> String {
    let text = sentence(text.trim());
    if text.is_empty() || text.ends_with(['.', '!', '?']) { text } else { format!("{text}.") }
}
