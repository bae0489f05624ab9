//! What an adapter's YAML says, read whole: every mistake in it is reported, and an unknown key is one.

use std::path::{Path, PathBuf};

use ndx_config::{Secret, SecretRef};
use reqwest::header::HeaderName;

mod source;
mod field;

pub(crate) use self::{
    field::{FieldDefinition, Mapped},
    source::{Retry, Source},
};
use crate::{
    problem::Problems,
    yaml::{Node, Place},
};

const DEFAULT_PORT: u16 = 9090;

/// An adapter as its author wrote it.
#[derive(Debug)]
pub(crate) struct Definition {
    pub(crate) provider: String,
    pub(crate) schema: PathBuf,
    pub(crate) serve: Serve,
    pub(crate) source: Source,
    pub(crate) fields: Vec<FieldDefinition>,
    /// Where the fields begin, to say what is missing there.
    pub(crate) fields_place: Place,
}

/// How the adapter itself is asked.
#[derive(Debug)]
pub(crate) struct Serve {
    pub(crate) port: u16,
    pub(crate) key: KeyHeader,
}

/// A header with a key in it.
#[derive(Debug, Clone)]
pub(crate) struct KeyHeader {
    pub(crate) header: HeaderName,
    pub(crate) value: Secret,
}

/// What reading needs besides the file itself.
pub(crate) struct Surroundings<'s> {
    /// Where relative files begin.
    pub(crate) folder: &'s Path,
    /// What becomes of the source's address.
    pub(crate) relocate: &'s dyn Fn(&str) -> String,
}

impl Definition {
    pub(crate) fn read(root: &Node, around: &Surroundings<'_>, problems: &mut Problems) -> Option<Self> {
        let mut top = root.mapping(problems)?;
        let version = top.require("adapter", problems);
        if let Some(version) = version
            && version.text(problems).is_some_and(|version| version != "v1")
        {
            problems.report(version.place, "the one version of adapters is `v1`");
        }
        let provider = top.require("provider", problems).and_then(|node| node.text(problems));
        let schema = top.require("schema", problems).and_then(|node| node.text(problems));
        let serve = top.require("serve", problems).and_then(|node| Serve::read(node, around, problems));
        let source = top.require("source", problems).and_then(|node| Source::read(node, around, problems));
        let fields_node = top.require("fields", problems);
        let fields = fields_node.map(|node| FieldDefinition::read_all(node, problems));
        top.finish(problems);
        Some(Self {
            provider: provider?.to_owned(),
            schema: schema?.into(),
            serve: serve?,
            source: source?,
            fields: fields?,
            fields_place: fields_node?.place,
        })
    }
}

impl Serve {
    fn read(node: &Node, around: &Surroundings<'_>, problems: &mut Problems) -> Option<Self> {
        let mut serve = node.mapping(problems)?;
        let port = serve.take("port").map_or(Some(DEFAULT_PORT), |port| port.whole(problems));
        let key = serve.require("auth", problems).and_then(|auth| KeyHeader::read(auth, around, problems));
        serve.finish(problems);
        Some(Self { port: port?, key: key? })
    }
}

impl KeyHeader {
    /// `{kind: api_key, header: X-API-KEY, value: {from_file: …}}`
    fn read(node: &Node, around: &Surroundings<'_>, problems: &mut Problems) -> Option<Self> {
        let mut auth = node.mapping(problems)?;
        if let Some(kind) = auth.require("kind", problems)
            && kind.text(problems).is_some_and(|kind| kind != "api_key")
        {
            problems.report(kind.place, "the one kind of authentication is `api_key`");
        }
        let header = auth.require("header", problems).and_then(|header| {
            let name = header.text(problems)?.parse().ok();
            if name.is_none() {
                problems.report(header.place, "this is not the name of a header");
            }
            name
        });
        let value = auth.require("value", problems).and_then(|value| secret(value, around, problems));
        auth.finish(problems);
        Some(Self { header: header?, value: value? })
    }
}

/// Follows `{from_file: …}` or `{from_env: …}`; the secret itself cannot stand there.
fn secret(node: &Node, around: &Surroundings<'_>, problems: &mut Problems) -> Option<Secret> {
    if node.scalar().is_some() {
        problems.report(node.place, "a secret stands elsewhere: write `{from_file: PATH}` or `{from_env: NAME}`");
        return None;
    }
    let mut reference = node.mapping(problems)?;
    let from_file = reference.take("from_file").map(|file| file.text(problems));
    let from_env = reference.take("from_env").map(|name| name.text(problems));
    reference.finish(problems);
    let reference = match (from_file, from_env) {
        (Some(file), None) => SecretRef::FromFile(file?.into()),
        (None, Some(name)) => SecretRef::FromEnv(name?.to_owned()),
        _ => {
            problems.report(node.place, "this needs either `from_file` or `from_env`");
            return None;
        }
    };
    reference.resolve(around.folder).map_err(|error| problems.report(node.place, error.to_string())).ok()
}
