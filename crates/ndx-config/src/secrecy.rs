//! Secrets that stand where they must not: in the configuration itself.

use url::Url;

use crate::{Entry, Problem};

/// How the keys end under which people write secrets.
const ENDINGS: [&str; 10] = [
    "secret",
    "password",
    "passwd",
    "passphrase",
    "token",
    "apikey",
    "apikeyvalue",
    "privatekey",
    "secretkey",
    "credentials",
];

/// Whether what stands under `key` is likely to be a secret.
pub fn names_a_secret(key: &str) -> bool {
    let plain: String = key.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    ENDINGS.iter().any(|ending| plain.ends_with(ending))
}

/// What to do instead of writing a secret.
pub(crate) fn write_a_reference(key: &str) -> String {
    format!(
        "`{key}` must not hold the secret itself: keep it in a file and write `{{ \"from_file\": \"<path>\" }}`, or in the \
         environment and write `{{ \"from_env\": \"<NAME>\" }}`; then make a new secret, for this one has been seen"
    )
}

/// Every secret that stands in `entry` or below it: under a key that says so, or in an address. What is told of the key
/// or the value already is one mistake, not two.
pub(crate) fn literal(entry: &Entry<'_>, problems: &mut Vec<Problem>) {
    let note = |entry: &Entry<'_>, message: String, problems: &mut Vec<Problem>| {
        let (on_key, on_value) = (entry.key_problem(""), entry.problem(message));
        if !problems.iter().any(|told| told.is_beside(&on_key) || told.is_beside(&on_value)) {
            problems.push(on_value);
        }
    };
    for (key, below) in entry.members() {
        if below.text().is_some() && names_a_secret(key) {
            note(&below, write_a_reference(key), problems);
        }
        literal(&below, problems);
    }
    entry.items().iter().for_each(|below| literal(below, problems));
    // PostgreSQL knows its users by the address; a password never belongs into one.
    let told =
        |url: &Url| url.password().is_some() || !url.username().is_empty() && !url.scheme().starts_with("postgres");
    if entry.text().and_then(|text| Url::parse(text).ok()).is_some_and(|url| told(&url)) {
        let message = "an address must not hold a user name or password; whoever reads a log would have them";
        note(entry, message.to_owned(), problems);
    }
}
