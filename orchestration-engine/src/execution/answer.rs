//! Reads a provider's answer once, along the shape in which it was asked: what was not asked is passed over, and leaves stay
//! the bytes that the provider sent.

use std::collections::{HashMap, HashSet};

use jiter::{Jiter, JiterError, Peek};
use serde::Deserialize;

use super::ProviderFailure;
use crate::planner::Shape;

/// More errors at different fields than this are not told apart: each missing value is held against all of them.
const MOST_ERRORS: usize = 100;
/// Lists in lists, no deeper.
const DEEPEST: usize = 64;

/// What one root asked of the provider.
pub struct Asked<'p> {
    /// The alias of the call.
    pub alias: String,
    /// The shape of its answer.
    pub shape: &'p Shape,
}

/// A provider's answer, opened.
#[derive(Debug)]
pub struct ProviderAnswer<'a> {
    /// For each [`Asked`], in their order, what came under its alias.
    pub data: Vec<Opened<'a>>,
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

/// A value, as far as it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened<'a> {
    /// There is none.
    Missing,
    /// `null`.
    Null,
    /// A string, number or Boolean, as it was sent.
    Scalar(&'a str),
    /// An object: the values of the keys that were asked, by their numbers in the shape. When a key stands twice, the last
    /// one counts.
    Object(Vec<Opened<'a>>),
    /// A list.
    List(Vec<Opened<'a>>),
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
    /// Opens the body of an answer to `asked`.
    ///
    /// # Errors
    /// When it is not a GraphQL answer in JSON.
    pub fn open(body: &'a [u8], asked: &[Asked<'_>]) -> Result<Self, ProviderFailure> {
        let text = std::str::from_utf8(body).map_err(|_| ProviderFailure::BadData)?;
        let mut reader = Reader { text, json: Jiter::new(body), places: most_places(body) };
        let read = reader.answer(asked).map_err(|_| ProviderFailure::BadData)?;
        match read {
            (Some(data), errors) => Ok(Self { data, errors }),
            (None, errors) if errors.is_empty() => Err(ProviderFailure::BadData),
            (None, mut errors) => {
                // One error took everything with it: it is the reason of whatever has no error of its own.
                let failure = errors.first().map_or(ProviderFailure::Error, |error| error.failure);
                errors.push(ProviderError { path: Vec::new(), failure });
                Ok(Self { data: asked.iter().map(|_| Opened::Missing).collect(), errors })
            }
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
    /// The value that the numbers lead to. Where an object on the way is null, so is what is in it; where something else
    /// stands in its place, there is none.
    pub fn at(&self, steps: &[usize]) -> &Self {
        steps.iter().fold(self, |at, step| match at {
            Self::Object(values) => values.get(*step).unwrap_or(&Self::Missing),
            Self::Null => &Self::Null,
            Self::Missing | Self::Scalar(_) | Self::List(_) => &Self::Missing,
        })
    }

    /// The values that the numbers lead to, through all lists on the way.
    pub fn each<'o>(&'o self, steps: &[usize], found: &mut Vec<&'o Self>) {
        match (self, steps.split_first()) {
            (Self::List(items), _) => items.iter().for_each(|item| item.each(steps, found)),
            (Self::Object(values), Some((step, rest))) => {
                values.get(*step).unwrap_or(&Self::Missing).each(rest, found);
            }
            (value, _) => found.push(value),
        }
    }
}

/// A key and a value take four bytes at least; what is not there takes none, so a little more is allowed.
fn most_places(body: &[u8]) -> usize {
    body.len() / 4 + 100_000
}

/// Why the reading stopped: what came is of no use.
struct Unusable;

impl From<JiterError> for Unusable {
    fn from(_: JiterError) -> Self {
        Self
    }
}

type Read<T> = Result<T, Unusable>;

struct Reader<'a> {
    text: &'a str,
    json: Jiter<'a>,
    /// How many places of objects may still be opened.
    places: usize,
}

impl<'a> Reader<'a> {
    /// `data`, `None` when it is null or not there, and `errors`.
    fn answer(&mut self, asked: &[Asked<'_>]) -> Read<(Option<Vec<Opened<'a>>>, Vec<ProviderError>)> {
        let (mut data, mut errors) = (None, Vec::new());
        let mut key = self.json.next_object()?.map(Part::of);
        while let Some(part) = key {
            match part {
                Part::Data => data = self.data(asked)?,
                Part::Errors => errors = self.errors()?,
                Part::Other => self.json.next_skip()?,
            }
            key = self.json.next_key()?.map(Part::of);
        }
        self.json.finish()?;
        Ok((data, errors))
    }

    fn data(&mut self, asked: &[Asked<'_>]) -> Read<Option<Vec<Opened<'a>>>> {
        if self.json.peek()? == Peek::Null {
            self.json.next_null()?;
            return Ok(None);
        }
        let mut data: Vec<_> = asked.iter().map(|_| Opened::Missing).collect();
        let mut by_alias = HashMap::new();
        for (number, one) in asked.iter().enumerate() {
            by_alias.entry(one.alias.as_str()).or_insert(number);
        }
        let position = |key: &str| by_alias.get(key).copied();
        let mut number = self.json.next_object()?.map(position);
        while let Some(found) = number {
            let start = self.json.current_index();
            match found.and_then(|found| asked.get(found)) {
                Some(one) => {
                    let value = self.value(one.shape, 0)?;
                    let raw = self.json.slice_to_current(start);
                    // Several may have asked under one alias, each in its own shape.
                    for (other, place) in asked.iter().zip(&mut data).filter(|(other, _)| other.alias == one.alias) {
                        *place = if std::ptr::eq(other, one) { value.clone() } else { self.again(raw, other.shape)? };
                    }
                }
                None => self.json.next_skip()?,
            }
            number = self.json.next_key()?.map(position);
        }
        Ok(Some(data))
    }

    fn again(&self, raw: &'a [u8], shape: &Shape) -> Read<Opened<'a>> {
        let text = std::str::from_utf8(raw).map_err(|_| Unusable)?;
        Reader { text, json: Jiter::new(raw), places: most_places(raw) }.value(shape, 0)
    }

    fn errors(&mut self) -> Read<Vec<ProviderError>> {
        let start = self.json.current_index();
        self.json.next_skip()?;
        let raw = self.json.slice_to_current(start);
        let errors: Option<Vec<WireError>> = serde_json::from_slice(raw).map_err(|_| Unusable)?;
        let mut told = Vec::new();
        let mut known = HashSet::new();
        for error in errors.unwrap_or_default().into_iter().map(ProviderError::from) {
            // The same field of other elements of a list says nothing new.
            if !known.insert((error.path.clone(), error.failure)) {
                continue;
            }
            if told.len() == MOST_ERRORS {
                // What has no error of its own may be missing for one of those that are not told apart.
                told.push(ProviderError { path: Vec::new(), failure: error.failure });
                break;
            }
            told.push(error);
        }
        Ok(told)
    }

    fn value(&mut self, shape: &Shape, depth: usize) -> Read<Opened<'a>> {
        let peek = self.json.peek()?;
        match peek {
            Peek::Null => {
                self.json.known_null()?;
                Ok(Opened::Null)
            }
            Peek::Object => self.object(shape, depth),
            Peek::Array if depth < DEEPEST => self.list(shape, depth),
            Peek::Array => Err(Unusable),
            peek => self.scalar(peek),
        }
    }

    fn object(&mut self, shape: &Shape, depth: usize) -> Read<Opened<'a>> {
        // A short `{}` opens as many places as were asked: a body of nothing else must not fill the memory.
        self.places = self.places.checked_sub(shape.len()).ok_or(Unusable)?;
        let mut values: Vec<_> = (0..shape.len()).map(|_| Opened::Missing).collect();
        let mut expected = 0;
        let mut key = self.json.known_object()?.map(|key| shape.find(key, 0));
        while let Some(found) = key {
            match found {
                Some((number, below)) => {
                    let value = self.value(below, depth + 1)?;
                    if let Some(place) = values.get_mut(number) {
                        *place = value;
                    }
                    expected = number + 1;
                }
                None => self.json.next_skip()?,
            }
            key = self.json.next_key()?.map(|key| shape.find(key, expected));
        }
        Ok(Opened::Object(values))
    }

    fn list(&mut self, shape: &Shape, depth: usize) -> Read<Opened<'a>> {
        let mut items = Vec::new();
        let mut next = self.json.known_array()?;
        while next.is_some() {
            items.push(self.value(shape, depth + 1)?);
            next = self.json.array_step()?;
        }
        Ok(Opened::List(items))
    }

    fn scalar(&mut self, peek: Peek) -> Read<Opened<'a>> {
        let start = self.json.current_index();
        match peek {
            Peek::String => drop(self.json.known_str()?),
            Peek::True | Peek::False => drop(self.json.known_bool(peek)?),
            peek => drop(self.json.known_number_bytes(peek)?),
        }
        let end = self.json.current_index();
        self.text.get(start..end).map(Opened::Scalar).ok_or(Unusable)
    }
}

/// The parts of a GraphQL answer.
enum Part {
    Data,
    Errors,
    Other,
}

impl Part {
    fn of(key: &str) -> Self {
        match key {
            "data" => Self::Data,
            "errors" => Self::Errors,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(paths: &[&str]) -> Shape {
        let paths: Vec<Vec<String>> = paths.iter().map(|path| path.split('.').map(str::to_owned).collect()).collect();
        Shape::of(&paths)
    }

    fn opened<'a>(body: &'a [u8], shape: &Shape) -> Result<ProviderAnswer<'a>, ProviderFailure> {
        ProviderAnswer::open(body, &[Asked { alias: "r0_p".to_owned(), shape }])
    }

    #[test]
    fn opens_what_was_asked_and_the_errors() {
        let body = br#"{"x":[{}],"data":{"more":{"a":[1]},"r0_p":{"c":7,"b":[{"d":"x\u00e9"},null,{}],"a":1e400}},
            "errors":[{"message":"x","path":["r0_p",3,"b"]}]}"#;
        let shape = shape(&["p.a", "p.b.d"]);
        let answer = opened(body, &shape).unwrap();
        let items = vec![
            Opened::Object(vec![Opened::Scalar(r#""x\u00e9""#)]),
            Opened::Null,
            Opened::Object(vec![Opened::Missing]),
        ];
        assert_eq!(answer.data, [Opened::Object(vec![Opened::Scalar("1e400"), Opened::List(items)])]);
        let mut found = Vec::new();
        answer.data[0].each(&[1, 0], &mut found);
        assert_eq!(found, [&Opened::Scalar(r#""x\u00e9""#), &Opened::Null, &Opened::Missing]);
        assert_eq!(
            answer.errors,
            [ProviderError { path: vec!["r0_p".into(), "b".into()], failure: ProviderFailure::Error }]
        );
    }

    #[test]
    fn p2_what_is_no_graphql_answer_is_bad_data_and_never_a_panic() {
        let deep = format!(r#"{{"data":{}"#, "[".repeat(1_000_000));
        let deep_below = format!(r#"{{"data":{{"r0_p":{{"a":{}"#, "[".repeat(1_000_000));
        let passed_over = format!(r#"{{"data":{{"r0_p":{{"z":{}"#, "{\"a\":".repeat(1_000_000));
        let bad = [
            "",
            "{",
            "[]",
            "7",
            r#"{"data":7}"#,
            r#"{"data":null}"#,
            "{}",
            "\u{0}",
            r#"{"data":[]}"#,
            &deep,
            &deep_below,
            &passed_over,
            r#"{"data":{"r0_p":{"a":"\x"}}}"#,
            "{\"data\":{\"r0_p\":{\"a\":\"\n\"}}}",
            r#"{"data":{"r0_p":{"a":01}}}"#,
            r#"{"data":{"r0_p":{"a":NaN}}}"#,
            r#"{"data":{"r0_p":{"a":"\ud800"}}}"#,
            r#"{"data":{"r0_p":{}}} {}"#,
        ];
        for body in bad {
            assert_eq!(opened(body.as_bytes(), &shape(&["p.a"])).err(), Some(ProviderFailure::BadData), "{:.40}", body);
        }
        assert_eq!(opened(b"{\"data\":{\"a\":\"\xff\"}}", &shape(&["p.a"])).err(), Some(ProviderFailure::BadData));
    }

    #[test]
    fn the_last_of_two_equal_keys_counts() {
        let shape = shape(&["p.a"]);
        let answer = opened(br#"{"data":{"r0_p":{"a":1,"a":2}}}"#, &shape).unwrap();
        assert_eq!(answer.data[0].at(&[0]), &Opened::Scalar("2"));
    }

    #[test]
    fn two_shapes_may_be_asked_under_one_alias() {
        let (a, b) = (shape(&["p.a"]), shape(&["p.b", "p.a"]));
        let asked = [&a, &b].map(|shape| Asked { alias: "r4_p".to_owned(), shape });
        let answer = ProviderAnswer::open(br#"{"data":{"r4_p":{"a":1,"b":2}}}"#, &asked).unwrap();
        assert_eq!(answer.data[0].at(&[0]), &Opened::Scalar("1"));
        assert_eq!((answer.data[1].at(&[0]), answer.data[1].at(&[1])), (&Opened::Scalar("2"), &Opened::Scalar("1")));
    }
}
