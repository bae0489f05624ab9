//! The members of the workspace, as cargo sees them.

use std::path::Path;

use anyhow::Context as _;
use cargo_metadata::{CargoOpt, DependencyKind, MetadataCommand};
use toml::{Table, Value};

use crate::tree::Tree;

/// One member.
#[derive(Debug)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// Its folder, from the root.
    pub folder: String,
    /// The members that it depends on.
    pub dependencies: Vec<Dependency>,
}

/// One member depends on another.
#[derive(Debug)]
pub struct Dependency {
    /// The other's name.
    pub name: String,
    /// Whether only its tests do.
    pub only_tests: bool,
}

impl Member {
    /// A file of its own, from the root.
    pub fn file(&self, name: &str) -> String {
        format!("{}/{name}", self.folder)
    }
}

/// The members in the order in which the root's manifest lists them.
///
/// # Errors
/// When cargo cannot read the workspace, or the root lists it in another way.
pub fn read(root: &Path, tree: &Tree) -> anyhow::Result<Vec<Member>> {
    let metadata = MetadataCommand::new()
        .manifest_path(root.join("Cargo.toml"))
        .no_deps()
        .features(CargoOpt::AllFeatures)
        .other_options(vec!["--offline".to_owned()])
        .exec()
        .context("cargo cannot read the workspace")?;
    let manifest: Table = tree.text("Cargo.toml").unwrap_or_default().parse()?;
    let listed = manifest.get("workspace").and_then(|workspace| workspace.get("members")).and_then(Value::as_array);
    let listed = listed.context("`Cargo.toml` lists no members")?;
    let place = |folder: &str| listed.iter().position(|one| one.as_str() == Some(folder)).unwrap_or(usize::MAX);
    let names: Vec<String> = metadata.packages.iter().map(|package| package.name.to_string()).collect();
    let mut members = Vec::new();
    for package in &metadata.packages {
        let folder = package.manifest_path.parent().context("a manifest lies in a folder")?;
        let folder = folder.strip_prefix(&metadata.workspace_root)?.as_str().replace('\\', "/");
        let known = package.dependencies.iter().filter(|dependency| names.contains(&dependency.name));
        let dependencies = known.map(|dependency| Dependency {
            name: dependency.name.clone(),
            only_tests: dependency.kind == DependencyKind::Development,
        });
        members.push(Member { name: package.name.to_string(), folder, dependencies: dependencies.collect() });
    }
    members.sort_by_key(|member| place(&member.folder));
    Ok(members)
}
