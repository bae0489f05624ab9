//! A test that is not run every time says why, and is run every night: `#[ignore = "nightly: …"]`.

use crate::{Finding, tree::Tree};

pub fn check(tree: &Tree) -> Vec<Finding> {
    let attribute = concat!("#[", "ignore");
    let said = format!("{attribute} = \"nightly: ");
    let mut findings = Vec::new();
    for file in tree.ending(&[".rs"]) {
        let silent = |line: &str| line.trim_start().starts_with(attribute) && !line.trim_start().starts_with(&said);
        let lines = file.lines().filter(|(_, line)| silent(line));
        let message =
            "say why it waits for the night: `#[ignore = \"nightly: WHY\"]`, which `./test.sh --nightly` runs";
        findings.extend(lines.map(|(number, _)| Finding::new(file.path, number, message)));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::planted;

    #[test]
    fn a_test_that_nobody_runs_is_found() {
        let text = "#[test]\n#[ignore]\nfn a() {}\n#[ignore = \"nightly: an hour of queries\"]\nfn b() {}\n#[ignore = \"flaky\"]\n";
        let found = check(&planted(&[("t.rs", text)]));
        assert_eq!(found.iter().map(|finding| finding.line).collect::<Vec<_>>(), [2, 6]);
    }
}
