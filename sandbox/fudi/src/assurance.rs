//! How surely the provider knows who it is: the `acr` of a sign-in.

/// What a person did to sign in, the surer the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Assurance {
    /// Gave a password.
    Password,
    /// Gave a password and a one-time code.
    PasswordAndCode,
}

impl Assurance {
    pub(crate) const ALL: [Self; 2] = [Self::Password, Self::PasswordAndCode];

    /// The `acr` by which clients ask for it and tokens tell it.
    pub(crate) fn acr(self) -> &'static str {
        match self {
            Self::Password => "urn:farajaland:acr:password",
            Self::PasswordAndCode => "urn:farajaland:acr:password+totp",
        }
    }

    /// The `amr` of tokens (RFC 8176).
    pub(crate) fn amr(self) -> &'static [&'static str] {
        match self {
            Self::Password => &["pwd"],
            Self::PasswordAndCode => &["pwd", "otp", "mfa"],
        }
    }

    /// The first of `acr_values` that is known here (OpenID Connect Core, section 3.1.2.1: in order of preference). A
    /// client that names none, or only others', is content with a password; the ID token says what it got.
    pub(crate) fn wanted(acr_values: &str) -> Self {
        let known = |value: &str| Self::ALL.into_iter().find(|known| known.acr() == value);
        acr_values.split(' ').find_map(known).unwrap_or(Self::Password)
    }
}
