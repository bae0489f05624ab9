//! What citizens would read for a field: its label in the provider's schema.

use std::collections::BTreeSet;

use ndx_contracts::FieldRef;

use super::Composer;
use crate::schema::{SchemaProblem, plain_words};

/// A provider's field that a consumer can ask for and that has no label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unlabelled {
    /// The field.
    pub field: FieldRef,
    /// Whether its provider says that it is personal (`@personal`).
    pub personal: bool,
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
            if provider.label(&leaf.field.field_name).is_some() || !seen.insert(&leaf.field) {
                continue;
            }
            let message = format!(
                "`{}` has no label, so citizens would read \"{}\"; add `@label(en: \"…\")`",
                leaf.field.field_name,
                plain_words(&leaf.field.field_name)
            );
            let problem = provider.problem(&definition.name, message);
            let personal = definition.directives.has("personal");
            found.push(Unlabelled { field: leaf.field.clone(), personal, problem });
        }
        self.found.unlabelled = found;
    }
}
