//! Lists: where the paths of what stands in them begin, how deep they are, and whether an element can be null.

use apollo_compiler::{ast::Type, schema::FieldDefinition};

use super::{Composer, in_line, walk::Inside};
use crate::schema::Source;

impl Composer<'_> {
    /// The source as it counts where it stands.
    pub(super) fn within(&self, written: &Source, inside: Option<&Inside>) -> Source {
        match inside {
            Some(inside) if inside.in_list && self.inputs.legacy_list_paths => written.by_last_segment(&inside.source),
            _ => written.within(inside.map(|inside| &inside.source)),
        }
    }

    /// Whether the path begins neither at the object or list in which the field stands, nor continues from there.
    pub(super) fn starts_elsewhere(
        &mut self,
        field: &FieldDefinition,
        full: &str,
        written: &Source,
        inside: Option<&Inside>,
    ) -> bool {
        let Some(inside) = inside else { return false };
        let Inside { source: around, name, place, in_list } = inside;
        let (line, path) = (in_line(*place), around.path.join("."));
        if written.provider != around.provider {
            if *in_list {
                let message = format!(
                    "`{full}` comes from `{written}`, but stands in the list `{name}`{line}, whose elements come from `{around}`; an element has nothing of another provider, so use `@lookup` for what that one knows"
                );
                self.note(field, message);
            }
            return *in_list;
        }
        let legacy = *in_list && self.inputs.legacy_list_paths;
        if legacy || written.path.starts_with(&around.path) {
            return false;
        }
        let Some(provider) = self.providers.get(&written.provider.schema_id) else { return false };
        let continues = provider.along(&written.within(Some(around)).path).is_ok();
        let is_root = written.path.first().is_some_and(|root| provider.along(std::slice::from_ref(root)).is_ok());
        if continues || !is_root {
            return false;
        }
        let (what, legacy) = if *in_list {
            ("list", ", or set `legacyListPaths` in `schema` so that only its last part counts")
        } else {
            ("object", "")
        };
        let message = format!(
            "`{full}` starts at `{}`, but stands in the {what} `{name}`{line}, which is `{path}`; begin its path with `{path}.` or continue from there{legacy}",
            written.root_field()
        );
        self.note(field, message);
        true
    }

    /// Both sides are lists of the same depth, and we promise no element that the provider does not.
    pub(super) fn list(&mut self, field: &FieldDefinition, full: &str, source: &Source, theirs: &FieldDefinition) {
        let depths = (levels(&field.ty), levels(&theirs.ty));
        if depths.0 != depths.1 {
            let say = |levels| match levels {
                0 => "one value",
                1 => "a list",
                _ => "a list of lists",
            };
            self.note(field, format!("`{full}` is {}, but `{source}` gives {}", say(depths.0), say(depths.1)));
            return;
        }
        let (mut ours, mut theirs) = (&field.ty, &theirs.ty);
        while ours.is_list() && theirs.is_list() {
            (ours, theirs) = (ours.item_type(), theirs.item_type());
            if ours.is_non_null() && !theirs.is_non_null() {
                let message = format!(
                    "an element of `{full}` may be null, as it may at `{source}`; remove the `!` inside the list"
                );
                return self.note(field, message);
            }
        }
    }
}

/// How many lists a type is wrapped in.
pub fn levels(ty: &Type) -> usize {
    let mut ty = ty;
    let mut levels = 0;
    while ty.is_list() {
        levels += 1;
        ty = ty.item_type();
    }
    levels
}
