//! The walls of the house.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::{collections::BTreeMap, path::Path, process::Command};

use serde_json::Value;

/// Programs that run beside each other and speak over the wire: none may know another's code.
const SERVICES: [&str; 9] = [
    "orchestration-engine",
    "consent-engine",
    "policy-decision-point",
    "audit-service",
    "adapter-engine",
    "fudi",
    "rgd",
    "drp-api",
    "citizen",
];

fn workspace() -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let arguments = ["metadata", "--format-version", "1", "--no-deps", "--offline"];
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(root).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Each member with the members that its program (not its tests) depends on.
fn members() -> BTreeMap<String, Vec<String>> {
    let workspace = workspace();
    let packages = workspace["packages"].as_array().unwrap();
    let name = |package: &Value| package["name"].as_str().unwrap().to_owned();
    let all: Vec<String> = packages.iter().map(name).collect();
    let of = |package: &Value| {
        let dependencies = package["dependencies"].as_array().unwrap().iter();
        let built_in = dependencies.filter(|one| one["kind"] != "dev").map(name);
        (name(package), built_in.filter(|name| all.contains(name)).collect())
    };
    packages.iter().map(of).collect()
}

#[test]
fn services_never_depend_on_each_other() {
    let members = members();
    for service in SERVICES {
        let known: Vec<_> = members[service].iter().filter(|name| SERVICES.contains(&name.as_str())).collect();
        assert!(known.is_empty(), "`{service}` depends on {known:?}");
    }
}

#[test]
fn shared_crates_depend_on_no_service_and_only_the_program_on_all() {
    for (member, dependencies) in members() {
        let services: Vec<_> = dependencies.iter().filter(|name| SERVICES.contains(&name.as_str())).collect();
        let may = matches!(member.as_str(), "ndx") || member == "ndx-testkit" && services == ["citizen"];
        assert!(may || services.is_empty(), "`{member}` depends on {services:?}");
    }
}

#[test]
fn every_member_takes_its_lints_and_versions_from_the_root() {
    let workspace = workspace();
    for package in workspace["packages"].as_array().unwrap() {
        let manifest = std::fs::read_to_string(package["manifest_path"].as_str().unwrap()).unwrap();
        assert!(manifest.contains("[lints]\nworkspace = true"), "{}", package["name"]);
        let own_version = |line: &&str| line.contains("= \"") && line.starts_with(|c: char| c.is_ascii_lowercase());
        let dependencies = manifest.split("[dependencies]").nth(1).unwrap();
        let section = dependencies.split("\n[[").next().unwrap();
        let versions: Vec<_> = section.lines().filter(own_version).collect();
        assert!(versions.is_empty(), "{} names versions: {versions:?}", package["name"]);
    }
}

#[test]
fn every_member_opens_with_a_readme() {
    let workspace = workspace();
    for package in workspace["packages"].as_array().unwrap() {
        let folder = Path::new(package["manifest_path"].as_str().unwrap()).parent().unwrap();
        let readme = std::fs::read_to_string(folder.join("README.md")).unwrap_or_default();
        assert!(readme.len() > 100, "{} has no README.md that says what it is", package["name"]);
    }
}
