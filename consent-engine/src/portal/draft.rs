//! What a person had filled in when her session ended, when she had to sign in more surely, or when the page came back with
//! words of ours: sealed in her browser, so that neither a sign-in nor a change of the language loses it. INVARIANT: it
//! fills the form and nothing else; it never answers.

use axum::{
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::CookieJar;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use ndx_store::Sealed;
use serde::{Deserialize, Serialize};

use crate::{
    portal::{
        packing::{pack, unpack},
        trouble::Trouble,
        visitor::{CookieName, Visitor},
    },
    state::Scene,
};
use ndx_pages::form::Form;

/// What the seal is bound to.
const SEALED_FOR: &str = "portal.draft";
/// Who comes back later begins with an empty form.
const LIFETIME: TimeDelta = TimeDelta::hours(1);
/// What a form brings back and nobody filled in.
const NOT_FILLED_IN: [&str; 3] = ["csrf", "etag", "shown"];
/// No more than this is kept, before it is packed.
const LARGEST: usize = 16 * 1024;
/// What one cookie holds: less than the 4,096 characters that browsers take, so that two of them, with the others, stay
/// under the 8 kB that servers in front of this one take of a header.
const PIECE: usize = 3_400;
/// The cookies over which it is spread.
const PIECES: usize = 2;

/// What is filled in, by the names of the form.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Filled(Vec<(String, String)>);

impl Filled {
    pub(crate) fn of(form: &Form) -> Self {
        let filled = form.pairs().filter(|(name, _)| !NOT_FILLED_IN.contains(name));
        Self(filled.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    /// The first value of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether `value` is among the values of this name.
    pub(crate) fn has(&self, name: &str, value: &str) -> bool {
        self.0.iter().any(|(key, filled)| key == name && filled == value)
    }

    fn size(&self) -> usize {
        self.0.iter().map(|(name, value)| name.len() + value.len()).sum()
    }

    /// Takes the longest value away; `false` when there is none.
    fn shorten(&mut self) -> bool {
        let longest = self.0.iter().enumerate().max_by_key(|(_, (_, value))| value.len()).map(|(place, _)| place);
        longest.map(|place| self.0.remove(place)).is_some()
    }
}

/// Why something is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Why {
    /// The person has to sign in, or to sign in more surely.
    SignIn,
    /// Something was wrong with it.
    Wrong,
    /// What it was an answer to had changed.
    Changed,
}

#[derive(Serialize, Deserialize)]
struct Draft {
    /// The page with the form.
    about: String,
    filled: Filled,
    why: Why,
    at: DateTime<Utc>,
}

/// What a page's form begins with.
#[derive(Debug, Default)]
pub(crate) struct Begin {
    /// What is filled in.
    pub(crate) filled: Filled,
    /// Whether the person has signed in since.
    pub(crate) kept: bool,
    /// Whether the page says what is wrong with it.
    pub(crate) wrong: bool,
    /// Whether the page says that the question has changed.
    pub(crate) changed: bool,
}

impl Begin {
    /// What an answer brought that is shown once more.
    pub(crate) fn again(filled: Filled, why: Why) -> Self {
        Self { filled, kept: why == Why::SignIn, wrong: why == Why::Wrong, changed: why == Why::Changed }
    }
}

/// Keeps what is filled in on the page `about`, in the place of what was kept before. Where it does not fit into a browser,
/// the longest is left out.
pub(crate) fn keep(
    scene: &Scene,
    jar: CookieJar,
    about: &str,
    mut filled: Filled,
    why: Why,
) -> Result<CookieJar, Trouble> {
    let (keys, portal) = (scene.engine.store.keys(), &scene.engine.config.portal);
    while filled.size() > LARGEST && filled.shorten() {}
    loop {
        let draft = Draft { about: about.to_owned(), filled: filled.clone(), why, at: scene.engine.now() };
        let packed = serde_json::to_vec(&draft).map_err(std::io::Error::from).and_then(|draft| pack(&draft));
        let sealed = keys.seal(SEALED_FOR, &packed.map_err(|_| Trouble::OurMistake)?)?;
        let text = URL_SAFE_NO_PAD.encode(sealed.as_column());
        if text.len() <= PIECE * PIECES || !filled.shorten() {
            let pieces = text.as_bytes().chunks(PIECE).take(PIECES).enumerate();
            return Ok(pieces.fold(forget(scene, jar), |jar, (number, piece)| {
                jar.add(CookieName::Draft(number).with(String::from_utf8_lossy(piece).into_owned(), portal))
            }));
        }
    }
}

/// What was filled in on the page `about` in this browser, not too long ago.
pub(crate) fn find(scene: &Scene, jar: &CookieJar, about: &str) -> Option<(Filled, Why)> {
    let portal = &scene.engine.config.portal;
    let text: String = (0..PIECES).filter_map(|number| CookieName::Draft(number).of(jar, portal)).collect();
    let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
    let packed: String = scene.engine.store.keys().unseal(SEALED_FOR, &Sealed::from_column(sealed)).ok()?;
    let draft: Draft = serde_json::from_slice(&unpack(&packed, 8 * LARGEST)?).ok()?;
    (draft.about == about && scene.engine.now() - draft.at < LIFETIME).then_some((draft.filled, draft.why))
}

/// What the form of the page `about` begins with, empty or not. What is wrong with it is said again to whoever has only
/// changed the language.
pub(crate) fn begin(scene: &Scene, visitor: &Visitor, jar: &CookieJar, about: &str) -> Begin {
    let Some((filled, why)) = find(scene, jar, about) else { return Begin::default() };
    let begin = Begin::again(filled, why);
    Begin { wrong: begin.wrong && visitor.switched, ..begin }
}

/// Takes it away.
pub(crate) fn forget(scene: &Scene, jar: CookieJar) -> CookieJar {
    let portal = &scene.engine.config.portal;
    (0..PIECES).fold(jar, |jar, number| jar.remove(CookieName::Draft(number).with(String::new(), portal)))
}

/// A form whose session had ended while it was open: what it brings to the page `about` is kept, and the person is led to
/// `page`, the same with the way back to an application, in front of which there is the gate now.
pub(crate) fn come_back(
    scene: &Scene,
    jar: CookieJar,
    about: &str,
    page: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Response, Trouble> {
    let (store, portal) = (&scene.engine.store, &scene.engine.config.portal);
    let csrf = CookieName::Session.of(&jar, portal).map(|session| store.csrf(&session));
    let form = csrf.and_then(|csrf| Form::of_ours(body, headers, portal, &csrf).ok());
    let jar = match form {
        Some(form) => keep(scene, jar, about, Filled::of(&form), Why::SignIn)?,
        None => jar,
    };
    Ok((jar, Redirect::to(page)).into_response())
}
