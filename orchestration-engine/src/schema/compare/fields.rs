//! What has changed in the fields of a type, and in where their values come from.

use apollo_compiler::{
    Name,
    collections::IndexMap,
    schema::{Component, ExtendedType, FieldDefinition},
};

use super::{Found, Level, reads_as};
use crate::schema::Source;

/// The fields of an object or interface.
pub(super) type Fields = IndexMap<Name, Component<FieldDefinition>>;

/// The fields that `of` has, if it can have any.
pub(super) fn of(of: &ExtendedType) -> Option<&Fields> {
    match of {
        ExtendedType::Object(object) => Some(&object.fields),
        ExtendedType::Interface(interface) => Some(&interface.fields),
        _ => None,
    }
}

impl Found {
    /// Compares the fields of the type `name`.
    pub(super) fn fields(&mut self, name: &str, old: &Fields, new: &Fields) {
        for (field, before) in old {
            match new.get(field) {
                Some(after) => self.field(&format!("{name}.{field}"), before, after),
                None => self.note(Level::Breaking, format!("{name}.{field}"), "the field is gone"),
            }
        }
        for (field, after) in new.iter().filter(|(field, _)| !old.contains_key(*field)) {
            if Source::from_directives(&after.directives).is_none() {
                self.note(Level::Safe, format!("{name}.{field}"), "the field is new");
            }
            self.reachable_now(name, after);
        }
    }

    /// What a field that nobody could ask for before leads to.
    pub(super) fn reachable_now(&mut self, name: &str, field: &FieldDefinition) {
        if let Some(source) = Source::from_directives(&field.directives) {
            let what = format!("the field is new: `{source}` can be asked for now, where policy allows it");
            self.note(Level::Safe, format!("{name}.{}", field.name), what);
        }
        if let Some(lookup) = lookup(field) {
            let what = format!("it leads on to another person or thing by {lookup}");
            self.note(Level::Dangerous, format!("{name}.{}", field.name), what);
        }
    }

    fn field(&mut self, place: &str, old: &FieldDefinition, new: &FieldDefinition) {
        if old.ty != new.ty {
            let what = format!("its type was `{}`, is `{}`", old.ty, new.ty);
            let level = if reads_as(&old.ty, &new.ty) { Level::Safe } else { Level::Breaking };
            self.note(level, place.to_owned(), what);
        }
        self.arguments(place, &old.arguments, &new.arguments);
        self.source(place, old, new);
        let correlated = (lookup(old), lookup(new));
        let what = match correlated {
            (None, Some(lookup)) => Some(format!("it leads on to another person or thing by {lookup}")),
            (Some(lookup), None) => Some(format!("it no longer leads on by {lookup}")),
            (Some(old), Some(new)) if old != new => Some(format!("it led on by {old}, now by {new}")),
            _ => None,
        };
        if let Some(what) = what {
            self.note(Level::Dangerous, place.to_owned(), what);
        }
        self.deprecation(place, old.directives.has("deprecated"), new.directives.has("deprecated"));
        self.description(place, old.description.as_ref(), new.description.as_ref());
    }

    /// Consents and policies are for a field of a provider's schema, and nothing tells that another holds the same.
    fn source(&mut self, place: &str, old: &FieldDefinition, new: &FieldDefinition) {
        let what = match (Source::from_directives(&old.directives), Source::from_directives(&new.directives)) {
            (Some(old), Some(new)) if old.provider != new.provider => {
                format!("moved from `{old}` to `{new}`: consents and grants for the one do not cover the other")
            }
            (Some(old), Some(new)) if old.path != new.path => {
                let (old, new) = (old.path.join("."), new.path.join("."));
                format!(
                    "moved within its provider from `{old}` to `{new}`: consents and grants for the one do not cover the other"
                )
            }
            (None, Some(new)) => format!("comes from `{new}` now, and from no provider of its own before"),
            (Some(old), None) => format!("came from `{old}`, and from no provider of its own now"),
            _ => return,
        };
        self.note(Level::Dangerous, place.to_owned(), what);
    }

    /// Compares whether somebody is asked to stop using it.
    pub(super) fn deprecation(&mut self, place: &str, old: bool, new: bool) {
        match (old, new) {
            (false, true) => self.note(Level::Safe, place.to_owned(), "it is deprecated now"),
            (true, false) => self.note(Level::Safe, place.to_owned(), "it is no longer deprecated"),
            _ => {}
        }
    }
}

/// Where `@lookup` leads, in words.
fn lookup(field: &FieldDefinition) -> Option<String> {
    let directive = field.directives.get("lookup")?;
    let text = |name| directive.specified_argument_by_name(name).and_then(|value| value.as_str()).unwrap_or_default();
    Some(format!("`{}({}:)` with `{}`", text("root"), text("argument"), text("from")))
}
