//! The page `/docs/schema`: one for all types, so that the browser's own search finds everything in it; no script.

use apollo_compiler::{
    Node,
    ast::{InputValueDefinition, Type},
    collections::IndexMap,
    schema::{Component, ExtendedType, FieldDefinition},
};
use aws_lc_rs::digest::{SHA256, digest};
use axum::http::HeaderValue;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use minijinja::{AutoEscape, Environment};
use serde::Serialize;

use crate::{
    schema::{ConsumerSchema, Told},
    state::Gateway,
};

const TEMPLATE: &str = include_str!("../../../templates/schema.html");
const STYLE: &str = include_str!("../../../assets/schema.css");

#[derive(Serialize)]
struct Page<'a> {
    style: &'static str,
    version: String,
    types: Vec<Kind<'a>>,
}

/// A type.
#[derive(Serialize)]
struct Kind<'a> {
    name: &'a str,
    what: &'static str,
    description: Option<&'a str>,
    members: Vec<Member<'a>>,
}

/// A field, an input's member or an enum's value.
#[derive(Serialize, Default)]
struct Member<'a> {
    name: &'a str,
    /// As it is written; nothing for a value of an enum.
    written: Option<String>,
    /// The type that it leads to, when that stands on the page.
    leads_to: Option<&'a str>,
    description: Option<&'a str>,
    deprecated: bool,
    arguments: Vec<Argument<'a>>,
    source: Option<Source<'a>>,
}

#[derive(Serialize)]
struct Argument<'a> {
    name: &'a str,
    written: String,
    description: Option<&'a str>,
    /// Whether it names the person whom the data is about.
    person: bool,
}

#[derive(Serialize)]
struct Source<'a> {
    provider: &'a str,
    key: &'a str,
    /// Whether the exchange knows how to reach it.
    configured: bool,
    label: Option<&'a str>,
    classification: String,
    consent: &'static str,
}

/// The page, and the policy under which a browser may show it: its one style sheet, and nothing else.
pub(super) fn page(gateway: &Gateway) -> Result<(String, HeaderValue), minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    environment.add_template("schema.html", TEMPLATE)?;
    let version = gateway.schema.text.short_checksum();
    let page = Page { style: STYLE, version, types: kinds(gateway) };
    let html = environment.get_template("schema.html")?.render(page)?;
    let hash = STANDARD.encode(digest(&SHA256, STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    let policy = HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'"));
    Ok((html, policy))
}

/// Every type that a query can reach, `Query` first.
fn kinds(gateway: &Gateway) -> Vec<Kind<'_>> {
    let schema = &gateway.schema;
    let root = schema.clean.schema_definition.query.as_ref().map(|query| query.name.as_str());
    let mut kinds: Vec<_> = schema.clean.types.iter().filter(|(_, kind)| !kind.is_built_in()).collect();
    kinds.sort_by_key(|(name, _)| root != Some(name.as_str()));
    let made = |(name, _): (&apollo_compiler::Name, _)| {
        // Types are described by their own words; what we add to the clean form stands beside them here.
        let (name, kind) = schema.definition.types.get_key_value(name)?;
        let (what, members) = match kind {
            ExtendedType::Object(object) if root == Some(name.as_str()) => {
                ("questions", fields(gateway, name, &object.fields))
            }
            ExtendedType::Object(object) => ("object", fields(gateway, name, &object.fields)),
            ExtendedType::Interface(interface) => ("interface", fields(gateway, name, &interface.fields)),
            ExtendedType::InputObject(input) => {
                ("input", input.fields.values().map(|member| input_member(schema, member)).collect())
            }
            ExtendedType::Enum(of) => {
                let values = of.values.values().map(|value| Member {
                    name: &value.value,
                    description: value.description.as_deref(),
                    deprecated: value.directives.has("deprecated"),
                    ..Member::default()
                });
                ("enum", values.collect())
            }
            ExtendedType::Union(_) => ("union", Vec::new()),
            ExtendedType::Scalar(_) => ("scalar", Vec::new()),
        };
        Some(Kind { name, what, description: kind.description().map(|text| &**text), members })
    };
    kinds.into_iter().filter_map(made).collect()
}

fn fields<'a>(
    gateway: &'a Gateway,
    type_name: &str,
    fields: &'a IndexMap<apollo_compiler::Name, Component<FieldDefinition>>,
) -> Vec<Member<'a>> {
    let schema = &gateway.schema;
    let field = |field: &'a Component<FieldDefinition>| {
        let owner = schema.root(&field.name).and_then(|root| root.data_owner.as_deref());
        let owner = owner
            .filter(|_| schema.clean.schema_definition.query.as_ref().is_some_and(|query| query.name == *type_name));
        let argument = |argument: &'a Node<InputValueDefinition>| Argument {
            name: &argument.name,
            written: input_type(argument),
            description: argument.description.as_deref(),
            person: owner == Some(argument.name.as_str()),
        };
        Member {
            name: &field.name,
            written: Some(field.ty.to_string()),
            leads_to: leads_to(schema, &field.ty),
            description: field.description.as_deref(),
            deprecated: field.directives.has("deprecated"),
            arguments: field.arguments.iter().map(argument).collect(),
            source: schema.told(type_name, &field.name).map(|told| source(gateway, told)),
        }
    };
    fields.values().map(field).collect()
}

fn input_member<'a>(schema: &ConsumerSchema, member: &'a InputValueDefinition) -> Member<'a> {
    Member {
        name: &member.name,
        written: Some(input_type(member)),
        leads_to: leads_to(schema, &member.ty),
        description: member.description.as_deref(),
        deprecated: member.directives.has("deprecated"),
        ..Member::default()
    }
}

fn input_type(input: &InputValueDefinition) -> String {
    match &input.default_value {
        Some(default) => format!("{} = {default}", input.ty),
        None => input.ty.to_string(),
    }
}

/// The type of which `ty` is made, when it stands on the page.
fn leads_to<'a>(schema: &ConsumerSchema, ty: &'a Type) -> Option<&'a str> {
    let name = ty.inner_named_type();
    schema.clean.types.get(name).filter(|kind| !kind.is_built_in()).map(|_| name.as_str())
}

fn source<'a>(gateway: &'a Gateway, told: &'a Told) -> Source<'a> {
    let key = told.provider.provider_key.as_str();
    let is_its = |one: &&ndx_config::Provider| {
        one.provider_key == told.provider.provider_key && one.schema_id == told.provider.schema_id
    };
    let configured = gateway.config.providers.iter().find(is_its);
    let member = configured.and_then(|one| gateway.config.members.get(&one.member));
    let (classification, consent) = match &told.personal {
        Some(personal) => {
            let kind = if personal.sensitive { "Sensitive personal data" } else { "Personal data" };
            (format!("{kind} ({})", personal.cluster), "Needed, unless the law gives another basis")
        }
        None => ("Not marked as personal by its provider".to_owned(), "As policy says"),
    };
    let provider = member.map_or(key, |member| member.name.in_language("en"));
    let configured = configured.is_some();
    Source { provider, key, configured, label: told.label.as_deref(), classification, consent }
}
