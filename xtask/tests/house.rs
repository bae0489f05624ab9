//! The house is as it should be: what `cargo xtask tidy` and `cargo xtask generate --check` tell, as tests.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

fn told(findings: &[xtask::Finding]) -> String {
    findings.iter().map(|finding| format!("{finding}\n")).collect()
}

#[test]
fn every_wall_stands() {
    assert_eq!(told(&xtask::tidy::run(&xtask::root()).unwrap()), "");
}

#[test]
fn every_document_is_what_the_code_says() {
    assert_eq!(told(&xtask::generate::check(&xtask::root()).unwrap()), "");
}
