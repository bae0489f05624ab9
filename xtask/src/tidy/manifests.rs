//! Lints and versions stand in the root's manifest, once.

use toml::{Table, Value};

use crate::{Finding, members::Member, tree::Tree};

pub fn check(tree: &Tree, members: &[Member]) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for member in members {
        let file = member.file("Cargo.toml");
        let manifest: Table = tree.text(&file).unwrap_or_default().parse()?;
        if !from_workspace(manifest.get("lints")) {
            findings.push(Finding::new(&file, 1, "add `[lints]` with `workspace = true`"));
        }
        for (name, dependency) in dependencies(&manifest) {
            if !from_workspace(Some(dependency)) {
                let line = line_of(tree, &file, name);
                let message = format!("write `{name}.workspace = true`; its version stands in the root's `Cargo.toml`");
                findings.push(Finding::new(&file, line, message));
            }
        }
    }
    Ok(findings)
}

/// The line that begins with the dependency's name.
fn line_of(tree: &Tree, file: &str, name: &str) -> usize {
    let begins = |line: &str| line.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '.', '=']));
    tree.text(file).unwrap_or_default().lines().position(begins).map_or(1, |index| index + 1)
}

fn from_workspace(value: Option<&Value>) -> bool {
    value.and_then(|value| value.get("workspace")).and_then(Value::as_bool) == Some(true)
}

/// Every dependency of every kind, those for one target too.
fn dependencies(manifest: &Table) -> Vec<(&str, &Value)> {
    let mut found = Vec::new();
    for (key, value) in manifest {
        let Value::Table(table) = value else { continue };
        if key.ends_with("dependencies") {
            found.extend(table.iter().map(|(name, dependency)| (name.as_str(), dependency)));
        } else if key == "target" {
            found.extend(table.values().filter_map(Value::as_table).flat_map(dependencies));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::planted;

    #[test]
    fn a_version_of_ones_own_and_missing_lints_are_found() {
        let text = "[dependencies]\na.workspace = true\nb = \"1\"\n[target.'cfg(unix)'.dev-dependencies]\nc = { version = \"1\" }\n";
        let member = Member { name: "m".to_owned(), folder: "m".to_owned(), dependencies: Vec::new() };
        let found = check(&planted(&[("m/Cargo.toml", text)]), &[member]).unwrap();
        let lines: Vec<_> = found.iter().map(|finding| finding.line).collect();
        assert_eq!(lines, [1, 3, 5]);
        assert!(found[1].message.contains("`b.workspace = true`"));
    }
}
