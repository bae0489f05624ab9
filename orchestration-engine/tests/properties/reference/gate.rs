//! Where fields come from, by the schema's directives; and the gates' page: what is asked of whom, released or refused.

use std::collections::BTreeSet;

use apollo_compiler::{ast::DirectiveList, executable::Field};
use ndx_contracts::{FieldRef, policy::Effect};
use serde_json::{Value, json};

use super::{Around, Reference};
use crate::{court::Shared, world::PEOPLE};

/// A field of a register.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    pub schema_id: String,
    pub path: Vec<String>,
}

impl Source {
    pub fn same_root(&self, other: &Self) -> bool {
        self.schema_id == other.schema_id && self.path[0] == other.path[0]
    }

    fn field(&self) -> FieldRef {
        FieldRef::new(self.schema_id.as_str(), self.path.join("."))
    }
}

/// Why nothing of a person is released.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    NotApproved,
}

impl Refused {
    pub fn code(self) -> &'static str {
        match self {
            Self::NotApproved => "CE_NOT_APPROVED",
        }
    }
}

/// A field that leads to another person.
pub(super) struct LookedUp {
    key: Source,
    is_list: bool,
}

/// The object of a register that is next around: its schema and its path.
type Inside<'a> = Option<(&'a str, &'a [String])>;

fn text(directives: &DirectiveList, directive: &str, argument: &str) -> Option<String> {
    Some(directives.get(directive)?.specified_argument_by_name(argument)?.as_str()?.to_owned())
}

impl<'a> Reference<'a> {
    fn directives(&self, type_name: &str, field: &str) -> &DirectiveList {
        &self.schema.type_field(type_name, field).unwrap().directives
    }

    /// Where a field comes from, inside an object of a register or not.
    pub(super) fn source(&self, type_name: &str, field: &str, inside: Inside<'_>) -> Option<Source> {
        let directives = self.directives(type_name, field);
        let schema_id = text(directives, "sourceInfo", "schemaId")?;
        let path: Vec<_> = text(directives, "sourceInfo", "providerField")?.split('.').map(str::to_owned).collect();
        let path = match inside {
            Some((around, base)) if around == schema_id && !path.starts_with(base) => [base, &path].concat(),
            _ => path,
        };
        Some(Source { schema_id, path })
    }

    pub(super) fn lookup(&self, type_name: &str, field: &str, inside: Inside<'_>) -> Option<LookedUp> {
        let from = text(self.directives(type_name, field), "lookup", "from")?;
        let is_list = self.schema.type_field(type_name, field).unwrap().ty.is_list();
        Some(LookedUp { key: self.source(type_name, &from, inside).unwrap(), is_list })
    }

    /// The sources of a root, each once. What a lookup leads to is another root's.
    pub(super) fn sources(&self, fields: &[&'a Field]) -> BTreeSet<Source> {
        let (type_name, collected) = self.below(fields);
        collected.values().flat_map(|fields| self.sources_of(&type_name, fields, None)).collect()
    }

    /// The sources of a field and of what is below it.
    pub(super) fn sources_of(&self, type_name: &str, fields: &[&'a Field], inside: Inside<'_>) -> BTreeSet<Source> {
        let name = &fields[0].name;
        if name == "__typename" {
            return BTreeSet::new();
        }
        if let Some(lookup) = self.lookup(type_name, name, inside) {
            return BTreeSet::from([lookup.key]);
        }
        let source = self.source(type_name, name, inside);
        if fields[0].selection_set.is_empty() {
            return source.into_iter().collect();
        }
        let within = source.as_ref().map(|source| (source.schema_id.as_str(), source.path.as_slice())).or(inside);
        let (type_name, collected) = self.below(fields);
        let below: BTreeSet<_> =
            collected.values().flat_map(|fields| self.sources_of(&type_name, fields, within)).collect();
        // An object of which no field is asked, but its type name or another register's fields, counts itself.
        let inside = |one: &Source| below.iter().any(|other| other.same_root(one) && other.path.starts_with(&one.path));
        let itself = source.filter(|one| !inside(one));
        below.iter().cloned().chain(itself).collect()
    }

    /// Notes what policy is asked about: a root's fields, and those of everybody whom it may lead to.
    pub(super) fn note_fields(&mut self, fields: &[&'a Field]) {
        let sources = self.sources(fields);
        self.expected.fields.extend(sources.iter().map(|source| source.field().to_string()));
        self.note_lookups(fields, None);
    }

    fn note_lookups(&mut self, fields: &[&'a Field], inside: Inside<'_>) {
        let (type_name, collected) = self.below(fields);
        for fields in collected.values().filter(|fields| !fields[0].selection_set.is_empty()) {
            if self.lookup(&type_name, &fields[0].name, inside).is_some() {
                self.note_fields(fields);
            } else {
                let source = self.source(&type_name, &fields[0].name, inside);
                let within = source.as_ref().map(|one| (one.schema_id.as_str(), one.path.as_slice())).or(inside);
                self.note_lookups(fields, within);
            }
        }
    }

    /// Rule 1: one denied field refuses the whole.
    pub(super) fn denied(&self) -> bool {
        let field = |text: &String| text.split_once(':').map(|(schema, name)| FieldRef::new(schema, name)).unwrap();
        self.expected.fields.iter().any(|one| matches!(self.court.effect(&field(one)), Effect::Deny { .. }))
    }

    /// Rules 2 and 4: what is withheld of a person, or that everything is; and what is fetched of her.
    pub(super) fn gate(
        &mut self,
        fields: &[&'a Field],
        person: &str,
        found: bool,
    ) -> Result<BTreeSet<Source>, Refused> {
        let sources = self.sources(fields);
        let mut withheld = BTreeSet::new();
        for source in &sources {
            if !matches!(self.court.effect(&source.field()), Effect::PermitWithConsent { .. }) {
                continue;
            }
            if !found {
                self.expected.consents.insert(person.to_owned());
            }
            let known = PEOPLE.contains(&person);
            match if known { self.court.shared(&source.field(), person) } else { Shared::Missing } {
                Shared::Covered => {}
                Shared::Declined => drop(withheld.insert(source.clone())),
                Shared::Missing => return Err(Refused::NotApproved),
            }
        }
        let released: Vec<_> = sources.iter().filter(|source| !withheld.contains(source)).collect();
        // An object whose fields are asked is not asked for itself.
        let is_asked_by_its_fields = |one: &&&Source| {
            released.iter().any(|other| {
                other.schema_id == one.schema_id
                    && other.path.len() > one.path.len()
                    && other.path.starts_with(&one.path)
            })
        };
        self.expected.found_somebody |= found;
        for source in released.iter().filter(|source| !is_asked_by_its_fields(source)) {
            let nic = json!(person);
            let line = format!("{} {}(nic: {nic}).{}", source.schema_id, source.path[0], source.path[1..].join("."));
            self.expected.fetched.push(line);
        }
        Ok(withheld)
    }

    /// The people whom a field leads to, each as if she had been asked for.
    pub(super) fn looked_up(&mut self, lookup: &LookedUp, fields: &[&'a Field], around: &Around) -> Value {
        if self.withheld.contains(&lookup.key) {
            self.error("FIELD_NOT_SHARED");
            return Value::Null;
        }
        match (self.locate(&lookup.key, around), lookup.is_list) {
            (Ok(Value::Null), _) => Value::Null,
            (Ok(Value::Array(items)), true) => {
                let each = items.iter().enumerate().map(|(index, item)| {
                    self.path.push(index.to_string());
                    let found = self.one(item, fields);
                    self.path.pop();
                    found
                });
                each.collect()
            }
            (Ok(item @ (Value::String(_) | Value::Number(_))), false) => self.one(&item, fields),
            _ => {
                self.error("PROVIDER_BAD_DATA");
                Value::Null
            }
        }
    }

    fn one(&mut self, item: &Value, fields: &[&'a Field]) -> Value {
        let person = match item {
            Value::Null => return Value::Null,
            Value::String(person) if person.len() == 12 => person.clone(),
            _ => {
                self.error("PROVIDER_BAD_DATA");
                return Value::Null;
            }
        };
        match self.gate(fields, &person, true) {
            Ok(withheld) => self.root(fields, &person, withheld),
            Err(refused) => {
                self.error(refused.code());
                Value::Null
            }
        }
    }
}
