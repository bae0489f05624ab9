//! What a page says and offers.

use scraper::{ElementRef, Html, Selector};
use url::Url;

/// A page as it was received.
#[derive(Debug, Clone)]
pub struct Page {
    /// Where it is, after all redirects.
    pub address: Url,
    /// Its HTTP status.
    pub status: u16,
    /// Its HTML.
    pub html: String,
}

/// A form with the values that it would send as it stands.
#[derive(Debug, Clone)]
pub struct Form {
    /// Where it goes.
    pub action: Url,
    /// Hidden fields and texts, in order.
    pub values: Vec<(String, String)>,
    /// Tick boxes: name and value.
    pub boxes: Vec<(String, String)>,
    /// Radio buttons: name and value, in order.
    pub radios: Vec<(String, String)>,
    /// Buttons that can be seen: name, value and words.
    pub buttons: Vec<(String, String, String)>,
}

impl Page {
    /// The main heading.
    pub fn heading(&self) -> String {
        self.first_text("h1").unwrap_or_default()
    }

    /// What the page says is wrong, when it does.
    pub fn complaint(&self) -> Option<String> {
        self.first_text(".govuk-error-summary li").or_else(|| self.first_text("[role=alert]"))
    }

    /// The address of the first link whose words contain `words`.
    pub fn link(&self, words: &str) -> Option<Url> {
        let html = Html::parse_document(&self.html);
        let found = select(&html, "a[href]").into_iter().find(|link| text(link).contains(words))?;
        self.address.join(found.attr("href")?).ok()
    }

    /// The forms that are sent as POST.
    pub fn forms(&self) -> Vec<Form> {
        let html = Html::parse_document(&self.html);
        let posted =
            |form: &ElementRef<'_>| form.attr("method").is_some_and(|method| method.eq_ignore_ascii_case("post"));
        select(&html, "form").into_iter().filter(posted).filter_map(|form| self.form(&html, form)).collect()
    }

    fn form(&self, html: &Html, element: ElementRef<'_>) -> Option<Form> {
        let action = match element.attr("action") {
            Some(action) => self.address.join(action).ok()?,
            None => self.address.clone(),
        };
        let mut form = Form { action, values: Vec::new(), boxes: Vec::new(), radios: Vec::new(), buttons: Vec::new() };
        // A control may stand elsewhere and name its form (HTML, "form owner").
        let named = |control: &ElementRef<'_>| control.attr("form").is_some_and(|id| Some(id) == element.attr("id"));
        let elsewhere = select(html, "[form]").into_iter().filter(named);
        let selector = Selector::parse("input, button").ok()?;
        for control in element.select(&selector).chain(elsewhere) {
            let name = control.attr("name").unwrap_or_default().to_owned();
            let value = control.attr("value").unwrap_or_default().to_owned();
            match (control.value().name(), control.attr("type").unwrap_or("text")) {
                ("button", _) | (_, "submit") if control.attr("hidden").is_some() => {}
                ("button", _) | (_, "submit") => form.buttons.push((name, value, text(&control))),
                (_, "checkbox") => form.boxes.push((name, value)),
                (_, "radio") => form.radios.push((name, value)),
                _ => form.values.push((name, value)),
            }
        }
        Some(form)
    }

    fn first_text(&self, selector: &str) -> Option<String> {
        let html = Html::parse_document(&self.html);
        select(&html, selector).first().map(text)
    }
}

fn select<'a>(html: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    Selector::parse(selector).map(|selector| html.select(&selector).collect()).unwrap_or_default()
}

/// The words of an element, white space folded.
fn text(element: &ElementRef<'_>) -> String {
    element.text().flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}
