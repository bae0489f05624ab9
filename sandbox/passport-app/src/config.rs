//! What the application is told: where everybody is, and what it is at the identity provider.

use ndx_config::Secret;
use url::Url;

/// The whole configuration. Printing it shows no secret.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where browsers reach the application.
    pub site: Url,
    /// The exchange's gateway.
    pub gateway: Url,
    /// Where citizens answer the exchange, and see what they share.
    pub portal: Url,
    /// The identity provider's issuer.
    pub issuer: Url,
    /// What the application is there when a citizen signs in.
    pub sign_in: Client,
    /// What the application is there when it asks for a token of its own.
    pub application: Client,
}

/// One registration at the identity provider.
#[derive(Debug, Clone)]
pub struct Client {
    /// Its id.
    pub id: String,
    /// What it proves itself by.
    pub secret: Secret,
}

impl Config {
    /// Where the identity provider sends people back to.
    pub(crate) fn signed_in(&self) -> Result<Url, url::ParseError> {
        self.site.join("/signed-in")
    }

    /// Where the exchange sends people back to; registered there, letter by letter.
    pub(crate) fn back(&self) -> Result<Url, url::ParseError> {
        self.site.join("/back")
    }

    /// Where citizens see what they share, and stop.
    pub(crate) fn sharing(&self) -> Result<Url, url::ParseError> {
        self.portal.join("/my")
    }
}
