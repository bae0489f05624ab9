//! Reads the file: its shape, then what no single section can see, then the sections themselves.

use std::path::Path;

use crate::{
    Document, Entry, Exchange, Problem, Problems, Secret, SecretRef,
    check::{self, Found},
    json_schema, secrecy,
    sections::*,
    theme,
};

/// A configuration file as far as it can be read, and everything that is wrong with it.
#[derive(Debug)]
pub struct Reading {
    /// The file.
    pub file: String,
    /// Each mistake, in the file's order.
    pub mistakes: Vec<Problem>,
    /// What is allowed but should be looked at, in the file's order.
    pub warnings: Vec<Problem>,
    /// The configuration, when there is no mistake.
    pub exchange: Option<Exchange>,
    document: Option<Document>,
}

impl Reading {
    /// The whole file with its places, mistakes or not; `None` when it is no JSON.
    pub fn root(&self) -> Option<Entry<'_>> {
        self.document.as_ref().map(Document::root)
    }
}

impl From<Reading> for Result<Exchange, Problems> {
    fn from(reading: Reading) -> Self {
        let Reading { file, mistakes, warnings, exchange, .. } = reading;
        exchange.ok_or(Problems { file, all: mistakes, warnings })
    }
}

/// Whose secrets must be there: one that a program has no use for need not be on its machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrets {
    /// All.
    All,
    /// Those of the gateway: its proofs to the registers, and its store's.
    Gateway,
    /// Those of the consent engine: the portal's at the identity provider, those of the applications' webhooks, and its store's.
    Consent,
    /// Those of a service that has a store and nothing else.
    Store,
    /// None.
    None,
}

impl Secrets {
    /// Whether those in the section `name` must be there.
    pub(crate) fn in_section(self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Gateway => matches!(name, "providers" | "store"),
            Self::Consent => matches!(name, "portal" | "applications" | "store"),
            Self::Store => name == "store",
            Self::None => false,
        }
    }
}

/// Reads and checks `file`.
///
/// # Errors
/// With every mistake in it.
pub fn load(file: &Path, rewrite: impl FnOnce(String) -> String) -> Result<Exchange, Problems> {
    load_with(file, Secrets::All, rewrite)
}

/// The same, for a program that has a use only for the secrets that are `needed`.
///
/// # Errors
/// With every mistake in it.
pub fn load_with(file: &Path, needed: Secrets, rewrite: impl FnOnce(String) -> String) -> Result<Exchange, Problems> {
    read(file, needed, rewrite).into()
}

/// Reads and checks `text`, the content of `file`; relative paths begin at `folder`.
///
/// # Errors
/// With every mistake in it.
pub fn parse(file: &str, text: &str, folder: &Path) -> Result<Exchange, Problems> {
    read_text(file, text, folder, Secrets::All).into()
}

/// Reads and checks `file`, and keeps what could be read where there are mistakes. The secrets that are `needed` must be
/// there.
pub fn read(file: &Path, needed: Secrets, rewrite: impl FnOnce(String) -> String) -> Reading {
    let name = file.display().to_string();
    match std::fs::read_to_string(file) {
        Ok(text) => read_text(&name, &rewrite(text), folder_of(file), needed),
        Err(cause) => {
            let message = format!("the file cannot be read: {cause}");
            unreadable(&name, Problem { line: 1, column: 1, message })
        }
    }
}

/// The folder at which the relative paths in `file` begin.
pub fn folder_of(file: &Path) -> &Path {
    file.parent().unwrap_or(Path::new(""))
}

fn unreadable(file: &str, mistake: Problem) -> Reading {
    Reading { file: file.to_owned(), mistakes: vec![mistake], warnings: Vec::new(), exchange: None, document: None }
}

fn read_text(file: &str, text: &str, folder: &Path, needed: Secrets) -> Reading {
    let mut document = match Document::parse(text) {
        Ok(document) => document,
        Err(mistake) => return unreadable(file, mistake),
    };
    document.drop_key("$schema");
    let mut found = Found { mistakes: document.compare(&json_schema()), warnings: Vec::new() };
    check::whole(&document.root(), folder, needed, &mut found);
    secrecy::literal(&document.root(), &mut found.mistakes);
    let mut exchange = None;
    if found.mistakes.is_empty() {
        match document.deserialize::<Exchange>().and_then(|read| finished(read, &document, folder, needed)) {
            Ok(read) => exchange = Some(read),
            Err(mistake) => found.mistakes.push(mistake),
        }
    }
    for list in [&mut found.mistakes, &mut found.warnings] {
        list.sort();
        list.dedup();
    }
    let Found { mistakes, warnings } = found;
    Reading { file: file.to_owned(), mistakes, warnings, exchange, document: Some(document) }
}

/// Follows the references to secrets that are needed, and lets paths begin at the configuration's folder.
fn finished(mut exchange: Exchange, document: &Document, folder: &Path, needed: Secrets) -> Result<Exchange, Problem> {
    let Exchange { schema, policy, .. } = &mut exchange;
    for path in [&mut schema.consumer, &mut schema.providers, &mut policy.fields, &mut policy.grants] {
        *path = folder.join(&path);
    }
    services(&mut exchange.services, folder);
    if let Some(operations) = &mut exchange.operations {
        operations.folder = folder.join(&operations.folder);
    }
    if let Some(authorities) = &mut exchange.edge.application_authorities {
        *authorities = folder.join(&authorities);
    }
    let secret = |reference: &SecretRef, pointer: &str| -> Result<Secret, Problem> {
        reference.resolve(folder).map_err(|error| document.on_value(pointer, error.to_string()))
    };
    let citizens = &mut exchange.portal.identity_provider;
    if needed.in_section("portal") {
        citizens.resolved_secret = Some(secret(&citizens.client_secret, "/portal/identityProvider/clientSecret")?);
        if let Some(file) = &exchange.portal.theme {
            let read = theme::read(&folder.join(file));
            let read = read.map_err(|message| document.on_value("/portal/theme", message))?;
            exchange.portal.resolved_theme = Some(read);
        }
    }
    for (number, provider) in exchange.providers.iter_mut().enumerate().filter(|_| needed.in_section("providers")) {
        let (reference, resolved) = match &mut provider.auth {
            ProviderAuth::None => continue,
            ProviderAuth::ApiKey { api_key_value, resolved, .. } => (&*api_key_value, resolved),
            ProviderAuth::Oauth2 { client_secret, resolved, .. } => (&*client_secret, resolved),
        };
        *resolved = Some(secret(reference, &format!("/providers/{number}/auth"))?);
    }
    for (number, application) in exchange.applications.iter_mut().enumerate() {
        let Some(webhook) = application.webhook.as_mut().filter(|_| needed.in_section("applications")) else {
            continue;
        };
        let references = std::iter::once(&webhook.secret).chain(&webhook.former_secret);
        let place = format!("/applications/{number}/webhook");
        webhook.resolved = references.map(|reference| secret(reference, &place)).collect::<Result<_, _>>()?;
    }
    if let Some(Postgres { password: Some(reference), resolved, .. }) = &mut exchange.store.postgres
        && needed.in_section("store")
    {
        *resolved = Some(secret(reference, "/store/postgres/password")?);
    }
    Ok(exchange)
}

/// The services' own keys are followed by whoever needs them: no machine has to hold all.
fn services(services: &mut Services, folder: &Path) {
    if let Some(authorities) = &mut services.authorities {
        *authorities = folder.join(&authorities);
    }
    for service in [&mut services.gateway, &mut services.consent, &mut services.policy, &mut services.audit] {
        if let Some(tls) = &mut service.tls {
            tls.certificate = folder.join(&tls.certificate);
            in_folder(&mut tls.key, folder);
        }
        if let Some(key) = &mut service.key {
            in_folder(key, folder);
        }
    }
}

/// Makes the file of a reference that is followed later one that begins at the working folder.
fn in_folder(reference: &mut SecretRef, folder: &Path) {
    if let SecretRef::FromFile(file) = reference {
        *file = folder.join(&file);
    }
}
