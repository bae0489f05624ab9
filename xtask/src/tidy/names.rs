//! Names that say nothing. What lies under them has a noun that it serves.

use regex::Regex;

use crate::{Finding, tree::Tree};

const FORBIDDEN: [&str; 9] = ["util", "utils", "common", "helper", "helpers", "shared", "types", "misc", "stuff"];

pub fn check(tree: &Tree) -> anyhow::Result<Vec<Finding>> {
    let inline = Regex::new(r"^\s*(?:pub(?:\([^)]*\))?\s+)?mod\s+(\w+)")?;
    let mut findings = Vec::new();
    for file in tree.files() {
        if let Some(name) = file.rooms().find(|room| FORBIDDEN.contains(room)) {
            findings.push(Finding::new(file.path, 1, message(name)));
        }
        for (number, line) in file.lines().filter(|_| file.path.ends_with(".rs")) {
            let name = inline.captures(line).and_then(|captures| captures.get(1)).map_or("", |name| name.as_str());
            if FORBIDDEN.contains(&name) {
                findings.push(Finding::new(file.path, number, message(name)));
            }
        }
    }
    Ok(findings)
}

fn message(name: &str) -> String {
    format!("`{name}` says nothing; name it after what it holds")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::planted;

    #[test]
    fn a_folder_a_file_and_a_module_that_say_nothing_are_found() {
        let tree = planted(&[
            ("a/src/utils/x.rs", ""),
            ("a/src/common.rs", ""),
            ("a/src/lib.rs", "mod planner;\npub(crate) mod helpers { }\nmod common_law;"),
        ]);
        let found: Vec<_> = check(&tree).unwrap().iter().map(|f| (f.file.clone(), f.line)).collect();
        let expected = [("a/src/common.rs", 1), ("a/src/lib.rs", 2), ("a/src/utils/x.rs", 1)];
        assert_eq!(found, expected.map(|(file, line)| (file.to_owned(), line)));
    }
}
