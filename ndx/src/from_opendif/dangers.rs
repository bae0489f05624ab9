//! What is unsafe in an OpenDIF configuration, or does not do what it seems to.

use ndx_config::{Entry, Problem, names_a_secret};
use url::Url;

/// Everything of that kind, with its place.
pub(super) fn find(root: &Entry<'_>) -> Vec<Problem> {
    let mut found = Vec::new();
    callers(root, &mut found);
    judges(root, &mut found);
    secrets(root, &mut found);
    providers(root, &mut found);
    mappings(root, &mut found);
    never_read(root, &mut found);
    found
}

/// Who is believed to be whom.
fn callers(root: &Entry<'_>, found: &mut Vec<Problem>) {
    if let Some(environment) = root.get("environment") {
        found.push(environment.problem(if environment.text() == Some("development") {
            "`environment: development` takes every request, with or without a token, for one of `passport-app`. Ours has no such \
             switch: the sandbox uses real tokens"
        } else {
            "`environment` switches checks on and off by a word. Ours has no such switch: every check is always on"
        }));
    }
    if let Some(trust) = root.get("trustUpstream").filter(|trust| trust.value().as_bool() == Some(true)) {
        found.push(trust.problem(
            "`trustUpstream: true` never checks a token's signature: whoever reaches the port can be any application. Ours checks \
             every token by the keys at `jwt.jwksUrl`",
        ));
    }
    let jwt = root.get("jwt");
    let at = |message: &str| jwt.as_ref().unwrap_or(root).key_problem(message);
    let has = |key: &str| {
        jwt.as_ref().and_then(|jwt| jwt.get(key)).is_some_and(|one| match one.text() {
            Some(text) => !text.trim().is_empty(),
            None => one.value().as_array().is_some_and(|list| !list.is_empty()),
        })
    };
    if !has("expectedIssuer") {
        found.push(at("without `jwt.expectedIssuer`, tokens of any issuer are taken. Ours demands it"));
    }
    if !has("validAudiences") {
        found.push(at("without `jwt.validAudiences`, a token made for another service is taken. Ours demands it"));
    }
    if !has("jwksUrl") {
        found.push(at("without `jwt.jwksUrl` there are no keys to check a signature by. Ours demands it"));
    }
}

/// Policy, consent and the record, each of which an empty address switches off.
fn judges(root: &Entry<'_>, found: &mut Vec<Problem>) {
    let judges = [
        (
            "pdpUrl",
            ["pdpConfig", "clientUrl"],
            "without `pdpUrl`, policy and consent are both skipped and everything is released",
        ),
        ("ceUrl", ["ceConfig", "clientUrl"], "without `ceUrl`, nobody can be asked for consent"),
        ("", ["auditConfig", "serviceUrl"], "without `auditConfig.serviceUrl`, nothing is written down"),
    ];
    for (short, long, consequence) in judges {
        let written = [root.find(long), root.get(short)];
        if !written.iter().flatten().filter_map(Entry::text).any(|url| !url.trim().is_empty()) {
            let at = written.iter().flatten().next().unwrap_or(root);
            let ours = "In ours the service is always there, and nothing is released without its answer";
            found.push(at.key_problem(format!("{consequence}. {ours}")));
        }
    }
}

/// Secrets in the file itself, wherever they stand.
fn secrets(entry: &Entry<'_>, found: &mut Vec<Problem>) {
    for (key, below) in entry.members() {
        if below.text().is_some_and(|text| !text.is_empty()) && names_a_secret(key) {
            found.push(below.problem(format!(
                "`{key}` is a secret that everybody reads who reads this file or its history. Ours holds a reference to it; make a new one"
            )));
        }
        secrets(&below, found);
    }
    entry.items().iter().for_each(|below| secrets(below, found));
    if entry.text().and_then(|text| Url::parse(text).ok()).is_some_and(|url| url.password().is_some()) {
        found.push(
            entry.problem("this address holds a password, which every log of it repeats. Ours has none in addresses"),
        );
    }
}

fn providers(root: &Entry<'_>, found: &mut Vec<Problem>) {
    for provider in root.list("providers") {
        let auth = provider.find(["auth", "type"]);
        if !matches!(auth.as_ref().and_then(Entry::text), Some("apiKey" | "oauth2")) {
            let message = "the exchange does not prove itself to this provider, so whoever reaches the register can ask it; agree on an API \
                           key or OAuth 2.0";
            found.push(auth.as_ref().unwrap_or(&provider).problem(message));
        }
        let url = provider.get("providerUrl");
        let plain = |url: &Url| url.scheme() == "http" && !is_this_machine(url);
        if let Some(url) =
            url.filter(|url| url.text().and_then(|text| Url::parse(text).ok()).is_some_and(|url| plain(&url)))
        {
            found
                .push(url.problem("people's data and the provider's secret travel here without encryption; use https"));
        }
    }
}

/// Whether `url` leads to the machine itself.
pub(super) fn is_this_machine(url: &Url) -> bool {
    url.host_str().is_some_and(|host| host == "localhost" || host == "[::1]" || host.starts_with("127."))
}

/// How the person is found, and her identifier handed on.
fn mappings(root: &Entry<'_>, found: &mut Vec<Problem>) {
    let mappings = both_lists(root);
    if root.text_of("foundationalIdArgName").is_none()
        && let Some(first) = mappings.first()
    {
        found.push(first.problem(
            "whose consent is asked is decided by position: the first mapped argument in the order in which the caller wrote the query, so \
             the caller chooses whose. Ours says it by name: `foundationalIdArgName`, or `@dataOwner` in the schema",
        ));
    }
    let mut targets: Vec<&str> = Vec::new();
    for mapping in &mappings {
        if mapping.get("schemaId").is_none() {
            found.push(mapping.problem("a mapping without `schemaId` never matches anything"));
        }
        let Some(target) = mapping.text_of("targetArgPath") else { continue };
        let key = mapping.text_of("providerKey").unwrap_or_default();
        if target.strip_prefix(key).is_some_and(|rest| rest.starts_with('.')) {
            found.push(mapping.problem_at(
                "targetArgPath",
                format!("with the provider's key in front (`{target}`) it never matches there; ours understands it, and it will now do something"),
            ));
        } else if target.contains('.') {
            found.push(mapping.problem_at(
                "targetArgPath",
                format!("`{target}` puts the argument on every field of the path, also where it does not belong"),
            ));
        }
        if targets.contains(&target) {
            found.push(mapping.problem_at(
                "targetArgPath",
                format!("a second mapping to `{target}` is dropped, even for another provider, which is then asked without it. Ours keeps both"),
            ));
        }
        targets.push(target);
    }
}

fn never_read(root: &Entry<'_>, found: &mut Vec<Problem>) {
    for key in ["server", "log", "services", "sdl"] {
        if let Some(entry) = root.get(key) {
            found.push(
                entry.key_problem(format!("`{key}` is read and never used: whatever it promises does not happen")),
            );
        }
    }
    if let (Some(list), Some(_)) = (root.get("argMappings"), root.get("argMapping")) {
        found.push(list.key_problem("`argMappings` is ignored, because `argMapping` is there too"));
    }
}

/// The mappings that count: `argMapping` wins over `argMappings`.
pub(super) fn both_lists<'a>(root: &Entry<'a>) -> Vec<Entry<'a>> {
    let short = root.list("argMapping");
    if short.is_empty() { root.list("argMappings") } else { short }
}
