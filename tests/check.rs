//! `ndx check`: every mistake of an exchange at once, each at its line; and `--migrate`, which explains and converts.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

use std::{
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;
use tempfile::TempDir;

const NDX: &str = env!("CARGO_BIN_EXE_ndx");

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// A copy of everything that Farajaland's configuration names.
fn farajaland() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let copy = |path: &str| {
        let to = folder.path().join(path);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(root().join(path), to).unwrap();
    };
    for file in ["fl-config.json", "schema/schema.graphql", "schema/policy-metadata.json", "sandbox/grants.json"] {
        copy(file);
    }
    for list in ["schema/providers", "sandbox/secrets"] {
        for file in std::fs::read_dir(root().join(list)).unwrap() {
            copy(&format!("{list}/{}", file.unwrap().file_name().to_str().unwrap()));
        }
    }
    folder
}

fn ndx(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(NDX).current_dir(folder).args(arguments).output().unwrap();
    told(&output)
}

fn told(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

const CONFIG: &str = "fl-config.json";
const CONSUMER: &str = "schema/schema.graphql";
const BIRTHS: &str = "schema/providers/abc-212.graphql";
const POLICIES: &str = "schema/policy-metadata.json";
const GRANTS: &str = "sandbox/grants.json";

/// Each mistake: in which file, what stands there, what is planted for it on the same line, and words of what must be told.
const PLANTS: [(&str, &str, &str, &str); 20] = [
    (CONFIG, ", \"url\": \"http://127.0.0.1:3001\"", "", "in `audit`, `url` is missing"),
    (CONFIG, "\"listen\": \"127.0.0.1:8082\"", "\"listen\": \"127.0.0.1:4000\"", "where another service listens too"),
    (CONFIG, "\"requestLifetime\": \"PT1H\"", "\"requestLifetime\": \"an hour\"", "is not a duration"),
    (CONFIG, "\"coolDown\":", "\"coolDwon\":", "unknown key `coolDwon`; did you mean `coolDown`?"),
    (CONFIG, "\"http://127.0.0.1:8090/oauth2/jwks\"", "\"ftp://127.0.0.1/jwks\"", "is not an http or https address"),
    (CONFIG, "\"uppercase\"", "\"upercase\"", "must be one of `trim`, `uppercase`"),
    (CONFIG, "\"member\": \"die\"", "\"member\": \"dye\"", "there is no member `dye`"),
    (CONFIG, "\"fieldName\": \"person.otherNames\"", "\"fieldName\": \"person.fullName\"", "is listed twice"),
    (CONFIG, "sandbox/secrets/drp-adapter-key", "sandbox/secrets/none", "no secret here"),
    (
        CONFIG,
        "{ \"from_file\": \"sandbox/secrets/rgd-client-secret\" }",
        "\"hunter2\"",
        "must not hold the secret itself",
    ),
    (CONFIG, "\"plannedFields\": 2000", "\"plannedFields\": \"many\"", "must be a whole number, not text"),
    (
        CONSUMER,
        "\"person.fullName\"",
        "\"person.fulName\"",
        "has no `fulName` of `person.fulName`; did you mean `fullName`?",
    ),
    (CONSUMER, "  year: Int", "  year: String", "`VehicleInfo.year` is `String`, but"),
    (CONSUMER, "  sex: String @", "  sex: String! @", "must be nullable"),
    (CONSUMER, "  birthInfo: BirthInfo", "  birthInfo: [BirthInfo]", "is a list, so it needs `@sourceInfo`"),
    (BIRTHS, "  sex: String\n", "  sex: Sexx\n", "cannot find type `Sexx`"),
    (POLICIES, "\"fieldName\": \"person.dateOfBirth\"", "\"fieldName\": \"person.nic\"", "is listed twice"),
    (
        POLICIES,
        "\"The photograph on your identity card\", \"source\": \"primary\"",
        "\"The photograph on your identity card\", \"source\": \"frist\"",
        "`source` must be one of `primary`, `fallback`",
    ),
    (
        GRANTS,
        "\"applicationId\": \"vehicle-insurance\"",
        "\"applicationId\": \"vehicle-insurence\"",
        "there is no application",
    ),
    (GRANTS, "\"vehiclesByOwner.make\"", "\"vehiclesByOwner.maker\"", "no field policy speaks of"),
];

#[test]
fn twenty_planted_mistakes_are_twenty_each_at_its_line() {
    let folder = farajaland();
    let mut expected = Vec::new();
    for (file, right, wrong, words) in PLANTS {
        let path = folder.path().join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        let at = text.find(right).unwrap_or_else(|| panic!("{file} has no {right}"));
        expected.push((file, text[..at].matches('\n').count() as u64 + 1, words));
        std::fs::write(path, text.replacen(right, wrong, 1)).unwrap();
    }
    let (code, json, _) = ndx(folder.path(), &["check", "--json"]);
    assert_eq!(code, 1, "{json}");
    let found: Value = serde_json::from_str(&json).unwrap();
    let mistakes = found["mistakes"].as_array().unwrap();
    for (file, line, words) in expected {
        let here = |one: &&Value| {
            one["file"] == file && one["line"] == line && one["message"].as_str().unwrap().contains(words)
        };
        assert_eq!(mistakes.iter().filter(here).count(), 1, "{file}:{line}: {words}\n{json}");
    }
    assert_eq!(mistakes.len(), 20, "{json}");
    assert!(mistakes.iter().all(|one| one["column"].as_u64().unwrap() > 0));

    let (code, text, _) = ndx(folder.path(), &["check"]);
    let last = text.lines().last().unwrap();
    assert!(code == 1 && last.starts_with("20 mistakes, "), "{text}");
    assert_eq!(text.lines().count(), 20 + found["warnings"].as_array().unwrap().len() + 1, "{text}");
    assert!(!text.contains("hunter2"), "a secret is repeated: {text}");

    // The start says the same, and opens nothing.
    let (code, _, words) = ndx(folder.path(), &["up", "--data", "data"]);
    assert!(code == 1 && words.contains("20 mistakes"), "{words}");
    assert!(!folder.path().join("data").exists());
}

#[test]
fn farajaland_is_fine_and_strictly_lacks_the_register_of_vehicles() {
    let (code, text, words) = ndx(root(), &["check"]);
    assert_eq!(code, 0, "{text}{words}");
    let last = text.lines().last().unwrap();
    assert!(last.starts_with("fine: 19 fields of 3 providers for 3 applications; 2 warnings"), "{text}");
    let (code, text, _) = ndx(root(), &["check", "--strict"]);
    assert_eq!(code, 1);
    assert_eq!(text.lines().last(), Some("2 mistakes, 0 warnings"), "{text}");
    assert!(text.lines().take(2).all(|line| line.contains("dmt")), "{text}");
}

#[test]
fn what_no_single_file_shows_is_told() {
    let folder = farajaland();
    let change = |file: &str, right: &str, wrong: &str| {
        let path = folder.path().join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(right), "{file} has no {right}");
        std::fs::write(path, text.replacen(right, wrong, 1)).unwrap();
    };
    change(CONFIG, "\"limits\": {\n", "\"limits\": {\n    \"fieldWeights\": {\"PersonInfo.vehicles\": 3},\n");
    change(CONFIG, "\"fieldName\": \"person.profession\"", "\"fieldName\": \"person.job\"");
    change(CONSUMER, "type VehicleClass {", "type Nowhere { x: Int }\ntype VehicleClass {");
    change(
        CONSUMER,
        "  birthInfo: BirthInfo",
        "  nic: ID @sourceInfo(providerKey: \"drp\", schemaId: \"drp-schema-v1\", providerField: \"person.nic\")\n  birthInfo: BirthInfo",
    );
    change(POLICIES, "\"getPersonInfo.brNo\"", "\"getPersonInfo.brNos\"");
    change(GRANTS, "\"purpose\": \"vehicle-insurance\"", "\"purpose\": \"insurance\"");
    let (code, text, _) = ndx(folder.path(), &["check"]);
    assert_eq!(code, 1, "{text}");
    for words in [
        "warning: this reason is never shown: `drp-schema-v1` has no `job` of `person.job`",
        ":22: the consumer schema has no field `PersonInfo.vehicles` to weigh",
        "warning: no query can reach the type `Nowhere`",
        "warning: `PersonInfo.nic` can be had by nobody: no grant is for `drp-schema-v1:person.nic`",
        "warning: this policy is never asked for: `abc-212` has no `brNos` of `getPersonInfo.brNos`",
        "warning: `BirthInfo.birthRegistrationNumber` can never be had: no field policy speaks of `abc-212:getPersonInfo.brNo`",
        "no field policy speaks of `abc-212:getPersonInfo.brNo`; did you mean `getPersonInfo.brNos`?",
        "application `vehicle-insurance` has no purpose `insurance`",
    ] {
        assert!(text.contains(words), "{words}:\n{text}");
    }
    assert!(text.ends_with("3 mistakes, 7 warnings\n"), "{text}");
}

#[test]
fn what_no_schema_can_follow_is_told_where_it_is_set() {
    let folder = farajaland();
    let change = |file: &str, right: &str, wrong: &str| {
        let path = folder.path().join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(right), "{file} has no {right}");
        std::fs::write(path, text.replacen(right, wrong, 1)).unwrap();
    };
    let persons = "schema/providers/drp-schema-v1.graphql";
    change(persons, "type Query {", "type Query {\n  all: [Person]");
    change(
        CONSUMER,
        "type Query {",
        "type Everybody { name: String @sourceInfo(providerKey: \"drp\", schemaId: \"drp-schema-v1\", providerField: \"all.fullName\") }\n\
         type Query {\n  everybody: [Everybody] @sourceInfo(providerKey: \"drp\", schemaId: \"drp-schema-v1\", providerField: \"all\")",
    );
    change(POLICIES, "\"person.photo\"", "\"all.fullName\"");
    let in_three_languages = |en: &str, kept: &str| {
        let text = std::fs::read_to_string(folder.path().join(BIRTHS)).unwrap();
        let line = text.lines().find(|line| line.contains(&format!("@label(en: \"{en}\""))).unwrap();
        change(BIRTHS, line.trim(), kept);
    };
    in_three_languages("Sex, as registered", "");
    in_three_languages("District of birth", "@label(en: \"District of birth\", si: \"උපන් දිස්ත්‍රික්කය\", ta: \"\")");
    in_three_languages("Place of birth", "@label(en: \"Place of birth\")");
    change(
        BIRTHS,
        "directive @label(en: String!, si: String!, ta: String!)",
        "directive @label(en: String!, si: String, ta: String)",
    );
    change(
        CONFIG,
        "\"argMappings\": [\n",
        "\"argMappings\": [\n    { \"providerKey\": \"drp\", \"schemaId\": \"drp-schema-v1\", \"sourceArgPath\": \"persnInfo-nic\", \"targetArgName\": \"nic\", \"targetArgPath\": \"person\" },\n",
    );
    change(CONFIG, "\"echo\": \"getPersonInfo.nic\"", "\"echo\": \"getPersonInfo.nci\"");
    let (code, text, _) = ndx(folder.path(), &["check"]);
    assert_eq!(code, 1, "{text}");
    for words in [
        "no argument of `everybody` names the person whose consent is needed for `drp-schema-v1:all.fullName`; mark one with `@dataOwner`",
        "`getPersonInfo.sex` has no label, so citizens would read \"Sex\"; add `@label(en: \"…\", si: \"…\", ta: \"…\")`",
        "the label of `getPersonInfo.birthPlace` is not there in `si`, `ta`; write `@label(en: \"…\", si: \"…\", ta: \"…\")`",
        "the label of `getPersonInfo.district` is not there in `ta`",
        "warning: this mapping does nothing: there is no root field `persnInfo`; did you mean `personInfo`?",
        "`rgd/abc-212` has no `nci` of `getPersonInfo.nci`; did you mean `nic`?",
    ] {
        let line = text.lines().find(|line| line.contains(words)).unwrap_or_else(|| panic!("{words}:\n{text}"));
        let file = line.split(':').next().unwrap();
        let says = std::fs::read_to_string(folder.path().join(file)).unwrap();
        let number: usize = line.split(':').nth(1).unwrap().parse().unwrap();
        let there = says.lines().nth(number - 1).unwrap();
        assert!(
            ["everybody", "sex", "district", "birthPlace", "persnInfo", "nci"].iter().any(|word| there.contains(word)),
            "{line}"
        );
    }
}

#[test]
fn the_pages_speak_the_languages_that_are_listed() {
    let folder = farajaland();
    let path = folder.path().join(CONFIG);
    let text = std::fs::read_to_string(&path).unwrap();
    let write = |languages: &str| std::fs::write(&path, text.replace("[\"en\", \"si\", \"ta\"]", languages)).unwrap();
    write("[\"en\", \"si\", \"ta\", \"fr\"]");
    let (code, text, _) = ndx(folder.path(), &["check"]);
    assert!(code == 1 && text.contains("the pages do not speak `fr`, only `en`, `si`, `ta`; translate"), "{text}");
    assert!(text.contains("`name` is not there in `fr`, which the portal speaks"), "{text}");
    assert!(text.contains("the label of `person.fullName` is not there in `fr`"), "{text}");
    write("[\"en\", \"si\", \"ta\", \"en-XA\"]");
    let (code, text, _) = ndx(folder.path(), &["check"]);
    assert!(code == 0 && text.contains("warning: `en-XA` is made for tests"), "{text}");
}

#[test]
fn wrong_use_is_two_and_a_file_that_is_not_there_is_one() {
    let folder = tempfile::tempdir().unwrap();
    for wrong in [&["check", "--strickt"][..], &["check", "--migrate"], &["check", "--migrate", "x", "--json"]] {
        assert_eq!(ndx(folder.path(), wrong).0, 2, "{wrong:?}");
    }
    let (code, text, _) = ndx(folder.path(), &["check"]);
    assert!(code == 1 && text.contains("fl-config.json:1:1: the file cannot be read"), "{text}");
    std::fs::write(folder.path().join("old.json"), "{\n nonsense").unwrap();
    let (code, text, words) = ndx(folder.path(), &["check", "--migrate", "old.json"]);
    assert!(code == 1 && text.is_empty() && words.starts_with("old.json:2:2:"), "{text}{words}");
}

#[test]
fn an_opendif_configuration_is_explained_and_becomes_one_that_works() {
    let folder = tempfile::tempdir().unwrap();
    // Secrets are put in here, so that none lies in the tree.
    let secrets = ["k-4417-drp", "s-9930-rgd", "p-1203-url"];
    let old = std::fs::read_to_string(root().join("tests/opendif/config.json")).unwrap();
    let old =
        old.replace("DRP-KEY", secrets[0]).replace("RGD-SECRET", secrets[1]).replace("ADDRESS-PASSWORD", secrets[2]);
    std::fs::write(folder.path().join("old.json"), &old).unwrap();
    let (code, new, words) = ndx(folder.path(), &["check", "--migrate", "old.json"]);
    assert_eq!(code, 0, "{words}");
    assert!(secrets.iter().all(|secret| !new.contains(secret) && !words.contains(secret)), "{new}{words}");
    for danger in [
        "old.json:2:18: `environment: development`",
        "old.json:3:20: `trustUpstream: true` never checks",
        "without `pdpUrl`, policy and consent are both skipped",
        "without `jwt.validAudiences`",
        "`apiKeyValue` is a secret",
        "`clientSecret` is a secret",
        "this address holds a password",
        "without encryption; use https",
        "decided by position",
        "without `schemaId` never matches",
        "(`drp.person`) it never matches there",
        "puts the argument on every field of the path",
        "`log` is read and never used",
        "`favouriteColour` has no meaning",
        "this mapping names no `schemaId`, and `providers` does not say which",
        "DRP_API_KEY: the API key of provider `drp`",
        "RGD_CLIENT_SECRET: ",
        "CONSENT_PORTAL_CLIENT_SECRET: ",
        "jwt.validAudiences: the `aud` of tokens",
    ] {
        assert!(words.contains(danger), "{danger}:\n{words}");
    }
    assert!(!words.contains("What `ndx check` says of it besides"), "{words}");
    for (placeholder, place) in placeholders("", &serde_json::from_str(&new).unwrap()) {
        let listed = place.trim_end_matches("[0]");
        assert!(words.contains(&format!("  {listed}: ")), "{listed} ({placeholder}) is not told:\n{words}");
    }

    // What it says works, with a small schema and the variables set.
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("new.json", &new);
    let source = "@sourceInfo(providerKey: \"drp\", schemaId: \"drp-schema-v1\", providerField: \"person.fullName\")";
    write(
        "schema/schema.graphql",
        &format!(
            "directive @sourceInfo(providerKey: String!, schemaId: String!, providerField: String!) on FIELD_DEFINITION\n\
             type Query {{ personInfo(nic: String!): Person }}\ntype Person {{ fullName: String {source} }}\n"
        ),
    );
    let persons = std::fs::read_to_string(root().join("schema/providers/drp-schema-v1.graphql")).unwrap();
    write("schema/providers/drp-schema-v1.graphql", &persons);
    write("schema/policy-metadata.json", "[]");
    write("schema/grants.json", "[]");
    let check = |set: bool| {
        let mut command = Command::new(NDX);
        command.current_dir(folder.path()).args(["check", "--config", "new.json"]);
        if set {
            for name in ["DRP_API_KEY", "RGD_CLIENT_SECRET", "CONSENT_PORTAL_CLIENT_SECRET"] {
                command.env(name, "made anew");
            }
        }
        told(&command.output().unwrap())
    };
    let (code, text, _) = check(true);
    assert_eq!(code, 0, "{text}");
    let left = placeholders("", &serde_json::from_str(&new).unwrap()).len();
    assert_eq!(text.matches("this is still to be filled in").count(), left, "{text}");
    let (code, text, _) = check(false);
    assert!(code == 1 && text.contains("3 mistakes") && text.contains("`RGD_CLIENT_SECRET` is not set"), "{text}");
}

/// What stands for something that only a person knows, and where.
fn placeholders(place: &str, value: &Value) -> Vec<(String, String)> {
    match value {
        Value::Object(object) => object
            .iter()
            .flat_map(|(key, below)| {
                placeholders(&if place.is_empty() { key.clone() } else { format!("{place}.{key}") }, below)
            })
            .collect(),
        Value::Array(list) => {
            let below = list.iter().enumerate();
            below.flat_map(|(number, below)| placeholders(&format!("{place}[{number}]"), below)).collect()
        }
        Value::String(text) if text.contains("FILL IN") || text.contains("fill-in.example") => {
            vec![(text.clone(), place.to_owned())]
        }
        _ => Vec::new(),
    }
}
