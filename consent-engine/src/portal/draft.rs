//! What a person had filled in when her session ended, or when she had to sign in more surely: sealed in her browser until
//! she is back. INVARIANT: it fills the form and nothing else; it never answers.

use axum_extra::extract::{CookieJar, cookie::Cookie};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use ndx_store::{Keyring, Sealed, sealed::CryptoError};
use serde::{Deserialize, Serialize};
use url::Url;
use uuid::Uuid;

use crate::portal::visitor::CookieName;
use ndx_pages::form::Form;

/// What the seal is bound to.
const SEALED_FOR: &str = "portal.draft";
/// Who comes back later begins with an empty form.
const LIFETIME: TimeDelta = TimeDelta::hours(1);
/// A cookie holds no more.
const MOST: usize = 1800;

/// What is filled in: everything but the answer itself.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Filled {
    /// The optional things that are ticked.
    pub(crate) optional: Vec<String>,
    /// The length of time that is chosen.
    pub(crate) length: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Draft {
    consent: Uuid,
    filled: Filled,
    at: DateTime<Utc>,
}

impl Filled {
    pub(crate) fn of(form: &Form) -> Self {
        let length = form.get("duration").map(str::to_owned);
        Self { optional: form.all("field").map(str::to_owned).collect(), length }
    }
}

/// The cookie that keeps what is filled in for `consent`.
pub(crate) fn keep(
    keys: &Keyring,
    consent: Uuid,
    mut filled: Filled,
    now: DateTime<Utc>,
    portal: &Url,
) -> Result<Cookie<'static>, CryptoError> {
    let mut left = MOST;
    let mut fits = |text: &str| {
        left = left.saturating_sub(text.len() + 4);
        left > 0
    };
    filled.length = filled.length.filter(|length| fits(length));
    filled.optional.retain(|field| fits(field));
    let sealed = keys.seal(SEALED_FOR, &Draft { consent, filled, at: now })?;
    Ok(CookieName::Draft.with(URL_SAFE_NO_PAD.encode(sealed.as_column()), portal))
}

/// What was filled in for `consent` in this browser, not too long ago.
pub(crate) fn find(keys: &Keyring, jar: &CookieJar, consent: Uuid, now: DateTime<Utc>, portal: &Url) -> Option<Filled> {
    let sealed = URL_SAFE_NO_PAD.decode(CookieName::Draft.of(jar, portal)?).ok()?;
    let draft: Draft = keys.unseal(SEALED_FOR, &Sealed::from_column(sealed)).ok()?;
    (draft.consent == consent && now - draft.at < LIFETIME).then_some(draft.filled)
}

/// The cookie that takes it away.
pub(crate) fn forget(portal: &Url) -> Cookie<'static> {
    CookieName::Draft.with(String::new(), portal)
}
