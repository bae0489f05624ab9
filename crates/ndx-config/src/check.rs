//! What no single value shows: references between sections, secrets that are not there, names used twice.
//!
//! It looks at the file and not at what was read from it, so that a mistake in one place hides none in another. What has
//! not the right shape was told before and is passed over here.

mod services;

mod webhooks;

use std::{
    collections::{BTreeSet, HashSet},
    path::Path,
};

use serde_json::Value;

use crate::{Entry, IsoDuration, Problem, SecretRef, Secrets, nearest, theme, words};

/// What was found so far.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) mistakes: Vec<Problem>,
    pub(crate) warnings: Vec<Problem>,
}

/// Checks the sections against each other.
pub(crate) fn whole(root: &Entry<'_>, folder: &Path, needed: Secrets, found: &mut Found) {
    // The keys of the services are looked at with the services.
    for (_, section) in root.members().into_iter().filter(|(name, _)| *name != "services" && needed.in_section(name)) {
        secrets(&section, folder, found);
    }
    services::check(root, folder, found);
    webhooks::check(root, folder, needed.in_section("applications"), found);
    citizens(root, found);
    if needed.in_section("portal") {
        theme::check(root, folder, found);
    }
    names_once(root, found);
    applications(root, found);
    members(root, found);
    words::check(root, found);
    explorer(root, found);
    mappings(root, found);
    to_fill_in(root, found);
}

/// Every reference to a secret must lead to one.
fn secrets(entry: &Entry<'_>, folder: &Path, found: &mut Found) {
    if let Some(reference) = entry.read::<SecretRef>() {
        if let Err(error) = reference.resolve(folder) {
            let key = if matches!(reference, SecretRef::FromEnv(_)) { "from_env" } else { "from_file" };
            found.mistakes.push(entry.problem_at(key, format!("no secret here: {error}")));
        }
        return;
    }
    for (_, below) in entry.members() {
        secrets(&below, folder, found);
    }
    entry.items().iter().for_each(|below| secrets(below, folder, found));
}

/// The claim by which citizens are known must have its form.
fn citizens(root: &Entry<'_>, found: &mut Found) {
    let provider = root.find(["portal", "identityProvider"]);
    let claim = match provider.as_ref().map(|provider| provider.get("citizenClaim")) {
        Some(Some(claim)) => claim.text(),
        _ => Some("nic"),
    };
    let (Some(claim), Some(identifiers)) = (claim, root.get("identifiers")) else { return };
    if identifiers.value().is_object() && identifiers.get(claim).is_none() {
        let message = format!("in `identifiers`, `{claim}` is missing: it is the claim by which citizens are known");
        found.mistakes.push(identifiers.key_problem(message));
    }
}

fn names_once(root: &Entry<'_>, found: &mut Found) {
    once(&root.list("members"), &["id"], "this member", found);
    once(&root.list("applications"), &["id"], "this application", found);
    // Policy and consent know a field by schema and path, so a schema's id must say whose it is.
    once(&root.list("providers"), &["schemaId"], "a provider with this `schemaId`", found);
    let mapping = ["providerKey", "schemaId", "sourceArgPath", "targetArgPath", "targetArgName"];
    once(&root.list("argMappings"), &mapping, "this mapping", found);
    for application in root.list("applications") {
        let purposes = application.list("purposes");
        once(&purposes, &["id"], "this purpose", found);
        for purpose in purposes {
            once(&purpose.list("reasons"), &["schemaId", "fieldName"], "the reason for this field", found);
        }
    }
}

/// No two of `entries` may agree in all of `keys`.
fn once(entries: &[Entry<'_>], keys: &[&str], what: &str, found: &mut Found) {
    let mut seen = HashSet::new();
    for entry in entries {
        let Some(name) = keys.iter().map(|key| entry.text_of(key)).collect::<Option<Vec<_>>>() else { continue };
        if !seen.insert(name) {
            let at = if keys.len() == 1 { keys.first().copied().unwrap_or_default() } else { "" };
            found.mistakes.push(entry.problem_at(at, format!("{what} is listed twice; remove one")));
        }
    }
}

fn applications(root: &Entry<'_>, found: &mut Found) {
    for application in root.list("applications") {
        let only_registered =
            application.get("registeredOperationsOnly").filter(|only| only.value() == &Value::Bool(true));
        if let Some(only) = only_registered.filter(|_| root.get("operations").is_none()) {
            found.mistakes.push(only.problem("there is no list of documents: say in `operations` where the lists lie"));
        }
        for address in application.list("returnUris") {
            // What stands behind the sign is for scripts, and what stands before the host was never meant to be read.
            let parsed = address.text().and_then(|text| url::Url::parse(text).ok());
            if parsed.is_some_and(|url| url.fragment().is_some()) {
                found.mistakes.push(address.problem("people cannot be sent back to an address with a `#`; remove it"));
            }
        }
        for purpose in application.list("purposes") {
            let Some(durations) = purpose.get("durations") else { continue };
            let lengths: Option<Vec<_>> =
                durations.items().iter().map(|one| IsoDuration::parse(one.text()?).map(|one| one.length())).collect();
            let Some(lengths) = lengths else { continue };
            if !lengths.is_sorted_by(|one, next| one < next) || lengths.iter().any(|length| length.is_zero()) {
                found.mistakes.push(durations.problem("the durations must rise from the shortest, and none be zero"));
            }
        }
    }
}

/// Whoever is named as a member must be one.
fn members(root: &Entry<'_>, found: &mut Found) {
    if !root.get("members").is_some_and(|list| list.value().is_array()) {
        return;
    }
    let members = root.list("members");
    let known: Vec<&str> = members.iter().filter_map(|member| member.text_of("id")).collect();
    for entry in root.list("applications").iter().chain(&root.list("providers")) {
        let Some(member) = entry.text_of("member").filter(|member| !known.contains(member)) else { continue };
        let hint = nearest(member, &known).map(|near| format!("did you mean `{near}`? Else "));
        let message = format!("there is no member `{member}`; {}add it to `members`", hint.unwrap_or_default());
        found.mistakes.push(entry.problem_at("member", message));
    }
}

/// The explorer can offer tokens where there is a place to fetch them, and for applications that there are. What it offers
/// in vain opens nothing.
fn explorer(root: &Entry<'_>, found: &mut Found) {
    let Some(section) = root.get("explorer") else { return };
    let offered = section.list("applications");
    if let Some(first) = offered.first().filter(|_| section.get("trialTokenUrl").is_none()) {
        let message = "without `trialTokenUrl` there are no tokens to offer, so this list does nothing";
        found.warnings.push(first.problem(message));
    }
    let applications = root.list("applications");
    let known: Vec<&str> = applications.iter().filter_map(|application| application.text_of("id")).collect();
    for one in offered {
        let Some(id) = one.text().filter(|id| !known.contains(id)) else { continue };
        let hint = nearest(id, &known).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        let message = format!("there is no application `{id}`, so its tokens will be refused{hint}");
        found.warnings.push(one.problem(message));
    }
}

/// A mapping to a provider that is not there does nothing; it may wait for one.
fn mappings(root: &Entry<'_>, found: &mut Found) {
    let providers = root.list("providers");
    let known: BTreeSet<_> =
        providers.iter().filter_map(|one| Some((one.text_of("providerKey")?, one.text_of("schemaId")?))).collect();
    for mapping in root.list("argMappings") {
        let (Some(key), Some(schema)) = (mapping.text_of("providerKey"), mapping.text_of("schemaId")) else { continue };
        if !known.contains(&(key, schema)) {
            let at = if known.iter().any(|(known, _)| *known == key) { "schemaId" } else { "providerKey" };
            let message = format!(
                "there is no provider `{key}` with the schema `{schema}`, so this mapping does nothing until one is added to `providers`"
            );
            found.warnings.push(mapping.problem_at(at, message));
        }
    }
}

/// What a migration left for a person to fill in.
fn to_fill_in(entry: &Entry<'_>, found: &mut Found) {
    if entry.text().is_some_and(|text| text.starts_with("FILL IN") || text.starts_with("https://fill-in.example")) {
        found.warnings.push(entry.problem("this is still to be filled in"));
    }
    entry.members().iter().for_each(|(_, below)| to_fill_in(below, found));
    entry.items().iter().for_each(|below| to_fill_in(below, found));
}
