//! The consumer schema as consumers see it: types and descriptions, without our directives. What they may know of a field's
//! origin stands in its description; hosts, paths and the providers' own fields do not.

use std::collections::HashSet;

use apollo_compiler::{
    Name, Node, Schema,
    ast::{self, InputValueDefinition},
    schema::{Component, ExtendedType, FieldDefinition},
    validation::Valid,
};

/// The directives that are part of GraphQL itself and say something to consumers.
const KEPT: [&str; 3] = ["deprecated", "specifiedBy", "oneOf"];

/// The clean form of `schema`, where `told` says what is added to the description of a field of a type.
pub(super) fn clean(schema: &Valid<Schema>, told: impl Fn(&str, &str) -> Option<String>) -> Valid<Schema> {
    let mut clean = Schema::clone(schema);
    clean.directive_definitions.retain(|_, definition| definition.is_built_in());
    clean.schema_definition.make_mut().directives.0.retain(|one| KEPT.contains(&one.name.as_str()));
    let reached = reachable(schema);
    clean.types.retain(|name, kind| kind.is_built_in() || reached.contains(name));
    for (name, kind) in clean.types.iter_mut().filter(|(_, kind)| !kind.is_built_in()) {
        let field = |(field, definition): (&Name, &mut Component<FieldDefinition>)| {
            let definition = definition.make_mut();
            bare(&mut definition.directives);
            definition.arguments.iter_mut().for_each(bare_input);
            if let Some(told) = told(name, field) {
                let text = definition.description.as_ref().map_or(told.clone(), |text| format!("{text}\n\n{told}"));
                definition.description = Some(Node::new_str(&text));
            }
        };
        match kind {
            ExtendedType::Object(object) => {
                let object = object.make_mut();
                object.directives.0.retain(|one| KEPT.contains(&one.name.as_str()));
                object.fields.iter_mut().for_each(field);
            }
            ExtendedType::Interface(interface) => {
                let interface = interface.make_mut();
                interface.directives.0.retain(|one| KEPT.contains(&one.name.as_str()));
                interface.fields.iter_mut().for_each(field);
            }
            ExtendedType::InputObject(input) => {
                let input = input.make_mut();
                input.directives.0.retain(|one| KEPT.contains(&one.name.as_str()));
                input.fields.values_mut().for_each(|member| bare(&mut member.make_mut().directives));
            }
            ExtendedType::Enum(of) => {
                let of = of.make_mut();
                of.directives.0.retain(|one| KEPT.contains(&one.name.as_str()));
                of.values.values_mut().for_each(|value| bare(&mut value.make_mut().directives));
            }
            ExtendedType::Union(of) => of.make_mut().directives.0.retain(|one| KEPT.contains(&one.name.as_str())),
            ExtendedType::Scalar(of) => of.make_mut().directives.0.retain(|one| KEPT.contains(&one.name.as_str())),
        }
    }
    // INVARIANT: a valid schema stays valid without directives and without what no query can reach.
    Valid::assume_valid(clean)
}

fn bare(directives: &mut ast::DirectiveList) {
    directives.0.retain(|one| KEPT.contains(&one.name.as_str()));
}

fn bare_input(input: &mut Node<InputValueDefinition>) {
    bare(&mut input.make_mut().directives);
}

/// The types that a query can reach, built-in ones left out. Those that only the definitions of our directives use are none
/// of them.
pub(super) fn reachable(schema: &Schema) -> HashSet<Name> {
    let roots = &schema.schema_definition;
    let roots = [&roots.query, &roots.mutation, &roots.subscription].into_iter().flatten();
    let mut waiting: Vec<Name> = roots.map(|root| root.name.clone()).collect();
    let mut reached = HashSet::new();
    while let Some(name) = waiting.pop() {
        let Some(kind) = schema.types.get(&name).filter(|kind| !kind.is_built_in()) else { continue };
        if !reached.insert(name.clone()) {
            continue;
        }
        let mut of_fields = |fields: &apollo_compiler::collections::IndexMap<Name, Component<FieldDefinition>>| {
            for field in fields.values() {
                waiting.push(field.ty.inner_named_type().clone());
                waiting.extend(field.arguments.iter().map(|one| one.ty.inner_named_type().clone()));
            }
        };
        match kind {
            ExtendedType::Object(object) => {
                of_fields(&object.fields);
                waiting.extend(object.implements_interfaces.iter().map(|one| one.name.clone()));
            }
            ExtendedType::Interface(interface) => {
                of_fields(&interface.fields);
                waiting.extend(interface.implements_interfaces.iter().map(|one| one.name.clone()));
                let implements = |kind: &ExtendedType| match kind {
                    ExtendedType::Object(object) => object.implements_interfaces.contains(&name),
                    ExtendedType::Interface(other) => other.implements_interfaces.contains(&name),
                    _ => false,
                };
                let implementers = schema.types.iter().filter(|(_, kind)| implements(kind));
                waiting.extend(implementers.map(|(implementer, _)| implementer.clone()));
            }
            ExtendedType::Union(of) => waiting.extend(of.members.iter().map(|one| one.name.clone())),
            ExtendedType::InputObject(input) => {
                waiting.extend(input.fields.values().map(|member| member.ty.inner_named_type().clone()));
            }
            ExtendedType::Scalar(_) | ExtendedType::Enum(_) => {}
        }
    }
    reached
}
