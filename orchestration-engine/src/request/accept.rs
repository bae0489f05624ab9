//! Which media type the caller wants the answer in: its `Accept` header (RFC 9110, section 12.5.1; GraphQL over HTTP,
//! "Accept").

use http::{HeaderMap, header};

/// The two media types of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaType {
    /// `application/json`: statuses as older clients expect them.
    Json,
    /// `application/graphql-response+json`.
    GraphqlResponse,
}

/// How much a caller wants something: its weight in thousandths, then how exactly it was named.
type Wish = (u16, Exactness);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Exactness {
    Anything,
    AnyApplication,
    ByName,
}

impl MediaType {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Json, Self::GraphqlResponse];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::GraphqlResponse => "application/graphql-response+json",
        }
    }

    /// The type that the caller prefers. Who names both alike gets the newer one, who names none gets `application/json`, and
    /// so does who wants neither: in something, the refusal has to be written.
    pub fn accepted(headers: &HeaderMap) -> Self {
        let wish = |kind: Self| kind.wish(headers).filter(|(weight, _)| *weight > 0);
        let named = |kind| wish(kind).filter(|(_, exactness)| *exactness == Exactness::ByName);
        match (wish(Self::GraphqlResponse), wish(Self::Json)) {
            (Some(graphql), json) if json.is_none_or(|json| graphql > json) => Self::GraphqlResponse,
            (Some(graphql), json) if named(Self::GraphqlResponse).is_some() && Some(graphql) == json => {
                Self::GraphqlResponse
            }
            _ => Self::Json,
        }
    }

    /// Whether the caller can read an answer of one of the types.
    pub(super) fn one_is_acceptable(headers: &HeaderMap) -> bool {
        let wanted = |kind: Self| kind.wish(headers).is_some_and(|(weight, _)| weight > 0);
        !headers.contains_key(header::ACCEPT) || Self::ALL.into_iter().any(wanted)
    }

    /// What the header says of this type: where several entries fit, the most exact one counts.
    fn wish(self, headers: &HeaderMap) -> Option<Wish> {
        let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let entries = values.flat_map(|value| value.split(',')).filter_map(|entry| self.fits(entry));
        entries.max_by_key(|(_, exactness)| *exactness)
    }

    /// One entry of the header, where it fits this type.
    fn fits(self, entry: &str) -> Option<Wish> {
        let mut parts = entry.split(';').map(str::trim);
        let range = parts.next().unwrap_or_default().to_ascii_lowercase();
        let exactness = match range.as_str() {
            "*/*" => Exactness::Anything,
            "application/*" => Exactness::AnyApplication,
            name if name == self.as_str() => Exactness::ByName,
            _ => return None,
        };
        let mut weight = 1000;
        for (name, value) in parts.filter_map(|part| part.split_once('=')) {
            match name.trim().to_ascii_lowercase().as_str() {
                "q" => weight = thousandths(value.trim()),
                "charset" if !is_utf8(value) => return None,
                _ => {}
            }
        }
        Some((weight, exactness))
    }
}

/// A weight between 0 and 1; what is none counts as 1, as if it had not been written.
fn thousandths(text: &str) -> u16 {
    match text.parse::<f32>() {
        Ok(weight) if (0.0..=1.0).contains(&weight) => {
            (0..=1000).find(|n| f32::from(*n) >= weight * 1000.0).unwrap_or(1000)
        }
        _ => 1000,
    }
}

/// Whether a parameter `charset` has the value that JSON has (RFC 8259, section 8.1).
pub(super) fn is_utf8(charset: &str) -> bool {
    charset.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(accept: &[&str]) -> HeaderMap {
        accept.iter().map(|value| (header::ACCEPT, value.parse().unwrap())).collect()
    }

    #[test]
    fn the_media_type_follows_accept() {
        for (accept, expected) in [
            ("*/*", MediaType::Json),
            ("application/*", MediaType::Json),
            ("application/json", MediaType::Json),
            ("Application/JSON; charset=UTF-8", MediaType::Json),
            ("application/graphql-response+json", MediaType::GraphqlResponse),
            ("application/graphql-response+json; charset=utf-8", MediaType::GraphqlResponse),
            ("application/json, application/graphql-response+json", MediaType::GraphqlResponse),
            ("application/graphql-response+json, */*", MediaType::GraphqlResponse),
            ("application/graphql-response+json, application/json;q=0.9", MediaType::GraphqlResponse),
            ("application/graphql-response+json;q=0.5, application/json", MediaType::Json),
            ("application/graphql-response+json;q=0.5, */*", MediaType::Json),
            ("*/*, application/json;q=0", MediaType::GraphqlResponse),
            ("*/*;q=0.1, application/graphql-response+json;q=0", MediaType::Json),
            ("text/html, */*;q=0.8", MediaType::Json),
        ] {
            assert_eq!(MediaType::accepted(&headers(&[accept])), expected, "{accept}");
            assert!(MediaType::one_is_acceptable(&headers(&[accept])), "{accept}");
        }
        assert_eq!(MediaType::accepted(&HeaderMap::new()), MediaType::Json);
        assert!(MediaType::one_is_acceptable(&HeaderMap::new()));
        let two = headers(&["application/json;q=0.5", "application/graphql-response+json"]);
        assert_eq!(MediaType::accepted(&two), MediaType::GraphqlResponse);
    }

    #[test]
    fn g6_who_wants_something_else_is_told() {
        for accept in ["text/html", "application/xml, image/*", "*/*;q=0", "application/json;charset=utf-16", ""] {
            assert!(!MediaType::one_is_acceptable(&headers(&[accept])), "{accept}");
        }
    }
}
