//! Walks from a root field to everything below it that a consumer can ask for.

use apollo_compiler::{
    Name, Node,
    schema::{ExtendedType, FieldDefinition, ObjectType},
};

use super::{Composer, Place, lookups::Pending};
use crate::schema::Source;

/// How many fields may be reached, all ways to them counted. A schema of a few lines can lead to very many.
const MOST_FIELDS: usize = 100_000;

/// A provider's field that a root asks.
#[derive(Debug, Clone)]
pub struct Reached {
    pub source: Source,
    /// The consumer's field, `PersonInfo.fullName`, and where it stands.
    pub name: String,
    pub place: Place,
    pub is_leaf: bool,
}

/// The object or list of a provider in which a field stands.
#[derive(Debug, Clone)]
pub struct Inside {
    pub source: Source,
    /// The consumer's field that is this object or list, and where it stands.
    pub name: String,
    pub place: Place,
    /// Whether it is a list, or stands in one.
    pub in_list: bool,
}

impl Composer<'_> {
    /// Walks one root field; afterwards `reached` holds what it asks of providers.
    pub(super) fn walk(&mut self, root: &FieldDefinition) {
        self.reached.clear();
        self.walked.clear();
        self.field(&self.query.clone(), root, None);
    }

    fn field(&mut self, parent: &Node<ObjectType>, field: &FieldDefinition, inside: Option<&Inside>) {
        self.count += 1;
        if self.count >= MOST_FIELDS {
            if self.count == MOST_FIELDS {
                self.note(
                    field,
                    format!(
                        "the schema leads to more than {MOST_FIELDS} fields; types that lead to each other multiply"
                    ),
                );
            }
            return;
        }
        if field.directives.has("lookup") {
            self.lookups.push(Pending { parent: parent.clone(), name: field.name.clone() });
            return;
        }
        let full = format!("{}.{}", parent.name, field.name);
        if parent != self.query && !field.arguments.is_empty() {
            self.note(field, format!("`{full}` has arguments, which only root fields can hand on"));
        }
        let here = self.sourced(parent, field, &full, inside);
        let has_source = field.directives.has("sourceInfo");
        match self.schema.types.get(field.ty.inner_named_type()) {
            Some(ExtendedType::Object(object)) => {
                if !has_source {
                    self.container(parent, field, &full);
                }
                self.below(object, field, &full, here.as_ref().or(inside));
            }
            Some(ExtendedType::Interface(_) | ExtendedType::Union(_)) => {
                let message = format!(
                    "`{full}` is an interface or union, which no provider field can fill; give it an object type"
                );
                self.note(field, message);
            }
            _ if !has_source => {
                self.note(field, format!("`{full}` has no `@sourceInfo`, so nothing could ever answer it"));
            }
            _ => {}
        }
    }

    /// A field that only holds others is there once, and what it holds may all be withheld.
    fn container(&mut self, parent: &ObjectType, field: &FieldDefinition, full: &str) {
        if field.ty.is_list() {
            self.note(field, format!("`{full}` is a list, so it needs `@sourceInfo` to say which"));
        }
        if field.ty.is_non_null() && *parent != **self.query {
            self.note(field, format!("all of `{full}` may be withheld, so it must be nullable; remove the `!`"));
        }
    }

    fn below(&mut self, object: &Node<ObjectType>, field: &FieldDefinition, full: &str, inside: Option<&Inside>) {
        let type_name: Name = object.name.clone();
        if self.path.contains(&type_name) {
            let message = format!(
                "`{full}` leads back to `{type_name}` without end; give it a type of its own, or `@lookup` if it is another person's record"
            );
            return self.note(field, message);
        }
        self.led_to.insert(type_name.clone());
        if self.walked.insert((type_name.clone(), inside.map(|inside| inside.source.clone()))) {
            self.path.push(type_name);
            for field in object.fields.values() {
                self.field(object, field, inside);
            }
            self.path.pop();
        }
    }
}
