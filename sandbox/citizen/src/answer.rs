//! The walks through the pages.

use url::Url;

use crate::{
    authenticator::Authenticator,
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
    authenticator: Option<Authenticator>,
}

impl Citizen {
    /// A citizen with a browser of her own.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(user: &str, password: &str) -> Result<Self, WalkError> {
        Ok(Self::at(Browser::new()?, user, password))
    }

    /// A citizen at a browser in which she may have signed in already.
    pub fn at(browser: Browser, user: &str, password: &str) -> Self {
        Self { browser, user: user.to_owned(), password: password.to_owned(), authenticator: None }
    }

    /// She has her authenticator app with her.
    #[must_use]
    pub fn with_authenticator(mut self, authenticator: Authenticator) -> Self {
        self.authenticator = Some(authenticator);
        self
    }

    /// Opens `address` and signs in when the page asks for it.
    ///
    /// # Errors
    /// When the pages cannot be reached or do not let her in.
    pub async fn visit(&self, address: Url) -> Result<Page, WalkError> {
        let page = self.browser.open(address).await?;
        let Some(sign_in) = page.link("Sign in with") else { return Ok(page) };
        self.sign_in(sign_in).await
    }

    /// Opens an address of the identity provider and gives what its pages ask for: the password, the code, or nothing when
    /// she is still signed in there.
    ///
    /// # Errors
    /// When the pages cannot be reached or do not let her in.
    pub async fn sign_in(&self, address: Url) -> Result<Page, WalkError> {
        let mut page = self.browser.open(address).await?;
        if with_field(&page, "password").or_else(|| with_field(&page, "code")).is_none() {
            return Ok(page);
        }
        if let Some(form) = with_field(&page, "password") {
            page = self.fill(&form, &[("user", &self.user), ("password", &self.password)]).await?;
        }
        if let (Some(form), Some(authenticator)) = (with_field(&page, "code"), &self.authenticator) {
            let refused = self.fill(&form, &[("code", &authenticator.code())]).await?;
            // Each code works once: who has just used it waits for the next, as one would.
            page = match with_field(&refused, "code") {
                Some(form) if refused.status == 422 => {
                    tokio::time::sleep(authenticator.until_next()).await;
                    self.fill(&form, &[("code", &authenticator.code())]).await?
                }
                _ => refused,
            };
        }
        let unanswered = page.complaint().is_some() || with_field(&page, "code").is_some();
        if unanswered { Err(not_offered(&page)) } else { Ok(page) }
    }

    /// Sends a form with these fields filled in, the others as they stand.
    async fn fill(&self, form: &Form, fields: &[(&str, &str)]) -> reqwest::Result<Page> {
        let filled = |(name, value): &(String, String)| {
            let given = fields.iter().find(|(field, _)| field == name);
            (name.clone(), given.map_or_else(|| value.clone(), |(_, given)| (*given).to_owned()))
        };
        let values: Vec<_> = form.values.iter().map(filled).collect();
        self.browser.submit(form, &values).await
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

    /// Downloads the receipt of what is shared on the page at `address` (`/my/{id}`).
    ///
    /// # Errors
    /// With the page's words when there is none.
    pub async fn receipt(&self, address: Url) -> Result<String, WalkError> {
        let mut page = self.visit(address).await?;
        for words in ["download your receipt", "Download the signed receipt"] {
            let link = page.link(words).ok_or_else(|| not_offered(&page))?;
            page = self.browser.open(link).await?;
        }
        if page.status == 200 { Ok(page.html) } else { Err(not_offered(&page)) }
    }
}

/// The form that has a field to be filled in.
fn with_field(page: &Page, field: &str) -> Option<Form> {
    page.forms().into_iter().find(|form| form.values.iter().any(|(name, _)| name == field))
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
