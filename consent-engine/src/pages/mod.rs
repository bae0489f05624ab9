//! How a page is made: a typed value and a template in, HTML out. Nothing here knows what a consent is.
//!
//! | Module | What it does |
//! | --- | --- |
//! | `languages` | the words of the pages in each language, and which language suits |
//! | `templates` | the templates once in each language |
//! | `assets` | style sheets and icon, under names that hold the hash of their content |
//! | `calendar` | times and lengths of time in words |
//!
//! The components that the templates are put together from are in `ndx-pages`.

mod languages;
mod templates;
pub(crate) mod assets;
pub(crate) mod calendar;

use std::sync::Arc;

use aws_lc_rs::digest::{Digest, SHA256, digest};
use axum::{
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use fluent_bundle::FluentValue;
use ndx_contracts::Words;
use serde::Serialize;
use url::form_urlencoded;

pub use self::languages::known_languages;
pub(crate) use self::{
    languages::{Language, choose},
    templates::Templates,
};

/// The parameter that chooses a language.
pub(crate) const LANGUAGE: &str = "lang";

/// What one template is filled with.
pub(crate) trait Page: Serialize {
    /// The template's file.
    const TEMPLATE: &'static str;
}

/// Who looks at a page.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Viewer {
    /// The person's name; empty when nobody is signed in.
    pub(crate) name: String,
    /// The last characters of the person's identifier.
    pub(crate) ending: String,
    /// Where "This is not me" leads to.
    pub(crate) sign_out: String,
    /// What every form must bring back.
    pub(crate) csrf: String,
}

/// What surrounds every page.
#[derive(Serialize)]
struct Frame<'a> {
    portal: String,
    complaints: String,
    language: &'a str,
    direction: &'a str,
    languages: Vec<LanguageLink<'a>>,
    viewer: Option<&'a Viewer>,
    styles: Vec<String>,
    icon: String,
    /// What the page's form brings back, to prove what was shown.
    shown: Option<String>,
    /// What is sent again to get the same page in another language, where its address alone does not do.
    again: Option<&'a Again>,
}

/// What a page that answers a form needs to answer it in another language: the form once more. It must change nothing.
#[derive(Debug, Serialize)]
pub(crate) struct Again {
    /// Where it is sent to.
    pub(crate) action: &'static str,
    /// The one value that is sent, under the name `packed`.
    pub(crate) packed: String,
}

/// The way to the same page in another language.
#[derive(Serialize)]
struct LanguageLink<'a> {
    tag: &'a str,
    name: &'a str,
    direction: &'a str,
    href: String,
}

#[derive(Serialize)]
struct Context<'a, P> {
    frame: Frame<'a>,
    page: &'a P,
}

/// What the country calls its portal, and what its pages say of it.
#[derive(Debug)]
pub(crate) struct Country {
    /// The exchange.
    pub(crate) name: Words,
    /// The body to complain to.
    pub(crate) complaints: Words,
    /// The tags of its languages, the first one first.
    pub(crate) languages: Vec<String>,
    /// The address of its colours and fonts.
    pub(crate) theme: String,
}

/// The pages of one country, in the language of one request.
#[derive(Debug, Clone)]
pub(crate) struct Pages {
    templates: Arc<Templates>,
    country: Arc<Country>,
    language: Arc<Language>,
    /// What else stands in the address, and stays there when the language changes.
    kept: Vec<(String, String)>,
}

impl Pages {
    /// The pages of `country` in the language with this tag. `query` is that of the request: a link to another language
    /// keeps it.
    pub(crate) fn new(templates: Arc<Templates>, country: Arc<Country>, tag: &str, query: &str) -> Self {
        let language = templates.language(tag);
        let kept = form_urlencoded::parse(query.as_bytes()).into_owned().filter(|(name, _)| name != LANGUAGE).collect();
        Self { templates, country, language, kept }
    }

    /// The same, whose links to other languages keep nothing of the address: for a page that must not depend on it.
    pub(crate) fn forgetful(&self) -> Self {
        Self { kept: Vec::new(), ..self.clone() }
    }

    /// The language.
    pub(crate) fn language(&self) -> &Arc<Language> {
        &self.language
    }

    /// The templates and the words of all languages: the SHA-256, hexadecimal, over all of them.
    pub(crate) fn templates(&self) -> &str {
        &self.templates.hash
    }

    /// What the speakers of the language with this tag call it; the tag itself, where the pages do not speak it.
    pub(crate) fn language_name(&self, tag: &str) -> String {
        self.templates.known(tag).map_or_else(|| tag.to_owned(), |language| language.name.clone())
    }

    /// The direction in which the language with this tag is written.
    pub(crate) fn direction_of(&self, tag: &str) -> String {
        self.templates.known(tag).map_or("ltr", |language| language.direction.as_str()).to_owned()
    }

    /// The message `id` with these values, as plain text.
    pub(crate) fn say<'a>(
        &self,
        id: &str,
        values: impl IntoIterator<Item = (&'a str, FluentValue<'a>)>,
    ) -> Result<String, minijinja::Error> {
        self.language.say(id, values)
    }

    /// `words` in the language of the page.
    pub(crate) fn words(&self, words: &Words) -> String {
        self.language.words(words)
    }

    /// `words` where they are there in the language of the page: a help that nobody needs to understand the rest.
    pub(crate) fn help(&self, words: &Words) -> Option<String> {
        let first = self.country.languages.first().map_or("", String::as_str);
        words.speak(&self.language.written_in, first).then(|| self.words(words))
    }

    /// What the exchange is called.
    pub(crate) fn portal(&self) -> String {
        self.words(&self.country.name)
    }

    /// The body to complain to.
    pub(crate) fn complaints(&self) -> String {
        self.words(&self.country.complaints)
    }

    /// `page` as `viewer` sees it.
    pub(crate) fn answer<P: Page>(
        &self,
        status: StatusCode,
        viewer: Option<&Viewer>,
        page: &P,
    ) -> Result<Response, minijinja::Error> {
        self.answer_again(status, viewer, page, None)
    }

    /// The same for the answer to a form; what is sent `again` gets it in another language.
    pub(crate) fn answer_again<P: Page>(
        &self,
        status: StatusCode,
        viewer: Option<&Viewer>,
        page: &P,
        again: Option<&Again>,
    ) -> Result<Response, minijinja::Error> {
        let context = Context { frame: Frame { again, ..self.frame(viewer) }, page };
        let html = self.templates.environment(&self.language.tag)?.get_template(P::TEMPLATE)?.render(context)?;
        Ok((status, [(header::CONTENT_LANGUAGE, self.language.tag.clone())], Html(html)).into_response())
    }

    /// The same for a page whose form brings back what was shown: `seal` makes it from the hash (SHA-256, hexadecimal) of the
    /// page's main part, which is everything from `<main` to `</main>`. INVARIANT: that part holds nothing that changes from
    /// one look to the next.
    pub(crate) fn answer_shown<P: Page, E: From<minijinja::Error>>(
        &self,
        status: StatusCode,
        viewer: Option<&Viewer>,
        page: &P,
        seal: impl FnOnce(&str) -> Result<String, E>,
    ) -> Result<Response, E> {
        let template = self.templates.environment(&self.language.tag)?.get_template(P::TEMPLATE)?;
        let mut context = Context { frame: self.frame(viewer), page };
        let main = template.render_captured(&context)?.with_state_mut(|state| state.render_block("main"))?;
        context.frame.shown = Some(seal(&hexadecimal(&digest(&SHA256, main.as_bytes())))?);
        let html = template.render(&context)?;
        Ok((status, [(header::CONTENT_LANGUAGE, self.language.tag.clone())], Html(html)).into_response())
    }

    fn frame<'a>(&'a self, viewer: Option<&'a Viewer>) -> Frame<'a> {
        let link = |tag: &'a String| {
            let language = self.templates.known(tag)?;
            let (tag, name, direction) = (tag.as_str(), language.name.as_str(), language.direction.as_str());
            Some(LanguageLink { tag, name, direction, href: self.in_language(tag) })
        };
        Frame {
            portal: self.portal(),
            complaints: self.complaints(),
            language: &self.language.tag,
            direction: &self.language.direction,
            languages: self.country.languages.iter().filter_map(link).collect(),
            viewer,
            styles: self.styles(),
            icon: assets::address("icon.svg"),
            shown: None,
            again: None,
        }
    }

    /// The addresses of the style sheets, the components' first.
    fn styles(&self) -> Vec<String> {
        let other_way = (self.language.direction == "rtl").then_some(ndx_pages::assets::RIGHT_TO_LEFT);
        let components = [ndx_pages::assets::COMPONENTS].into_iter().chain(other_way).map(assets::address);
        components.chain([self.country.theme.clone(), assets::address("portal.css")]).collect()
    }

    /// The link from the page that is shown to the same one in another language: it changes the query and nothing else.
    fn in_language(&self, tag: &str) -> String {
        let start = String::from("?");
        let from = start.len();
        form_urlencoded::Serializer::for_suffix(start, from)
            .extend_pairs(&self.kept)
            .append_pair(LANGUAGE, tag)
            .finish()
    }
}

fn hexadecimal(hash: &Digest) -> String {
    hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
