//! The key that wraps all others.

use std::{
    fs::{File, OpenOptions},
    io::{Read, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::Path,
};

use zeroize::Zeroizing;

use crate::sealed::{CryptoError, KEY_LENGTH, random};

/// 256 bits, from a file that only its owner may read.
#[derive(Clone)]
pub struct RootKey(Zeroizing<[u8; KEY_LENGTH]>);

/// Why a root key could not be had.
#[derive(Debug, thiserror::Error)]
pub enum RootKeyError {
    /// The file cannot be read or made.
    #[error("the key file `{file}` cannot be read or made")]
    File {
        /// The file.
        file: String,
        /// The system's words.
        #[source]
        cause: std::io::Error,
    },
    /// The file is not a key.
    #[error("the key file `{file}` must hold exactly 32 bytes")]
    Length {
        /// The file.
        file: String,
    },
    /// Others can read the file.
    #[error("the key file `{file}` can be read by others; run `chmod 600 {file}`")]
    Permissions {
        /// The file.
        file: String,
    },
    /// No randomness.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
}

impl RootKey {
    /// Reads the key in `file`; makes one, readable by its owner only, when there is no such file.
    ///
    /// # Errors
    /// When the file is not a key, can be read by others, or cannot be read or made.
    pub fn read_or_make(file: &Path) -> Result<Self, RootKeyError> {
        if !file.exists() {
            Self::make(file)?;
        }
        Self::read(file)
    }

    fn read(file: &Path) -> Result<Self, RootKeyError> {
        let name = || file.display().to_string();
        let failed = |cause| RootKeyError::File { file: name(), cause };
        let mut found = File::open(file).map_err(failed)?;
        if found.metadata().map_err(failed)?.mode() & 0o077 != 0 {
            return Err(RootKeyError::Permissions { file: name() });
        }
        let mut bytes = Zeroizing::new(Vec::new());
        found.read_to_end(&mut bytes).map_err(failed)?;
        let key = <[u8; KEY_LENGTH]>::try_from(bytes.as_slice()).map_err(|_| RootKeyError::Length { file: name() })?;
        Ok(Self(Zeroizing::new(key)))
    }

    /// Makes the file whole or not at all, and waits until it is on the disk: everything that is sealed hangs on it.
    fn make(file: &Path) -> Result<(), RootKeyError> {
        let failed = |cause| RootKeyError::File { file: file.display().to_string(), cause };
        let key = Zeroizing::new(random::<KEY_LENGTH>()?);
        match write_whole(file, key.as_slice()) {
            // Another service of the same exchange was faster: its key is the one.
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
            done => done.map_err(failed),
        }
    }

    pub(crate) fn bytes(&self) -> &[u8; KEY_LENGTH] {
        &self.0
    }
}

/// Writes a secret to a new `file` that only its owner may read: first beside it, then under its name, then to the disk.
///
/// # Errors
/// When it cannot be written, or is there already.
pub fn write_whole(file: &Path, secret: &[u8]) -> std::io::Result<()> {
    // A name that nobody else has, in another container neither, where the number of this process may be used again.
    let number = random::<8>().map_err(|_| std::io::Error::other("there is no randomness"))?;
    let mut beside = file.as_os_str().to_owned();
    beside.push(format!(".{:016x}", u64::from_be_bytes(number)));
    let beside = Path::new(&beside);
    let mut made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(beside)?;
    made.write_all(secret)?;
    made.sync_all()?;
    // A link fails where a rename would replace what is there.
    let linked = std::fs::hard_link(beside, file);
    std::fs::remove_file(beside)?;
    linked?;
    match file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

impl std::fmt::Debug for RootKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RootKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn makes_a_key_once_and_reads_it_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("root.key");
        let made = RootKey::read_or_make(&file).unwrap();
        assert_eq!(made.bytes(), RootKey::read_or_make(&file).unwrap().bytes());
    }

    #[test]
    fn refuses_a_key_that_others_can_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("root.key");
        RootKey::read_or_make(&file).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(RootKey::read_or_make(&file), Err(RootKeyError::Permissions { .. })));
    }

    #[test]
    fn refuses_a_file_that_is_not_a_key() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("root.key");
        RootKey::read_or_make(&file).unwrap();
        std::fs::write(&file, b"short").unwrap();
        assert!(matches!(RootKey::read_or_make(&file), Err(RootKeyError::Length { .. })));
    }
}
