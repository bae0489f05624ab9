//! The country's own look: a style sheet that the configuration names.

use std::path::Path;

use crate::{Entry, check::Found};

/// Longer ones are no theme: a theme sets colours and fonts, in some ten lines.
const LONGEST: usize = 20_000;

/// The style sheet in `file`.
pub(crate) fn read(file: &Path) -> Result<String, String> {
    let bytes = std::fs::read(file).map_err(|cause| format!("the file cannot be read: {cause}"))?;
    if bytes.len() > LONGEST {
        return Err(format!("the file has {} bytes; a theme has at most {LONGEST}", bytes.len()));
    }
    String::from_utf8(bytes).map_err(|_| "the file is not UTF-8 text; a theme is a CSS file".to_owned())
}

/// The file that `portal.theme` names must be a theme.
pub(crate) fn check(root: &Entry<'_>, folder: &Path, found: &mut Found) {
    let Some(theme) = root.find(["portal", "theme"]) else { return };
    if let Some(Err(message)) = theme.text().map(|file| read(&folder.join(file))) {
        found.mistakes.push(theme.problem(message));
    }
}
