//! The gateway's modules stand in the order in which data meets them, and each imports only what stands above it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

/// The modules in their order, as `src/lib.rs` declares them.
fn floors(source: &str) -> Vec<&str> {
    source.lines().filter_map(|line| line.trim().strip_prefix("pub mod ")?.strip_suffix(';')).collect()
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// The modules of the crate that `text` names: after `crate::`, alone or in a `use crate::{…}` list.
fn imported<'a>(text: &'a str, floors: &[&'a str]) -> Vec<&'a str> {
    let mut found = Vec::new();
    for after in text.split("crate::").skip(1) {
        let names: Vec<&str> = match after.strip_prefix('{') {
            Some(list) => {
                let mut depth = 1;
                let end = list.find(|c| {
                    depth += i32::from(c == '{') - i32::from(c == '}');
                    depth == 0
                });
                let mut level = 0;
                let list = list.get(..end.unwrap()).unwrap();
                list.split(|c| {
                    level += i32::from(c == '{') - i32::from(c == '}');
                    c == ',' && level == 0
                })
                .map(|part| part.trim().split("::").next().unwrap_or_default())
                .collect()
            }
            None => vec![after.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()],
        };
        found.extend(names.into_iter().filter(|name| floors.contains(name)));
    }
    found
}

#[test]
fn the_floors_are_those_of_the_architecture() {
    let lib = include_str!("../src/lib.rs");
    let expected = "config schema request authentication operation planner policy consent execution projection error audit \
                    explanation response state pipeline store registry server";
    assert_eq!(floors(lib).join(" "), expected.split_whitespace().collect::<Vec<_>>().join(" "));
}

#[test]
fn a_module_imports_only_what_stands_above_it() {
    let lib = include_str!("../src/lib.rs");
    let floors = floors(lib);
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let mut wrong = Vec::new();
    for file in files {
        let relative = file.strip_prefix(&src).unwrap();
        let first = relative.components().next().unwrap().as_os_str().to_str().unwrap();
        let module = first.trim_end_matches(".rs");
        let Some(own) = floors.iter().position(|floor| *floor == module) else { continue };
        let text = std::fs::read_to_string(&file).unwrap();
        for name in imported(&text, &floors) {
            if floors.iter().position(|floor| *floor == name).unwrap() > own {
                wrong.push(format!("{} imports `{name}`, which stands below `{module}`", relative.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_check_sees_an_import_in_every_form() {
    let floors = ["config", "schema", "server"];
    let text = "use crate::{config::{A, B}, server};\nlet x = crate::schema::load();";
    assert_eq!(imported(text, &floors), ["config", "server", "schema"]);
}
