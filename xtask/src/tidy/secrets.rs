//! Committed configuration holds no secret: it names a file or a variable that does.
//!
//! Three things are looked for: blocks of private keys, in every file; literals under keys such as `password`; and long
//! literals that look like chance, both in JSON, YAML, TOML and environment files.

use regex::Regex;
use serde_json::Value;

use crate::{
    Finding,
    tree::{File, Tree},
};

/// What is committed on purpose, with the reason.
const ON_PURPOSE: [(&str, &str); 5] = [
    ("sandbox/secrets/", "opens nothing but the sandbox; `sandbox/README.md` says so"),
    ("sandbox/people.json", "the sandbox's citizens, whose password is in the README"),
    ("crates/ndx-receipt/tests/kept/", "public keys and signatures; the private keys are gone"),
    ("sandbox/clients.json", "the sandbox's programs, whose secrets are in the README"),
    (
        "tests/opendif/config.json",
        "a configuration of OpenDIF with made-up secrets in the open, as people bring it to `ndx check --migrate`",
    ),
];

/// Checksums that a tool writes.
const CHECKSUMS: [&str; 2] = ["Cargo.lock", "package-lock.json"];

/// How what stands in a list is called.
const ENTRY: &str = "an entry of ";

/// A literal of at least so many characters can be a key.
const SHORTEST: usize = 24;

pub fn check(tree: &Tree) -> anyhow::Result<Vec<Finding>> {
    // The words alone are no key: programs that make one write them.
    let private_key = Regex::new(concat!("-----BEGIN [A-Z ]*PRIVATE", r" KEY( BLOCK)?-----\s*[A-Za-z0-9+/]{16}"))?;
    let words = Words {
        secret: Regex::new(r"(?i)(secret|passw(or)?d|passphrase|token|api[-_]?key|private[-_]?key|credential)")?,
        place: Regex::new(r"(?i)(file|path|url|uri|env|name|id|endpoint|lifetime|ttl|algorithm|header|type)$")?,
    };
    let mut findings = Vec::new();
    for file in tree.files() {
        if ON_PURPOSE.iter().chain(&CHECKSUMS.map(|name| (name, ""))).any(|(path, _)| file.path.contains(path)) {
            continue;
        }
        for found in private_key.find_iter(file.text) {
            let line = file.text.get(..found.start()).unwrap_or_default().matches('\n').count() + 1;
            findings.push(Finding::new(
                file.path,
                line,
                "a private key; keep it outside the tree, in a file that is named",
            ));
        }
        for (key, value) in literals(file) {
            if let Some(what) = words.secret_in(&key, &value) {
                let line = tree.line_of(file.path, &value);
                let instead = "keep it outside the tree and name it: `{\"from_file\": …}` or `{\"from_env\": …}`";
                findings.push(Finding::new(file.path, line, format!("`{key}` {what}; {instead}")));
            }
        }
    }
    Ok(findings)
}

struct Words {
    /// A key whose value is a secret …
    secret: Regex,
    /// … unless it tells where one is, or what it is like.
    place: Regex,
}

impl Words {
    fn secret_in(&self, key: &str, value: &str) -> Option<&'static str> {
        let reference = value.starts_with("${") || value.starts_with("{{") || value.is_empty();
        if reference || key.to_lowercase().contains("public") {
            return None;
        }
        if !key.starts_with(ENTRY) && self.secret.is_match(key) && !self.place.is_match(key) {
            return Some("is a secret in the open");
        }
        looks_like_chance(value).then_some("looks like a key")
    }
}

/// Long, of one word, of the alphabet of base64 or hexadecimal, and without the order that words have.
fn looks_like_chance(value: &str) -> bool {
    let alphabet = |c: char| c.is_ascii_alphanumeric() || "+/=_-".contains(c);
    if value.len() < SHORTEST || !value.chars().all(alphabet) {
        return false;
    }
    let hexadecimal = value.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    // An UUID names something.
    let uuid = value.len() == 36 && value.matches('-').count() == 4;
    let mixed = value.contains(|c: char| c.is_ascii_digit()) && value.contains(|c: char| c.is_ascii_uppercase());
    !uuid && if hexadecimal { value.len() >= 32 && entropy(value) > 3.0 } else { mixed && entropy(value) > 3.8 }
}

/// Bits a character (Shannon).
fn entropy(value: &str) -> f64 {
    let mut counts = std::collections::BTreeMap::<char, f64>::new();
    for c in value.chars() {
        *counts.entry(c).or_default() += 1.0;
    }
    let all: f64 = counts.values().sum();
    counts.values().map(|count| -(count / all) * (count / all).log2()).sum()
}

/// Every text of a file of configuration, with the key under which it stands.
fn literals(file: File<'_>) -> Vec<(String, String)> {
    let ending = file.path.rsplit('.').next().unwrap_or_default();
    let mut found = Vec::new();
    match ending {
        "json" => found = walked(serde_json::from_str(file.text).ok()),
        "yaml" | "yml" => found = walked(serde_saphyr::from_str(file.text).ok()),
        "toml" => found = walked(toml::from_str(file.text).ok()),
        "env" | "conf" | "ini" => {
            let pairs = file.text.lines().filter_map(|line| line.split_once('='));
            found.extend(pairs.map(|(key, value)| (key.trim().to_owned(), value.trim().trim_matches('"').to_owned())));
        }
        _ => {}
    }
    found
}

fn walked(value: Option<Value>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    walk("", &value.unwrap_or_default(), &mut found);
    found
}

/// What stands in a list called `secrets` is a name more often than a secret, so it is judged by its looks.
fn walk(key: &str, value: &Value, found: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) => found.push((key.to_owned(), text.clone())),
        Value::Array(list) => list.iter().for_each(|one| walk(&format!("{ENTRY}{key}"), one, found)),
        Value::Object(map) => map.iter().for_each(|(key, one)| walk(key, one, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::planted;

    const CHANCE: &str = "q7Zr1Wm0XbT9sKf3LpVd8YhN2cGa5EuJ";

    fn lines(path: &str, text: &str) -> Vec<usize> {
        check(&planted(&[(path, text)])).unwrap().iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn a_private_key_is_found_in_any_file() {
        let text = ["x\n-----BEGIN EC PRIVATE", " KEY-----\nMHcCAQEEIOlmbk9Qx7Zr1Wm0\n"].concat();
        assert_eq!(lines("notes.txt", &text), [2]);
        let words = ["format!(\"-----BEGIN PRIVATE", " KEY-----\\n{}\")"].concat();
        assert!(lines("make.rs", &words).is_empty());
    }

    #[test]
    fn a_secret_under_its_name_is_found_in_every_kind_of_configuration() {
        assert_eq!(lines("a.json", "{\n \"clientSecret\": \"hunter2\"}"), [2]);
        assert_eq!(lines("a.yaml", "a:\n  environment:\n    POSTGRES_PASSWORD: hunter2"), [3]);
        assert_eq!(lines("a.toml", "[a]\napi_key = \"hunter2\""), [2]);
        assert_eq!(lines("a.env", "X=1\nDB_PASSWORD=hunter2"), [2]);
    }

    #[test]
    fn what_looks_like_a_key_is_found_under_any_name() {
        assert_eq!(lines("a.json", &format!("{{\"x\":\n [\"{CHANCE}\"]}}")), [2]);
        assert_eq!(lines("a.yaml", "x: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"), [1]);
    }

    #[test]
    fn references_names_and_public_keys_are_fine() {
        let text = format!(
            "{{\"clientSecret\": {{\"from_file\": \"secrets/x\"}}, \"tokenUrl\": \"http://x\", \"publicKeys\": [\"{CHANCE}\"], \
             \"password\": \"${{PASSWORD}}\", \"secrets\": [\"drp-key\"], \"id\": \"46ce3611-0c2c-4a1c-9468-b5a615a656f8\", \
             \"reason\": \"a-very-long-name-of-something-2\"}}"
        );
        assert!(lines("a.json", &text).is_empty());
        assert!(lines("a.yaml", "POSTGRES_PASSWORD_FILE: /run/secrets/x").is_empty());
        assert!(lines("sandbox/secrets/a.json", "{\"secret\": \"x\"}").is_empty());
    }
}
