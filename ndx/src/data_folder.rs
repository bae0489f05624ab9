//! The data folder: marked as ours, used by one process at a time.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};

/// The file that says that a folder is ours. `init.sh --fresh` empties only a folder that bears it.
pub const MARKER: &str = ".ndx-data";

const WHAT_IT_IS: &str = "This folder holds the data of an NDX exchange: its stores and its keys.\n";

/// The data folder of a running exchange; another process cannot use it as long as this value lives.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    _lock: File,
}

impl DataFolder {
    /// Opens the folder at `path`, making and marking it when it is not there.
    ///
    /// # Errors
    /// When it holds something else, cannot be used, or another exchange uses it.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let marker = path.join(MARKER);
        if !marker.exists() {
            let holds_something = fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_some());
            if holds_something {
                bail!(
                    "`{}` is not empty and is not a data folder of NDX; choose another with `--data`",
                    path.display()
                );
            }
        }
        let cannot = || format!("the data folder `{}` cannot be used", path.display());
        let mut folder = DirBuilder::new();
        folder.recursive(true).mode(0o700);
        // The marker first: whatever happens next, the folder is known as ours.
        folder.create(path).with_context(cannot)?;
        if !marker.exists() {
            fs::write(&marker, WHAT_IT_IS).with_context(cannot)?;
        }
        folder.create(path.join("keys")).with_context(cannot)?;
        let lock = OpenOptions::new().read(true).write(true).open(&marker).with_context(cannot)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(fs::TryLockError::WouldBlock) => {
                bail!(
                    "another exchange is running on `{}`; stop it first, or choose another with `--data`",
                    path.display()
                )
            }
            Err(fs::TryLockError::Error(error)) => Err(error).with_context(cannot),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// The file of the key with which the service `name` proves itself.
pub fn service_key(data: &Path, name: &str) -> PathBuf {
    data.join("keys").join(format!("{name}.ed25519"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_used_by_one_at_a_time_and_keeps_its_marker() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("data");
        let first = DataFolder::open(&path).unwrap();
        assert!(DataFolder::open(&path).unwrap_err().to_string().contains("another exchange is running"));
        drop(first);
        DataFolder::open(&path).unwrap();
        assert!(path.join(MARKER).exists());
    }

    #[test]
    fn refuses_a_folder_that_holds_something_else() {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join("thesis.txt"), "years of work").unwrap();
        assert!(DataFolder::open(place.path()).unwrap_err().to_string().contains("not a data folder of NDX"));
        assert!(place.path().join("thesis.txt").exists());
    }
}
