//! Where each field comes from, and whether the provider has it, in the shape that the consumer schema promises.

use apollo_compiler::schema::{FieldDefinition, ObjectType};
use ndx_config::did_you_mean;

use super::{
    Composer,
    walk::{Inside, Reached},
};
use crate::schema::{Leaf, Source};

impl Composer<'_> {
    /// Reads and checks `@sourceInfo` of a field, and notes what it asks. `None` when it has none that can be followed.
    pub(super) fn sourced(
        &mut self,
        parent: &ObjectType,
        field: &FieldDefinition,
        full: &str,
        inside: Option<&Inside>,
    ) -> Option<Inside> {
        let Some(written) = Source::from_directives(&field.directives) else {
            if field.directives.has("sourceInfo") {
                let message = format!(
                    "`{full}`: `@sourceInfo` needs `providerKey`, `schemaId` and a `providerField`, a dotted path such as `person.fullName`"
                );
                self.note(field, message);
            }
            return None;
        };
        let source = self.within(&written, inside);
        self.found.sources.insert((parent.name.to_string(), field.name.to_string()), written.clone());
        if field.ty.is_non_null() {
            self.note(field, format!("`{full}` comes from a provider, so it must be nullable; remove the `!`"));
        }
        if !self.starts_elsewhere(field, full, &written, inside) {
            self.compare(field, full, &source, inside);
        }
        let (place, name) = (self.place(&field.name), full.to_owned());
        let is_leaf = self.is_leaf(field.ty.inner_named_type());
        self.found.named.push((place, source.provider.clone()));
        if is_leaf {
            self.found.leaves.push(Leaf { name: name.clone(), field: source.field(), place });
        }
        self.reached.push(Reached { source: source.clone(), name: name.clone(), place, is_leaf });
        let in_list = field.ty.is_list() || inside.is_some_and(|inside| inside.in_list);
        if in_list && self.inputs.legacy_list_paths {
            self.found.last_segments.insert(source.clone());
        }
        Some(Inside { source, name, place, in_list })
    }

    /// Compares the field with what the provider has at the end of the path.
    fn compare(&mut self, field: &FieldDefinition, full: &str, source: &Source, inside: Option<&Inside>) {
        let Some(provider) = self.providers.get(&source.provider.schema_id) else { return };
        let path = source.path.join(".");
        let along = match provider.along(&source.path) {
            Ok(along) => along,
            Err((missing, known)) => {
                let hint = did_you_mean(&missing, &known);
                let message = format!("`{full}`: `{}` has no `{missing}` of `{path}`{hint}", source.provider);
                return self.note(field, message);
            }
        };
        // The list in which the field stands is passed already.
        let passed =
            inside.map_or(
                0,
                |inside| if source.path.starts_with(&inside.source.path) { inside.source.path.len() } else { 0 },
            );
        let last = along.len().saturating_sub(1);
        for (number, segment) in along.iter().enumerate() {
            let name = &segment.name;
            if segment.ty.is_list() && number >= passed && number < last {
                let message = format!(
                    "`{full}`: `{name}` of `{path}` is a list at `{}`; name it in a list field with `@sourceInfo`, and put this one below",
                    source.provider
                );
                self.note(field, message);
            }
            if let Some(needed) = segment.arguments.iter().find(|one| number > 0 && one.is_required()) {
                let message = format!(
                    "`{full}`: `{name}` of `{path}` needs the argument `{}`, and arguments only reach a provider's root fields",
                    needed.name
                );
                self.note(field, message);
            }
        }
        let Some(definition) = along.last() else { return };
        let (ours, theirs) = (field.ty.inner_named_type().as_str(), definition.ty.inner_named_type().as_str());
        match (self.is_leaf(ours), provider.is_leaf(theirs)) {
            (true, true) => self.leaf(field, full, source, definition),
            (false, false) => {}
            _ => self.note(field, format!("`{full}` is `{ours}`, but `{source}` is `{theirs}`")),
        }
        self.list(field, full, source, definition);
    }
}
