//! Checks that a leaf is of the type that the consumer schema promises.

use apollo_compiler::{Schema, schema::ExtendedType};

/// The text to write for the scalar `sent` as a value of the type `name`; `None` when it is not one.
///
/// Strings and numbers pass through byte for byte, so that no digit is lost.
pub fn completed<'a>(schema: &Schema, name: &str, sent: &'a str) -> Option<std::borrow::Cow<'a, str>> {
    let quoted = sent.starts_with('"');
    let integer = || sent.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let boolean = matches!(sent, "true" | "false");
    let fits = match name {
        "String" => quoted,
        "ID" if !quoted && integer() => return Some(format!("\"{sent}\"").into()),
        "ID" => quoted,
        "Int" => sent.parse::<i32>().is_ok(),
        "Float" => !quoted && !boolean,
        "Boolean" => boolean,
        other => match schema.types.get(other) {
            Some(ExtendedType::Enum(definition)) => {
                serde_json::from_str::<String>(sent).is_ok_and(|value| definition.values.contains_key(value.as_str()))
            }
            _ => true,
        },
    };
    fits.then_some(sent.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_values_of_the_promised_type_pass() {
        let schema = Schema::parse_and_validate("type Query { e: E } enum E { A }", "s").unwrap();
        let passes = |name, sent| completed(&schema, name, sent).map(std::borrow::Cow::into_owned);
        for (name, sent) in [
            ("String", "\"x\""),
            ("Int", "-7"),
            ("Float", "1e400"),
            ("Float", "12345678901234567890.12345678901234567890"),
            ("Boolean", "true"),
            ("ID", "\"a\""),
            ("E", "\"A\""),
        ] {
            assert_eq!(passes(name, sent).as_deref(), Some(sent), "{name}");
        }
        assert_eq!(passes("ID", "123456789012345678901").as_deref(), Some("\"123456789012345678901\""));
        for (name, sent) in [
            ("String", "7"),
            ("String", "true"),
            ("Int", "\"7\""),
            ("Int", "2147483648"),
            ("Int", "1.0"),
            ("Float", "\"1\""),
            ("Float", "false"),
            ("Boolean", "1"),
            ("ID", "1.5"),
            ("E", "\"B\""),
            ("E", "A"),
        ] {
            assert_eq!(passes(name, sent), None, "{name} {sent}");
        }
    }
}
