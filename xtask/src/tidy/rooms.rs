//! Where HTTP and SQL may stand: axum at the door, sqlx in the store, and neither in between.

use crate::{
    Finding,
    tree::{File, Tree},
};

/// A library that has rooms of its own.
struct Guest {
    /// As it stands before `::`.
    library: &'static str,
    /// Modules in which it may stand, themselves or a part of them.
    modules: &'static [&'static str],
    /// Folders in which it may stand anywhere.
    folders: &'static [&'static str],
    /// Single files, each with the reason. One that has no need of it any more is a finding.
    exceptions: &'static [(&'static str, &'static str)],
    /// What to do instead.
    instead: &'static str,
}

const GUESTS: [Guest; 3] = [
    Guest {
        library: "axum",
        modules: &["server", "api", "portal", "pages", "main"],
        folders: &["crates/ndx-service/", "crates/ndx-pages/", "crates/ndx-testkit/", "ndx/src/"],
        exceptions: &[
            ("consent-engine/src/state.rs", "its parts are handed to handlers by `FromRef`"),
            ("sandbox/drp-api/src/error.rs", "says how its one error answers"),
        ],
        instead: "HTTP stands in `server`, `api`, `portal` and `pages`; for headers and statuses use the crate `http`",
    },
    Guest {
        library: "rusqlite",
        modules: &["store"],
        folders: &["crates/ndx-store/"],
        exceptions: &[],
        instead: "SQL stands in `store`; let that module offer a function in the service's own words",
    },
    Guest {
        library: "sqlx",
        modules: &["store"],
        folders: &["crates/ndx-store/"],
        exceptions: &[],
        instead: "SQL stands in `store`; let that module offer a function in the service's own words",
    },
];

pub fn check(tree: &Tree) -> Vec<Finding> {
    GUESTS.iter().flat_map(|guest| misplaced(guest, tree)).collect()
}

fn misplaced(guest: &Guest, tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    // This module plants what it looks for.
    let ours = |file: &File<'_>| file.path.contains("/src/") && !file.path.starts_with("xtask/");
    for file in tree.ending(&[".rs"]).filter(ours) {
        let at_home = file.rooms().any(|room| guest.modules.contains(&room))
            || guest.folders.iter().any(|folder| file.path.starts_with(folder));
        let exception = guest.exceptions.iter().any(|(path, _)| *path == file.path);
        let lines = uses(file, guest.library);
        if exception && lines.is_empty() {
            let message = format!(
                "does not need `{}` any more; take it off the list in `xtask/src/tidy/rooms.rs`",
                guest.library
            );
            findings.push(Finding::new(file.path, 1, message));
        }
        if !at_home && !exception {
            let message = format!("`{}` has no place here: {}", guest.library, guest.instead);
            findings.extend(lines.into_iter().map(|line| Finding::new(file.path, line, &message)));
        }
    }
    findings
}

/// The lines of code that name the library.
fn uses(file: File<'_>, library: &str) -> Vec<usize> {
    let path = format!("{library}::");
    let import = format!("use {library}");
    let named = |line: &str| {
        let code = line.split("//").next().unwrap_or_default();
        // `my_sqlx::` is another's name.
        let whole = |(place, _): (usize, &str)| {
            !code.get(..place).unwrap_or_default().ends_with(|c: char| c.is_alphanumeric() || c == '_')
        };
        code.match_indices(&path).any(whole) || code.trim_start().starts_with(&import)
    };
    file.lines().filter(|(_, line)| named(line)).map(|(number, _)| number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::planted;

    #[test]
    fn sql_outside_the_store_and_http_in_the_middle_are_found() {
        let tree = planted(&[
            ("s/src/store/read.rs", "use sqlx::Row;"),
            ("s/src/store.rs", "use sqlx::Row;"),
            ("s/src/api/list.rs", "use axum::Json;\nlet x = sqlx::query(\"\");"),
            ("s/src/planner.rs", "//! Not axum::Router.\nfn f(x: axum::Router) {}\nlet y = my_sqlx::z();"),
            ("s/tests/outside.rs", "use sqlx::Row;"),
        ]);
        let found: Vec<_> = check(&tree).iter().map(|finding| (finding.file.clone(), finding.line)).collect();
        assert_eq!(found, [("s/src/planner.rs".to_owned(), 2), ("s/src/api/list.rs".to_owned(), 2)]);
    }

    #[test]
    fn an_exception_that_nobody_needs_is_found() {
        let found = check(&planted(&[("consent-engine/src/state.rs", "struct State;")]));
        assert!(found[0].message.contains("any more"), "{found:?}");
    }
}
