//! What no single section can see: references between sections, secrets that are not there, names used twice.

use std::{
    collections::{BTreeMap, HashSet},
    hash::Hash,
    path::Path,
};

use chrono::FixedOffset;
use url::Url;

use crate::{
    Exchange,
    page::{Page, Placed},
    sections::*,
};

/// Everything that was read, each part with its place.
pub(crate) struct Parts {
    pub(crate) services: Placed<Services>,
    pub(crate) schema: Placed<SchemaFiles>,
    pub(crate) policy: Placed<PolicySeed>,
    pub(crate) consent: Placed<ConsentRules>,
    pub(crate) portal: Placed<Portal>,
    pub(crate) jwt: Placed<Jwt>,
    pub(crate) identifiers: Placed<BTreeMap<String, Identifier>>,
    pub(crate) members: Vec<Placed<Member>>,
    pub(crate) applications: Vec<Placed<Application>>,
    pub(crate) providers: Vec<Placed<Provider>>,
    pub(crate) arg_mappings: Vec<Placed<ArgMapping>>,
    pub(crate) foundational_id_arg_name: Option<String>,
    pub(crate) limits: Limits,
    pub(crate) store: Store,
}

/// Checks the parts against each other, follows every secret's reference and makes every path absolute or relative to
/// the working folder. Mistakes go to `page`.
pub(crate) fn whole(mut parts: Parts, folder: &Path, page: &mut Page<'_>) -> Exchange {
    paths(&mut parts, folder);
    services(&parts.services, page);
    portal(&mut parts.portal, folder, page);
    web_address(&parts.jwt.value.jwks_url, parts.jwt.at, page);
    if parts.jwt.value.valid_audiences.is_empty() {
        page.note(parts.jwt.at, "`validAudiences` is empty, so no token could be accepted; name at least one");
    }
    identifiers(&parts, page);
    once(&parts.members, |member| member.id.clone(), "member", page);
    once(&parts.applications, |application| application.id.clone(), "application", page);
    // Policy and consent know a field by schema and path, so a schema's id must say whose it is.
    once(&parts.providers, |one| one.schema_id.clone(), "provider's `schemaId`", page);
    applications(&parts, page);
    providers(&mut parts, folder, page);
    mappings(&parts.arg_mappings, page);
    Exchange {
        services: parts.services.value,
        schema: parts.schema.value,
        policy: parts.policy.value,
        consent: parts.consent.value,
        portal: parts.portal.value,
        jwt: parts.jwt.value,
        identifiers: parts.identifiers.value,
        members: values(parts.members),
        applications: values(parts.applications),
        providers: values(parts.providers),
        arg_mappings: values(parts.arg_mappings),
        foundational_id_arg_name: parts.foundational_id_arg_name,
        limits: parts.limits,
        store: parts.store,
    }
}

fn values<T>(placed: Vec<Placed<T>>) -> Vec<T> {
    placed.into_iter().map(|one| one.value).collect()
}

fn paths(parts: &mut Parts, folder: &Path) {
    for path in [
        &mut parts.schema.value.consumer,
        &mut parts.schema.value.providers,
        &mut parts.policy.value.fields,
        &mut parts.policy.value.grants,
    ] {
        *path = folder.join(&path);
    }
}

fn services(services: &Placed<Services>, page: &mut Page<'_>) {
    let Services { gateway, consent, policy, audit } = &services.value;
    let mut seen = HashSet::new();
    for (name, service) in [("gateway", gateway), ("consent", consent), ("policy", policy), ("audit", audit)] {
        web_address(&service.url, services.at, page);
        if !seen.insert(service.listen) {
            page.note(
                services.at,
                format!("`{name}` listens on {}, where another service listens too", service.listen),
            );
        }
    }
}

fn portal(portal: &mut Placed<Portal>, folder: &Path, page: &mut Page<'_>) {
    let at = portal.at;
    if !portal.value.link.contains("{id}") {
        page.note(at, "`link` must hold `{id}`, where the consent's id goes");
    }
    if portal.value.utc_offset.parse::<FixedOffset>().is_err() {
        page.note(at, format!("`utcOffset` is `{}`; write it like `+05:30`", portal.value.utc_offset));
    }
    let provider = &mut portal.value.identity_provider;
    web_address(&provider.issuer, at, page);
    provider.resolved_secret = match provider.client_secret.resolve(folder) {
        Ok(secret) => Some(secret),
        Err(error) => {
            page.note(at, format!("`clientSecret`: {error}"));
            None
        }
    };
}

fn identifiers(parts: &Parts, page: &mut Page<'_>) {
    let claim = &parts.portal.value.identity_provider.citizen_claim;
    if !parts.identifiers.value.contains_key(claim) {
        page.note(parts.identifiers.at, format!("`{claim}` is missing: it is the claim by which citizens are known"));
    }
    for (name, identifier) in &parts.identifiers.value {
        if let Err(error) = regex::Regex::new(&identifier.pattern) {
            page.note(parts.identifiers.at, format!("the pattern of `{name}` is not a regular expression: {error}"));
        }
    }
}

fn once<T, K: Eq + Hash>(list: &[Placed<T>], key: impl Fn(&T) -> K, what: &str, page: &mut Page<'_>) {
    let mut seen = HashSet::new();
    for entry in list {
        if !seen.insert(key(&entry.value)) {
            page.note(entry.at, format!("this {what} is listed twice; remove one"));
        }
    }
}

fn applications(parts: &Parts, page: &mut Page<'_>) {
    for Placed { at, value: application } in &parts.applications {
        known_member(&application.member, *at, parts, page);
        if application.purposes.is_empty() {
            page.note(*at, format!("application `{}` has no purpose, so it could never ask", application.id));
        }
        if application.return_uris.is_empty() {
            page.note(*at, format!("application `{}` has no return URI, so no citizen could go back", application.id));
        }
        application.return_uris.iter().for_each(|uri| web_address(uri, *at, page));
        for purpose in &application.purposes {
            let lengths: Vec<_> = purpose.durations.iter().map(crate::IsoDuration::length).collect();
            if lengths.is_empty() || !lengths.is_sorted() || lengths.iter().any(|length| length.num_seconds() == 0) {
                page.note(*at, format!("the durations of purpose `{}` must rise from the shortest", purpose.id));
            }
        }
    }
}

fn known_member(member: &ndx_contracts::MemberId, at: usize, parts: &Parts, page: &mut Page<'_>) {
    let mut known = parts.members.iter().map(|one| &one.value.id);
    if !known.any(|id| id == member) {
        page.note(at, format!("there is no member `{member}`; add it to `members`"));
    }
}

fn providers(parts: &mut Parts, folder: &Path, page: &mut Page<'_>) {
    for entry in &parts.providers {
        known_member(&entry.value.member, entry.at, parts, page);
        web_address(&entry.value.provider_url, entry.at, page);
    }
    for entry in &mut parts.providers {
        let (reference, resolved) = match &mut entry.value.auth {
            ProviderAuth::None => continue,
            ProviderAuth::ApiKey { api_key_value, resolved, .. } => (&*api_key_value, resolved),
            ProviderAuth::Oauth2 { client_secret, token_url, resolved, .. } => {
                web_address(token_url, entry.at, page);
                (&*client_secret, resolved)
            }
        };
        match reference.resolve(folder) {
            Ok(secret) => *resolved = Some(secret),
            Err(error) => {
                page.note(entry.at, format!("the secret of provider `{}`: {error}", entry.value.provider_key))
            }
        }
    }
}

fn mappings(mappings: &[Placed<ArgMapping>], page: &mut Page<'_>) {
    for Placed { at, value } in mappings {
        if !value
            .source_arg_path
            .split_once('-')
            .is_some_and(|(root, argument)| !root.is_empty() && !argument.is_empty())
        {
            let path = &value.source_arg_path;
            page.note(
                *at,
                format!("`sourceArgPath` is `{path}`; write it as `<root field>-<argument>`, e.g. `personInfo-nic`"),
            );
        }
    }
}

fn web_address(url: &Url, at: usize, page: &mut Page<'_>) {
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        page.note(at, format!("`{url}` is not an http or https address"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        page.note(at, "an address must not hold a user name or password");
    }
}
