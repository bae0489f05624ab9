//! What a person saw when she answered: the hash of the page's main part and its language, sealed in the page's form, so that
//! the answer can be kept with the very words that led to it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ndx_store::{Keyring, Sealed, sealed::CryptoError};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    ledger::{Offered, Shown},
    state::Scene,
    store::{Person, Recorded},
};
use ndx_pages::form::Form;

/// What the seal is bound to.
const SEALED_FOR: &str = "portal.shown";
/// What forms call it.
const NAME: &str = "shown";

/// One page that was shown.
#[derive(Serialize, Deserialize)]
struct Page {
    consent: Uuid,
    version: u64,
    text_hash: String,
    language: String,
    /// Pages that were open when this was added bring none.
    #[serde(default)]
    offered: Offered,
    #[serde(default)]
    templates: Option<String>,
}

/// What the form of the page about `recorded` brings back, when the main part of the page has this hash and lets the person
/// choose from `offered`.
pub(crate) fn seal(
    scene: &Scene,
    recorded: &Recorded,
    text_hash: &str,
    offered: Offered,
) -> Result<String, CryptoError> {
    let page = Page {
        consent: recorded.id,
        version: recorded.consent.version,
        text_hash: text_hash.to_owned(),
        language: scene.pages.language().tag.clone(),
        offered,
        templates: Some(scene.pages.templates().to_owned()),
    };
    let sealed = scene.engine.store.keys().seal(SEALED_FOR, &page)?;
    Ok(URL_SAFE_NO_PAD.encode(sealed.as_column()))
}

/// What `person` saw of `recorded`, when the form came from a page that showed it as it is.
pub(crate) fn of(keys: &Keyring, form: &Form, recorded: &Recorded, person: &Person) -> Option<Shown> {
    let sealed = URL_SAFE_NO_PAD.decode(form.get(NAME)?).ok()?;
    let page: Page = keys.unseal(SEALED_FOR, &Sealed::from_column(sealed)).ok()?;
    let is_this = page.consent == recorded.id && page.version == recorded.consent.version;
    is_this.then(|| Shown {
        text_hash: page.text_hash,
        language: page.language,
        sign_in: person.signed_in.clone(),
        offered: page.offered,
        templates: page.templates,
    })
}
