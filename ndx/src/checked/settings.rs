//! Where the configuration speaks of the schemas.

use ndx_config::{Entry, PSEUDO_LOCALES, Reading};
use ndx_contracts::FieldRef;
use orchestration_engine::schema::{Composition, Inputs, Setting};

use super::{Checked, in_file};

impl Checked {
    /// A reason that a citizen is to read must be about a field that there is.
    pub(super) fn reasons(&mut self, reading: &Reading, root: &Entry<'_>, composition: &Composition, inputs: &Inputs) {
        let purposes = root.list("applications").into_iter().flat_map(|one| one.list("purposes"));
        for reason in purposes.flat_map(|purpose| purpose.list("reasons")) {
            let (Some(schema), Some(field)) = (reason.text_of("schemaId"), reason.text_of("fieldName")) else {
                continue;
            };
            let field = FieldRef::new(schema, field);
            let problem = if let Some(lacks) = composition.lacks(&field) {
                reason.problem_at("fieldName", format!("this reason is never shown: {lacks}"))
            } else if !composition.knows(&field.schema_id) {
                let folder = inputs.providers.display();
                let message = format!(
                    "there is no `{schema}.graphql` in `{folder}`, so nobody can say whether it has this field"
                );
                reason.problem_at("schemaId", message)
            } else {
                continue;
            };
            self.warnings.push(in_file(&reading.file, &problem));
        }
    }

    /// The pages must speak the portal's languages.
    pub(super) fn languages(&mut self, reading: &Reading, root: &Entry<'_>) {
        let known = consent_engine::known_languages();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let listed = known.iter().filter(|tag| !PSEUDO_LOCALES.contains(tag));
        let listed = listed.map(|tag| format!("`{tag}`")).collect::<Vec<_>>().join(", ");
        for language in root.find(["portal", "languages"]).map(|list| list.items()).unwrap_or_default() {
            let Some(tag) = language.text() else { continue };
            if !known.contains(&tag) {
                let message = format!(
                    "the pages do not speak `{tag}`, only {listed}; translate consent-engine/languages/en.ftl to add it"
                );
                self.mistakes.push(in_file(&reading.file, &language.problem(message)));
            } else if PSEUDO_LOCALES.contains(&tag) {
                let message = format!("`{tag}` is made for tests; citizens should not be offered it");
                self.warnings.push(in_file(&reading.file, &language.problem(message)));
            }
        }
    }

    /// Weights of fields that nobody can ask for.
    pub(super) fn weights(&mut self, reading: &Reading, root: &Entry<'_>, composition: &Composition) {
        let weights = root.find(["limits", "fieldWeights"]).map(|weights| weights.members()).unwrap_or_default();
        for (field, weight) in weights.into_iter().filter(|(field, _)| !composition.has_field(field)) {
            let problem = weight.key_problem(format!("the consumer schema has no field `{field}` to weigh"));
            self.mistakes.push(in_file(&reading.file, &problem));
        }
    }

    /// Mappings that do nothing, and echoes that could not be read.
    pub(super) fn settings(&mut self, reading: &Reading, root: &Entry<'_>, composition: &Composition) {
        let (mappings, providers) = (root.list("argMappings"), root.list("providers"));
        for setting in &composition.settings {
            match setting {
                Setting::Mapping(number, key, why) => {
                    let at = mappings.get(*number).map(|mapping| mapping.problem_at(key, why));
                    self.warnings.extend(at.map(|problem| in_file(&reading.file, &problem)));
                }
                Setting::Echo(name, why) => {
                    let is_it = |one: &&Entry<'_>| {
                        one.text_of("providerKey") == Some(name.provider_key.as_str())
                            && one.text_of("schemaId") == Some(name.schema_id.as_str())
                    };
                    let at = providers.iter().find(is_it).map(|provider| provider.problem_at("echo", why));
                    self.mistakes.extend(at.map(|problem| in_file(&reading.file, &problem)));
                }
            }
        }
    }
}
