//! The data folder: marked as ours, used by one exchange at a time, or by one process of each service.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, anyhow, bail};

/// The file that says that a folder is ours. `init.sh --fresh` empties only a folder that bears it.
pub const MARKER: &str = ".ndx-data";

const WHAT_IT_IS: &str = "This folder holds the data of an NDX exchange: its stores and its keys.\n";

/// The data folder of a running exchange, or of one of its services; as long as this value lives, no other process can
/// use the same part of it.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    _locks: Vec<File>,
}

impl DataFolder {
    /// Opens the folder at `path` for the whole exchange, making and marking it when it is not there.
    ///
    /// # Errors
    /// When it holds something else, cannot be used, or another process uses it.
    pub fn alone(path: &Path) -> anyhow::Result<Self> {
        let marker = marked(path)?;
        let taken = || {
            anyhow!(
                "another exchange is running on `{}`; stop it first, or choose another with `--data`",
                path.display()
            )
        };
        locked(path, marker.try_lock(), taken)?;
        Ok(Self { path: path.to_owned(), _locks: vec![marker] })
    }

    /// Opens the folder at `path` for the service `name`, beside other services.
    ///
    /// # Errors
    /// When it holds something else, cannot be used, or a whole exchange or the same service uses it.
    pub fn beside_others(path: &Path, name: &str) -> anyhow::Result<Self> {
        let marker = marked(path)?;
        let whole = || {
            anyhow!(
                "a whole exchange is running on `{}`; stop it first, or choose another with `--data`",
                path.display()
            )
        };
        locked(path, marker.try_lock_shared(), whole)?;
        let mut options = OpenOptions::new();
        let file = options.create(true).truncate(false).write(true).open(path.join(format!("{name}.lock")));
        let own = file.with_context(|| cannot(path))?;
        let same =
            || anyhow!("another {name} service is running on `{}`; choose another with `--data`", path.display());
        locked(path, own.try_lock(), same)?;
        Ok(Self { path: path.to_owned(), _locks: vec![marker, own] })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

fn cannot(path: &Path) -> String {
    format!("the data folder `{}` cannot be used", path.display())
}

/// Makes and marks the folder when it is not there; returns its marker, opened.
fn marked(path: &Path) -> anyhow::Result<File> {
    let marker = path.join(MARKER);
    if !marker.exists() && fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_some()) {
        bail!("`{}` is not empty and is not a data folder of NDX; choose another with `--data`", path.display());
    }
    let mut folder = DirBuilder::new();
    folder.recursive(true).mode(0o700);
    // The marker first: whatever happens next, the folder is known as ours.
    folder.create(path).with_context(|| cannot(path))?;
    if !marker.exists() {
        fs::write(&marker, WHAT_IT_IS).with_context(|| cannot(path))?;
    }
    folder.create(path.join("keys")).with_context(|| cannot(path))?;
    OpenOptions::new().read(true).write(true).open(&marker).with_context(|| cannot(path))
}

fn locked(
    path: &Path,
    tried: Result<(), fs::TryLockError>,
    taken: impl FnOnce() -> anyhow::Error,
) -> anyhow::Result<()> {
    match tried {
        Ok(()) => Ok(()),
        Err(fs::TryLockError::WouldBlock) => Err(taken()),
        Err(fs::TryLockError::Error(error)) => Err(error).with_context(|| cannot(path)),
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
        let first = DataFolder::alone(&path).unwrap();
        assert!(DataFolder::alone(&path).unwrap_err().to_string().contains("another exchange is running"));
        assert!(DataFolder::beside_others(&path, "audit").unwrap_err().to_string().contains("a whole exchange"));
        drop(first);
        DataFolder::alone(&path).unwrap();
        assert!(path.join(MARKER).exists());
    }

    #[test]
    fn services_use_it_beside_each_other_but_not_twice() {
        let place = tempfile::tempdir().unwrap();
        let audit = DataFolder::beside_others(place.path(), "audit").unwrap();
        let consent = DataFolder::beside_others(place.path(), "consent").unwrap();
        let twice = DataFolder::beside_others(place.path(), "audit").unwrap_err();
        assert!(twice.to_string().contains("another audit service"), "{twice}");
        assert!(DataFolder::alone(place.path()).is_err());
        drop((audit, consent));
        DataFolder::alone(place.path()).unwrap();
    }

    #[test]
    fn refuses_a_folder_that_holds_something_else() {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join("thesis.txt"), "years of work").unwrap();
        assert!(DataFolder::alone(place.path()).unwrap_err().to_string().contains("not a data folder of NDX"));
        assert!(place.path().join("thesis.txt").exists());
    }
}
