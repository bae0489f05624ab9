//! Links between documents lead somewhere.

use crate::{Finding, documents::Document, tree::Tree};

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.ending(&[".md"]) {
        for link in Document::read(file.text).links {
            let path = link.text.split('#').next().unwrap_or_default();
            // Addresses of the web, and places in the same document.
            if path.is_empty() || path.contains(':') {
                continue;
            }
            let there = from(file.path, path).is_some_and(|path| tree.holds(&path));
            if !there {
                let message = format!("the link leads to `{path}`, which is not there");
                findings.push(Finding::new(file.path, link.line, message));
            }
        }
    }
    findings
}

/// `path` as seen from the folder of `document`; none when it leaves the house.
fn from(document: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = document.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::planted;

    #[test]
    fn a_link_to_nowhere_is_found() {
        let text =
            "[a](../README.md#map) [b](b.md) [c](https://example.org)\n\n[d](gone.md) [e](../../etc/passwd) [f](#here)";
        let tree = planted(&[("docs/a.md", text), ("docs/b.md", ""), ("README.md", "[docs](docs/)")]);
        let found: Vec<_> = check(&tree).iter().map(|f| (f.line, f.message.clone())).collect();
        assert_eq!(found.len(), 2);
        assert!(found[0].1.contains("`gone.md`") && found[1].1.contains("passwd") && found[0].0 == 3);
    }
}
