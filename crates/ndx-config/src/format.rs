//! The forms of text that a configuration knows: how each is recognised, and how to write it.

use chrono::{DateTime, FixedOffset};
use url::Url;

use crate::IsoDuration;

/// One form of text, as JSON Schema's `format` names it.
pub(crate) struct Format {
    pub(crate) name: &'static str,
    pub(crate) is: fn(&str) -> bool,
    /// Completes "`key` …".
    pub(crate) help: &'static str,
}

/// All of them. What was written is never repeated: it might be a secret.
pub(crate) const FORMATS: [Format; 15] = [
    Format {
        name: "uri",
        is: web_address,
        help: "is not an http or https address; write it like `https://ndx.example:4000/`",
    },
    Format {
        name: "origin",
        is: origin,
        help: "is not an origin; write each origin out, like `https://consent.example`",
    },
    Format {
        name: "postgres-url",
        is: postgres_url,
        help: "is not an address of PostgreSQL without a password; write it like `postgres://ndx@db.example:5432/ndx`",
    },
    Format {
        name: "socket-address",
        is: |text| text.parse::<std::net::SocketAddr>().is_ok(),
        help: "is not an address and a port; write it like `127.0.0.1:4000`",
    },
    Format {
        name: "duration",
        is: |text| IsoDuration::parse(text).is_some(),
        help: "is not a duration; write it like `PT1H` or `P30D`",
    },
    Format {
        name: "date-time",
        is: |text| DateTime::parse_from_rfc3339(text).is_ok(),
        help: "is not a point in time; write it like `2026-01-31T00:00:00Z`",
    },
    Format {
        name: "utc-offset",
        is: |text| text.parse::<FixedOffset>().is_ok(),
        help: "is not a distance from UTC; write it like `+05:30`",
    },
    Format { name: "language", is: language, help: "is not the tag of a language; write it like `en` or `pt-BR`" },
    Format {
        name: "consent-link",
        is: |text| text.contains("{id}"),
        help: "must hold `{id}`, where the consent's id goes",
    },
    Format {
        name: "regex",
        is: |text| regex::Regex::new(text).is_ok(),
        help: "is not a regular expression; see the syntax of the crate `regex`",
    },
    Format {
        name: "argument-path",
        is: argument_path,
        help: "is not of the form `<root field>-<argument>`; write it like `personInfo-nic`",
    },
    Format {
        name: "provider-path",
        is: provider_path,
        help: "is not a path of fields below a root field; write it like `person.nic`",
    },
    Format {
        name: "header-name",
        is: header_name,
        help: "is not the name of an HTTP header; write it like `X-API-KEY`",
    },
    Format {
        name: "environment-variable",
        is: variable_name,
        help: "is not the name of an environment variable; write it like `RGD_CLIENT_SECRET`",
    },
    Format {
        name: "ed25519-public-key",
        is: public_key,
        help: "is not an Ed25519 public key; write its 32 bytes as base64url, 43 letters without `=`",
    },
];

/// An http or https address. A user name or password in it is a mistake of its own.
fn web_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// An origin as browsers send it.
fn origin(text: &str) -> bool {
    web_address(text) && Url::parse(text).is_ok_and(|url| url.origin().ascii_serialization() == text)
}

fn postgres_url(text: &str) -> bool {
    let postgres = |url: Url| matches!(url.scheme(), "postgres" | "postgresql") && url.password().is_none();
    Url::parse(text).is_ok_and(postgres)
}

/// A language, perhaps with its region (BCP 47).
fn language(text: &str) -> bool {
    let (language, region) = text.split_once('-').map_or((text, None), |(language, region)| (language, Some(region)));
    let lower = |text: &str| text.chars().all(|c| c.is_ascii_lowercase());
    matches!(language.len(), 2 | 3)
        && lower(language)
        && region.is_none_or(|region| region.len() == 2 && region.chars().all(|c| c.is_ascii_uppercase()))
}

fn argument_path(text: &str) -> bool {
    text.split_once('-').is_some_and(|(root, argument)| graphql_name(root) && graphql_name(argument))
}

fn provider_path(text: &str) -> bool {
    text.contains('.') && text.split('.').all(graphql_name)
}

fn graphql_name(text: &str) -> bool {
    variable_name(text)
}

fn variable_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn header_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c))
}

fn public_key(text: &str) -> bool {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == 32)
}
