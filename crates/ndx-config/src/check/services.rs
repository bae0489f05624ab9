//! Where the services listen, and how they prove themselves to each other.

use std::{collections::BTreeMap, net::IpAddr, path::Path};

use url::Url;

use super::Found;
use crate::{Entry, Problem, SecretRef};

/// Checks the section `services`.
pub(super) fn check(root: &Entry<'_>, folder: &Path, found: &mut Found) {
    let Some(section) = root.get("services") else { return };
    let services: Vec<_> = section.members().into_iter().filter(|(_, one)| one.get("listen").is_some()).collect();
    listening(&services, found);
    for (name, service) in &services {
        own_files(name, service, folder, found);
        keys_once(service, found);
    }
    outside_callers(&section, &services, found);
    if let Some(authorities) = section.get("authorities") {
        // Whoever calls or is called needs them, so they must be on every machine.
        found.mistakes.extend(certificates(&authorities, folder));
    }
    if let Some(authorities) = root.find(["edge", "applicationAuthorities"]) {
        found.mistakes.extend(certificates(&authorities, folder));
    }
    in_the_open(root, &services, found);
    if section.text_of("proof") == Some("certificate") {
        certified(&section, &services, found);
    }
}

/// Two services cannot listen at one address.
fn listening(services: &[(&str, Entry<'_>)], found: &mut Found) {
    let mut taken = BTreeMap::new();
    for (name, service) in services {
        let Some(listen) = service.text_of("listen") else { continue };
        if let Some(other) = taken.insert(listen, name) {
            let message = format!("`{name}` listens where another service listens too: `{other}`; choose another port");
            found.mistakes.push(service.problem_at("listen", message));
        }
    }
}

/// The files of a service lie on its own machine, and this may be another: what is not here is only a warning.
fn own_files(name: &str, service: &Entry<'_>, folder: &Path, found: &mut Found) {
    for keys in [&["key"][..], &["tls", "key"]] {
        let entry = keys.iter().try_fold(service.clone(), |entry, key| entry.get(key));
        let reference = entry.as_ref().and_then(|entry| Some((entry, entry.read::<SecretRef>()?)));
        if let Some((entry, Err(error))) = reference.map(|(entry, reference)| (entry, reference.resolve(folder))) {
            let message = format!("no key here: {error}; the machine on which `{name}` runs needs it");
            found.warnings.push(entry.problem(message));
        }
    }
    if let Some(certificate) = service.find(["tls", "certificate"]) {
        match folder.join(certificate.text().unwrap_or_default()).try_exists() {
            Ok(false) => {
                let message = format!("there is no such file here; the machine on which `{name}` runs needs it");
                found.warnings.push(certificate.problem(message));
            }
            _ => found.mistakes.extend(certificates(&certificate, folder)),
        }
    }
}

/// The file that `entry` names must hold certificates.
fn certificates(entry: &Entry<'_>, folder: &Path) -> Option<Problem> {
    match std::fs::read_to_string(folder.join(entry.text().filter(|file| !file.is_empty())?)) {
        Ok(text) if text.contains("-----BEGIN CERTIFICATE-----") => None,
        Ok(_) => {
            Some(entry.problem("there is no certificate in this file; it must be PEM, `-----BEGIN CERTIFICATE-----`"))
        }
        Err(cause) => Some(entry.problem(format!("the file cannot be read: {cause}"))),
    }
}

/// What goes to another machine without TLS can be read and changed on its way. An inner network may be as good, so it is a
/// warning.
fn in_the_open(root: &Entry<'_>, services: &[(&str, Entry<'_>)], found: &mut Found) {
    for (name, service) in services {
        let Some(url) = service.text_of("url").and_then(|text| text.parse::<Url>().ok()) else { continue };
        if url.scheme() == "http" && !is_here(&url) {
            let message = format!("what `{name}` is asked and answers goes in the open to another machine; use https");
            found.warnings.push(service.problem_at("url", message));
        }
    }
    let Some(postgres) = root.find(["store", "postgres"]) else { return };
    let Some(url) = postgres.text_of("url").and_then(|text| text.parse::<Url>().ok()) else { return };
    let verified = url.query_pairs().any(|(key, value)| key == "sslmode" && value == "verify-full");
    if !verified && !is_here(&url) {
        let message = "without `sslmode=verify-full` nobody knows whether this is the database, nor who reads along";
        found.warnings.push(postgres.problem_at("url", message));
    }
}

/// Whether an address is this machine's own.
fn is_here(url: &Url) -> bool {
    match url.host_str() {
        Some(host) => {
            host == "localhost" || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
        }
        None => false,
    }
}

/// A program beside the exchange has a name of its own, and a key unless certificates are the proof.
fn outside_callers(section: &Entry<'_>, services: &[(&str, Entry<'_>)], found: &mut Found) {
    let mut names = Vec::new();
    for caller in section.list("callers") {
        let Some(name) = caller.text_of("name") else { continue };
        if services.iter().any(|(service, _)| *service == name) || names.contains(&name.to_owned()) {
            let message = format!("`{name}` is the name of another caller; give this one a name of its own");
            found.mistakes.push(caller.problem_at("name", message));
        }
        names.push(name.to_owned());
        keys_once(&caller, found);
        if section.text_of("proof") != Some("certificate") && caller.list("publicKeys").is_empty() {
            let message = "without a public key nobody can prove to be this caller; add `publicKeys`";
            found.mistakes.push(caller.problem(message));
        }
    }
}

fn keys_once(service: &Entry<'_>, found: &mut Found) {
    let mut seen = Vec::new();
    for key in service.list("publicKeys") {
        if seen.contains(&key.text()) {
            found.mistakes.push(key.problem("this key is listed twice; remove one"));
        }
        seen.push(key.text());
    }
}

/// Who proves itself with a certificate needs one, and the authorities by which others know it.
fn certified(section: &Entry<'_>, services: &[(&str, Entry<'_>)], found: &mut Found) {
    if section.get("authorities").is_none() {
        let message = "with `proof: certificate`, `authorities` must name the file of the authorities' certificates";
        found.mistakes.push(section.problem_at("proof", message));
    }
    for (name, service) in services {
        if service.get("tls").is_none() {
            let message = format!("with `proof: certificate`, `{name}` needs `tls`, its certificate and key");
            found.mistakes.push(service.key_problem(message));
        }
    }
}
