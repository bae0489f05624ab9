//! Every folder at the root is explained: `ls` and one of two documents are a map.

use std::collections::BTreeSet;

use crate::{Finding, tree::Tree};

const MAPS: [&str; 2] = ["README.md", "docs/ARCHITECTURE.md"];

pub fn check(tree: &Tree) -> Vec<Finding> {
    let folders: BTreeSet<&str> = tree.files().filter_map(|file| Some(file.path.split_once('/')?.0)).collect();
    let explained = |folder: &str| {
        let name = format!("`{folder}/");
        MAPS.iter().any(|map| tree.text(map).unwrap_or_default().contains(&name))
    };
    let missing = folders.into_iter().filter(|folder| !folder.starts_with('.') && !explained(folder));
    missing.map(|folder| Finding::new("README.md", 1, format!("say in the map what `{folder}/` is"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::planted;

    #[test]
    fn a_folder_that_no_map_names_is_found() {
        let tree = planted(&[
            ("README.md", "| `crates/` | shared |"),
            ("docs/ARCHITECTURE.md", "`docs/decisions` are in `docs/`"),
            ("crates/a.rs", ""),
            ("attic/b.rs", ""),
            (".ci/run", ""),
        ]);
        let found = check(&tree);
        assert_eq!(found.len(), 1);
        assert!(found[0].message.contains("`attic/`"));
    }
}
