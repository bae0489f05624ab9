//! What a provider of the bench answers: always the same, with the asked person's number in it, under the aliases that it
//! was asked for. It reads no more of the request than that, so that it is not what is measured.

use crate::people::{LENGTH, find_nic};

/// The shape of a provider's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A card holder: four texts.
    Person,
    /// A birth record: six texts.
    Birth,
    /// One text.
    Item,
    /// So many texts, `w000`, `w001` and so on.
    Wide {
        /// The number of the first.
        first: usize,
        /// How many.
        count: usize,
    },
    /// A list of records, about so many bytes in all.
    Records(usize),
}

/// A root field's value, cut where the person's number stands.
#[derive(Debug, Clone)]
pub struct Answer {
    before: Vec<u8>,
    after: Vec<u8>,
}

/// About the length of one record.
const RECORD: usize = 200;

impl Answer {
    /// The answer of this shape.
    pub fn new(shape: Shape) -> Self {
        let (before, after) = match shape {
            Shape::Person => (
                r#"{"fullName":"Person "#.to_owned(),
                r#"","otherNames":"Nayana Kumari","permanentAddress":"12 Lagoon Road, Port Faraja","profession":"Teacher of mathematics"}"#.to_owned(),
            ),
            Shape::Birth => (
                r#"{"name":"Person "#.to_owned(),
                r#"","birthDate":"1990-02-11","sex":"F","brNo":"BR-1990-000417","birthPlace":"General Hospital","district":"Port Faraja"}"#.to_owned(),
            ),
            Shape::Item => (
                r#"{"value":"Item of "#.to_owned(),
                r#" which is held in one of thirty-two registers and is as long as a usual answer of one, which is to say some two hundred bytes"}"#.to_owned(),
            ),
            Shape::Wide { first, count } => {
                let rest: String = (first + 1..first + count).map(|number| format!(r#","w{number:03}":"a text""#)).collect();
                (format!(r#"{{"w{first:03}":""#), format!(r#""{rest}}}"#))
            }
            Shape::Records(bytes) => {
                let count = bytes.div_ceil(RECORD).max(1);
                let records: Vec<_> = (1..count).map(|number| record(number, "somebody else")).collect();
                let first = record(0, "\u{0}");
                let (before, after) = first.split_once('\u{0}').unwrap_or_default();
                let comma = if records.is_empty() { "" } else { "," };
                (format!(r#"{{"records":[{before}"#), format!("{after}{comma}{}]}}", records.join(",")))
            }
        };
        Self { before: before.into_bytes(), after: after.into_bytes() }
    }

    /// The body of the answer to `request`; `None` when it asks for nothing that can be found.
    pub fn body(&self, request: &[u8]) -> Option<Vec<u8>> {
        let nic = request.get(find_nic(request)?)?;
        let mut body = Vec::with_capacity(self.before.len() + self.after.len() + LENGTH + 64);
        body.extend_from_slice(br#"{"data":"#);
        let mut opening = b'{';
        for alias in aliases(request) {
            body.push(opening);
            opening = b',';
            body.push(b'"');
            body.extend_from_slice(alias);
            body.extend_from_slice(br#"":"#);
            body.extend_from_slice(&self.before);
            body.extend_from_slice(nic);
            body.extend_from_slice(&self.after);
        }
        body.extend_from_slice(b"}}");
        (opening == b',').then_some(body)
    }
}

fn record(number: usize, holder: &str) -> String {
    let amount = 100 + number * 7 % 900;
    format!(
        r#"{{"id":"R-{number:06}","holder":"{holder}","title":"Entry in the register of everything","amount":{amount}.25,"active":true,"place":{{"street":"Lagoon Road {number}","town":"Port Faraja"}},"note":"as it was entered"}}"#
    )
}

/// The names under which the root fields are wanted: what stands before a `:` (or, without one, the field) in the outermost
/// braces of the document, beside parentheses.
fn aliases(request: &[u8]) -> impl Iterator<Item = &[u8]> {
    let start = memchr::memmem::find(request, br#""query":"#).map_or(0, |place| place + br#""query":""#.len());
    let mut place = start;
    let (mut braces, mut parentheses) = (0usize, 0usize);
    std::iter::from_fn(move || {
        loop {
            let byte = *request.get(place)?;
            match byte {
                b'{' => braces += 1,
                b'}' => braces = braces.saturating_sub(1),
                b'(' => parentheses += 1,
                b')' => parentheses = parentheses.saturating_sub(1),
                b'"' => return None,
                b'\\' => place += 1,
                _ if braces == 1 && parentheses == 0 && is_name(byte) => {
                    let name = name_at(request, place);
                    place += name.len();
                    // The field itself follows its alias.
                    if request.get(place) == Some(&b':') {
                        place += 1;
                        place += request.get(place..)?.iter().take_while(|byte| !is_name(**byte)).count();
                        place += name_at(request, place).len();
                    }
                    return Some(name);
                }
                _ => {}
            }
            place += 1;
        }
    })
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn name_at(text: &[u8], place: usize) -> &[u8] {
    let rest = text.get(place..).unwrap_or_default();
    let length = rest.iter().take_while(|byte| is_name(**byte)).count();
    rest.get(..length).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_alias_gets_the_answer_with_the_persons_number() {
        let request = br#"{"query":"query Ndx($r0_person_nic: ID!) { r0_person: person(nic: $r0_person_nic) { fullName a: b { c } } r1_person: person(nic: \"1\") { d } plain }","variables":{"r0_person_nic":"199000000007"}}"#;
        let names: Vec<_> = aliases(request).map(|name| std::str::from_utf8(name).unwrap()).collect();
        assert_eq!(names, ["r0_person", "r1_person", "plain"]);
        let body = Answer::new(Shape::Person).body(request).unwrap();
        let value: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(value["data"]["r0_person"]["fullName"], "Person 199000000007");
        assert!(value["data"]["plain"].is_object());
    }

    #[test]
    fn lists_have_about_the_wanted_length() {
        let request = br#"{"query":"{ r: x }","variables":{"n":"199000000007"}}"#;
        for size in [1_000, 100_000, 1_000_000] {
            let body = Answer::new(Shape::Records(size)).body(request).unwrap();
            let value: serde_json::Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(value["data"]["r"]["records"][0]["holder"], "199000000007");
            assert!((size * 8 / 10..size * 12 / 10).contains(&body.len()), "{size}: {}", body.len());
        }
    }
}
