//! Reads a provider's answer, opening only what is looked at: leaves stay the bytes that the provider sent.

use std::borrow::Cow;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use super::ProviderFailure;

/// More errors than this are not read: each missing value is held against all of them.
const MOST_ERRORS: usize = 100;

/// A provider's answer, opened.
#[derive(Debug)]
pub struct ProviderAnswer<'a> {
    /// The root fields by alias.
    pub data: Opened<'a>,
    /// What the provider says went wrong.
    pub errors: Vec<ProviderError>,
}

/// One error of a provider. Its message is not read: it could hold anything.
#[derive(Debug, PartialEq, Eq)]
pub struct ProviderError {
    /// The alias and the names of the fields that lead to it; list indexes are left out. Empty when it has no path.
    pub path: Vec<String>,
    /// The failure that its `extensions.code` names, when it is one that we know.
    pub failure: ProviderFailure,
}

/// A value, opened by one level.
#[derive(Debug, Clone)]
pub enum Opened<'a> {
    /// `null`.
    Null,
    /// A string, number or Boolean, as it was sent.
    Scalar(&'a str),
    /// An object; when a key stands twice, the last one counts.
    Object(Vec<(Cow<'a, str>, &'a RawValue)>),
    /// A list.
    List(Vec<&'a RawValue>),
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
    #[serde(default)]
    errors: Option<Vec<WireError>>,
}

#[derive(Deserialize)]
struct WireError {
    #[serde(default)]
    path: Option<Vec<Segment>>,
    #[serde(default)]
    extensions: Option<Extensions>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Segment {
    Field(String),
    #[expect(dead_code, reason = "an index is read only to be told from a field")]
    Index(u64),
}

#[derive(Deserialize)]
struct Extensions {
    #[serde(default)]
    code: Option<String>,
}

impl<'a> ProviderAnswer<'a> {
    /// Opens the body of an answer.
    ///
    /// # Errors
    /// When it is not a GraphQL answer in JSON.
    pub fn open(body: &'a [u8]) -> Result<Self, ProviderFailure> {
        let body: Body<'a> = serde_json::from_slice(body).map_err(|_| ProviderFailure::BadData)?;
        let errors = body.errors.unwrap_or_default().into_iter().take(MOST_ERRORS);
        let errors: Vec<_> = errors.map(ProviderError::from).collect();
        let data = body.data.map_or(Ok(Opened::Null), Opened::open)?;
        match data {
            Opened::Scalar(_) | Opened::List(_) => Err(ProviderFailure::BadData),
            Opened::Null if errors.is_empty() => Err(ProviderFailure::BadData),
            data => Ok(Self { data, errors }),
        }
    }
}

impl From<WireError> for ProviderError {
    fn from(error: WireError) -> Self {
        let field = |segment| match segment {
            Segment::Field(name) => Some(name),
            Segment::Index(_) => None,
        };
        let failure = match error.extensions.and_then(|extensions| extensions.code).as_deref() {
            Some("PROVIDER_TIMEOUT") => ProviderFailure::Timeout,
            Some("PROVIDER_UNAVAILABLE") => ProviderFailure::UNAVAILABLE,
            Some("PROVIDER_BAD_DATA") => ProviderFailure::BadData,
            Some("PROVIDER_REFUSED") => ProviderFailure::Refused,
            Some("PROVIDER_QUOTA") => ProviderFailure::QUOTA,
            _ => ProviderFailure::Error,
        };
        Self { path: error.path.unwrap_or_default().into_iter().filter_map(field).collect(), failure }
    }
}

impl<'a> Opened<'a> {
    /// Opens `raw` by one level.
    ///
    /// # Errors
    /// When it is not JSON.
    pub fn open(raw: &'a RawValue) -> Result<Self, ProviderFailure> {
        let text = raw.get();
        match text.as_bytes().first() {
            Some(b'{') => serde_json::from_str(text).map(|Entries(entries)| Self::Object(entries)),
            Some(b'[') => serde_json::from_str(text).map(|Items(items)| Self::List(items)),
            Some(b'n') => Ok(Self::Null),
            _ => Ok(Self::Scalar(text)),
        }
        .map_err(|_| ProviderFailure::BadData)
    }

    /// The value under `key`; `None` when this is no object or has no such key.
    pub fn get(&self, key: &str) -> Option<&'a RawValue> {
        match self {
            Self::Object(entries) => entries.iter().rev().find(|(name, _)| name == key).map(|(_, value)| *value),
            _ => None,
        }
    }
}

struct Entries<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Entries<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Entries<'de>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some((Key(key), value)) = map.next_entry()? {
                    entries.push((key, value));
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

/// A key, borrowed from the body unless it holds an escape.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

struct Items<'a>(Vec<&'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for Items<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Items<'de>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a list")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = list.next_element()? {
                    items.push(item);
                }
                Ok(Items(items))
            }
        }
        deserializer.deserialize_seq(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_data_and_errors() {
        let body = br#"{"data":{"r0_p":{"a":1}},"errors":[{"message":"x","path":["r0_p",3,"b"]}]}"#;
        let answer = ProviderAnswer::open(body).unwrap();
        assert_eq!(answer.data.get("r0_p").unwrap().get(), r#"{"a":1}"#);
        assert_eq!(
            answer.errors,
            [ProviderError { path: vec!["r0_p".into(), "b".into()], failure: ProviderFailure::Error }]
        );
    }

    #[test]
    fn p2_what_is_no_graphql_answer_is_bad_data_and_never_a_panic() {
        let deep = format!(r#"{{"data":{}"#, "[".repeat(1_000_000));
        for body in ["", "{", "[]", "7", r#"{"data":7}"#, r#"{"data":null}"#, "{}", "\u{0}", r#"{"data":[]}"#, &deep] {
            assert_eq!(ProviderAnswer::open(body.as_bytes()).err(), Some(ProviderFailure::BadData));
        }
        assert_eq!(ProviderAnswer::open(b"{\"data\":{\"a\":\"\xff\"}}").err(), Some(ProviderFailure::BadData));
    }

    #[test]
    fn the_last_of_two_equal_keys_counts() {
        let answer = ProviderAnswer::open(br#"{"data":{"a":1,"a":2}}"#).unwrap();
        assert_eq!(answer.data.get("a").unwrap().get(), "2");
    }
}
