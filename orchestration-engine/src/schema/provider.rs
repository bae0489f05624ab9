//! The providers' own schemas.

use std::{collections::HashMap, path::Path};

use apollo_compiler::{
    Name, Node, Schema,
    ast::Argument,
    schema::{ExtendedType, FieldDefinition},
    validation::Valid,
};
use ndx_contracts::{SchemaId, Words};

use super::{Label, Personal, SchemaProblem, read};

/// All provider schemas that are known.
pub type ProviderSchemas = HashMap<SchemaId, ProviderSchema>;

/// One provider's schema.
#[derive(Debug)]
pub struct ProviderSchema(Valid<Schema>);

impl ProviderSchema {
    /// Parses and validates `sdl`, the content of `file`. What is valid but for its rules is handed back beside its
    /// mistakes, so that other mistakes can still be found by it.
    pub fn read(sdl: &str, file: &Path) -> (Option<Self>, Vec<SchemaProblem>) {
        let (schema, problems) = read::read(sdl, file);
        (schema.map(|schema| Self(schema.unwrap_or_else(Valid::assume_valid))), problems)
    }

    /// The schema as the GraphQL library knows it.
    pub fn definition(&self) -> &Schema {
        &self.0
    }

    /// The definition of the field at `path`, from the `Query` type. `Err` holds the part of the path that does not exist
    /// and the names that do.
    pub fn field(&self, path: &[String]) -> Result<&FieldDefinition, (String, Vec<&str>)> {
        self.along(path)?.pop().ok_or_else(|| (String::new(), Vec::new()))
    }

    /// The definitions of all fields along `path`, one for each of its parts; `Err` as with [`Self::field`].
    pub fn along(&self, path: &[String]) -> Result<Vec<&FieldDefinition>, (String, Vec<&str>)> {
        let mut type_name = self.0.root_operation(apollo_compiler::ast::OperationType::Query).map(|name| name.as_str());
        let mut found = Vec::new();
        for part in path {
            let fields = match type_name.and_then(|name| self.0.types.get(name)) {
                Some(ExtendedType::Object(object)) => &object.fields,
                Some(ExtendedType::Interface(interface)) => &interface.fields,
                _ => return Err((part.clone(), Vec::new())),
            };
            let Some(definition) = fields.get(part.as_str()) else {
                return Err((part.clone(), fields.keys().map(|name| name.as_str()).collect()));
            };
            type_name = Some(definition.ty.inner_named_type().as_str());
            found.push(&***definition);
        }
        Ok(found)
    }

    /// The names of its root fields.
    pub fn root_fields(&self) -> Vec<&str> {
        let query = self.0.root_operation(apollo_compiler::ast::OperationType::Query);
        let query = query.and_then(|name| self.0.get_object(name));
        query.map(|query| query.fields.keys().map(|name| name.as_str()).collect()).unwrap_or_default()
    }

    /// Something to say about `name`, at its place in the schema's file.
    pub fn problem(&self, name: &Name, message: String) -> SchemaProblem {
        let location = name.location();
        let file = location.and_then(|location| self.0.sources.get(&location.file_id()));
        let range = location.and_then(|location| location.line_column_range(&self.0.sources));
        SchemaProblem {
            file: file.map(|file| file.path().display().to_string()).unwrap_or_default(),
            place: range.map(|range| (range.start.line, range.start.column)),
            message,
        }
    }

    /// Whether values of the type `name` are leaves.
    pub fn is_leaf(&self, name: &str) -> bool {
        self.0.types.get(name).is_none_or(ExtendedType::is_leaf)
    }

    /// The type of an argument of a root field, e.g. `ID!`.
    pub fn argument_type(&self, root_field: &str, argument: &str) -> Option<String> {
        let definition = self.field(&[root_field.to_owned()]).ok()?;
        definition.argument_by_name(argument).map(|argument| argument.ty.to_string())
    }

    /// Whether the field at the dotted `path` says something about a person (`@personal`).
    pub fn personal(&self, path: &str) -> Option<Personal> {
        let path: Vec<_> = path.split('.').map(str::to_owned).collect();
        let directive = self.field(&path).ok()?.directives.get("personal")?;
        let cluster = directive.specified_argument_by_name("cluster")?.as_str()?.to_owned();
        let sensitivity = directive.specified_argument_by_name("sensitivity").and_then(|value| value.as_enum());
        Some(Personal { cluster, sensitive: sensitivity.is_some_and(|level| level == "HIGH") })
    }

    /// What people call the field at the dotted `path` (`@label`), and the form in which it is held (`@form`, or its
    /// description, which has one language only).
    pub fn label(&self, path: &str) -> Option<Label> {
        let parts: Vec<_> = path.split('.').map(str::to_owned).collect();
        let definition = self.field(&parts).ok()?;
        let name = words(definition, "label")?;
        let described = || definition.description.as_ref().map(|text| Words::from(text.as_str()));
        let form = words(definition, "form").or_else(described);
        let sensitive = self.personal(path).is_some_and(|personal| personal.sensitive);
        Some(Label { name, form, sensitive })
    }
}

/// What a directive says in each language: its arguments are named after them.
fn words(definition: &FieldDefinition, directive: &str) -> Option<Words> {
    let directive = definition.directives.get(directive)?;
    let text = |argument: &Node<Argument>| argument.value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let texts = directive.arguments.iter().filter_map(|argument| Some((argument.name.as_str(), text(argument)?)));
    let words: Words = texts.collect();
    (!words.is_empty()).then_some(words)
}
