//! Consents in the words that pages use, in the language of the page.

use ndx_config::{Application, Member};
use ndx_contracts::{ApplicationId, FieldRef, MemberId, Purpose, Reference};
use ndx_receipt::Record;
use serde::Serialize;

use crate::{
    ledger::{AskedField, Consent},
    portal::trouble::Trouble,
    state::Scene,
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
}

impl Asker {
    /// Who asks for `recorded`. Where the registration is gone, its ids have to do.
    pub(crate) fn of(scene: &Scene, recorded: &Recorded) -> Self {
        Self::with(scene, &recorded.application, &recorded.purpose).about(recorded.consent.reference.as_ref())
    }

    /// The same, for this case of theirs.
    pub(crate) fn about(self, case: Option<&Reference>) -> Self {
        let case = case.map(Reference::as_str);
        Self { why: for_case(&self.why, case), why_first: for_case(&self.why_first, case), ..self }
    }

    /// The application with this id, that asks for this purpose.
    pub(crate) fn with(scene: &Scene, id: &ApplicationId, purpose_id: &Purpose) -> Self {
        let (config, pages) = (&scene.engine.config, &scene.pages);
        let application: Option<&Application> = config.application(id);
        let member: Option<&Member> = application.and_then(|application| config.member(&application.member));
        let purpose = config.purpose(id, purpose_id);
        let body = member.map_or_else(|| id.to_string(), |member| pages.words(&member.short_name));
        let body_in_full = member.map_or_else(|| body.clone(), |member| in_full(scene, member));
        let why = purpose.map_or_else(|| purpose_id.to_string(), |purpose| pages.words(&purpose.text));
        Self {
            application: application.map_or_else(|| id.to_string(), |one| pages.words(&one.name)),
            body_first: sentence(&body),
            body,
            body_in_full,
            contact: member.map(|member| pages.words(&member.contact)).unwrap_or_default(),
            why_first: sentence(&why),
            why,
            if_refused: purpose.map(|purpose| pages.words(&purpose.if_refused)).unwrap_or_default(),
            retention: purpose.map(|purpose| pages.words(&purpose.retention)).unwrap_or_default(),
        }
    }

    /// The same; where the registration is gone, as the body that ran it is known, and as the person once said yes to it.
    pub(crate) fn remembered(
        scene: &Scene,
        id: &ApplicationId,
        purpose_id: &Purpose,
        member: Option<&MemberId>,
        signed: Option<&Record>,
    ) -> Self {
        let mut asker = Self::with(scene, id, purpose_id);
        let config = &scene.engine.config;
        if config.application(id).is_none() {
            let controller = signed.and_then(|record| record.party(record.pii_processing.pii_controllers.first()?));
            let member = member.cloned().or_else(|| controller.map(|party| MemberId::new(party.party_id.as_str())));
            if let Some(member) = member.and_then(|id| config.member(&id)) {
                asker.body = scene.pages.words(&member.short_name);
                asker.body_in_full = in_full(scene, member);
                asker.contact = scene.pages.words(&member.contact);
            } else if let Some(party) = controller {
                asker.body.clone_from(&party.party_name);
                asker.body_in_full.clone_from(&party.party_name);
                asker.contact.clone_from(&party.party_contact);
            }
            asker.body_first = sentence(&asker.body);
        }
        if let Some(record) = signed.filter(|_| config.purpose(id, purpose_id).is_none()) {
            let said = &record.pii_processing;
            if config.application(id).is_none() {
                asker.application.clone_from(&said.service.name);
            }
            asker.why.clone_from(&said.purpose.description);
            asker.why_first = sentence(&asker.why);
            asker.retention.clone_from(&said.retention_period);
        }
        asker
    }
}

/// "to fill in and check your passport application (PA-2026-001234)"
pub(crate) fn for_case(why: &str, case: Option<&str>) -> String {
    case.map_or_else(|| why.to_owned(), |case| format!("{} ({case})", why.trim_end_matches('.')))
}

/// The body's full name. The short one brings its article; the full one takes the same.
fn in_full(scene: &Scene, member: &Member) -> String {
    let language = scene.pages.language();
    let written = |words: &ndx_contracts::Words| words.in_language(&language.written_in).to_owned();
    let article = if written(&member.short_name).starts_with("the ") { "the " } else { "" };
    language.voiced(&format!("{article}{}", written(&member.name)))
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
pub(crate) fn item(scene: &Scene, recorded: &Recorded, asked: &AskedField) -> Result<Item, Trouble> {
    let (config, pages) = (&scene.engine.config, &scene.pages);
    let purpose = config.purpose(&recorded.application, &recorded.purpose);
    let provider = match &asked.provider {
        None => pages.say("some-register", [])?,
        Some(id) => config.member(id).map_or_else(|| id.to_string(), |member| pages.words(&member.short_name)),
    };
    Ok(Item {
        key: asked.field.to_string(),
        label: pages.words(&asked.display_name),
        form: asked.description.as_ref().and_then(|words| pages.help(words)),
        reason: purpose.and_then(|purpose| purpose.reason(&asked.field)).map(|words| pages.words(words)),
        provider,
    })
}

/// Things in the words in which they were last asked for, in the order in which the purpose lists them: on every page the
/// same, whatever order a ledger or a question has.
pub(crate) fn items<'a>(
    scene: &Scene,
    recorded: &Recorded,
    consent: &Consent,
    fields: impl IntoIterator<Item = &'a FieldRef>,
) -> Result<Vec<Item>, Trouble> {
    let mut known: Vec<_> = fields.into_iter().filter_map(|field| consent.words.get(field)).collect();
    let purpose = scene.engine.config.purpose(&recorded.application, &recorded.purpose);
    known.sort_by_key(|asked| purpose.and_then(|purpose| purpose.place(&asked.field)).unwrap_or(usize::MAX));
    known.into_iter().map(|asked| item(scene, recorded, asked)).collect()
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
