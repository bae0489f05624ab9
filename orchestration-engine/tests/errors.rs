//! `docs/ERRORS.md` lists every code with its statuses, and no other.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::Path;

use orchestration_engine::error::Code;

#[test]
fn every_code_stands_in_the_documentation_with_its_statuses() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/ERRORS.md");
    let text = std::fs::read_to_string(file).unwrap();
    let rows: Vec<Vec<&str>> = text
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.split('|').map(str::trim).collect())
        .collect();
    assert_eq!(rows.len(), Code::ALL.len());
    for code in Code::ALL {
        let name = format!("`{}`", code.as_str());
        let row = rows.iter().find(|row| row.get(1) == Some(&name.as_str()));
        let row = row.unwrap_or_else(|| panic!("{name} is not in docs/ERRORS.md"));
        let statuses = |column: usize| row.get(column).unwrap().split(", ").next().unwrap().to_owned();
        assert_eq!(statuses(4), code.status(false).as_u16().to_string(), "{name} in application/json");
        assert_eq!(statuses(5), code.status(true).as_u16().to_string(), "{name} in application/graphql-response+json");
    }
}
