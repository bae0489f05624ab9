//! What is wrong with a document, without what it says.
//!
//! The messages of the GraphQL library may quote a value of the request. They are passed on without it: a value may be
//! a person's identifier.

use apollo_compiler::{parser::SourceMap, request::RequestError, response::GraphQLError, validation::DiagnosticList};

/// A place in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Location {
    /// From 1.
    pub line: usize,
    /// From 1.
    pub column: usize,
}

/// One mistake in the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// What is wrong.
    pub message: String,
    /// Where.
    pub locations: Vec<Location>,
}

/// More mistakes than this are not told: nobody reads them, and a short document can hold very many.
const MOST: usize = 100;

/// The library's first mistakes in the document's order, each once. Where a field is unknown, the library also says that the
/// selection around it is empty; that is left out.
pub(super) fn mistakes(list: &DiagnosticList) -> Vec<Mistake> {
    let mut found: Vec<Mistake> = Vec::new();
    for diagnostic in list.iter() {
        let one = cleaned(&diagnostic.to_json());
        if !found.contains(&one) {
            found.push(one);
        }
        if found.len() == MOST {
            break;
        }
    }
    if found.iter().any(|one| !one.message.contains("subselection")) {
        found.retain(|one| !one.message.contains("subselection"));
    }
    found
}

pub(super) fn mistake(error: &RequestError, sources: &SourceMap) -> Mistake {
    cleaned(&error.to_graphql_error(sources))
}

fn cleaned(error: &GraphQLError) -> Mistake {
    let locations = error.locations.iter().map(|at| Location { line: at.line, column: at.column }).collect();
    Mistake { message: without_values(&error.message), locations }
}

/// Replaces what may be a value of the request: everything in double quotes, every number of four digits or more, and
/// what the library quotes when a value does not fit a type.
fn without_values(message: &str) -> String {
    if let Some((what, rest)) = message.split_once(": ").filter(|(what, _)| what.starts_with("could not coerce")) {
        let to = rest.rsplit(" to type ").next().unwrap_or_default();
        return format!("{what} to type {to}");
    }
    let mut cleaned = String::new();
    let mut quoted = false;
    let mut escaped = false;
    let mut digits = String::new();
    for c in message.chars().chain([' ']) {
        let quote = c == '"' && !escaped;
        escaped = quoted && c == '\\' && !escaped;
        if quote {
            quoted = !quoted;
            if quoted {
                cleaned.push('…');
            }
        } else if !quoted && c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        cleaned.push_str(if digits.len() >= 4 { "…" } else { &digits });
        digits.clear();
        if !quoted && !quote {
            cleaned.push(c);
        }
    }
    cleaned.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_loses_the_values_that_it_quotes() {
        for (message, expected) in [
            (
                "could not coerce variable nic: 199512345678 to type String",
                "could not coerce variable nic to type String",
            ),
            ("expected value of type String!, found 199512345678", "expected value of type String!, found …"),
            (r#"expected value of type Int, found "861234567V""#, "expected value of type Int, found …"),
            (r#"found "a\"Nayana Perera\\" there"#, "found … there"),
            ("type `Query` does not have a field `a1`", "type `Query` does not have a field `a1`"),
        ] {
            assert_eq!(without_values(message), expected);
        }
    }
}
