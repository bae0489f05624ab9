//! Values that stand somewhere else: secrets, and whatever differs from machine to machine.

use std::{
    borrow::Cow,
    path::{Path, PathBuf},
};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// Where a secret stands. There is no form that holds the secret itself, so a file with one cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SecretRef {
    /// In an environment variable.
    FromEnv(String),
    /// In a file; a relative path begins at the file that names it. One line end at its end is not part of it.
    FromFile(PathBuf),
}

/// One object with one key, so that what is wrong with it can be said in one sentence.
impl JsonSchema for SecretRef {
    fn schema_name() -> Cow<'static, str> {
        "SecretRef".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Where a secret stands. The secret itself is never written into this file.",
            "type": "object",
            "properties": {
                "from_env": {
                    "description": "In the environment variable of this name.",
                    "type": "string",
                    "format": "environment-variable"
                },
                "from_file": {
                    "description": "In this file; a relative path begins at the configuration's folder.",
                    "type": "string",
                    "minLength": 1
                }
            },
            "additionalProperties": false,
            "minProperties": 1,
            "maxProperties": 1
        })
    }
}

/// A secret. Printing it shows `…`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// A secret that the program made itself.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The secret itself: to send it to the party that shares it, and for nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Why a reference leads nowhere. It names the reference, never the value.
#[derive(Debug, thiserror::Error)]
pub enum ReferenceError {
    /// No such variable.
    #[error("the environment variable `{0}` is not set")]
    NoVariable(String),
    /// It holds nothing.
    #[error("`{0}` is empty")]
    Empty(String),
    /// No such file, or not readable.
    #[error("the file `{0}` cannot be read: {1}")]
    NoFile(String, std::io::Error),
}

impl SecretRef {
    /// Follows the reference; relative files begin at `folder`.
    ///
    /// # Errors
    /// When there is nothing where it points.
    pub fn resolve(&self, folder: &Path) -> Result<Secret, ReferenceError> {
        let (place, text) = match self {
            Self::FromEnv(name) => {
                (name.clone(), variable(name).ok_or_else(|| ReferenceError::NoVariable(name.clone()))?)
            }
            Self::FromFile(file) => {
                let file = folder.join(file);
                let place = file.display().to_string();
                let text =
                    std::fs::read_to_string(&file).map_err(|cause| ReferenceError::NoFile(place.clone(), cause))?;
                (place, text.strip_suffix('\n').unwrap_or(&text).to_owned())
            }
        };
        if text.is_empty() { Err(ReferenceError::Empty(place)) } else { Ok(Secret::new(text)) }
    }
}

/// The environment variable `name`, when it is set and is text.
#[expect(clippy::disallowed_methods, reason = "the configuration is the one reader of the environment")]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_file_beside_the_one_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("key"), "s3cret\n").unwrap();
        let secret = SecretRef::FromFile("key".into()).resolve(folder.path()).unwrap();
        assert_eq!(secret.expose(), "s3cret");
        assert_eq!(format!("{secret:?}"), "Secret(…)");
    }

    #[test]
    fn says_where_there_is_nothing() {
        let missing = SecretRef::FromEnv("NDX_NO_SUCH_VARIABLE".into()).resolve(Path::new("."));
        assert_eq!(missing.unwrap_err().to_string(), "the environment variable `NDX_NO_SUCH_VARIABLE` is not set");
    }

    #[test]
    fn a_literal_secret_does_not_parse() {
        assert!(serde_json::from_str::<SecretRef>(r#""s3cret""#).is_err());
        assert!(serde_json::from_str::<SecretRef>(r#"{"from_env":"A","from_file":"b"}"#).is_err());
    }
}
