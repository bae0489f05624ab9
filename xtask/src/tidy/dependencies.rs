//! Who may depend on whom. Services speak over the wire: none knows another's code.
//!
//! - A crate in `crates/` depends on crates that stand above it in the root's list of members, and on nothing else of ours.
//! - A service (and a member of the sandbox) depends on `crates/*`. Its tests may also use the sandbox and the adapters,
//!   which are the real parts that it meets, but never another service.
//! - The program `ndx`, `xtask` and what is made for tests (`…-testkit`, `ndx-test-…`) may depend on all.

use crate::{
    Finding,
    members::{Dependency, Member},
    tree::Tree,
};

/// On which storey a member lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Storey {
    /// A crate of `crates/`, and its place in the list of members.
    Shared(usize),
    /// The world that services meet: the sandbox, the adapters.
    World,
    /// A service of the exchange.
    Service,
    /// What joins all.
    Top,
}

fn storey(place: usize, member: &Member) -> Storey {
    match member.folder.split('/').next() {
        _ if member.name.ends_with("-testkit") || member.name.starts_with("ndx-test-") => Storey::Top,
        Some("ndx" | "xtask" | "bench") => Storey::Top,
        Some("crates") => Storey::Shared(place),
        Some("sandbox" | "adapters") => Storey::World,
        _ => Storey::Service,
    }
}

pub fn check(tree: &Tree, members: &[Member]) -> Vec<Finding> {
    let storeys: Vec<Storey> = members.iter().enumerate().map(|(place, member)| storey(place, member)).collect();
    let mut findings = Vec::new();
    for (member, own) in members.iter().zip(&storeys) {
        for dependency in &member.dependencies {
            let named = members.iter().zip(&storeys).find(|(other, _)| other.name == dependency.name);
            let Some((_, other)) = named else { continue };
            if let Some(wrong) = wrong(*own, *other, dependency) {
                let manifest = member.file("Cargo.toml");
                let line = tree.line_of(&manifest, &format!("{}.workspace", dependency.name));
                let message = format!("`{}` depends on `{}`, but {wrong}", member.name, dependency.name);
                findings.push(Finding::new(manifest, line, message));
            }
        }
    }
    findings
}

fn wrong(own: Storey, other: Storey, dependency: &Dependency) -> Option<&'static str> {
    match (own, other) {
        (Storey::Top, _) | (Storey::World | Storey::Service, Storey::Shared(_)) => None,
        (Storey::Shared(own), Storey::Shared(other)) if other < own => None,
        (Storey::Shared(_), Storey::Shared(_)) => Some(
            "a crate depends only on those above it in the root's list of members; move one of the two in the list",
        ),
        (Storey::World | Storey::Service, Storey::World | Storey::Top) if dependency.only_tests => None,
        (Storey::Shared(_), Storey::Top) if dependency.only_tests => None,
        (Storey::Shared(_), _) => Some("a shared crate knows only `crates/*`; move what it needs into one of them"),
        _ => Some(
            "services depend on `crates/*` only, never on each other; put the words they share into `crates/ndx-contracts`",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{members, tree::planted_folder};

    fn manifest(name: &str, rest: &str) -> String {
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n{rest}\n")
    }

    /// The findings in a workspace whose services and crates have these dependencies.
    fn findings(low: &str, high: &str, service: &str) -> Vec<String> {
        let folders = ["crates/low", "crates/high", "sandbox/world", "one-service", "two-service", "ndx"];
        let paths: String = folders
            .iter()
            .map(|folder| format!("{} = {{ path = \"{folder}\" }}\n", folder.rsplit('/').next().unwrap()))
            .collect();
        let root = format!("[workspace]\nresolver = \"3\"\nmembers = {folders:?}\n[workspace.dependencies]\n{paths}");
        let all = "[dependencies]\none-service.workspace = true\ntwo-service.workspace = true\n";
        let manifests = [
            ("Cargo.toml", root),
            ("crates/low/Cargo.toml", manifest("low", low)),
            ("crates/high/Cargo.toml", manifest("high", high)),
            ("sandbox/world/Cargo.toml", manifest("world", "")),
            ("one-service/Cargo.toml", manifest("one-service", service)),
            ("two-service/Cargo.toml", manifest("two-service", "")),
            ("ndx/Cargo.toml", manifest("ndx", all)),
        ];
        let mut files: Vec<(String, String)> =
            manifests.iter().map(|(path, text)| ((*path).to_owned(), text.clone())).collect();
        files.extend(folders.map(|folder| (format!("{folder}/src/lib.rs"), String::new())));
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let folder = planted_folder(&files);
        let tree = Tree::read(folder.path()).unwrap();
        let members = members::read(folder.path(), &tree).unwrap();
        check(&tree, &members).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn all_is_well_where_everybody_looks_down() {
        let high = "[dependencies]\nlow.workspace = true";
        let service = "[dependencies]\nhigh.workspace = true\n[dev-dependencies]\nworld.workspace = true";
        assert!(findings("", high, service).is_empty());
    }

    #[test]
    fn a_service_that_knows_another_is_found_even_in_its_tests() {
        for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let found = findings("", "", &format!("[{section}]\ntwo-service.workspace = true"));
            assert_eq!(found.len(), 1, "{section}");
            assert!(
                found[0].starts_with("one-service/Cargo.toml:7: `one-service` depends on `two-service`"),
                "{found:?}"
            );
        }
    }

    #[test]
    fn a_service_that_needs_the_sandbox_outside_its_tests_is_found() {
        assert_eq!(findings("", "", "[dependencies]\nworld.workspace = true").len(), 1);
    }

    #[test]
    fn a_crate_that_looks_up_is_found() {
        assert!(findings("[dependencies]\nhigh.workspace = true", "", "")[0].contains("above it"));
        assert!(findings("", "[dependencies]\none-service.workspace = true", "")[0].contains("knows only `crates/*`"));
    }
}
