//! Whether a provider's leaf can stand where the consumer schema promises one.

use apollo_compiler::schema::{EnumType, ExtendedType, FieldDefinition};

use super::Composer;
use crate::schema::Source;

impl Composer<'_> {
    /// Compares the types of a leaf on both sides.
    pub(super) fn leaf(&mut self, field: &FieldDefinition, full: &str, source: &Source, theirs: &FieldDefinition) {
        let Some(provider) = self.providers.get(&source.provider.schema_id) else { return };
        let (ours, theirs) = (field.ty.inner_named_type().as_str(), theirs.ty.inner_named_type().as_str());
        let kinds = (self.schema.types.get(ours), provider.definition().types.get(theirs));
        match kinds {
            (Some(ExtendedType::Enum(promised)), Some(ExtendedType::Enum(given))) => {
                let lacking = lacking(promised, given);
                if !lacking.is_empty() {
                    let message = format!(
                        "`{full}` is `{ours}`, which lacks {lacking}, and `{source}` may give it; add it to `{ours}`"
                    );
                    self.note(field, message);
                }
            }
            (ours_is, theirs_is) if !fits((ours, kind(ours, ours_is)), (theirs, kind(theirs, theirs_is))) => {
                self.note(field, format!("`{full}` is `{ours}`, but `{source}` gives `{theirs}`"));
            }
            _ => {}
        }
    }
}

/// The values that `given` has and `promised` lacks, in words.
pub(super) fn lacking(promised: &EnumType, given: &EnumType) -> String {
    let lacking = given.values.keys().filter(|value| !promised.values.contains_key(*value));
    lacking.map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ")
}

/// What kind of leaf a type is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    BuiltIn,
    Enum,
    /// A scalar of the schema's own, which may hold anything.
    Scalar,
}

/// The kind of the leaf `name`; what is not defined was told as such, and may be anything.
pub(super) fn kind(name: &str, definition: Option<&ExtendedType>) -> Kind {
    match (name, definition) {
        (_, Some(ExtendedType::Enum(_))) => Kind::Enum,
        ("Int" | "Float" | "String" | "Boolean" | "ID", _) => Kind::BuiltIn,
        _ => Kind::Scalar,
    }
}

fn fits((ours, our_kind): (&str, Kind), (theirs, their_kind): (&str, Kind)) -> bool {
    match (our_kind, their_kind) {
        (Kind::Scalar, _) | (_, Kind::Scalar) => true,
        (Kind::Enum, _) => matches!(theirs, "String" | "ID"),
        (_, Kind::Enum) => matches!(ours, "String" | "ID"),
        _ => ours == theirs || matches!((ours, theirs), ("Float", "Int") | ("ID", "Int" | "String") | ("String", "ID")),
    }
}
