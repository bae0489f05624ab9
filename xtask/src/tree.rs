//! The files of the house, as git would see them: what `.gitignore` names is not ours.

use std::{collections::BTreeMap, path::Path};

use anyhow::Context as _;
use ignore::WalkBuilder;

/// Every file with its text; what is not text has none.
#[derive(Debug)]
pub struct Tree {
    files: BTreeMap<String, String>,
}

/// One file.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    /// From the root, with `/`.
    pub path: &'a str,
    /// What stands in it.
    pub text: &'a str,
}

impl Tree {
    /// Reads everything below `root`.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn read(root: &Path) -> anyhow::Result<Self> {
        let mut files = BTreeMap::new();
        let walk = WalkBuilder::new(root)
            .hidden(false)
            .parents(false)
            .git_global(false)
            .git_exclude(false)
            .require_git(false)
            .filter_entry(|entry| entry.file_name() != ".git")
            .build();
        for entry in walk {
            let entry = entry.context("the tree cannot be read")?;
            if !entry.file_type().is_some_and(|kind| kind.is_file()) {
                continue;
            }
            let bytes =
                std::fs::read(entry.path()).with_context(|| format!("`{}` cannot be read", entry.path().display()))?;
            let path = entry.path().strip_prefix(root)?.to_string_lossy().replace('\\', "/");
            files.insert(path, String::from_utf8(bytes).unwrap_or_default());
        }
        Ok(Self { files })
    }

    /// All files, by name.
    pub fn files(&self) -> impl Iterator<Item = File<'_>> {
        self.files.iter().map(|(path, text)| File { path, text })
    }

    /// Those whose names end in one of `endings`.
    pub fn ending<'a>(&'a self, endings: &'a [&'a str]) -> impl Iterator<Item = File<'a>> {
        self.files().filter(|file| endings.iter().any(|ending| file.path.ends_with(ending)))
    }

    /// The text of one file.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// Whether there is such a file, or a folder with files; the root itself is there.
    pub fn holds(&self, path: &str) -> bool {
        let folder = format!("{}/", path.trim_end_matches('/'));
        path.is_empty() || self.files.contains_key(path) || self.files.keys().any(|file| file.starts_with(&folder))
    }

    /// The first line of `path` that holds `words`, else the first.
    pub fn line_of(&self, path: &str, words: &str) -> usize {
        let lines = self.text(path).unwrap_or_default().lines();
        lines.enumerate().find(|(_, line)| line.contains(words)).map_or(1, |(index, _)| index + 1)
    }
}

impl<'a> File<'a> {
    /// Its lines with their numbers, from 1.
    pub fn lines(self) -> impl Iterator<Item = (usize, &'a str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }

    /// Its folders and its own name without the ending.
    pub fn rooms(self) -> impl Iterator<Item = &'a str> {
        self.path.split('/').map(|part| part.split_once('.').map_or(part, |(stem, _)| stem))
    }
}

/// A tree that a test plants in a temporary folder, read as the real one is.
#[cfg(test)]
pub fn planted(files: &[(&str, &str)]) -> Tree {
    Tree::read(planted_folder(files).path()).unwrap()
}

/// A temporary folder with these files.
#[cfg(test)]
pub fn planted_folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let file = folder.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    folder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_ignores_is_not_read() {
        let tree = planted(&[(".gitignore", "/data\n"), ("data/x", ""), (".git/config", ""), ("a/b.md", "x\nsee y")]);
        assert_eq!(tree.files().map(|file| file.path).collect::<Vec<_>>(), [".gitignore", "a/b.md"]);
        assert_eq!(tree.line_of("a/b.md", "see"), 2);
        assert!(tree.holds("a") && tree.holds("a/") && tree.holds("a/b.md") && !tree.holds("a/b"));
    }
}
