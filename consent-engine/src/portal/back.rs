//! The way back to the application that sent the person here.
//!
//! The application adds `return_uri` and `state` to the link that it hands to the person (as OAuth 2.0 has them, RFC 6749,
//! section 4.1.1). Both travel with the pages; they are used only where `return_uri` is, letter by letter, one of the
//! addresses that the application has registered. INVARIANT: to any other address nobody is sent, and no link leads.

use ndx_config::Application;
use serde::Serialize;
use url::form_urlencoded;
use uuid::Uuid;

const RETURN_URI: &str = "return_uri";
const STATE: &str = "state";

/// More than this, together, does not travel with the pages.
const LONGEST: usize = 1200;
/// Stands for an address that is too long: nobody can register it.
const TOO_LONG: &str = "#";

/// What the application added to the link.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Back {
    return_uri: Option<String>,
    state: Option<String>,
}

/// The way back, as a page shows it.
#[derive(Debug, Serialize)]
pub(crate) struct WayBack {
    /// Where the link leads; absent where there is none.
    pub(crate) href: Option<String>,
    /// Whether there is none because the address is not registered.
    pub(crate) unknown: bool,
}

impl Back {
    /// What stands in the query of a page.
    pub(crate) fn of(query: Option<&str>) -> Self {
        let value = |name: &str| {
            let mut pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
            pairs.find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.into_owned())
        };
        let back = Self { return_uri: value(RETURN_URI), state: value(STATE) };
        let length: usize = back.return_uri.iter().chain(&back.state).map(String::len).sum();
        if length <= LONGEST { back } else { Self { return_uri: Some(TOO_LONG.to_owned()), state: None } }
    }

    /// `path` of our own, with what the application added.
    pub(crate) fn onto(&self, path: &str) -> String {
        let named = [(RETURN_URI, &self.return_uri), (STATE, &self.state)];
        let pairs = named.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?)));
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    /// The way back to `application` with the news of `consent`. The application must not believe what it says there, but ask
    /// the gateway.
    pub(crate) fn way(&self, application: Option<&Application>, consent: Uuid, status: &str) -> WayBack {
        self.with(application, &[("consent_id", &consent.to_string()), ("status", status)])
    }

    /// The way back to `application` from what needs no answer.
    pub(crate) fn after_notice(&self, application: Option<&Application>) -> WayBack {
        if self.return_uri.is_none() { WayBack { href: None, unknown: false } } else { self.with(application, &[]) }
    }

    fn with(&self, application: Option<&Application>, news: &[(&str, &str)]) -> WayBack {
        let registered = application.map(|application| application.return_uris.as_slice()).unwrap_or_default();
        let address = match &self.return_uri {
            Some(wanted) => registered.iter().find(|address| address.as_str() == wanted),
            None => registered.first(),
        };
        let pairs = news.iter().copied().chain(self.state.as_deref().map(|state| (STATE, state)));
        let pairs: Vec<_> = pairs.collect();
        let href = address.cloned().map(|mut address| {
            if !pairs.is_empty() {
                address.query_pairs_mut().extend_pairs(pairs);
            }
            address.into()
        });
        WayBack { unknown: href.is_none() && self.return_uri.is_some(), href }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_application_added_travels_along() {
        let back = Back::of(Some("lang=si&return_uri=https%3A%2F%2Fapp.example%2F%3Fa%3Db&state=x%26y&state=z"));
        let path = back.onto("/c/1");
        assert_eq!(path, "/c/1?return_uri=https%3A%2F%2Fapp.example%2F%3Fa%3Db&state=x%26y");
        assert_eq!(Back::of(path.split_once('?').map(|(_, query)| query)), back);
        assert_eq!(Back::of(Some("state=&return_uri=")).onto("/c/1"), "/c/1");
        let long = Back::of(Some(&format!("state={}", "s".repeat(LONGEST + 1))));
        assert_eq!(long.onto("/c/1"), "/c/1?return_uri=%23", "it leads nowhere, and is short");
    }
}
