//! Writes what one provider is asked: one GraphQL document with an alias for each root that asks it, arguments as typed
//! variables where the provider's schema is known, else as escaped literals.

use std::{collections::BTreeMap, sync::Arc};

use apollo_compiler::{
    collections::IndexMap,
    response::{JsonMap, JsonValue},
};
use ndx_contracts::audit::ProviderName;
use serde::Serialize;

use crate::{
    consent::ConsentedPlan,
    planner::{BoundRoot, PlannedRoot, ProviderCall},
    schema::{ConsumerSchema, ProviderSchema},
};

/// What one provider is asked.
pub struct ProviderRequest {
    pub provider: Arc<ProviderName>,
    pub body: Vec<u8>,
}

#[derive(Serialize)]
struct Body<'a> {
    query: &'a str,
    variables: &'a JsonMap,
}

/// The alias under which a root asks a provider's root field.
pub fn alias(root: usize, root_field: &str) -> String {
    format!("r{root}_{root_field}")
}

/// The requests, one a provider, for what `plan` releases.
pub fn requests(plan: &ConsentedPlan, schema: &ConsumerSchema) -> Vec<ProviderRequest> {
    let mut documents: BTreeMap<Arc<ProviderName>, Document> = BTreeMap::new();
    for (number, (root, bound)) in plan.question().roots().enumerate() {
        for call in root.calls(|source| plan.releases(number, source)) {
            let known = schema.providers.get(&call.provider.schema_id);
            documents.entry(call.provider.clone()).or_default().add(number, root, bound, &call, known);
        }
    }
    documents
        .into_iter()
        .filter_map(|(provider, document)| Some(ProviderRequest { provider, body: document.finish()? }))
        .collect()
}

#[derive(Default)]
struct Document {
    definitions: Vec<String>,
    variables: JsonMap,
    selections: String,
}

impl Document {
    fn add(
        &mut self,
        number: usize,
        root: &PlannedRoot,
        bound: &BoundRoot,
        call: &ProviderCall,
        known: Option<&ProviderSchema>,
    ) {
        let mut arguments = Vec::new();
        for mapping in &root.mappings {
            if mapping.provider != call.provider || mapping.root_field != call.root_field {
                continue;
            }
            let Some(value) = bound.arguments.get(mapping.argument.as_str()) else { continue };
            let target = &mapping.target;
            match known.and_then(|schema| schema.argument_type(&call.root_field, target)) {
                Some(ty) => {
                    let variable = format!("r{number}_{}_{target}", call.root_field);
                    self.definitions.push(format!("${variable}: {ty}"));
                    arguments.push(format!("{target}: ${variable}"));
                    self.variables.insert(variable, value.clone());
                }
                None => arguments.push(format!("{target}: {}", literal(value))),
            }
        }
        let alias = alias(number, &call.root_field);
        let arguments = if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(", ")) };
        let selection = Selection::of(&call.paths).print(known, &mut vec![call.root_field.clone()]);
        self.selections.push_str(&format!(" {alias}: {}{arguments}{selection}", call.root_field));
    }

    fn finish(self) -> Option<Vec<u8>> {
        let definitions = self.definitions.join(", ");
        let definitions = if definitions.is_empty() { definitions } else { format!("({definitions})") };
        let query = format!("query Ndx{definitions} {{{} }}", self.selections);
        serde_json::to_vec(&Body { query: &query, variables: &self.variables }).ok()
    }
}

/// The fields below a root field, as a tree.
#[derive(Default)]
struct Selection(IndexMap<String, Selection>);

impl Selection {
    fn of(paths: &[Vec<String>]) -> Self {
        let mut tree = Self::default();
        for path in paths {
            path.iter().skip(1).fold(&mut tree, |at, part| at.0.entry(part.clone()).or_default());
        }
        tree
    }

    /// ` { a b { c } }`; an object of which nothing is asked gets its `__typename`, for GraphQL wants a selection.
    fn print(&self, known: Option<&ProviderSchema>, path: &mut Vec<String>) -> String {
        if self.0.is_empty() {
            let definition = known.and_then(|schema| Some((schema, schema.field(path).ok()?)));
            let object = definition.is_some_and(|(schema, field)| !schema.is_leaf(field.ty.inner_named_type()));
            return if object { " { __typename }".to_owned() } else { String::new() };
        }
        let mut text = String::from(" {");
        for (name, below) in &self.0 {
            path.push(name.clone());
            text.push_str(&format!(" {name}{}", below.print(known, path)));
            path.pop();
        }
        text.push_str(" }");
        text
    }
}

/// A JSON value as a GraphQL literal; JSON's escapes are GraphQL's too.
fn literal(value: &JsonValue) -> String {
    match value {
        JsonValue::Array(items) => format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", ")),
        JsonValue::Object(fields) => {
            let fields: Vec<_> =
                fields.iter().map(|(name, value)| format!("{}: {}", name.as_str(), literal(value))).collect();
            format!("{{{}}}", fields.join(", "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p10_a_literal_cannot_break_out_of_its_quotes() {
        let value: JsonValue = serde_json::from_str(r#"{"a":["x\") { secret } #\n",1,true,null]}"#).unwrap();
        assert_eq!(literal(&value), r#"{a: ["x\") { secret } #\n", 1, true, null]}"#);
    }

    #[test]
    fn paths_become_one_selection() {
        let path = |text: &str| text.split('.').map(str::to_owned).collect::<Vec<_>>();
        let tree = Selection::of(&[path("p.a"), path("p.b.c"), path("p.b.d"), path("p.a")]);
        assert_eq!(tree.print(None, &mut Vec::new()), " { a b { c d } }");
    }
}
