//! The SDL that is served, and whether the YAML fits it.

use std::collections::BTreeMap;

use apollo_compiler::{
    Node, Schema,
    ast::{FieldDefinition as SdlField, Type},
    schema::{ExtendedType, ObjectType},
    validation::Valid,
};

use crate::{
    definition::{Definition, FieldDefinition},
    problem::Problems,
    yaml::Place,
};

/// The checked SDL.
pub(crate) type Contract = Valid<Schema>;

/// Reads the SDL; what the engine cannot serve is a problem, too.
pub(crate) fn parse(text: &str, file: &str, problems: &mut Problems) -> Option<Contract> {
    let schema = match Schema::parse_and_validate(text, file) {
        Ok(schema) => schema,
        Err(invalid) => {
            for diagnostic in invalid.errors.iter() {
                let place = diagnostic.line_column_range().map(|range| (range.start.line, range.start.column));
                problems.report(place, diagnostic.error.to_string());
            }
            return None;
        }
    };
    if schema.schema_definition.mutation.is_some() || schema.schema_definition.subscription.is_some() {
        problems.report(None, "an adapter reads: it has no mutation and no subscription");
    }
    for (name, kind) in schema.types.iter().filter(|(_, kind)| !kind.is_built_in()) {
        match kind {
            ExtendedType::Object(object) => check_object(&schema, object, problems),
            ExtendedType::Scalar(_) | ExtendedType::Enum(_) => {}
            _ => {
                let place = kind.location().and_then(|location| location.line_column_range(&schema.sources));
                let place = place.map(|range| (range.start.line, range.start.column));
                problems
                    .report(place, format!("`{name}` is an interface, a union or an input type; an adapter has none"));
            }
        }
    }
    Some(schema)
}

/// The object type that is asked first.
pub(crate) fn query(contract: &Contract) -> Option<&ObjectType> {
    contract.get_object(contract.schema_definition.query.as_ref()?.as_str()).map(|query| &**query)
}

fn check_object(schema: &Valid<Schema>, object: &ObjectType, problems: &mut Problems) {
    let is_query = schema.schema_definition.query.as_ref().is_some_and(|query| query.name == object.name);
    for (name, field) in &object.fields {
        let mut report = |message: String| problems.report(place(schema, field), message);
        if has_non_null(&field.ty) {
            report(format!("`{}.{name}` ends in `!`, but a register may leave anything out", object.name));
        }
        if !is_query && !field.arguments.is_empty() {
            report(format!("`{}.{name}` has arguments; only fields of `Query` may", object.name));
        }
        for argument in &field.arguments {
            let plain =
                matches!(&*argument.ty, Type::NonNullNamed(kind) if ["ID", "String", "Int"].contains(&kind.as_str()));
            if !plain || argument.default_value.is_some() {
                report(format!(
                    "the argument `{}` must be `ID!`, `String!` or `Int!`, without a default",
                    argument.name
                ));
            }
        }
    }
}

fn has_non_null(ty: &Type) -> bool {
    match ty {
        Type::Named(_) => false,
        Type::NonNullNamed(_) | Type::NonNullList(_) => true,
        Type::List(item) => has_non_null(item),
    }
}

fn place(schema: &Schema, field: &Node<SdlField>) -> Place {
    field.line_column_range(&schema.sources).map(|range| (range.start.line, range.start.column))
}

/// Checks that the YAML says how to get each field of `Query` and nothing else.
pub(crate) fn check(definition: &Definition, contract: &Contract, problems: &mut Problems) {
    let Some(query) = query(contract) else {
        problems.report(definition.fields_place, "the schema has no type `Query`");
        return;
    };
    let defined: BTreeMap<&str, &FieldDefinition> =
        definition.fields.iter().map(|field| (field.name.as_str(), field)).collect();
    for name in query.fields.keys().filter(|name| !defined.contains_key(name.as_str())) {
        problems.report(definition.fields_place, format!("`Query.{name}` is in the schema but not here"));
    }
    for field in &definition.fields {
        match query.fields.get(field.name.as_str()) {
            Some(sdl) => check_field(field, sdl, contract, problems),
            None => problems.report(field.place, format!("the schema has no `Query.{}`", field.name)),
        }
    }
}

fn check_field(field: &FieldDefinition, sdl: &SdlField, contract: &Contract, problems: &mut Problems) {
    for argument in field.arguments.iter().filter(|argument| sdl.argument_by_name(&argument.name).is_none()) {
        let message = format!("in the schema, `Query.{}` has no argument `{}`", field.name, argument.name);
        problems.report(argument.place, message);
    }
    for argument in &sdl.arguments {
        if field.arguments.iter().all(|known| known.name != argument.name.as_str()) {
            problems
                .report(field.place, format!("the argument `{}` is in the schema but not in `args`", argument.name));
        }
    }
    let members = contract.get_object(sdl.ty.inner_named_type()).map(|object| &object.fields);
    for (name, place, _) in &field.map {
        if members.is_none_or(|members| !members.contains_key(name.as_str())) {
            problems.report(*place, format!("in the schema, `{}` has no field `{name}`", sdl.ty.inner_named_type()));
        }
    }
}
