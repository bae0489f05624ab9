//! What citizens would read for a field: its label in the provider's schema, in each language of the portal.

use std::collections::BTreeSet;

use apollo_compiler::schema::FieldDefinition;
use ndx_contracts::{FieldRef, Words};

use super::Composer;
use crate::schema::{Label, SchemaProblem, plain_words};

/// A provider's field that a consumer can ask for and that some citizens could not read about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unlabelled {
    /// The field.
    pub field: FieldRef,
    /// Whether its provider says that it is personal (`@personal`).
    pub personal: bool,
    /// Whether it is its name that is missing. The form in which it is held is a help, which a page can do without.
    pub nameless: bool,
    /// Where it stands, what citizens would read, and what to do.
    pub problem: SchemaProblem,
}

impl Composer<'_> {
    pub(super) fn unlabelled(&mut self) {
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        for leaf in &self.found.leaves {
            let Some(provider) = self.providers.get(&leaf.field.schema_id) else { continue };
            let path: Vec<_> = leaf.field.field_name.split('.').map(str::to_owned).collect();
            let Ok(definition) = provider.field(&path) else { continue };
            if !seen.insert(&leaf.field) {
                continue;
            }
            let personal = definition.directives.has("personal");
            let label = provider.label(&leaf.field.field_name);
            for (nameless, message) in self.lacks(&leaf.field, definition, label.as_ref()) {
                let problem = provider.problem(&definition.name, message);
                found.push(Unlabelled { field: leaf.field.clone(), personal, nameless, problem });
            }
        }
        self.found.unlabelled = found;
    }

    /// What the label lacks, and whether it is the name.
    fn lacks(&self, field: &FieldRef, definition: &FieldDefinition, label: Option<&Label>) -> Vec<(bool, String)> {
        let name = &field.field_name;
        let languages = &self.inputs.languages;
        let write = |directive: &str| {
            let all = if languages.is_empty() { &["en".to_owned()][..] } else { languages };
            let texts: Vec<_> = all.iter().map(|language| format!("{language}: \"…\"")).collect();
            format!("`@{directive}({})`", texts.join(", "))
        };
        let Some(label) = label else {
            let plain = plain_words(name);
            let message = format!("`{name}` has no label, so citizens would read \"{plain}\"; add {}", write("label"));
            return vec![(true, message)];
        };
        let missing = |words: &Words| {
            let missing = languages.iter().filter(|language| !words.speak(language, ""));
            missing.map(|language| format!("`{language}`")).collect::<Vec<_>>().join(", ")
        };
        let mut found = Vec::new();
        let in_label = missing(&label.name);
        if !in_label.is_empty() {
            found.push((true, format!("the label of `{name}` is not there in {in_label}; write {}", write("label"))));
        }
        match &label.form {
            Some(Words::Plain(_)) if languages.len() > 1 => {
                let message = format!(
                    "the form of `{name}` is told by its description alone, so citizens read it in one language only; \
                     add {}",
                    write("form")
                );
                found.push((false, message));
            }
            Some(form) if definition.directives.has("form") && !missing(form).is_empty() => {
                let message =
                    format!("the form of `{name}` is not there in {}; write {}", missing(form), write("form"));
                found.push((false, message));
            }
            _ => {}
        }
        found
    }
}
