//! Takes the token out of an `Authorization` header (RFC 6750, section 2.1).

/// Longer tokens are refused before they are looked at.
const LONGEST: usize = 16 * 1024;

/// The token of `Bearer <token>`; the scheme's case does not matter (RFC 9110, section 11.1).
pub fn token(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.split_once(' ')?;
    let token = token.trim_matches(' ');
    let fits = scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() && token.len() <= LONGEST;
    (fits && !token.contains(' ')).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_only_a_bearer_token() {
        assert_eq!(token("Bearer abc.def"), Some("abc.def"));
        assert_eq!(token("bearer abc"), Some("abc"));
        for bad in ["", "Bearer", "Bearer ", "Basic abc", "Bearer a b", "abc"] {
            assert_eq!(token(bad), None, "{bad}");
        }
        assert_eq!(token(&format!("Bearer {}", "a".repeat(LONGEST + 1))), None);
    }
}
