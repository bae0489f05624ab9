//! What one provider is asked in one stage: a GraphQL document with an alias for each root that asks it, arguments as typed
//! variables where the provider's schema is known, else as escaped literals.
//!
//! The text does not depend on values, so it is written once; [`ProviderDocument::body`] puts the values in.

use std::{collections::BTreeMap, sync::Arc};

use apollo_compiler::response::JsonValue;

use super::{ProviderCall, QueryPlan, Shape};
use crate::schema::{ConsumerSchema, ProviderSchema};

/// What one provider is asked.
#[derive(Debug)]
pub struct ProviderDocument {
    /// The provider's number in the plan.
    pub provider: usize,
    /// The document, cut where literals stand, as it is written inside a JSON string.
    text: Vec<Part>,
    /// Its variables.
    variables: Vec<(String, Slot)>,
}

#[derive(Debug)]
enum Part {
    Text(String),
    /// Arguments as literals: each with its name.
    Literals(Vec<(String, Slot)>),
}

/// A value that the document takes: an argument of the root that has this number in the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// The number of the root.
    pub root: usize,
    /// Its argument.
    pub argument: String,
}

/// The alias under which the root with this number asks a provider's root field.
pub fn alias(root: usize, root_field: &str) -> String {
    format!("r{root}_{root_field}")
}

/// The documents of the plan's own roots when everything may be fetched; a provider that is not configured is not asked.
pub(super) fn whole(plan: &QueryPlan, schema: &ConsumerSchema) -> Vec<Arc<ProviderDocument>> {
    let calls =
        plan.roots.iter().enumerate().flat_map(|(number, root)| root.calls.iter().map(move |call| (number, call)));
    documents(plan, schema, calls)
}

/// The documents, one a provider, for `calls`, each with the number of its root.
pub fn documents<'c>(
    plan: &QueryPlan,
    schema: &ConsumerSchema,
    calls: impl IntoIterator<Item = (usize, &'c ProviderCall)>,
) -> Vec<Arc<ProviderDocument>> {
    let mut writers: BTreeMap<usize, Writer<'_>> = BTreeMap::new();
    for (root, call) in calls {
        let Some(provider) = plan.providers.get(call.provider).filter(|provider| provider.configured) else { continue };
        let known = schema.providers.get(&provider.name.schema_id);
        writers.entry(call.provider).or_insert_with(|| Writer { known, ..Writer::default() }).add(root, call);
    }
    writers.into_iter().map(|(provider, writer)| Arc::new(writer.finish(provider))).collect()
}

impl ProviderDocument {
    /// The body of the request, with the values that `value` gives. An argument that has none is left out.
    pub fn body<'v>(&self, value: impl Fn(&Slot) -> Option<&'v JsonValue>) -> Vec<u8> {
        let mut body = String::with_capacity(512);
        body.push_str("{\"query\":\"");
        for part in &self.text {
            match part {
                Part::Text(text) => body.push_str(text),
                Part::Literals(literals) => {
                    let given = literals.iter().filter_map(|(name, slot)| Some((name, value(slot)?)));
                    let written: Vec<_> = given.map(|(name, value)| format!("{name}: {}", literal(value))).collect();
                    if !written.is_empty() {
                        body.push_str(&escaped(&format!("({})", written.join(", "))));
                    }
                }
            }
        }
        body.push_str("\",\"variables\":{");
        let mut first = true;
        for (name, value) in self.variables.iter().filter_map(|(name, slot)| Some((name, value(slot)?))) {
            body.push_str(if first { "\"" } else { ",\"" });
            body.push_str(name);
            body.push_str("\":");
            body.push_str(&value.to_string());
            first = false;
        }
        body.push_str("}}");
        body.into_bytes()
    }
}

#[derive(Default)]
struct Writer<'s> {
    known: Option<&'s ProviderSchema>,
    definitions: Vec<String>,
    variables: Vec<(String, Slot)>,
    parts: Vec<Part>,
}

impl Writer<'_> {
    fn add(&mut self, root: usize, call: &ProviderCall) {
        let field = &call.root_field;
        let mut typed = Vec::new();
        let mut literals = Vec::new();
        let known = call.arguments.iter().all(|argument| argument.ty.is_some());
        for argument in &call.arguments {
            let slot = Slot { root, argument: argument.argument.clone() };
            match argument.ty.as_ref().filter(|_| known) {
                Some(ty) => {
                    let variable = format!("r{root}_{field}_{}", argument.target);
                    self.definitions.push(format!("${variable}: {ty}"));
                    typed.push(format!("{}: ${variable}", argument.target));
                    self.variables.push((variable, slot));
                }
                None => literals.push((argument.target.clone(), slot)),
            }
        }
        let typed = if typed.is_empty() { String::new() } else { format!("({})", typed.join(", ")) };
        self.parts.push(Part::Text(escaped(&format!(" {}: {field}{typed}", alias(root, field)))));
        self.parts.push(Part::Literals(literals));
        let paths = call.paths.iter().chain(call.echo.as_ref().map(|echo| &echo.path));
        let selection = Shape::of(paths).print(self.known, &mut vec![field.clone()]);
        self.parts.push(Part::Text(escaped(&selection)));
    }

    fn finish(self, provider: usize) -> ProviderDocument {
        let definitions = self.definitions.join(", ");
        let definitions = if definitions.is_empty() { definitions } else { format!("({definitions})") };
        let mut text = vec![Part::Text(escaped(&format!("query Ndx{definitions} {{")))];
        text.extend(self.parts);
        text.push(Part::Text(" }".to_owned()));
        let mut joined: Vec<Part> = Vec::new();
        for part in text {
            match (joined.last_mut(), part) {
                (Some(Part::Text(before)), Part::Text(text)) => before.push_str(&text),
                (_, Part::Literals(none)) if none.is_empty() => {}
                (_, part) => joined.push(part),
            }
        }
        ProviderDocument { provider, text: joined, variables: self.variables }
    }
}

/// `text` as it is written inside a JSON string.
fn escaped(text: &str) -> String {
    let quoted = JsonValue::from(text).to_string();
    quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or_default().to_owned()
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
    use super::{
        super::{CallArgument, Echo},
        *,
    };

    #[test]
    fn p10_a_literal_cannot_break_out_of_its_quotes() {
        let value: JsonValue = serde_json::from_str(r#"{"a":["x\") { secret } #\n",1,true,null]}"#).unwrap();
        assert_eq!(literal(&value), r#"{a: ["x\") { secret } #\n", 1, true, null]}"#);
    }

    #[test]
    fn a_body_is_json_whatever_its_values_hold() {
        let nasty = JsonValue::from("\" } \\ \n");
        let body = |ty: Option<&str>| {
            let argument = |name: &str| CallArgument {
                target: name.to_owned(),
                argument: name.to_owned(),
                ty: ty.map(str::to_owned),
            };
            let call = ProviderCall {
                provider: 0,
                root_field: "p".to_owned(),
                arguments: vec![argument("x"), argument("absent")],
                paths: vec![vec!["p".to_owned(), "a".to_owned()]],
                echo: Some(Echo { path: vec!["p".to_owned(), "id".to_owned()], steps: vec![1] }),
                shape: Shape::default(),
            };
            let mut writer = Writer::default();
            writer.add(3, &call);
            let body = writer.finish(0).body(|slot| (slot.argument != "absent").then_some(&nasty));
            serde_json::from_slice::<serde_json::Value>(&body).unwrap()
        };
        let typed = body(Some("ID"));
        let query = "query Ndx($r3_p_x: ID, $r3_p_absent: ID) { r3_p: p(x: $r3_p_x, absent: $r3_p_absent) { a id } }";
        assert_eq!(typed["query"], query);
        assert_eq!(typed["variables"], serde_json::json!({"r3_p_x": "\" } \\ \n"}));
        assert_eq!(body(None)["query"], "query Ndx { r3_p: p(x: \"\\\" } \\\\ \\n\") { a id } }");
    }
}
