//! A small executor that is obviously right: it answers a consumer's question directly over what the registers know, as the
//! specification's algorithm says ("Executing Fields"), with the gates' page as its rule. It shares nothing with the planner.

mod gate;

use std::collections::BTreeSet;

use apollo_compiler::{
    ExecutableDocument, Schema,
    ast::{Type, Value as Literal},
    collections::IndexMap,
    executable::{Field, Selection, SelectionSet},
    validation::Valid,
};
use serde_json::{Map, Value, json};

use crate::court::Court;
pub use gate::Source;

/// What is answered, and what it took.
#[derive(Debug, Default)]
pub struct Expected {
    /// `data`.
    pub data: Value,
    /// Path and code of each error, in order.
    pub errors: Vec<String>,
    /// What each register is asked, each line as often as it is asked: `s0 q0(nic: "1").p0`.
    pub fetched: Vec<String>,
    /// Whether somebody was found on the way.
    pub found_somebody: bool,
    /// What policy is asked about.
    pub fields: BTreeSet<String>,
    /// Of whom consent is asked: never of who is found.
    pub consents: BTreeSet<String>,
}

/// Everything that an answer depends on.
pub struct Reference<'a> {
    pub schema: &'a Valid<Schema>,
    pub document: &'a Valid<ExecutableDocument>,
    pub variables: &'a Map<String, Value>,
    pub court: &'a Court,
    /// What the register with this schema knows: by root field and person.
    pub record: &'a dyn Fn(&str, &str, &str) -> Value,
    expected: Expected,
    path: Vec<String>,
    /// The person that is written now, and the fields that are withheld of her.
    person: String,
    withheld: BTreeSet<Source>,
}

/// Objects of registers around a field, outermost first: schema, path, value.
type Around = Vec<(String, Vec<String>, Value)>;
/// Fields by response key.
type Collected<'a> = IndexMap<String, Vec<&'a Field>>;

/// A null stands where none may be.
struct Propagate;

impl<'a> Reference<'a> {
    pub fn new(
        schema: &'a Valid<Schema>,
        document: &'a Valid<ExecutableDocument>,
        variables: &'a Map<String, Value>,
        court: &'a Court,
        record: &'a dyn Fn(&str, &str, &str) -> Value,
    ) -> Self {
        let (person, path, withheld) = (String::new(), Vec::new(), BTreeSet::new());
        Self { schema, document, variables, court, record, expected: Expected::default(), path, person, withheld }
    }

    /// The answer.
    pub fn execute(mut self) -> Expected {
        let operation = self.document.operations.iter().next().unwrap();
        let roots = self.collect(&[&operation.selection_set]);
        for fields in roots.values().filter(|fields| !fields[0].name.starts_with("__")) {
            self.note_fields(fields);
        }
        if self.denied() {
            self.expected.errors = vec!["PDP_NOT_ALLOWED".to_owned()];
            return self.expected;
        }
        let (mut data, mut asked, mut answered) = (Map::new(), 0, 0);
        for (key, fields) in roots {
            if fields[0].name == "__typename" {
                data.insert(key, "Query".into());
                continue;
            }
            asked += 1;
            let person = self.argument(fields[0]);
            self.path.push(key.clone());
            match self.gate(&fields, &person, false) {
                Err(refused) => {
                    self.error(refused.code());
                    data.insert(key, Value::Null);
                }
                Ok(withheld) => {
                    answered += 1;
                    data.insert(key, self.root(&fields, &person, withheld));
                }
            }
            self.path.pop();
        }
        self.expected.data = if asked > 0 && answered == 0 { Value::Null } else { Value::Object(data) };
        self.expected
    }

    /// The value of the one argument.
    fn argument(&self, field: &Field) -> String {
        match &*field.arguments[0].value {
            Literal::Variable(name) => self.variable(name).as_str().unwrap().to_owned(),
            literal => literal.as_str().unwrap().to_owned(),
        }
    }

    fn variable(&self, name: &str) -> Value {
        let operation = self.document.operations.iter().next().unwrap();
        let definition = operation.variables.iter().find(|one| one.name == name).unwrap();
        self.variables.get(name).cloned().unwrap_or_else(|| match definition.default_value.as_deref() {
            Some(Literal::Boolean(value)) => json!(value),
            Some(Literal::String(value)) => json!(value),
            other => panic!("no value for {name}: {other:?}"),
        })
    }

    /// Field collection, as the specification has it.
    fn collect(&self, sets: &[&'a SelectionSet]) -> Collected<'a> {
        let (mut collected, mut visited) = (Collected::default(), BTreeSet::new());
        sets.iter().for_each(|set| self.collect_into(set, &mut collected, &mut visited));
        collected
    }

    fn collect_into(&self, set: &'a SelectionSet, into: &mut Collected<'a>, visited: &mut BTreeSet<String>) {
        for selection in &set.selections {
            let condition = |name: &str| {
                let value = selection.directives().get(name)?.specified_argument_by_name("if")?;
                Some(match &**value {
                    Literal::Variable(name) => self.variable(name) == json!(true),
                    value => *value == Literal::Boolean(true),
                })
            };
            if condition("skip") == Some(true) || condition("include") == Some(false) {
                continue;
            }
            match selection {
                Selection::Field(field) => into.entry(field.response_key().to_string()).or_default().push(field),
                Selection::InlineFragment(fragment) => self.collect_into(&fragment.selection_set, into, visited),
                Selection::FragmentSpread(spread) => {
                    if visited.insert(spread.fragment_name.to_string()) {
                        let fragment = &self.document.fragments[&spread.fragment_name];
                        self.collect_into(&fragment.selection_set, into, visited);
                    }
                }
            }
        }
    }

    fn below(&self, fields: &[&'a Field]) -> (String, Collected<'a>) {
        let sets: Vec<_> = fields.iter().map(|field| &field.selection_set).collect();
        (sets[0].ty.to_string(), self.collect(&sets))
    }

    /// A person under a root, or one who was found.
    fn root(&mut self, fields: &[&'a Field], person: &str, withheld: BTreeSet<Source>) -> Value {
        let outer =
            (std::mem::replace(&mut self.person, person.to_owned()), std::mem::replace(&mut self.withheld, withheld));
        let sources = self.sources(fields);
        let nobody = |source: &Source| {
            let fetched = sources.iter().any(|one| one.same_root(source) && !self.withheld.contains(one));
            fetched && (self.record)(&source.schema_id, &source.path[0], person).is_null()
        };
        let value = if !sources.is_empty() && sources.iter().all(nobody) {
            Value::Null
        } else {
            let written = self.object(fields, &Vec::new());
            written.unwrap_or(Value::Null)
        };
        (self.person, self.withheld) = outer;
        value
    }

    fn object(&mut self, fields: &[&'a Field], around: &Around) -> Result<Value, Propagate> {
        let (type_name, collected) = self.below(fields);
        let (mut written, mut propagated) = (Map::new(), false);
        for (key, fields) in collected {
            self.path.push(key.clone());
            let known = self.expected.errors.len();
            let value = self.field(&type_name, &fields, around);
            self.path.pop();
            if propagated {
                self.expected.errors.truncate(known);
            }
            match value {
                Ok(value) => drop(written.insert(key, value)),
                Err(Propagate) => propagated = true,
            }
        }
        if propagated { Err(Propagate) } else { Ok(Value::Object(written)) }
    }

    fn field(&mut self, type_name: &str, fields: &[&'a Field], around: &Around) -> Result<Value, Propagate> {
        let field = fields[0];
        if field.name == "__typename" {
            return Ok(type_name.into());
        }
        let inside = around.last().map(|(schema_id, path, _)| (schema_id.as_str(), path.as_slice()));
        if let Some(lookup) = self.lookup(type_name, &field.name, inside) {
            return Ok(self.looked_up(&lookup, fields, around));
        }
        let Some(source) = self.source(type_name, &field.name, inside) else {
            let written = self.object(fields, around);
            return written
                .or_else(|propagate| if field.ty().is_non_null() { Err(propagate) } else { Ok(Value::Null) });
        };
        let mut below = self.sources_of(type_name, fields, inside);
        below.retain(|one| one.schema_id == source.schema_id && one.path.starts_with(&source.path));
        if below.iter().all(|one| self.withheld.contains(one)) {
            self.error("FIELD_NOT_SHARED");
            return Ok(Value::Null);
        }
        match self.locate(&source, around) {
            Err(()) => self.bad(field.ty()),
            Ok(value) => self.complete(field.ty(), &source, fields, value, around),
        }
    }

    /// The value at a source: from the nearest object around that holds it, else from the register's record.
    fn locate(&self, source: &Source, around: &Around) -> Result<Value, ()> {
        let holds = |(schema_id, path, _): &&(String, Vec<String>, Value)| {
            *schema_id == source.schema_id && source.path.starts_with(path)
        };
        let (mut value, known) = match around.iter().rev().find(holds) {
            Some((_, path, value)) => (value.clone(), path.len()),
            None => ((self.record)(&source.schema_id, &source.path[0], &self.person), 1),
        };
        for step in &source.path[known..] {
            value = match value {
                Value::Null => Value::Null,
                Value::Object(fields) => fields.get(step).cloned().unwrap_or(Value::Null),
                _ => return Err(()),
            };
        }
        Ok(value)
    }

    /// Value completion.
    fn complete(
        &mut self,
        ty: &Type,
        source: &Source,
        fields: &[&'a Field],
        value: Value,
        around: &Around,
    ) -> Result<Value, Propagate> {
        let is_leaf = fields[0].selection_set.is_empty();
        match value {
            Value::Null if ty.is_non_null() => self.bad(ty),
            Value::Null => Ok(Value::Null),
            Value::Array(items) if ty.is_list() => {
                let (mut written, mut propagated) = (Vec::new(), false);
                for (index, item) in items.into_iter().enumerate() {
                    self.path.push(index.to_string());
                    let known = self.expected.errors.len();
                    let item = self.complete(ty.item_type(), source, fields, item, around);
                    self.path.pop();
                    // The others were fetched already; of what they say nothing is told any more.
                    if propagated {
                        self.expected.errors.truncate(known);
                    }
                    propagated |= item.is_err();
                    written.extend(item.ok());
                }
                match propagated {
                    false => Ok(Value::Array(written)),
                    true if ty.is_non_null() => Err(Propagate),
                    true => Ok(Value::Null),
                }
            }
            Value::Object(_) if !ty.is_list() && !is_leaf => {
                let mut inside = around.clone();
                inside.push((source.schema_id.clone(), source.path.clone(), value));
                let written = self.object(fields, &inside);
                written.or_else(|propagate| if ty.is_non_null() { Err(propagate) } else { Ok(Value::Null) })
            }
            value if !ty.is_list() && is_leaf => match leaf(ty.inner_named_type(), value) {
                Some(value) => Ok(value),
                None => self.bad(ty),
            },
            _ => self.bad(ty),
        }
    }

    fn bad(&mut self, ty: &Type) -> Result<Value, Propagate> {
        self.error("PROVIDER_BAD_DATA");
        if ty.is_non_null() { Err(Propagate) } else { Ok(Value::Null) }
    }

    fn error(&mut self, code: &str) {
        self.expected.errors.push(format!("{code} at {}", self.path.join(".")));
    }
}

/// A leaf's value as its type wants it.
fn leaf(name: &str, value: Value) -> Option<Value> {
    match (name, &value) {
        ("String", Value::String(_)) | ("Float", Value::Number(_)) | ("Boolean", Value::Bool(_)) => Some(value),
        ("ID", Value::Number(number)) if number.is_i64() => Some(json!(number.to_string())),
        ("ID", Value::String(_)) => Some(value),
        ("Int", Value::Number(number)) if number.as_i64().is_some_and(|one| i32::try_from(one).is_ok()) => Some(value),
        ("Sex", Value::String(text)) if text == "FEMALE" || text == "MALE" => Some(value),
        ("Day", Value::String(_) | Value::Number(_) | Value::Bool(_)) => Some(value),
        _ => None,
    }
}
