//! Documents that are written from the code. They lie in the tree so that everybody can read them; `--check` fails when one
//! is not what the code says.

mod errors;

mod json;

use std::path::Path;

use anyhow::Context as _;

use crate::Finding;

/// One document, and who writes it.
struct Document {
    file: &'static str,
    text: fn() -> anyhow::Result<String>,
}

/// All of them. A new one is one line here; its words come from the crate that it is about.
const DOCUMENTS: &[Document] = &[
    Document { file: "docs/ERRORS.md", text: errors::text },
    Document { file: "docs/fl-config.schema.json", text: json::configuration },
    Document { file: "docs/openapi/gateway.json", text: json::gateway },
    Document { file: "docs/openapi/consent.json", text: json::consent },
    Document { file: "docs/openapi/policy.json", text: json::policy },
    Document { file: "docs/openapi/audit.json", text: json::audit },
];

/// Writes what is not there or not as the code says; returns what was written.
///
/// # Errors
/// When a file cannot be written.
pub fn write(root: &Path) -> anyhow::Result<Vec<&'static str>> {
    let mut written = Vec::new();
    for (document, text) in outdated(root, DOCUMENTS)? {
        let file = root.join(document.file);
        let folder = file.parent().unwrap_or(root);
        std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::write(&file, text))
            .with_context(|| format!("`{}` cannot be written", file.display()))?;
        written.push(document.file);
    }
    Ok(written)
}

/// Each document that is not what the code says.
///
/// # Errors
/// When one cannot be made.
pub fn check(root: &Path) -> anyhow::Result<Vec<Finding>> {
    let outdated = outdated(root, DOCUMENTS)?;
    let message = "is not what the code says; run `cargo xtask generate` and commit what it writes";
    let finding = |(document, text): (&Document, String)| {
        Finding::new(document.file, first_difference(root, document.file, &text), message)
    };
    Ok(outdated.into_iter().map(finding).collect())
}

fn outdated<'a>(root: &Path, documents: &'a [Document]) -> anyhow::Result<Vec<(&'a Document, String)>> {
    let mut outdated = Vec::new();
    for document in documents {
        let text = (document.text)().with_context(|| format!("`{}` cannot be made", document.file))?;
        if std::fs::read_to_string(root.join(document.file)).ok().as_ref() != Some(&text) {
            outdated.push((document, text));
        }
    }
    Ok(outdated)
}

/// The first line at which the file and `text` part.
fn first_difference(root: &Path, file: &str, text: &str) -> usize {
    let old = std::fs::read_to_string(root.join(file)).unwrap_or_default();
    old.lines().zip(text.lines()).take_while(|(old, new)| old == new).count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_that_is_gone_or_old_is_found_and_written() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(check(folder.path()).unwrap().len(), DOCUMENTS.len());
        assert_eq!(write(folder.path()).unwrap().len(), DOCUMENTS.len());
        assert_eq!(check(folder.path()).unwrap(), []);
        let file = folder.path().join("docs/ERRORS.md");
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, text.replacen("401", "403", 1)).unwrap();
        let found = check(folder.path()).unwrap();
        assert!(found.len() == 1 && found[0].file == "docs/ERRORS.md" && found[0].line > 5, "{found:?}");
        assert!(std::fs::read_to_string(&file).unwrap().contains("403"), "looking writes nothing");
        assert_eq!(write(folder.path()).unwrap(), ["docs/ERRORS.md"]);
    }
}
