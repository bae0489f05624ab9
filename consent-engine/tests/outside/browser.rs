//! A browser in front of the portal, as far as a program needs one: it keeps cookies and sends forms.

use reqwest::{Client, Response, StatusCode};
use scraper::{Html, Selector};
use url::Url;

/// A browser that keeps cookies and follows a redirect only when it is told to.
#[derive(Clone)]
pub struct Browser {
    pub client: Client,
    pub url: String,
}

/// A page as it arrived.
pub struct Page {
    pub status: StatusCode,
    pub location: Option<String>,
    pub headers: reqwest::header::HeaderMap,
    pub html: String,
}

impl Browser {
    pub async fn get(&self, path: &str) -> Page {
        let address = if path.starts_with('/') { format!("{}{path}", self.url) } else { path.to_owned() };
        Page::of(self.client.get(address).send().await.unwrap()).await
    }

    pub async fn post(&self, path: &str, form: &[(String, String)]) -> Page {
        Page::of(self.client.post(format!("{}{path}", self.url)).form(form).send().await.unwrap()).await
    }

    pub async fn post_from(&self, path: &str, headers: &[(&'static str, &str)], form: &[(String, String)]) -> Page {
        let mut request = self.client.post(format!("{}{path}", self.url)).form(form);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Page::of(request.send().await.unwrap()).await
    }

    /// Opens `path`, fills in `answers` beside the hidden fields, and sends the form.
    pub async fn answer(&self, path: &str, answers: &[(&str, &str)]) -> Page {
        let page = self.get(path).await;
        self.post(path, &page.form(answers)).await
    }

    /// Signs in at the identity provider and comes back.
    pub async fn sign_in(&self, user: &str, back: &str) -> Page {
        let to_provider = self.get(&format!("/sign-in?return={back}")).await;
        self.sign_in_from(to_provider, user).await
    }

    pub async fn sign_in_from(&self, to_provider: Page, user: &str) -> Page {
        let address = Url::parse(&to_provider.location.unwrap()).unwrap();
        let form_page = self.get(address.as_str()).await;
        let back = match form_page.location {
            // Signed in there already.
            Some(back) => back,
            None => {
                let form = form_page.form(&[("user", user), ("password", "sandbox")]);
                let post = self.client.post(address.join("/oauth2/sign-in").unwrap()).form(&form);
                Page::of(post.send().await.unwrap()).await.location.unwrap()
            }
        };
        self.get(&back).await
    }
}

impl Page {
    pub async fn of(response: Response) -> Self {
        let headers = response.headers().clone();
        let location = headers.get("location").map(|value| value.to_str().unwrap().to_owned());
        Self { status: response.status(), location, headers, html: response.text().await.unwrap() }
    }

    /// The hidden fields of the page's form, and `answers`.
    pub fn form(&self, answers: &[(&str, &str)]) -> Vec<(String, String)> {
        let names = self.attributes("input[type=hidden]", "name");
        let hidden = names.into_iter().zip(self.attributes("input[type=hidden]", "value"));
        hidden.chain(answers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))).collect()
    }

    /// The text of everything that `selector` finds, with single spaces.
    pub fn text(&self, selector: &str) -> Vec<String> {
        let selector = Selector::parse(selector).unwrap();
        let document = Html::parse_document(&self.html);
        let words = |found: scraper::ElementRef<'_>| found.text().collect::<String>();
        let single = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        document.select(&selector).map(|found| single(words(found))).collect()
    }

    /// The first heading.
    pub fn h1(&self) -> String {
        self.text("h1").concat()
    }

    /// The attribute of everything that `selector` finds.
    pub fn attributes(&self, selector: &str, name: &str) -> Vec<String> {
        let selector = Selector::parse(selector).unwrap();
        let document = Html::parse_document(&self.html);
        document.select(&selector).filter_map(|found| found.attr(name)).map(str::to_owned).collect()
    }
}
