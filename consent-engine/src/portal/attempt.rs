//! Sign-ins that have begun and not ended.
//!
//! Each lies sealed in a cookie of the browser that began it, under a name of its own, so that two tabs do not disturb
//! each other; nothing is written down here for a stranger who only knocks. The provider gives each code out once, and
//! only with the attempt's own `state`, nonce and verifier can it be used.

use axum_extra::extract::{CookieJar, cookie::Cookie};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use ndx_auth::openid::Attempt;
use ndx_pages::cookie;
use ndx_store::{Keyring, Sealed, sealed::CryptoError};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::portal::visitor::CookieName;

/// What the seal is bound to.
const SEALED_FOR: &str = "portal.sign_in_attempt";
/// Who has not signed in after this time begins again.
const LIFETIME: TimeDelta = TimeDelta::minutes(10);
/// So many are open in one browser; who begins more has left the oldest.
const MOST: usize = 5;

/// An attempt, and where it leads back to.
#[derive(Serialize, Deserialize)]
pub(crate) struct Begun {
    pub(crate) attempt: Attempt,
    pub(crate) path: String,
    /// Whether it was begun for something sensitive.
    pub(crate) surely: bool,
    begun_at: DateTime<Utc>,
}

impl Begun {
    /// An attempt that begins now and leads back to `path`.
    pub(crate) fn new(attempt: Attempt, path: String, surely: bool, now: DateTime<Utc>) -> Self {
        Self { attempt, path, surely, begun_at: now }
    }
}

/// Keeps `begun`, and takes away what was left: cookies are sent with every request, and a browser takes so many only.
pub(crate) fn keep(keys: &Keyring, jar: CookieJar, begun: &Begun, portal: &Url) -> Result<CookieJar, CryptoError> {
    let name = name(keys, begun.attempt.state());
    let sealed = keys.seal(SEALED_FOR, begun)?;
    let cookie = name.with(URL_SAFE_NO_PAD.encode(sealed.as_column()), portal);
    let mut open = Vec::new();
    let mut left = Vec::new();
    for (which, value) in CookieName::attempts(&jar, portal) {
        match read(keys, &value, begun.begun_at) {
            Some(other) => open.push((other.begun_at, which)),
            None => left.push(which),
        }
    }
    open.sort_by_key(|(begun_at, _)| std::cmp::Reverse(*begun_at));
    left.extend(open.into_iter().skip(MOST - 1).map(|(_, which)| which));
    let jar = left.into_iter().fold(jar, |jar, which| jar.remove(which.with(String::new(), portal)));
    Ok(jar.add(cookie::for_seconds(cookie, LIFETIME.num_seconds())))
}

/// The attempt with this `state`, when this browser began it and not too long ago.
pub(crate) fn find(keys: &Keyring, jar: &CookieJar, state: &str, now: DateTime<Utc>, portal: &Url) -> Option<Begun> {
    read(keys, &name(keys, state).of(jar, portal)?, now)
}

/// What such a cookie holds, when it is one of ours and not too old.
fn read(keys: &Keyring, value: &str, now: DateTime<Utc>) -> Option<Begun> {
    let sealed = URL_SAFE_NO_PAD.decode(value).ok()?;
    let begun: Begun = keys.unseal(SEALED_FOR, &Sealed::from_column(sealed)).ok()?;
    (now - begun.begun_at < LIFETIME).then_some(begun)
}

/// The cookie that takes the attempt with this `state` away.
pub(crate) fn forget(keys: &Keyring, state: &str, portal: &Url) -> Cookie<'static> {
    name(keys, state).with(String::new(), portal)
}

fn name(keys: &Keyring, state: &str) -> CookieName {
    let hash = keys.hash(&format!("sign-in/{state}"));
    CookieName::Attempt(URL_SAFE_NO_PAD.encode(hash.as_column().first_chunk::<9>().map_or(&[][..], |head| head)))
}
