//! Compares two consumer schemas: what each change means for those who ask and for those whose data it is. Pure.
//!
//! Two kinds of promise are kept apart. To applications: a question that was good stays good (*breaking* when it may not,
//! *dangerous* when it stays good and may be answered differently). To people: what they have consented to is what is
//! fetched; a field that comes from elsewhere is *dangerous*, because a consent for the old one does not cover the new one.
//! Only what a query can reach is compared; definitions of directives are ours and no promise to anybody.

mod arguments;

mod fields;

use std::fmt;

use apollo_compiler::{
    Schema,
    ast::Type,
    schema::{EnumType, ExtendedType, UnionType},
};
use serde::{Deserialize, Serialize};

use super::clean::reachable;

/// What a change means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// A question that was good may be refused now.
    Breaking,
    /// Every question stays good, but its answer, its source or the consent that it needs may be another.
    Dangerous,
    /// Nobody who asks today notices.
    Safe,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Breaking => "breaking",
            Self::Dangerous => "dangerous",
            Self::Safe => "safe",
        })
    }
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Change {
    /// What it means.
    pub level: Level,
    /// Where: `Type`, `Type.field`, `Type.field(argument:)`.
    pub place: String,
    /// What has changed, in words.
    pub what: String,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.level, self.place, self.what)
    }
}

/// Whether `changes` hold one that is breaking.
pub fn is_breaking(changes: &[Change]) -> bool {
    changes.iter().any(|change| change.level == Level::Breaking)
}

/// Every change from `old` to `new`: the breaking ones first, then the dangerous ones, each in the order of the schemas.
pub fn compare(old: &Schema, new: &Schema) -> Vec<Change> {
    let mut found = Found::default();
    let (before, after) = (reachable(old), reachable(new));
    for (name, kind) in old.types.iter().filter(|(name, _)| before.contains(*name)) {
        match new.types.get(name).filter(|_| after.contains(name)) {
            Some(now) => found.of_type(name, kind, now),
            None => found.note(Level::Breaking, name.to_string(), "the type is gone"),
        }
    }
    for (name, kind) in new.types.iter().filter(|(name, _)| after.contains(*name) && !before.contains(*name)) {
        found.note(Level::Safe, name.to_string(), "the type is new");
        if let Some(fields) = fields::of(kind) {
            fields.values().for_each(|field| found.reachable_now(name, field));
        }
    }
    found.0.sort_by_key(|change| change.level);
    found.0
}

/// The changes that were found so far.
#[derive(Default)]
struct Found(Vec<Change>);

impl Found {
    fn note(&mut self, level: Level, place: String, what: impl Into<String>) {
        self.0.push(Change { level, place, what: what.into() });
    }

    fn of_type(&mut self, name: &str, old: &ExtendedType, new: &ExtendedType) {
        self.description(name, old.description(), new.description());
        match (old, new) {
            (ExtendedType::Object(before), ExtendedType::Object(after)) => {
                self.interfaces(name, before.implements_interfaces.iter(), after.implements_interfaces.iter());
                self.fields(name, &before.fields, &after.fields);
            }
            (ExtendedType::Interface(before), ExtendedType::Interface(after)) => {
                self.interfaces(name, before.implements_interfaces.iter(), after.implements_interfaces.iter());
                self.fields(name, &before.fields, &after.fields);
            }
            (ExtendedType::InputObject(before), ExtendedType::InputObject(after)) => self.inputs(name, before, after),
            (ExtendedType::Enum(before), ExtendedType::Enum(after)) => self.values(name, before, after),
            (ExtendedType::Union(before), ExtendedType::Union(after)) => self.members(name, before, after),
            (ExtendedType::Scalar(_), ExtendedType::Scalar(_)) => {}
            _ => {
                let what = format!("was {}, is {}", kind(old), kind(new));
                self.note(Level::Breaking, name.to_owned(), what);
            }
        }
    }

    fn values(&mut self, name: &str, old: &EnumType, new: &EnumType) {
        for (value, before) in &old.values {
            let place = format!("{name}.{value}");
            match new.values.get(value) {
                Some(after) => self.description(&place, before.description.as_ref(), after.description.as_ref()),
                None => self.note(Level::Breaking, place, "the value is gone"),
            }
        }
        for value in new.values.keys().filter(|value| !old.values.contains_key(*value)) {
            let what = "the value is new; an application may not know what to do with it";
            self.note(Level::Dangerous, format!("{name}.{value}"), what);
        }
    }

    fn members(&mut self, name: &str, old: &UnionType, new: &UnionType) {
        for member in old.members.difference(&new.members) {
            self.note(Level::Breaking, name.to_owned(), format!("`{member}` is no longer one of its types"));
        }
        for member in new.members.difference(&old.members) {
            self.note(Level::Dangerous, name.to_owned(), format!("`{member}` is one of its types now"));
        }
    }

    fn interfaces<'a, T: PartialEq + fmt::Display + 'a>(
        &mut self,
        name: &str,
        old: impl Iterator<Item = &'a T>,
        new: impl Iterator<Item = &'a T>,
    ) {
        let (old, new): (Vec<_>, Vec<_>) = (old.collect(), new.collect());
        for gone in old.iter().filter(|one| !new.contains(one)) {
            self.note(Level::Breaking, name.to_owned(), format!("it is no longer a `{gone}`"));
        }
        for added in new.iter().filter(|one| !old.contains(one)) {
            self.note(Level::Dangerous, name.to_owned(), format!("it is a `{added}` now"));
        }
    }

    fn description<T: PartialEq>(&mut self, place: &str, old: Option<&T>, new: Option<&T>) {
        if old != new {
            self.note(Level::Safe, place.to_owned(), "its description has changed");
        }
    }
}

fn kind(of: &ExtendedType) -> &'static str {
    match of {
        ExtendedType::Scalar(_) => "a scalar",
        ExtendedType::Object(_) => "an object",
        ExtendedType::Interface(_) => "an interface",
        ExtendedType::Union(_) => "a union",
        ExtendedType::Enum(_) => "an enum",
        ExtendedType::InputObject(_) => "an input object",
    }
}

/// Whether whoever reads values of `old` can read those of `new`: a promise more is no harm.
fn reads_as(old: &Type, new: &Type) -> bool {
    match (old, new) {
        (Type::Named(old), Type::Named(new) | Type::NonNullNamed(new)) => old == new,
        (Type::NonNullNamed(old), Type::NonNullNamed(new)) => old == new,
        (Type::List(old), Type::List(new) | Type::NonNullList(new)) => reads_as(old, new),
        (Type::NonNullList(old), Type::NonNullList(new)) => reads_as(old, new),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
