//! The walls, one module each. Every check reads the whole house and tells all that it finds.

mod dependencies;

mod manifests;

mod rooms;

mod readmes;

mod folders;

mod names;

mod length;

mod skeleton;

mod nightly;

mod commands;

mod links;

mod secrets;

mod compose;

mod words;

use std::path::Path;

use crate::{Finding, members, tree::Tree};

/// Every finding of every check, by file and line.
///
/// # Errors
/// When the house cannot be read.
pub fn run(root: &Path) -> anyhow::Result<Vec<Finding>> {
    let tree = Tree::read(root)?;
    let members = members::read(root, &tree)?;
    let mut findings = [
        dependencies::check(&tree, &members),
        manifests::check(&tree, &members)?,
        rooms::check(&tree),
        readmes::check(&tree, &members),
        folders::check(&tree),
        names::check(&tree)?,
        length::check(&tree),
        skeleton::check(&tree),
        nightly::check(&tree),
        commands::check(&tree)?,
        links::check(&tree),
        secrets::check(&tree)?,
        compose::check(&tree)?,
        words::check(&tree)?,
    ]
    .concat();
    findings.sort();
    findings.dedup();
    Ok(findings)
}
