//! Under which conditions a call is meant: `If-Match` (RFC 9110, section 13.1.1) and `Idempotency-Key`.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};

use crate::api::{ApiError, body};

const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// A longer key is refused.
const LONGEST_KEY: usize = 255;

/// The conditions.
#[derive(Debug, Default)]
pub(crate) struct Conditions {
    /// The versions of which one must be the present one; any when absent.
    pub(crate) versions: Option<Vec<u64>>,
    /// The key under which the same call may be sent again.
    pub(crate) key: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Conditions {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let mut mistakes = Vec::new();
        let conditions =
            Self { versions: versions(&parts.headers, &mut mistakes), key: key(&parts.headers, &mut mistakes) };
        body::without(mistakes)?;
        Ok(conditions)
    }
}

fn key(headers: &HeaderMap, mistakes: &mut Vec<String>) -> Option<String> {
    let mut sent = headers.get_all(IDEMPOTENCY_KEY).iter();
    let first = sent.next()?;
    let readable = |text: &&str| (1..=LONGEST_KEY).contains(&text.len());
    match (first.to_str().ok().filter(readable), sent.next()) {
        (Some(key), None) => Some(key.to_owned()),
        _ => {
            mistakes.push(format!("Idempotency-Key must be one text of 1 to {LONGEST_KEY} visible ASCII characters"));
            None
        }
    }
}

/// What `If-Match` names. `*` is any; a weak tag, and one that is no version of ours, is none.
fn versions(headers: &HeaderMap, mistakes: &mut Vec<String>) -> Option<Vec<u64>> {
    let sent: Vec<&str> = headers.get_all(header::IF_MATCH).iter().map(|value| value.to_str().unwrap_or("?")).collect();
    let tags: Vec<&str> = sent.iter().flat_map(|value| value.split(',')).map(str::trim).collect();
    match tags.as_slice() {
        [] | ["*"] => None,
        tags => {
            let opaque = |tag: &str| tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).map(str::to_owned);
            let is_tag = |tag: &&str| opaque(tag.strip_prefix("W/").unwrap_or(tag)).is_some();
            if !tags.iter().all(is_tag) {
                mistakes.push("If-Match must be entity tags in quotes, or *".to_owned());
            }
            Some(tags.iter().filter_map(|tag| opaque(tag)?.parse().ok()).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &'static str, values: &[&str]) -> (Option<Vec<u64>>, Option<String>, usize) {
        let (mut headers, mut mistakes) = (HeaderMap::new(), Vec::new());
        for value in values {
            headers.append(name, value.parse().unwrap());
        }
        let (versions, key) = (versions(&headers, &mut mistakes), key(&headers, &mut mistakes));
        (versions, key, mistakes.len())
    }

    #[test]
    fn tags_are_read_as_versions() {
        for (values, expected, mistakes) in [
            (&[][..], None, 0),
            (&["*"], None, 0),
            (&["\"3\""], Some(vec![3]), 0),
            (&["\"3\", \"5\"", "\"7\""], Some(vec![3, 5, 7]), 0),
            (&["W/\"3\""], Some(vec![]), 0),
            (&["\"other\""], Some(vec![]), 0),
            (&["3"], Some(vec![]), 1),
            (&[""], Some(vec![]), 1),
            (&["\"3\", *"], Some(vec![3]), 1),
        ] {
            assert_eq!(read("if-match", values), (expected, None, mistakes), "{values:?}");
        }
    }

    #[test]
    fn a_key_is_one_short_text() {
        assert_eq!(read(IDEMPOTENCY_KEY, &["a-b"]), (None, Some("a-b".to_owned()), 0));
        let long = "k".repeat(256);
        for bad in [&["a", "b"][..], &[""], &["ä"], &[&long]] {
            assert_eq!(read(IDEMPOTENCY_KEY, bad), (None, None, 1), "{bad:?}");
        }
    }
}
