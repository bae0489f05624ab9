//! `docker-compose.yml` is possible: its commands are commands of `ndx`, and what it mounts, waits for and calls is there.

use std::collections::BTreeSet;

use regex::Regex;
use serde_json::{Map, Value};

use crate::{Finding, tree::Tree};

const FILE: &str = "docker-compose.yml";
/// Where the configuration of the services lies.
const CONFIGURATION: &str = "deploy/compose/";
/// The document that says how to make what is not in the tree.
const HOW_TO: &str = "docs/DEPLOY.md";
/// The image's working folder: what is mounted below it lies there as in the repository.
const WORKING_FOLDER: &str = "/etc/ndx/";

pub fn check(tree: &Tree) -> anyhow::Result<Vec<Finding>> {
    let Some(text) = tree.text(FILE) else { return Ok(Vec::new()) };
    let composed: Value = match serde_saphyr::from_str(text) {
        Ok(composed) => composed,
        Err(error) => return Ok(vec![Finding::new(FILE, 1, format!("cannot be read: {error}"))]),
    };
    let compose = Compose { tree, composed: &composed };
    let mut findings = compose.secrets();
    for (name, service) in entries(&composed, "services") {
        findings.extend(compose.command(name, service));
        findings.extend(compose.mounts(name, service));
        findings.extend(compose.waits_for(name, service));
        findings.extend(compose.is_confined(name, service));
    }
    findings.extend(compose.hosts()?);
    Ok(findings)
}

struct Compose<'a> {
    tree: &'a Tree,
    composed: &'a Value,
}

impl Compose<'_> {
    /// A finding at the service, or at what else has this name at the second level.
    fn at(&self, name: &str, message: String) -> Finding {
        let named = format!("  {name}:");
        // Of several, the last: anchors that say what services have in common stand above the services.
        let lines = self.tree.text(FILE).unwrap_or_default().lines().enumerate();
        let found = lines.filter(|(_, line)| line.starts_with(&named)).last();
        Finding::new(FILE, found.map_or(1, |(index, _)| index + 1), message)
    }

    fn has(&self, section: &str, name: &str) -> bool {
        self.composed.get(section).is_some_and(|section| section.get(name).is_some())
    }

    /// Files of secrets are in the tree, or the document says how to make them.
    fn secrets(&self) -> Vec<Finding> {
        let how_to = self.tree.text(HOW_TO).unwrap_or_default();
        let mut findings = Vec::new();
        for (name, secret) in entries(self.composed, "secrets") {
            let file = text(secret.get("file")).trim_start_matches("./");
            if !self.tree.holds(file) && !how_to.contains(file) {
                findings
                    .push(self.at(name, format!("there is no `{file}`, and `{HOW_TO}` does not say how to make it")));
            }
        }
        findings
    }

    /// What runs in our image is a command of ours, and the files that it names are mounted.
    fn command(&self, name: &str, service: &Value) -> Vec<Finding> {
        if service.get("build").is_none() {
            return Vec::new();
        }
        let words: Vec<&str> = list(service, "command").iter().map(|word| text(Some(word))).collect();
        let mut findings = Vec::new();
        if let Err(error) = ndx::command().try_get_matches_from(std::iter::once("ndx").chain(words.clone())) {
            let error = error.to_string();
            let first = error.lines().next().unwrap_or_default();
            findings.push(self.at(name, format!("`ndx {}`: {first}", words.join(" "))));
        }
        let is_file = |word: &&&str| word.contains('/') && !word.starts_with('/') && !word.contains("://");
        for file in words.iter().filter(is_file) {
            if !self.sources(service).any(|(source, target)| self.lies_in(file, source, target)) {
                findings.push(self.at(name, format!("`{file}` is not mounted where the command looks for it")));
            }
        }
        findings
    }

    /// Whether `file`, seen from the image's working folder, is what is mounted from `source` at `target`.
    fn lies_in(&self, file: &str, source: &str, target: &str) -> bool {
        let seen = format!("{WORKING_FOLDER}{file}");
        let rest = seen.strip_prefix(target).filter(|rest| rest.is_empty() || rest.starts_with('/'));
        rest.is_some_and(|rest| self.tree.holds(&format!("{}{rest}", source.trim_start_matches("./"))))
    }

    /// What a service mounts, from where and to where.
    fn sources<'v>(&self, service: &'v Value) -> impl Iterator<Item = (&'v str, &'v str)> {
        list(service, "volumes").iter().filter_map(|volume| {
            let mut parts = text(Some(volume)).split(':');
            Some((parts.next()?, parts.next()?))
        })
    }

    fn mounts(&self, name: &str, service: &Value) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (source, _) in self.sources(service) {
            let there = match source.strip_prefix("./") {
                Some(path) => self.tree.holds(path),
                None => self.has("volumes", source),
            };
            if !there {
                findings.push(self.at(name, format!("`{source}` is mounted, but it is not there")));
            }
        }
        for secret in list(service, "secrets").iter().map(|secret| text(Some(secret))) {
            if !self.has("secrets", secret) {
                findings.push(self.at(name, format!("there is no secret `{secret}`")));
            }
        }
        for network in list(service, "networks").iter().map(|network| text(Some(network))) {
            if !self.has("networks", network) {
                findings.push(self.at(name, format!("there is no network `{network}`")));
            }
        }
        findings
    }

    fn waits_for(&self, name: &str, service: &Value) -> Vec<Finding> {
        let mut findings = Vec::new();
        if let Some(other) = text(service.get("network_mode")).strip_prefix("service:")
            && !self.has("services", other)
        {
            findings.push(self.at(name, format!("lives at the address of `{other}`, which is no service")));
        }
        for (other, how) in entries(service, "depends_on") {
            let Some(awaited) = self.composed.get("services").and_then(|services| services.get(other)) else {
                findings.push(self.at(name, format!("waits for `{other}`, which is no service")));
                continue;
            };
            if text(how.get("condition")) == "service_healthy" && awaited.get("healthcheck").is_none() {
                findings.push(self.at(name, format!("waits for the health of `{other}`, which tells none")));
            }
        }
        findings
    }

    /// A part can write only where it is told to, has no rights that it does not need, and no store is published.
    fn is_confined(&self, name: &str, service: &Value) -> Vec<Finding> {
        let mut findings = Vec::new();
        if service.get("read_only") != Some(&Value::Bool(true)) {
            findings.push(self.at(name, "add `read_only: true`".to_owned()));
        }
        let dropped = list(service, "cap_drop").iter().any(|right| right == "ALL");
        if !dropped {
            findings.push(self.at(name, "add `cap_drop: [ALL]`".to_owned()));
        }
        if service.get("build").is_none() && service.get("ports").is_some() {
            findings.push(
                self.at(
                    name,
                    "only parts of the exchange may be reached from outside; take its `ports` away".to_owned(),
                ),
            );
        }
        for port in list(service, "ports").iter().map(|port| text(Some(port))) {
            if !port.starts_with("127.0.0.1:") {
                findings.push(
                    self.at(name, format!("publish `{port}` on 127.0.0.1; what faces the network stands in front")),
                );
            }
        }
        findings
    }

    /// Every host that the services' configuration names is one of the services, or the host's own: what a browser there
    /// sees.
    fn hosts(&self) -> anyhow::Result<Vec<Finding>> {
        let address = Regex::new(r"\b[a-z]+://(?:[^@/\s]+@)?([a-zA-Z0-9.-]+)")?;
        let services: BTreeSet<&str> = entries(self.composed, "services").map(|(name, _)| name.as_str()).collect();
        let mut findings = Vec::new();
        for file in self.tree.ending(&[".json", ".yaml"]).filter(|file| file.path.starts_with(CONFIGURATION)) {
            for (number, line) in file.lines() {
                for host in address.captures_iter(line).filter_map(|captures| captures.get(1)) {
                    let host = host.as_str();
                    if !["127.0.0.1", "localhost"].contains(&host) && !services.contains(host) {
                        let message = format!("`{host}` is no service of `{FILE}`");
                        findings.push(Finding::new(file.path, number, message));
                    }
                }
            }
        }
        Ok(findings)
    }
}

fn entries<'v>(value: &'v Value, section: &str) -> impl Iterator<Item = (&'v String, &'v Value)> {
    value.get(section).and_then(Value::as_object).into_iter().flat_map(Map::iter)
}

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn text(value: Option<&Value>) -> &str {
    value.and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::planted;

    const GOOD: &str = "
x-confined: &confined { read_only: true, cap_drop: [ALL] }
services:
  rgd:
    <<: *confined
    build: .
    command: [sandbox, serve, rgd, --sandbox, a/sandbox]
    volumes: [\"./sandbox:/etc/ndx/a/sandbox:ro\", \"data:/var/lib/ndx\"]
    secrets: [key]
    ports: [\"127.0.0.1:8080:8080\"]
    networks: [inside]
    depends_on:
      database: { condition: service_healthy }
  database:
    <<: *confined
    image: postgres
    healthcheck: { test: [CMD, pg_isready] }
secrets: { key: { file: ./keys/key } }
volumes: { data: }
networks: { inside: }
";

    fn found(compose: &str) -> Vec<String> {
        let files = [
            (FILE, compose),
            (HOW_TO, "`ndx keys new keys/key`"),
            ("sandbox/people.json", "[]"),
            ("deploy/compose/exchange.json", "{\n\"url\": \"http://rgd:8080\", \"db\": \"postgres://x@database/y\"}"),
        ];
        check(&planted(&files)).unwrap().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_is_possible_is_fine() {
        assert_eq!(found(GOOD), Vec::<String>::new());
    }

    #[test]
    fn what_is_impossible_is_found() {
        for (right, wrong, told) in [
            ("serve, rgd,", "serve, rdg,", "invalid value 'rdg'"),
            ("[sandbox, serve", "[sandbox, sreve", "unrecognized subcommand"),
            (", a/sandbox]", ", b/sandbox]", "`b/sandbox` is not mounted"),
            ("./sandbox:", "./sandpit:", "`./sandpit` is mounted, but"),
            ("data:/var", "date:/var", "`date` is mounted, but"),
            ("secrets: [key]", "secrets: [kye]", "no secret `kye`"),
            ("./keys/key", "./keys/other", "no `keys/other`"),
            ("networks: [inside]", "networks: [outside]", "no network `outside`"),
            ("    healthcheck: { test: [CMD, pg_isready] }\n", "", "tells none"),
            ("database: { cond", "databse: { cond", "`databse`, which is no service"),
            (
                "    image: postgres",
                "    image: postgres\n    ports: [\"127.0.0.1:5432:5432\"]",
                "take its `ports` away",
            ),
            ("networks: [inside]", "network_mode: service:gone", "address of `gone`"),
            ("127.0.0.1:8080:8080", "8080:8080", "publish `8080:8080` on 127.0.0.1"),
            ("read_only: true, ", "", "read_only: true"),
            ("cap_drop: [ALL]", "cap_drop: []", "cap_drop: [ALL]"),
            ("  rgd:", "  births:", "exchange.json:2: `rgd` is no service"),
            ("services:", "services: [", "cannot be read"),
        ] {
            let found = found(&GOOD.replacen(right, wrong, 1)).join("\n");
            assert!(found.contains(told), "{wrong}: {found}");
        }
    }
}
