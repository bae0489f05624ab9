//! One request that a register was sent.

use std::{fmt, net::SocketAddr, sync::Arc};

use apollo_compiler::{
    ExecutableDocument, ast,
    executable::{Field, Selection, SelectionSet},
    validation::Valid,
};
use http::HeaderMap;
use serde_json::{Map, Value};

/// A request.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The document.
    pub query: String,
    /// Its variables.
    pub variables: Value,
    /// Its headers.
    pub headers: HeaderMap,
    pub(super) peer: SocketAddr,
    pub(super) document: Arc<Valid<ExecutableDocument>>,
}

/// One leaf that is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct AskedLeaf {
    /// The response key of the root field.
    pub alias: String,
    /// The root field.
    pub root: String,
    /// Its arguments, with the variables' values.
    pub arguments: Map<String, Value>,
    /// The fields that lead to the leaf.
    pub path: Vec<String>,
}

impl fmt::Display for AskedLeaf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arguments: Vec<_> = self.arguments.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        f.write_str(&self.root)?;
        if !arguments.is_empty() {
            write!(f, "({})", arguments.join(", "))?;
        }
        self.path.iter().try_for_each(|part| write!(f, ".{part}"))
    }
}

impl Asked {
    /// The root fields.
    pub(super) fn root_fields(&self) -> Vec<&Field> {
        self.document.operations.iter().flat_map(|one| one.root_fields(&self.document)).map(|field| &**field).collect()
    }

    pub(super) fn first_alias(&self) -> String {
        self.root_fields().first().map(|field| field.response_key().to_string()).unwrap_or_default()
    }

    /// The arguments of a field, with the variables' values.
    pub(super) fn arguments(&self, field: &Field) -> Map<String, Value> {
        let value = |one: &ast::Argument| Some((one.name.to_string(), self.value(&one.value)?));
        field.arguments.iter().filter_map(|one| value(one)).collect()
    }

    fn value(&self, value: &ast::Value) -> Option<Value> {
        Some(match value {
            ast::Value::Variable(name) => return self.variables.get(name.as_str()).cloned(),
            ast::Value::Null => Value::Null,
            ast::Value::Enum(name) => name.as_str().into(),
            ast::Value::String(text) => text.as_str().into(),
            ast::Value::Boolean(value) => (*value).into(),
            ast::Value::Int(number) => serde_json::from_str(number.as_str()).unwrap(),
            ast::Value::Float(number) => serde_json::from_str(number.as_str()).unwrap(),
            ast::Value::List(items) => items.iter().filter_map(|item| self.value(item)).collect(),
            ast::Value::Object(fields) => {
                let field = |(name, value): &(apollo_compiler::Name, apollo_compiler::Node<ast::Value>)| {
                    Some((name.to_string(), self.value(value)?))
                };
                Value::Object(fields.iter().filter_map(field).collect())
            }
        })
    }

    /// Every leaf that is asked, in order, each as often as it is asked.
    pub fn leaves(&self) -> Vec<AskedLeaf> {
        let mut leaves = Vec::new();
        for field in self.root_fields() {
            let mut below = Vec::new();
            self.below(&field.selection_set, &mut Vec::new(), &mut below);
            if field.selection_set.is_empty() {
                below.push(Vec::new());
            }
            let leaf = |path| AskedLeaf {
                alias: field.response_key().to_string(),
                root: field.name.to_string(),
                arguments: self.arguments(field),
                path,
            };
            leaves.extend(below.into_iter().map(leaf));
        }
        leaves
    }

    fn below(&self, set: &SelectionSet, path: &mut Vec<String>, leaves: &mut Vec<Vec<String>>) {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    path.push(field.name.to_string());
                    if field.selection_set.is_empty() {
                        leaves.push(path.clone());
                    } else {
                        self.below(&field.selection_set, path, leaves);
                    }
                    path.pop();
                }
                Selection::InlineFragment(fragment) => self.below(&fragment.selection_set, path, leaves),
                Selection::FragmentSpread(spread) => {
                    let fragment = self.document.fragments.get(&spread.fragment_name).unwrap();
                    self.below(&fragment.selection_set, path, leaves);
                }
            }
        }
    }
}
