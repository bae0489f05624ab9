//! What has changed in arguments and in the members of input objects: what an application sends, and whom the data is about.

use apollo_compiler::{
    Node,
    ast::{InputValueDefinition, Type, Value},
    schema::InputObjectType,
};

use super::{Found, Level, reads_as};

impl Found {
    /// Compares the arguments of the field at `place`.
    pub(super) fn arguments(
        &mut self,
        place: &str,
        old: &[Node<InputValueDefinition>],
        new: &[Node<InputValueDefinition>],
    ) {
        let at = |name: &str| format!("{place}({name}:)");
        for before in old {
            match new.iter().find(|after| after.name == before.name) {
                Some(after) => self.input(&at(&before.name), before, after),
                None => self.note(Level::Breaking, at(&before.name), "the argument is gone"),
            }
        }
        for after in new.iter().filter(|after| !old.iter().any(|before| before.name == after.name)) {
            self.new_input(at(&after.name), "argument", after);
        }
        self.data_owner(place, data_owner(old), data_owner(new));
    }

    /// Compares the members of the input object `name`.
    pub(super) fn inputs(&mut self, name: &str, old: &InputObjectType, new: &InputObjectType) {
        for (member, before) in &old.fields {
            match new.fields.get(member) {
                Some(after) => self.input(&format!("{name}.{member}"), before, after),
                None => self.note(Level::Breaking, format!("{name}.{member}"), "the member is gone"),
            }
        }
        for (member, after) in new.fields.iter().filter(|(member, _)| !old.fields.contains_key(*member)) {
            self.new_input(format!("{name}.{member}"), "member", after);
        }
    }

    fn new_input(&mut self, place: String, kind: &str, input: &InputValueDefinition) {
        if input.is_required() {
            let what = format!("the {kind} is new and required, so every question without it is refused");
            self.note(Level::Breaking, place, what);
        } else {
            let what = format!("the {kind} is new and optional; what it means when it is left out may be new too");
            self.note(Level::Dangerous, place, what);
        }
    }

    fn input(&mut self, place: &str, old: &InputValueDefinition, new: &InputValueDefinition) {
        if old.ty != new.ty {
            // What is sent goes the other way: less that is demanded is no harm.
            let level = if reads_as(&new.ty, &old.ty) { Level::Safe } else { Level::Breaking };
            self.note(level, place.to_owned(), format!("its type was `{}`, is `{}`", old.ty, new.ty));
        }
        if old.default_value != new.default_value {
            let written = |value: &Option<Node<Value>>| {
                value.as_ref().map_or("no default".to_owned(), |value| format!("`{}`", value.serialize().no_indent()))
            };
            let (before, after) = (written(&old.default_value), written(&new.default_value));
            let demanded = |of: &InputValueDefinition, ty: &Type| ty.is_non_null() && of.default_value.is_none();
            let level = if demanded(new, &new.ty) && !demanded(old, &old.ty) && old.ty == new.ty {
                Level::Breaking
            } else {
                Level::Dangerous
            };
            self.note(level, place.to_owned(), format!("its default was {before}, is {after}"));
        }
        let handed_on = |of: &InputValueDefinition| {
            let list = of.directives.get("sourceInfoArgList")?;
            list.specified_argument_by_name("providerArgs").map(|value| value.serialize().no_indent().to_string())
        };
        if handed_on(old) != handed_on(new) {
            self.note(Level::Dangerous, place.to_owned(), "it is handed on to other arguments of providers");
        }
        self.deprecation(place, old.directives.has("deprecated"), new.directives.has("deprecated"));
        self.description(place, old.description.as_ref(), new.description.as_ref());
    }

    /// Whose consent is asked for depends on this argument.
    fn data_owner(&mut self, place: &str, old: Option<&str>, new: Option<&str>) {
        match (old, new) {
            (Some(old), None) => {
                let what = format!("`{old}` no longer names the person, so nobody can be asked for a consent");
                self.note(Level::Breaking, place.to_owned(), what);
            }
            (None, Some(new)) => {
                let what = format!("`{new}` names the person whom the data is about now");
                self.note(Level::Dangerous, place.to_owned(), what);
            }
            (Some(old), Some(new)) if old != new => {
                let what = format!("the person whom the data is about was named by `{old}`, is named by `{new}`");
                self.note(Level::Dangerous, place.to_owned(), what);
            }
            _ => {}
        }
    }
}

/// The argument that names the person.
fn data_owner(arguments: &[Node<InputValueDefinition>]) -> Option<&str> {
    arguments.iter().find(|one| one.directives.has("dataOwner")).map(|one| one.name.as_str())
}
