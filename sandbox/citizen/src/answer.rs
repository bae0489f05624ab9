//! The walks through the pages.

use url::Url;

use crate::{
    browser::Browser,
    page::{Form, Page},
};

/// What a citizen answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Share everything that is asked, for the longest time.
    Share,
    /// Share only what is needed, for the shortest time.
    ShareNeeded,
    /// Do not share.
    Deny,
}

/// The words of the page at which a walk ended well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words(pub String);

/// Why a walk did not end well.
#[derive(Debug, thiserror::Error)]
pub enum WalkError {
    /// A page does not offer what was wanted; these are its words.
    #[error("{words}")]
    NotOffered {
        /// The page's status.
        status: u16,
        /// The page's words.
        words: String,
    },
    /// Nobody answers.
    #[error("the pages cannot be reached")]
    Unreachable(#[from] reqwest::Error),
}

/// A citizen with a user name and a password at the identity provider.
#[derive(Debug, Clone)]
pub struct Citizen {
    browser: Browser,
    user: String,
    password: String,
}

impl Citizen {
    /// A citizen with a browser of her own.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(user: &str, password: &str) -> Result<Self, WalkError> {
        Ok(Self { browser: Browser::new()?, user: user.to_owned(), password: password.to_owned() })
    }

    /// Opens `address` and signs in when the page asks for it.
    ///
    /// # Errors
    /// When the pages cannot be reached or do not let her in.
    pub async fn visit(&self, address: Url) -> Result<Page, WalkError> {
        let page = self.browser.open(address).await?;
        let Some(sign_in) = page.link("Sign in with") else { return Ok(page) };
        let page = self.browser.open(sign_in).await?;
        let Some(form) = page.forms().into_iter().find(|form| form.values.iter().any(|(name, _)| name == "password"))
        else {
            // Still signed in at the identity provider.
            return Ok(page);
        };
        let filled = |(name, value): &(String, String)| match name.as_str() {
            "user" => (name.clone(), self.user.clone()),
            "password" => (name.clone(), self.password.clone()),
            _ => (name.clone(), value.clone()),
        };
        let values: Vec<_> = form.values.iter().map(filled).collect();
        let page = self.browser.submit(&form, &values).await?;
        if page.complaint().is_some() { Err(not_offered(&page)) } else { Ok(page) }
    }

    /// Answers the request at `address`.
    ///
    /// # Errors
    /// With the page's words when it does not let her answer.
    pub async fn answer(&self, address: Url, choice: Choice) -> Result<Words, WalkError> {
        let page = self.visit(address).await?;
        let wanted = if choice == Choice::Deny { "deny" } else { "share" };
        let (form, button) = offered(&page, "decision", wanted)?;
        let mut values = form.values.clone();
        if choice == Choice::Share {
            values.extend(form.boxes.iter().cloned());
        }
        // The times stand in order, the shortest first.
        let time = if choice == Choice::Share { form.radios.last() } else { form.radios.first() };
        values.extend(time.cloned());
        values.push(button);
        ended(self.browser.submit(&form, &values).await?, "/done")
    }

    /// Stops the sharing whose page is at `address` (`/my/{id}`).
    ///
    /// # Errors
    /// With the page's words when it does not let her stop.
    pub async fn stop(&self, address: Url) -> Result<Words, WalkError> {
        let page = self.visit(address).await?;
        let stop = page.link("Stop sharing").ok_or_else(|| not_offered(&page))?;
        let page = self.browser.open(stop).await?;
        let form =
            page.forms().into_iter().find(|form| form.buttons.iter().any(|(_, _, words)| words == "Stop sharing"));
        let form = form.ok_or_else(|| not_offered(&page))?;
        ended(self.browser.submit(&form, &form.values).await?, "/stopped")
    }
}

/// The form that has a button with this name and value, and the button.
fn offered(page: &Page, name: &str, value: &str) -> Result<(Form, (String, String)), WalkError> {
    let button = (name.to_owned(), value.to_owned());
    let has_it = |form: &Form| form.buttons.iter().any(|(n, v, _)| (n, v) == (&button.0, &button.1));
    let form = page.forms().into_iter().find(has_it).ok_or_else(|| not_offered(page))?;
    Ok((form, button))
}

/// A walk has ended well only on the page that follows an answer. Where the question stands again, or somebody was
/// quicker, nothing of hers was taken.
fn ended(page: Page, last: &str) -> Result<Words, WalkError> {
    if page.status < 400 && page.address.path().ends_with(last) {
        Ok(Words(page.heading()))
    } else {
        Err(not_offered(&page))
    }
}

fn not_offered(page: &Page) -> WalkError {
    let words = match page.complaint() {
        Some(complaint) => format!("{}: {complaint}", page.heading()),
        None => page.heading(),
    };
    WalkError::NotOffered { status: page.status, words }
}
