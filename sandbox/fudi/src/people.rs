//! Who can sign in, and by what they prove themselves.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, Utc};
use ndx_config::Secret;
use totp_rs::{Builder, Totp};

use crate::{
    config::Person,
    digests::{SecretDigest, fresh},
    error::Error,
};

struct Known {
    person: Person,
    password: SecretDigest,
    codes: Totp,
    /// The 30 seconds whose code was given last: neither that one nor an earlier one counts again.
    last_used: Mutex<u64>,
}

/// The people, by user name.
pub(crate) struct People {
    by_user: HashMap<String, Known>,
    // Compared with when nobody has the name, so that the time tells nothing.
    nobody: SecretDigest,
}

impl People {
    pub(crate) fn new(people: Vec<Person>) -> Result<Self, Error> {
        let mut by_user = HashMap::new();
        for person in people {
            let (user, password) = (person.user.clone(), SecretDigest::of(&person.password));
            let known = Known { codes: codes(&person)?, person, password, last_used: Mutex::default() };
            if by_user.insert(user.clone(), known).is_some() {
                return Err(Error::Twice(user));
            }
        }
        Ok(Self { by_user, nobody: SecretDigest::of(&Secret::new(fresh()?)) })
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Person> {
        self.by_user.values().map(|known| &known.person)
    }

    pub(crate) fn find(&self, user: &str) -> Option<&Person> {
        self.by_user.get(user).map(|known| &known.person)
    }

    /// The person with this name and password.
    pub(crate) fn proven(&self, user: &str, password: &Secret) -> Option<&Person> {
        match self.by_user.get(user) {
            Some(known) => known.password.is_of(password).then_some(&known.person),
            None => {
                let _ = self.nobody.is_of(password);
                None
            }
        }
    }

    /// Whether `code` is the person's one of these 30 seconds, or of those before or after, and was not given before.
    pub(crate) fn takes_code(&self, user: &str, code: &str, now: DateTime<Utc>) -> bool {
        let (Some(known), Ok(now)) = (self.by_user.get(user), u64::try_from(now.timestamp())) else { return false };
        let mut last_used = known.last_used.lock().unwrap_or_else(PoisonError::into_inner);
        match known.codes.check(code, now) {
            Some(step) if step > *last_used => {
                *last_used = step;
                true
            }
            _ => false,
        }
    }
}

/// Six digits every 30 seconds, by SHA-1: what every authenticator app makes.
fn codes(person: &Person) -> Result<Totp, Error> {
    let wrong = || Error::TotpSecret(person.user.clone());
    let secret = totp_rs::Secret::try_from_base32(person.totp_secret.expose()).map_err(|_| wrong())?;
    Builder::new().with_secret(secret).build().map_err(|_| wrong())
}
