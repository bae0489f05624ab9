//! Whether each `@lookup` can find whom it looks for.
//!
//! It is checked when all roots are known. What lies below it belongs to the root that it asks, and is checked there.

use std::collections::HashSet;

use apollo_compiler::{
    Name, Node,
    ast::Type,
    schema::{FieldDefinition, ObjectType},
};
use ndx_config::did_you_mean;

use super::{Composer, lists::levels};
use crate::schema::{Lookup, Root, Source};

/// A field with `@lookup` that was met.
#[derive(Debug, Clone)]
pub struct Pending {
    pub parent: Node<ObjectType>,
    pub name: Name,
}

impl Composer<'_> {
    /// Checks every field with `@lookup` that a query can reach, and notes it.
    pub(super) fn lookups(&mut self) {
        let mut seen = HashSet::new();
        for Pending { parent: object, name } in std::mem::take(&mut self.lookups) {
            let Some(field) = object.fields.get(&name).filter(|_| seen.insert((object.name.clone(), name.clone())))
            else {
                continue;
            };
            let full = format!("{}.{name}", object.name);
            let Some(lookup) = Lookup::from_directives(&field.directives) else {
                self.note(field, format!("`{full}`: `@lookup` needs `root`, `argument` and `from`"));
                continue;
            };
            if object == *self.query {
                let message =
                    format!("`{full}` is a root field, so there is no record to look up from; remove `@lookup`");
                self.note(field, message);
                continue;
            }
            self.lookup_alone(field, &full);
            self.lookup_root(field, &full, &lookup);
            self.lookup_from(&object, field, &full, &lookup);
            self.found.lookups.insert((object.name.to_string(), name.to_string()), lookup);
        }
    }

    /// The field itself must be a plain one that may be null.
    fn lookup_alone(&mut self, field: &FieldDefinition, full: &str) {
        if field.directives.has("sourceInfo") {
            self.note(
                field,
                format!(
                    "`{full}` has both `@sourceInfo` and `@lookup`; it is either a provider's field or found by one"
                ),
            );
        }
        if !field.arguments.is_empty() {
            let message = format!("`{full}` has arguments, but `@lookup` says what is asked; remove them");
            self.note(field, message);
        }
        if field.ty.is_non_null() || field.ty.item_type().is_non_null() {
            let message =
                format!("`{full}` may be refused by the person who is found, so it must be nullable; remove the `!`");
            self.note(field, message);
        }
    }

    /// The root must give what the field promises, for the one argument that names the person.
    fn lookup_root(&mut self, field: &FieldDefinition, full: &str, lookup: &Lookup) {
        let Lookup { root: name, argument, .. } = lookup;
        let Some(root) = self.query.fields.get(name.as_str()) else {
            let known: Vec<&str> = self.query.fields.keys().map(|name| name.as_str()).collect();
            let message = format!("`{full}`: there is no root field `{name}`{}", did_you_mean(name, &known));
            return self.note(field, message);
        };
        let mut notes = Vec::new();
        let (ours, theirs) = (field.ty.inner_named_type(), root.ty.inner_named_type());
        if ours != theirs {
            notes.push(format!("`{full}` is `{ours}`, but `{name}` gives `{theirs}`"));
        }
        if root.ty.is_list() {
            notes.push(format!("`{full}`: `{name}` gives a list, and a lookup finds one for each value"));
        }
        match root.argument_by_name(argument) {
            None => {
                let known: Vec<&str> = root.arguments.iter().map(|argument| argument.name.as_str()).collect();
                let hint = did_you_mean(argument, &known);
                notes.push(format!("`{full}`: `{name}` has no argument `{argument}`{hint}"));
            }
            Some(definition) => {
                let owner =
                    self.found.roots.get(name.as_str()).and_then(|Root { data_owner, .. }| data_owner.as_deref());
                if let Some(owner) = owner.filter(|owner| owner != argument) {
                    notes.push(format!(
                        "`{full}`: `{argument}` does not name the person of `{name}`; a lookup finds people by `{owner}`"
                    ));
                }
                if !is_one_leaf(self, &definition.ty) {
                    notes.push(format!(
                        "`{full}`: `{argument}` of `{name}` is `{}`, which no one value fills",
                        definition.ty
                    ));
                }
            }
        }
        let known = root.argument_by_name(argument).is_some();
        let others = root.arguments.iter().filter(|other| other.is_required() && other.name.as_str() != argument);
        for other in others.filter(|_| known) {
            notes.push(format!(
                "`{full}`: `{name}` also needs `{}`, which a lookup cannot give; make it optional or give it a default",
                other.name
            ));
        }
        notes.into_iter().for_each(|message| self.note(field, message));
    }

    /// The value must stand beside the field, in a leaf that a provider fills, as often as the field.
    fn lookup_from(&mut self, object: &ObjectType, field: &FieldDefinition, full: &str, lookup: &Lookup) {
        let Lookup { root, argument, from } = lookup;
        let Some(beside) = object.fields.get(from.as_str()) else {
            let known: Vec<&str> =
                object.fields.keys().map(|name| name.as_str()).filter(|one| field.name != **one).collect();
            let message = format!("`{full}`: `{}` has no field `{from}`{}", object.name, did_you_mean(from, &known));
            return self.note(field, message);
        };
        let type_name = beside.ty.inner_named_type().as_str();
        if !self.is_leaf(type_name) {
            return self
                .note(field, format!("`{full}`: `{from}` is `{type_name}`, and only a leaf can be looked up by"));
        }
        if Source::from_directives(&beside.directives).is_none() {
            self.note(field, format!("`{full}`: `{from}` has no `@sourceInfo`, so there is nothing to look up by"));
        }
        let (ours, theirs) = (levels(&field.ty), levels(&beside.ty));
        if ours != theirs || ours > 1 {
            let message = match (ours, theirs) {
                (0, _) => format!("`{full}` is one value, but `{from}` is a list"),
                (1, 0) => format!("`{full}` is a list, but `{from}` is one value"),
                _ => format!("`{full}`: a lookup finds one, or a list of them, and nothing deeper"),
            };
            self.note(field, message);
        }
        let wanted = self.query.fields.get(root.as_str()).and_then(|root| root.argument_by_name(argument));
        if let Some(wanted) = wanted.map(|wanted| wanted.ty.inner_named_type().as_str())
            && self.is_leaf(wanted)
            && !holds(type_name, wanted)
        {
            self.note(
                field,
                format!("`{full}`: `{from}` is `{type_name}`, but `{argument}` of `{root}` is `{wanted}`"),
            );
        }
    }
}

fn is_one_leaf(composer: &Composer<'_>, ty: &Type) -> bool {
    !ty.is_list() && composer.is_leaf(ty.inner_named_type())
}

/// Whether a value of the leaf `from` can be an argument of the type `wanted`.
fn holds(from: &str, wanted: &str) -> bool {
    let text = |name| matches!(name, "String" | "ID");
    let built_in = |name| matches!(name, "Int" | "Float" | "String" | "Boolean" | "ID");
    from == wanted
        || (text(from) && text(wanted))
        || matches!((from, wanted), ("Int", "ID" | "Float"))
        || (text(from) && !built_in(wanted))
        || (!built_in(from) && text(wanted))
}
