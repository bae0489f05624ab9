//! A citizen's authenticator app: shows a new code every 30 seconds (RFC 6238).

use std::{sync::Arc, time::Duration};

use ndx_clock::Clock;
use serde::Deserialize;
use totp_rs::{Builder, Secret, Totp};

/// What somebody's codes are made from, and the time.
#[derive(Debug, Clone)]
pub struct Authenticator {
    codes: Totp,
    clock: Arc<dyn Clock>,
}

/// Why somebody has no codes.
#[derive(Debug, thiserror::Error)]
pub enum NoAuthenticator {
    /// The file of the people cannot be understood.
    #[error("the file of the people has a mistake")]
    People(#[from] serde_json::Error),
    /// Nobody has that name.
    #[error("nobody is called `{0}`")]
    Unknown(String),
    /// The secret is none.
    #[error("the `totpSecret` of `{0}` is not Base32 of at least 16 bytes")]
    Secret(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Person {
    user: String,
    totp_secret: String,
}

impl Authenticator {
    /// The one that `user` has, by what stands in `people`, the sandbox's `people.json`.
    ///
    /// # Errors
    /// When nobody has that name, or the file has a mistake.
    pub fn of(user: &str, people: &str, clock: Arc<dyn Clock>) -> Result<Self, NoAuthenticator> {
        let people: Vec<Person> = serde_json::from_str(people)?;
        let person = people.into_iter().find(|person| person.user == user);
        let person = person.ok_or_else(|| NoAuthenticator::Unknown(user.to_owned()))?;
        let wrong = || NoAuthenticator::Secret(user.to_owned());
        let secret = Secret::try_from_base32(person.totp_secret).map_err(|_| wrong())?;
        Ok(Self { codes: Builder::new().with_secret(secret).build().map_err(|_| wrong())?, clock })
    }

    /// The code that it shows now.
    pub fn code(&self) -> String {
        self.codes.generate(self.now()).to_string()
    }

    /// How long until it shows another.
    pub fn until_next(&self) -> Duration {
        Duration::from_secs(self.codes.next_step(self.now()) - self.now())
    }

    fn now(&self) -> u64 {
        u64::try_from(self.clock.now().timestamp()).unwrap_or_default()
    }
}
