//! The languages of the pages: the files in `languages/`, and two that are made from the English one for tests.
//!
//! A message that is missing, or lacks a value, is an error: a page says what it should or is not shown.

use std::borrow::Cow;

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use fluent_langneg::{
    NegotiationStrategy, convert_vec_str_to_langids_lossy, negotiate_languages, parse_accepted_languages,
};
use minijinja::{Error, ErrorKind};
use ndx_config::PSEUDO_LOCALES;
use ndx_contracts::Words;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "languages/"]
struct Files;

/// What the pseudo-locales are made of.
const ENGLISH: &str = "en";
const LONGER: &str = PSEUDO_LOCALES[0];
const FROM_RIGHT_TO_LEFT: &str = PSEUDO_LOCALES[1];

/// Changes what people read, for tests of pages.
type Change = fn(&str) -> Cow<'_, str>;

/// A language of the pages.
pub(crate) struct Language {
    /// Its tag (BCP 47).
    pub(crate) tag: String,
    /// What its speakers call it.
    pub(crate) name: String,
    /// `ltr`, or `rtl` where it is written from right to left.
    pub(crate) direction: String,
    /// The language in which its texts were written: another one for a pseudo-locale.
    pub(crate) written_in: String,
    messages: FluentBundle<FluentResource>,
    change: Option<Change>,
}

/// The tags of all languages that the pages can speak.
pub fn known_languages() -> Vec<String> {
    let written = Files::iter().filter_map(|file| file.strip_suffix(".ftl").map(str::to_owned));
    written.chain(PSEUDO_LOCALES.map(str::to_owned)).collect()
}

/// The files, by their names.
pub(super) fn sources() -> Vec<(String, Vec<u8>)> {
    Files::iter().filter_map(|name| Some((name.to_string(), Files::get(&name)?.data.into_owned()))).collect()
}

impl Language {
    /// All languages.
    ///
    /// # Errors
    /// When a file has a mistake.
    pub(crate) fn all() -> Result<Vec<Self>, Error> {
        let read = |tag: String| match tag.as_str() {
            LONGER => Self::read(tag, ENGLISH.to_owned(), Some(longer)),
            FROM_RIGHT_TO_LEFT => Self::read(tag, ENGLISH.to_owned(), Some(from_right_to_left)),
            _ => Self::read(tag.clone(), tag, None),
        };
        known_languages().into_iter().map(read).collect()
    }

    fn read(tag: String, written_in: String, change: Option<Change>) -> Result<Self, Error> {
        let broken = |what: String| Error::new(ErrorKind::InvalidOperation, format!("the language `{tag}`: {what}"));
        let file = Files::get(&format!("{written_in}.ftl")).map(|file| file.data.into_owned());
        let text =
            file.and_then(|file| String::from_utf8(file).ok()).ok_or_else(|| broken("is not text".to_owned()))?;
        let resource = FluentResource::try_new(text).map_err(|(_, mistakes)| broken(format!("{mistakes:?}")))?;
        let mut messages = FluentBundle::new_concurrent(convert_vec_str_to_langids_lossy([&written_in]));
        messages.add_resource(resource).map_err(|twice| broken(format!("{twice:?}")))?;
        messages.set_transform(change);
        let mut language = Self { name: String::new(), direction: String::new(), tag, written_in, messages, change };
        language.name = language.say("language-name", [])?;
        language.direction = match language.tag.as_str() {
            LONGER => "ltr".to_owned(),
            FROM_RIGHT_TO_LEFT => "rtl".to_owned(),
            _ => language.say("language-direction", [])?,
        };
        // Names of people and things then stand in a line of their own direction.
        let isolating = language.direction == "rtl";
        language.messages.set_use_isolating(isolating);
        Ok(language)
    }

    /// The message `id` with these values, as plain text.
    ///
    /// # Errors
    /// When there is no such message, or it needs another value.
    pub(crate) fn say<'a>(
        &self,
        id: &str,
        values: impl IntoIterator<Item = (&'a str, FluentValue<'a>)>,
    ) -> Result<String, Error> {
        let unsaid =
            |what: String| Error::new(ErrorKind::InvalidOperation, format!("`{id}` in `{}`: {what}", self.tag));
        let message = self.messages.get_message(id).and_then(|message| message.value());
        let message = message.ok_or_else(|| unsaid("there is no such message".to_owned()))?;
        let values: FluentArgs<'a> = values.into_iter().collect();
        let mut mistakes = Vec::new();
        let said = self.messages.format_pattern(message, Some(&values), &mut mistakes).into_owned();
        if mistakes.is_empty() { Ok(said) } else { Err(unsaid(format!("{mistakes:?}"))) }
    }

    /// `words` in this language.
    pub(crate) fn words(&self, words: &Words) -> String {
        self.voiced(words.in_language(&self.written_in))
    }

    /// A text that was written in this language.
    pub(crate) fn voiced(&self, text: &str) -> String {
        self.change.map_or_else(|| text.to_owned(), |change| change(text).into_owned())
    }
}

impl std::fmt::Debug for Language {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Language({})", self.tag)
    }
}

/// The first of `offered` that suits: what was chosen by name, else what suits the first list of wishes (as
/// `Accept-Language` has them) that any of `offered` suits, else the first of them.
pub(crate) fn choose(offered: &[String], named: &[Option<&str>], wishes: &[Option<&str>]) -> String {
    let by_name = |name: &&str| offered.iter().find(|tag| tag.eq_ignore_ascii_case(name)).cloned();
    if let Some(tag) = named.iter().flatten().find_map(by_name) {
        return tag;
    }
    let available = convert_vec_str_to_langids_lossy(offered);
    let suits = |wishes: &&str| {
        let wanted = parse_accepted_languages(wishes);
        let found = negotiate_languages(&wanted, &available, None, NegotiationStrategy::Filtering);
        found.first().map(ToString::to_string)
    };
    let suited = wishes.iter().flatten().find_map(suits);
    suited.or_else(|| offered.first().cloned()).unwrap_or_else(|| ENGLISH.to_owned())
}

/// As if it were another language, whose words are longer.
fn longer(text: &str) -> Cow<'_, str> {
    fluent_pseudo::transform(text, false, true)
}

/// As if it were written from right to left.
fn from_right_to_left(text: &str) -> Cow<'_, str> {
    const OVERRIDE: char = '\u{202e}';
    const END: char = '\u{202c}';
    if text.trim().is_empty() { text.into() } else { format!("{OVERRIDE}{text}{END}").into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn language(tag: &str) -> Language {
        Language::all().unwrap().into_iter().find(|language| language.tag == tag).unwrap()
    }

    #[test]
    fn each_says_the_same_in_its_own_words() {
        let days = |tag, number: i64| language(tag).say("days", [("number", number.into())]).unwrap();
        assert_eq!((days("en", 1).as_str(), days("en", 30).as_str()), ("1 day", "30 days"));
        assert_eq!((days("si", 7).as_str(), days("ta", 7).as_str()), ("දින 7ක්", "7 நாட்கள்"));
        let (english, tamil) = (language("en"), language("ta"));
        assert_eq!((english.name.as_str(), tamil.name.as_str()), ("English", "தமிழ்"));
        let words: Words = [("en", "Name"), ("ta", "பெயர்")].into_iter().collect();
        assert_eq!((english.words(&words).as_str(), tamil.words(&words).as_str()), ("Name", "பெயர்"));
    }

    #[test]
    fn the_pseudo_locales_are_made_from_english() {
        let (longer, other_way) = (language("en-XA"), language("ar-XB"));
        assert_eq!(longer.say("mine-now", []).unwrap(), "Ƞooẇ");
        assert_eq!((longer.direction.as_str(), other_way.direction.as_str()), ("ltr", "rtl"));
        assert_eq!(other_way.say("mine-now", []).unwrap(), "\u{202e}Now\u{202c}");
        assert_eq!(longer.words(&[("en", "Name")].into_iter().collect()), "Ƞaaḿee");
    }

    #[test]
    fn what_is_missing_is_an_error() {
        let english = language("en");
        assert!(english.say("no-such-message", []).is_err());
        assert!(english.say("gate-button", []).unwrap_err().to_string().contains("gate-button"));
    }

    #[test]
    fn the_language_is_chosen_by_name_or_by_wish() {
        let offered = ["en", "si", "ta"].map(str::to_owned);
        let chosen = |named: &[Option<&str>], wishes: &[Option<&str>]| choose(&offered, named, wishes);
        assert_eq!(chosen(&[Some("ta"), Some("si")], &[]), "ta");
        assert_eq!(chosen(&[Some("fr"), Some("SI")], &[Some("en")]), "si");
        assert_eq!(chosen(&[None], &[None, Some("fr-FR, si-LK;q=0.9, en;q=0.8")]), "si");
        assert_eq!(chosen(&[], &[Some("fr"), Some("ta")]), "ta");
        assert_eq!(chosen(&[], &[Some("fr"), Some("*, %%, ;q=")]), "en");
        assert_eq!(chosen(&[Some("../../etc")], &[]), "en");
    }
}
