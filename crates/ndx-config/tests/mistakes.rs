//! Every mistake in the configuration is told at once, with its place and what to do.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

use ndx_config::{Problems, parse};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn farajaland() -> String {
    std::fs::read_to_string(root().join("fl-config.json")).unwrap()
}

fn problems(text: &str) -> Problems {
    parse("fl-config.json", text, &root()).unwrap_err()
}

#[test]
fn farajalands_own_configuration_has_none_and_holds_no_secret() {
    let exchange = parse("fl-config.json", &farajaland(), &root()).unwrap();
    assert_eq!(exchange.providers.len(), 2);
    for file in std::fs::read_dir(root().join("sandbox/secrets")).unwrap() {
        let secret = std::fs::read_to_string(file.unwrap().path()).unwrap();
        assert!(!farajaland().contains(&format!("\"{}\"", secret.trim())), "a secret stands in the configuration");
    }
}

#[test]
fn twelve_planted_mistakes_are_twelve_problems() {
    let plants = [
        ("\"listen\": \"127.0.0.1:3001\"", "\"listen\": \"127.0.0.1:4000\"", "another service listens too"),
        ("{portal}/c/{id}", "{portal}/c", "must hold `{id}`"),
        ("\"+05:30\"", "\"half past five\"", "write it like `+05:30`"),
        ("\"http://127.0.0.1:8090/oauth2/jwks\"", "\"ftp://127.0.0.1/jwks\"", "not an http or https address"),
        ("^([0-9]{9}[VX]|[0-9]{12})$", "^([0-9]{9}", "not a regular expression"),
        ("\"member\": \"die\"", "\"member\": \"dye\"", "there is no member `dye`"),
        ("[\"PT1H\", \"P7D\", \"P30D\"]", "[\"P30D\", \"PT1H\"]", "must rise from the shortest"),
        ("\"coolDown\": \"P30D\"", "\"coolDown\": \"a month\"", "not a duration"),
        ("{ \"from_file\": \"sandbox/secrets/rgd-client-secret\" }", "\"s3cret\"", "expected"),
        ("sandbox/secrets/drp-adapter-key", "sandbox/secrets/none", "cannot be read"),
        (
            "\"sourceArgPath\": \"personInfo-nic\", \"targetArgName\": \"ownerNic\"",
            "\"sourceArgPath\": \"nic\", \"targetArgName\": \"ownerNic\"",
            "<root field>-<argument>",
        ),
        ("\"rootFields\": 20", "\"rootField\": 20", "unknown field `rootField`"),
    ];
    // One by one each is found, with a place in the file.
    for (right, wrong, words) in plants {
        let text = farajaland();
        assert!(text.contains(right), "{right}");
        let found = problems(&text.replacen(right, wrong, 1));
        assert_eq!(found.all.len(), 1, "{found}");
        assert!(found.all[0].message.contains(words), "{found}");
        assert!(found.all[0].line > 1, "{found}");
    }
    // Those that do not keep a section from being read are found together with all others.
    let mut text = farajaland();
    for (right, wrong, _) in plants {
        text = text.replacen(right, wrong, 1);
    }
    let unreadable = ["not a duration", "expected", "unknown field `rootField`"];
    let found = problems(&text).to_string();
    for words in unreadable {
        assert!(found.contains(words), "{words}: {found}");
    }
    let mut text = farajaland();
    let mut planted = 0;
    for (right, wrong, words) in plants {
        if !unreadable.contains(&words) {
            text = text.replacen(right, wrong, 1);
            planted += 1;
        }
    }
    let found = problems(&text);
    assert_eq!(found.all.len(), planted, "{found}");
}

#[test]
fn what_is_no_json_is_told_with_its_place() {
    let found = problems("{\n  \"services\": }");
    assert_eq!((found.all[0].line, found.all[0].column), (2, 15));
    assert!(problems(&farajaland().replacen("\"jwt\"", "\"jwd\"", 1)).to_string().contains("unknown field `jwd`"));
    assert!(problems("[]").to_string().starts_with("1 mistake in the configuration\n  fl-config.json:1:"));
}
