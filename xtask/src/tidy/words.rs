//! Words that do not belong in the tree: promises, and places on somebody's machine.

use regex::Regex;

use crate::{Finding, tree::Tree};

/// Each pattern, with what to do. They are put together here so that this file does not hold what it looks for.
const PATTERNS: [(&str, &str); 2] = [
    (
        concat!(r"\b(TO", r"DO|FIX", r"ME|XX", r"X)\b"),
        "do it, or say in the document of what comes next that it is not done",
    ),
    (
        concat!(r"(^|[\s`'(=:>,]|", "\"", r")/(wo", r"rk|ho", r"me|ro", r"ot|Us", r"ers)(/|\b)"),
        "a path of one machine; name it from the root of the repository, or take it as a parameter",
    ),
];

/// What others wrote and we only carry.
const CARRIED: [&str; 3] = ["Cargo.lock", "package-lock.json", "explorer/dist/"];

pub fn check(tree: &Tree) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for (pattern, instead) in PATTERNS {
        let pattern = Regex::new(pattern)?;
        for file in tree.files().filter(|file| !CARRIED.iter().any(|name| file.path.contains(name))) {
            for (number, line) in file.lines() {
                if let Some(found) = pattern.find(line) {
                    let word = found.as_str().trim_matches(|c: char| !c.is_alphanumeric() && c != '/');
                    findings.push(Finding::new(file.path, number, format!("`{word}`: {instead}")));
                }
            }
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::planted;

    #[test]
    fn promises_and_paths_of_a_machine_are_found() {
        let (promise, path) = (["TO", "DO"].concat(), ["/ho", "me/me/key"].concat());
        let text =
            format!("// {promise}: later\nlet key = \"{path}\";\nlet fine = \"keys/root.key https://x/work\";\nTODOS");
        let found = check(&planted(&[("a.rs", &text), ("Cargo.lock", &text)])).unwrap();
        assert_eq!(found.iter().map(|finding| finding.line).collect::<Vec<_>>(), [1, 2]);
    }
}
