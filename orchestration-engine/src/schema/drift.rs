//! Whether a provider still is what its schema here says: both sides in the same plain form, line by line.

use std::collections::BTreeSet;

use apollo_compiler::schema::ExtendedType;
use aws_lc_rs::digest::{SHA256, digest};
use serde_json::Value;

use super::ProviderSchema;

/// Asks a provider for its types (GraphQL, section "Introspection"). Without fragments: adapters refuse them.
pub const INTROSPECTION: &str = "{ __schema { types { name fields(includeDeprecated: true) { name \
    args { name type { ...T } } type { ...T } } } } }";

/// How many wrappers (list, non-null) a type may have. With more, the question would be deeper than the ten levels that many
/// registers allow.
const WRAPPERS: usize = 4;

/// [`INTROSPECTION`] with its types written out.
pub fn introspection() -> String {
    let mut reference = "kind name".to_owned();
    for _ in 0..WRAPPERS {
        reference = format!("kind name ofType {{ {reference} }}");
    }
    INTROSPECTION.replace("...T", &reference)
}

/// The fields of a schema in plain form: `Person.vehicles(year: Int): [Vehicle!]!`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fields(BTreeSet<String>);

impl Fields {
    /// Of the schema that is kept here.
    pub fn kept(schema: &ProviderSchema) -> Self {
        let mut lines = BTreeSet::new();
        for (name, definition) in &schema.definition().types {
            let fields = match definition {
                ExtendedType::Object(object) => &object.fields,
                ExtendedType::Interface(interface) => &interface.fields,
                _ => continue,
            };
            for field in fields.values().filter(|_| !name.starts_with("__")) {
                let arguments = field.arguments.iter().map(|one| (one.name.as_str(), one.ty.to_string()));
                lines.insert(line(name, &field.name, arguments.collect(), &field.ty.to_string()));
            }
        }
        Self(lines)
    }

    /// Of the answer to [`introspection`]; `None` when it is no such answer.
    pub fn answered(answer: &Value) -> Option<Self> {
        let mut lines = BTreeSet::new();
        for definition in answer.pointer("/data/__schema/types")?.as_array()? {
            let name = definition.get("name")?.as_str()?;
            let fields = definition.get("fields").and_then(Value::as_array);
            for field in fields.into_iter().flatten().filter(|_| !name.starts_with("__")) {
                let mut arguments = Vec::new();
                for argument in field.get("args")?.as_array()? {
                    arguments.push((argument.get("name")?.as_str()?, written(argument.get("type")?)?));
                }
                lines.insert(line(name, field.get("name")?.as_str()?, arguments, &written(field.get("type")?)?));
            }
        }
        Some(Self(lines))
    }

    /// What is in this one and not in `other`.
    pub fn without<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a str> {
        self.0.difference(&other.0).map(String::as_str)
    }

    /// The first digits of their SHA-256, in hexadecimal: equal where the fields are.
    pub fn hash(&self) -> String {
        let text = self.0.iter().map(String::as_str).collect::<Vec<_>>().join("\n");
        digest(&SHA256, text.as_bytes()).as_ref().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
    }
}

fn line(type_name: &str, field: &str, mut arguments: Vec<(&str, String)>, ty: &str) -> String {
    arguments.sort();
    let arguments: Vec<_> = arguments.into_iter().map(|(name, ty)| format!("{name}: {ty}")).collect();
    match arguments.as_slice() {
        [] => format!("{type_name}.{field}: {ty}"),
        some => format!("{type_name}.{field}({}): {ty}", some.join(", ")),
    }
}

/// A type as it is written in a schema: `[Vehicle!]!`.
fn written(reference: &Value) -> Option<String> {
    let inner = || written(reference.get("ofType")?);
    match reference.get("kind")?.as_str()? {
        "NON_NULL" => Some(format!("{}!", inner()?)),
        "LIST" => Some(format!("[{}]", inner()?)),
        _ => Some(reference.get("name")?.as_str()?.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::*;

    const SDL: &str = "type Query { person(nic: ID!): Person } type Person { name: String cars(year: Int): [Car!]! } type Car { no: ID }";

    fn named(kind: &str, name: &str) -> Value {
        json!({"kind": kind, "name": name, "ofType": null})
    }

    fn answer(name_type: &Value) -> Value {
        let cars = json!({"kind": "NON_NULL", "name": null, "ofType": {"kind": "LIST", "name": null, "ofType":
            {"kind": "NON_NULL", "name": null, "ofType": named("OBJECT", "Car")}}});
        let id = json!({"kind": "NON_NULL", "name": null, "ofType": named("SCALAR", "ID")});
        json!({"data": {"__schema": {"types": [
            {"name": "Query", "fields": [{"name": "person", "args": [{"name": "nic", "type": id}], "type": named("OBJECT", "Person")}]},
            {"name": "Person", "fields": [
                {"name": "name", "args": [], "type": name_type},
                {"name": "cars", "args": [{"name": "year", "type": named("SCALAR", "Int")}], "type": cars},
            ]},
            {"name": "Car", "fields": [{"name": "no", "args": [], "type": named("SCALAR", "ID")}]},
            {"name": "String", "fields": null},
            {"name": "__Type", "fields": [{"name": "name", "args": [], "type": named("SCALAR", "String")}]},
        ]}}})
    }

    #[test]
    fn the_same_schema_has_the_same_hash_on_both_sides() {
        let kept = Fields::kept(&ProviderSchema::read(SDL, Path::new("s.graphql")).0.unwrap());
        let answered = Fields::answered(&answer(&named("SCALAR", "String"))).unwrap();
        assert_eq!(kept, answered);
        assert_eq!(kept.hash(), answered.hash());
    }

    #[test]
    fn p17_a_field_that_changed_its_type_is_told_on_both_sides() {
        let kept = Fields::kept(&ProviderSchema::read(SDL, Path::new("s.graphql")).0.unwrap());
        let answered = Fields::answered(&answer(&named("SCALAR", "Int"))).unwrap();
        assert_eq!(kept.without(&answered).collect::<Vec<_>>(), ["Person.name: String"]);
        assert_eq!(answered.without(&kept).collect::<Vec<_>>(), ["Person.name: Int"]);
        assert_ne!(kept.hash(), answered.hash());
    }

    #[test]
    fn what_is_no_introspection_is_not_taken_for_one() {
        for other in [json!({}), json!({"data": null, "errors": []}), json!({"data": {"__schema": {"types": [{}]}}})] {
            assert_eq!(Fields::answered(&other), None);
        }
        assert!(introspection().matches('{').count() == introspection().matches('}').count());
    }
}
