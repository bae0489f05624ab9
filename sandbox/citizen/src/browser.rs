//! A browser as far as these pages need one: cookies, redirects, forms.

use std::time::Duration;

use url::Url;

use crate::page::{Form, Page};

/// Keeps cookies and follows redirects.
#[derive(Debug, Clone)]
pub struct Browser(reqwest::Client);

impl Browser {
    /// A browser that was never used.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new() -> reqwest::Result<Self> {
        let builder = ndx_service::outbound::builder(Duration::from_secs(10));
        builder.redirect(reqwest::redirect::Policy::limited(10)).cookie_store(true).build().map(Self)
    }

    /// Opens an address.
    ///
    /// # Errors
    /// When nobody answers there.
    pub async fn open(&self, address: Url) -> reqwest::Result<Page> {
        page(self.0.get(address).send().await?).await
    }

    /// Sends a form: `values` in order, with the `Origin` that a browser would send.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn submit(&self, form: &Form, values: &[(String, String)]) -> reqwest::Result<Page> {
        let origin = form.action.origin().ascii_serialization();
        let request = self.0.post(form.action.clone()).header("origin", origin).header("sec-fetch-site", "same-origin");
        page(request.form(values).send().await?).await
    }
}

async fn page(response: reqwest::Response) -> reqwest::Result<Page> {
    let (address, status) = (response.url().clone(), response.status().as_u16());
    Ok(Page { address, status, html: response.text().await? })
}
