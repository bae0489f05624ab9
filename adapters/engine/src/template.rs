//! The address of a request, with typed slots: an argument fills exactly one segment.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

// RFC 3986, section 2.3: what needs no encoding anywhere.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Segments, each fixed or an argument.
#[derive(Debug, Clone)]
pub(crate) struct PathTemplate(Vec<Segment>);

#[derive(Debug, Clone)]
enum Segment {
    Fixed(String),
    Argument(String),
}

impl PathTemplate {
    /// Reads `/person/{args.nic}`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let path = text.strip_prefix('/').ok_or("a path begins with `/`")?;
        path.split('/').map(Segment::parse).collect::<Result<_, _>>().map(Self)
    }

    /// The names of the arguments that it needs.
    pub(crate) fn arguments(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|segment| match segment {
            Segment::Fixed(_) => None,
            Segment::Argument(name) => Some(name.as_str()),
        })
    }

    /// Fills the slots; the error is the name of the argument that cannot be part of an address.
    pub(crate) fn fill(&self, arguments: &BTreeMap<String, String>) -> Result<String, &str> {
        let mut path = String::new();
        for segment in &self.0 {
            path.push('/');
            match segment {
                Segment::Fixed(text) => path.push_str(text),
                Segment::Argument(name) => {
                    let value = arguments.get(name).filter(|value| is_one_segment(value)).ok_or(name.as_str())?;
                    path.extend(utf8_percent_encode(value, RESERVED));
                }
            }
        }
        Ok(path)
    }
}

impl Segment {
    fn parse(text: &str) -> Result<Self, String> {
        if let Some(slot) = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            let name = slot
                .strip_prefix("args.")
                .ok_or_else(|| format!("`{{{slot}}}` is not a slot; write `{{args.NAME}}`"))?;
            return Ok(Self::Argument(name.to_owned()));
        }
        if matches!(text, "." | "..") {
            return Err("a path has no `.` or `..`".to_owned());
        }
        let fits = |letter: char| letter.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@".contains(letter);
        if !text.chars().all(fits) {
            return Err(format!(
                "`{text}` is not a segment of a path: a slot fills a whole one, a query does not belong here"
            ));
        }
        Ok(Self::Fixed(text.to_owned()))
    }
}

// INVARIANT: what passes here stays one segment. `.` and `..` would be resolved away even when they are encoded, and an
// empty one would make the address that of the collection.
fn is_one_segment(value: &str) -> bool {
    !matches!(value, "" | "." | "..") && !value.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(nic: &str) -> Option<String> {
        let template = PathTemplate::parse("/person/{args.nic}/card").unwrap();
        template.fill(&BTreeMap::from([("nic".to_owned(), nic.to_owned())])).ok()
    }

    #[test]
    fn an_argument_stays_in_its_segment_whatever_it_is() {
        assert_eq!(fill("199512345678").unwrap(), "/person/199512345678/card");
        assert_eq!(fill("../a?b#c d%2F").unwrap(), "/person/..%2Fa%3Fb%23c%20d%252F/card");
        assert_eq!(fill("නූරි").unwrap().matches('/').count(), 3);
    }

    #[test]
    fn an_argument_that_cannot_be_a_segment_is_refused() {
        for bad in ["", ".", "..", "1\r\nX-Evil: 1", "\0", "\u{85}"] {
            assert_eq!(fill(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_path_that_is_not_one_is_refused() {
        for bad in ["person", "/a/../b", "/a?b={args.nic}", "/{nic}", "/a/{args.nic}.json", "/a b"] {
            assert!(PathTemplate::parse(bad).is_err(), "{bad}");
        }
    }
}
