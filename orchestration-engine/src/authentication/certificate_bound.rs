//! Tokens that are bound to a TLS certificate (RFC 8705, section 3): stolen, they are worth nothing.

use serde::Deserialize;

/// The key that a token is bound to (RFC 7800, section 3.1): whoever brings the token must prove to have it.
#[derive(Debug, Deserialize)]
pub(super) struct Confirmation {
    /// A TLS client certificate, by its SHA-256 in base64url. A token that is bound to another kind of key cannot be proven
    /// here.
    #[serde(default, rename = "x5t#S256")]
    certificate: Option<String>,
}

/// Whether a caller who showed `certificate` (its thumbprint) may use a token that says `cnf`; `required` where the
/// application's tokens must be bound.
///
/// # Errors
/// With the reason, for our log.
pub(super) fn prove(cnf: Option<&Confirmation>, certificate: Option<&str>, required: bool) -> Result<(), &'static str> {
    match cnf {
        None if required => Err("it is not bound to a certificate, and this application's tokens must be"),
        None => Ok(()),
        Some(Confirmation { certificate: None }) => Err("it is bound to a key of another kind than a certificate"),
        Some(Confirmation { certificate: bound_to }) if bound_to.as_deref() == certificate => Ok(()),
        Some(_) => Err("it is bound to another certificate than the caller's"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t4_a_bound_token_wants_its_own_certificate() {
        let bound = Confirmation { certificate: Some("a".to_owned()) };
        let otherwise = Confirmation { certificate: None };
        assert!(prove(Some(&bound), Some("a"), true).is_ok());
        assert!(prove(None, None, false).is_ok());
        assert!(prove(None, Some("a"), false).is_ok());
        for (cnf, certificate, required) in [
            (Some(&bound), Some("b"), false),
            (Some(&bound), None, false),
            (Some(&otherwise), Some("a"), false),
            (Some(&otherwise), None, false),
            (None, Some("a"), true),
        ] {
            assert!(prove(cnf, certificate, required).is_err(), "{cnf:?} {certificate:?} {required}");
        }
    }
}
