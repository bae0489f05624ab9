//! What consumers are told of a field beside its type: who answers it, what citizens read, whether it is about a person.

use std::{collections::HashMap, sync::Arc};

use ndx_contracts::{Words, audit::ProviderName};

use super::{Leaf, ProviderSchemas, Source};

/// The language of what programmers read.
const DOCUMENTED_IN: &str = "en";

/// What consumers are told of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Who answers it.
    pub provider: Arc<ProviderName>,
    /// What citizens read for it, when its provider says so.
    pub label: Option<String>,
    /// Whether it says something about a person, as its provider marks it.
    pub personal: Option<Personal>,
}

/// What citizens read for a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// What people call it: "Home address".
    pub name: Words,
    /// The form in which it is held: "Your registered address".
    pub form: Option<Words>,
    /// Whether who is asked for it must have signed in with more care.
    pub sensitive: bool,
}

/// A field says something about a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Personal {
    /// What it belongs to: `birth`.
    pub cluster: String,
    /// Whether it needs more care than most.
    pub sensitive: bool,
}

/// What consumers are told of every field with a source, by type and field.
pub(super) fn of_all(
    sources: &HashMap<(String, String), Source>,
    leaves: &[Leaf],
    providers: &ProviderSchemas,
) -> HashMap<(String, String), Told> {
    // A leaf's path is whole; that of a source may continue from the element of a list.
    let leaves: HashMap<&str, &Leaf> = leaves.iter().map(|leaf| (leaf.name.as_str(), leaf)).collect();
    let told = |((type_name, field), source): (&(String, String), &Source)| {
        let leaf = leaves.get(format!("{type_name}.{field}").as_str()).copied();
        let known = leaf.and_then(|leaf| Some((providers.get(&leaf.field.schema_id)?, &*leaf.field.field_name)));
        let told = Told {
            provider: Arc::clone(&source.provider),
            label: known
                .and_then(|(schema, path)| schema.label(path))
                .map(|label| label.name.in_language(DOCUMENTED_IN).to_owned()),
            personal: known.and_then(|(schema, path)| schema.personal(path)),
        };
        ((type_name.clone(), field.clone()), told)
    };
    sources.iter().map(told).collect()
}

impl Told {
    /// In one paragraph.
    pub fn in_words(&self) -> String {
        let mut words = format!("From `{}`.", self.provider.provider_key);
        if let Some(label) = &self.label {
            words.push_str(&format!(" Citizens read “{label}”."));
        }
        if let Some(personal) = &self.personal {
            words.push(' ');
            words.push_str(personal.in_words());
        }
        words
    }
}

impl Personal {
    /// What that means for whoever asks. Which basis an application has is for policy to say.
    pub fn in_words(&self) -> &'static str {
        if self.sensitive {
            "Sensitive personal data: it needs the person’s consent, unless the law gives another basis."
        } else {
            "Personal data: it needs the person’s consent, unless the law gives another basis."
        }
    }
}
