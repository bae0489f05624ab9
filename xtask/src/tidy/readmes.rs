//! Every member opens with a README, and that README is its documentation.

use crate::{Finding, members::Member, tree::Tree};

const INCLUDED: &str = "#![doc = include_str!(\"../README.md\")]";

pub fn check(tree: &Tree, members: &[Member]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for member in members {
        let readme = member.file("README.md");
        if tree.text(&readme).is_none_or(|text| text.len() <= 100) {
            findings.push(Finding::new(readme, 1, "say what this crate is, in some sentences"));
        }
        let lib = member.file("src/lib.rs");
        let opens = if tree.holds(&lib) { lib } else { member.file("src/main.rs") };
        if !tree.text(&opens).unwrap_or_default().contains(INCLUDED) {
            findings.push(Finding::new(opens, 1, format!("begin with `{INCLUDED}`")));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::planted;

    #[test]
    fn a_crate_without_a_readme_or_that_does_not_show_it_is_found() {
        let member = |name: &str| Member { name: name.to_owned(), folder: name.to_owned(), dependencies: Vec::new() };
        let long = "What this is. ".repeat(10);
        let tree = planted(&[
            ("good/README.md", &long),
            ("good/src/lib.rs", INCLUDED),
            ("mute/README.md", "mute"),
            ("mute/src/lib.rs", INCLUDED),
            ("hidden/README.md", &long),
            ("hidden/src/main.rs", "//! Another story."),
        ]);
        let found = check(&tree, &[member("good"), member("mute"), member("hidden")]);
        let files: Vec<_> = found.iter().map(|finding| finding.file.as_str()).collect();
        assert_eq!(files, ["mute/README.md", "hidden/src/main.rs"]);
    }
}
