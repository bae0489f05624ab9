//! Carries out a request over what the register knows.

use apollo_compiler::executable::{Field, Selection, SelectionSet};
use serde_json::{Map, Value, json};

use super::{Asked, Register};

/// The field at which the register fails, and the code that it gives.
type Failing<'a> = Option<(&'a str, Option<&'a str>)>;

struct Execution<'a> {
    asked: &'a Asked,
    failing: Failing<'a>,
    /// The names of the fields around, with the root field first.
    names: Vec<String>,
    /// The response keys and indexes around.
    path: Vec<Value>,
    errors: Vec<Value>,
}

impl Register {
    pub(super) fn execute(&self, asked: &Asked, failing: Failing<'_>) -> String {
        let (names, path, errors) = (Vec::new(), Vec::new(), Vec::new());
        let mut execution = Execution { asked, failing, names, path, errors };
        let mut data = Map::new();
        for field in asked.root_fields() {
            let first = asked.arguments(field).values().next().cloned().unwrap_or(Value::Null);
            let argument = first
                .as_str()
                .map_or_else(|| if first.is_null() { String::new() } else { first.to_string() }, str::to_owned);
            let record = self.record(&field.name, &argument);
            data.insert(field.response_key().to_string(), execution.field(field, &record));
        }
        match execution.errors.as_slice() {
            [] => json!({"data": data}).to_string(),
            errors => json!({"data": data, "errors": errors}).to_string(),
        }
    }
}

impl Execution<'_> {
    fn field(&mut self, field: &Field, value: &Value) -> Value {
        self.names.push(field.name.to_string());
        self.path.push(field.response_key().as_str().into());
        let failing = self.failing.filter(|(path, _)| *path == self.names.join("."));
        let answered = match failing {
            Some((_, code)) => {
                let extensions = code.map(|code| json!({"code": code})).unwrap_or(json!({}));
                self.errors.push(json!({"message": "the disk is full", "path": self.path, "extensions": extensions}));
                Value::Null
            }
            None => self.value(&field.selection_set, value),
        };
        self.names.pop();
        self.path.pop();
        answered
    }

    fn value(&mut self, set: &SelectionSet, value: &Value) -> Value {
        match value {
            Value::Array(items) => {
                let mut answered = Vec::new();
                for (index, item) in items.iter().enumerate() {
                    self.path.push(index.into());
                    answered.push(self.value(set, item));
                    self.path.pop();
                }
                Value::Array(answered)
            }
            Value::Object(record) if !set.is_empty() => {
                let mut answered = Map::new();
                self.object(set, record, &mut answered);
                Value::Object(answered)
            }
            other => other.clone(),
        }
    }

    fn object(&mut self, set: &SelectionSet, record: &Map<String, Value>, answered: &mut Map<String, Value>) {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) if field.name == "__typename" => {
                    answered.insert(field.response_key().to_string(), set.ty.as_str().into());
                }
                Selection::Field(field) => {
                    let value = record.get(field.name.as_str()).unwrap_or(&Value::Null);
                    let value = self.field(field, value);
                    answered.insert(field.response_key().to_string(), value);
                }
                Selection::InlineFragment(fragment) => self.object(&fragment.selection_set, record, answered),
                Selection::FragmentSpread(spread) => {
                    let fragment = self.asked.document.fragments.get(&spread.fragment_name).unwrap().clone();
                    self.object(&fragment.selection_set, record, answered);
                }
            }
        }
    }
}
