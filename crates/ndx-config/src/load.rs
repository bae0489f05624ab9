//! Reads the file. Sections and list entries are read one by one, so that a mistake in one hides none in another.

use std::path::Path;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    Exchange, check,
    page::{Page, Problem, Problems},
    sections::*,
};

/// The sections as they stand in the file.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Sections<'a> {
    #[serde(borrow)]
    services: &'a RawValue,
    #[serde(borrow)]
    schema: &'a RawValue,
    #[serde(borrow)]
    policy: &'a RawValue,
    #[serde(borrow)]
    consent: &'a RawValue,
    #[serde(borrow)]
    portal: &'a RawValue,
    #[serde(borrow)]
    jwt: &'a RawValue,
    #[serde(borrow)]
    identifiers: &'a RawValue,
    #[serde(borrow)]
    members: Vec<&'a RawValue>,
    #[serde(borrow)]
    applications: Vec<&'a RawValue>,
    #[serde(borrow)]
    providers: Vec<&'a RawValue>,
    #[serde(borrow)]
    arg_mappings: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    foundational_id_arg_name: Option<&'a RawValue>,
    #[serde(borrow, default)]
    limits: Option<&'a RawValue>,
    #[serde(borrow, default)]
    store: Option<&'a RawValue>,
}

/// Reads and checks `file`.
///
/// # Errors
/// With every mistake in it.
pub fn load(file: &Path, rewrite: impl FnOnce(String) -> String) -> Result<Exchange, Problems> {
    let name = file.display().to_string();
    let text = std::fs::read_to_string(file).map_err(|cause| Problems {
        file: name.clone(),
        all: vec![Problem { line: 1, column: 1, message: format!("the file cannot be read: {cause}") }],
    })?;
    parse(&name, &rewrite(text), file.parent().unwrap_or(Path::new("")))
}

/// Reads and checks `text`, the content of `file`; relative paths begin at `folder`.
///
/// # Errors
/// With every mistake in it.
pub fn parse(file: &str, text: &str, folder: &Path) -> Result<Exchange, Problems> {
    let mut page = Page::new(text);
    let read = read(&mut page, folder);
    let all = page.problems();
    match read {
        Some(exchange) if all.is_empty() => Ok(exchange),
        _ => Err(Problems { file: file.to_owned(), all }),
    }
}

/// Reads the sections, and then the whole.
fn read(page: &mut Page<'_>, folder: &Path) -> Option<Exchange> {
    let sections: Sections<'_> = match serde_json::from_str(page.text()) {
        Ok(sections) => sections,
        Err(error) => {
            page.unreadable(&error);
            return None;
        }
    };
    let services = page.one(sections.services);
    let schema = page.one(sections.schema);
    let policy = page.one(sections.policy);
    let consent = page.one(sections.consent);
    let portal = page.one(sections.portal);
    let jwt = page.one(sections.jwt);
    let identifiers = page.one(sections.identifiers);
    let members = page.list(&sections.members);
    let applications = page.list(&sections.applications);
    let providers = page.list(&sections.providers);
    let arg_mappings = page.list(&sections.arg_mappings);
    let foundational = sections.foundational_id_arg_name.map_or(Some(None), |raw| page.one(raw).map(Some));
    let limits = sections.limits.map_or_else(|| Some(Limits::default()), |raw| page.one(raw).map(|read| read.value));
    let store = sections.store.map_or_else(|| Some(Store::default()), |raw| page.one(raw).map(|read| read.value));
    let parts = check::Parts {
        services: services?,
        schema: schema?,
        policy: policy?,
        consent: consent?,
        portal: portal?,
        jwt: jwt?,
        identifiers: identifiers?,
        members,
        applications,
        providers,
        arg_mappings,
        foundational_id_arg_name: foundational?.map(|read| read.value),
        limits: limits?,
        store: store?,
    };
    Some(check::whole(parts, folder, page))
}
