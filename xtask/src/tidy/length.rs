//! A file tells one story. Beyond 400 lines there is a second one in it.

use crate::{Finding, tree::Tree};

const MOST: usize = 400;
const CODE: [&str; 7] = [".rs", ".sh", ".py", ".js", ".mjs", ".ts", ".sql"];

pub fn check(tree: &Tree) -> Vec<Finding> {
    let lines = tree.ending(&CODE).map(|file| (file, file.text.lines().count()));
    let long = lines.filter(|(_, lines)| *lines > MOST);
    let message = |lines| format!("{lines} lines; look for the second story in it and give it a file (at most {MOST})");
    long.map(|(file, lines)| Finding::new(file.path, MOST + 1, message(lines))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::planted;

    #[test]
    fn a_file_of_401_lines_is_found() {
        let tree = planted(&[("a.rs", &"\n".repeat(401)), ("b.rs", &"\n".repeat(400)), ("c.json", &"\n".repeat(900))]);
        let found = check(&tree);
        assert_eq!(found.iter().map(|finding| finding.file.as_str()).collect::<Vec<_>>(), ["a.rs"]);
    }
}
