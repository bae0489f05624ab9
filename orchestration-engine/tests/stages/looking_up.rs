//! `@lookup` leads from one record to another person's; what could not work is told when the schema is loaded.

use orchestration_engine::schema::{self, ConsumerSchema, Lookup, SchemaProblems};

use crate::case::{Country, farajaland};

const BIRTHS: &str = "@sourceInfo(providerKey: \"rgd\", schemaId: \"abc-212\", providerField: \"getPersonInfo.";

/// Farajaland's schema with other fields of `PersonInfo` and its root, and with `more`.
fn composed(root: &str, fields: &str, more: &str) -> Result<ConsumerSchema, SchemaProblems> {
    let folder = tempfile::tempdir().unwrap();
    let Country { mut config, .. } = farajaland();
    config.consumer_schema = folder.path().join("s.graphql");
    let text = format!(
        "directive @sourceInfo(providerKey: String!, schemaId: String!, providerField: String!) on FIELD_DEFINITION
directive @dataOwner on ARGUMENT_DEFINITION
directive @lookup(root: String!, argument: String!, from: String!) on FIELD_DEFINITION
type Query {{ {root} }}
type PersonInfo {{
  name: String {BIRTHS}name\")
  motherNic: ID {BIRTHS}motherNic\")
  {fields}
}}
{more}"
    );
    std::fs::write(&config.consumer_schema, text).unwrap();
    schema::load(&config)
}

const ROOT: &str = "personInfo(nic: String! @dataOwner): PersonInfo";

/// What is told of `fields`, without the path of the file.
fn told(root: &str, fields: &str, more: &str) -> String {
    let Err(problems) = composed(root, fields, more) else { return "fine".to_owned() };
    let lines = problems.0.iter().map(|one| {
        let (line, column) = one.place.unwrap();
        format!("{line}:{column}: {}", one.message)
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_person_leads_to_another_without_a_cycle() {
    let schema =
        composed(ROOT, "mother: PersonInfo @lookup(root: \"personInfo\", argument: \"nic\", from: \"motherNic\")", "");
    let schema = schema.unwrap();
    let lookup = Lookup { root: "personInfo".to_owned(), argument: "nic".to_owned(), from: "motherNic".to_owned() };
    assert_eq!(schema.lookup("PersonInfo", "mother"), Some(&lookup));
    assert_eq!(schema.lookup("PersonInfo", "name"), None);
    assert_eq!(schema.source("PersonInfo", "mother"), None);
}

#[test]
fn a_type_below_a_lookup_is_reached_and_a_list_looks_up_each() {
    let lists =
        "  birthInfo: Births\n  parents: [PersonInfo] @lookup(root: \"personInfo\", argument: \"nic\", from: \"nics\")
  nics: [ID] @sourceInfo(providerKey: \"x\", schemaId: \"x\", providerField: \"getPersonInfo.parents\")";
    let told = told(
        "personInfo(nic: String! @dataOwner): PersonInfo",
        lists,
        &format!("type Births {{ place: String {BIRTHS}birthPlace\") }}"),
    );
    // The provider `x` gets no argument, and nothing else is wrong.
    assert_eq!(told, "4:14: `nic` of `personInfo` names the person, but does not reach `getPersonInfo` at `x/x`");
}

#[test]
fn every_mistake_of_a_lookup_is_told_with_its_place() {
    let lookup = "@lookup(root: \"personInfo\", argument: \"nic\", from: \"motherNic\")";
    let from = |from: &str| lookup.replace("motherNic", from);
    let at_root = |root: &str| format!("personInfo({root}): PersonInfo");
    let mother = format!("mother: PersonInfo {lookup}");
    let birth = format!("type Birth {{ place: String {BIRTHS}birthPlace\") }}");
    let plants = [
        ("no such root", told(ROOT, &mother.replace("personInfo", "personinfo"), "")),
        ("no such argument", told(ROOT, &mother.replace("\"nic\"", "\"nci\""), "")),
        ("no such field", told(ROOT, &mother.replace("motherNic", "motherNci"), "")),
        ("another type", told(ROOT, &format!("mother: String {lookup}"), "")),
        ("not nullable", told(ROOT, &format!("mother: PersonInfo! {lookup}"), "")),
        ("a list of one", told(ROOT, &format!("mother: [PersonInfo!] {lookup}"), "")),
        ("arguments", told(ROOT, &format!("mother(x: Int): PersonInfo {lookup}"), "")),
        ("a source too", told(ROOT, &format!("{mother} {BIRTHS}name\")"), "")),
        ("no leaf", told(ROOT, &format!("mother: PersonInfo {}\n birth: Birth", from("birth")), &birth)),
        ("no source", told(ROOT, &format!("{mother}\n her: PersonInfo {}\n sex: String", from("sex")), "")),
        ("other arguments", told(&at_root("nic: String! @dataOwner, a: Int!, b: Int! = 1, c: Int"), &mother, "")),
        (
            "not the owner",
            told(&at_root("nic: String! @dataOwner, b: String"), &mother.replace("\"nic\"", "\"b\""), ""),
        ),
        ("on a root", told(&format!("{ROOT} again: PersonInfo {lookup}"), "", "")),
        ("lists", told("personInfo(nic: [String!]! @dataOwner): [PersonInfo]", &mother, "")),
        ("a number", told(&at_root("nic: Int! @dataOwner"), &mother, "")),
    ];
    let all: String = plants.iter().map(|(what, told)| format!("{what}\n  {}\n", told.replace('\n', "\n  "))).collect();
    insta::assert_snapshot!(all, @r"
    no such root
      8:3: `PersonInfo.mother`: there is no root field `personinfo`; did you mean `personInfo`?
    no such argument
      8:3: `PersonInfo.mother`: `personInfo` has no argument `nci`; did you mean `nic`?
    no such field
      8:3: `PersonInfo.mother`: `PersonInfo` has no field `motherNci`; did you mean `motherNic`?
    another type
      8:3: `PersonInfo.mother` is `String`, but `personInfo` gives `PersonInfo`
    not nullable
      8:3: `PersonInfo.mother` may be refused by the person who is found, so it must be nullable; remove the `!`
    a list of one
      8:3: `PersonInfo.mother` is a list, but `motherNic` is one value
      8:3: `PersonInfo.mother` may be refused by the person who is found, so it must be nullable; remove the `!`
    arguments
      8:3: `PersonInfo.mother` has arguments, but `@lookup` says what is asked; remove them
    a source too
      8:3: `PersonInfo.mother` has both `@sourceInfo` and `@lookup`; it is either a provider's field or found by one
    no leaf
      8:3: `PersonInfo.mother`: `birth` is `Birth`, and only a leaf can be looked up by
    no source
      9:2: `PersonInfo.her`: `sex` has no `@sourceInfo`, so there is nothing to look up by
      10:2: `PersonInfo.sex` has no `@sourceInfo`, so nothing could ever answer it
    other arguments
      4:14: argument `a` of `personInfo` reaches no provider; map it in `argMappings`
      4:14: argument `b` of `personInfo` reaches no provider; map it in `argMappings`
      4:14: argument `c` of `personInfo` reaches no provider; map it in `argMappings`
      8:3: `PersonInfo.mother`: `personInfo` also needs `a`, which a lookup cannot give; make it optional or give it a default
    not the owner
      4:14: argument `b` of `personInfo` reaches no provider; map it in `argMappings`
      8:3: `PersonInfo.mother`: `b` does not name the person of `personInfo`; a lookup finds people by `nic`
      8:3: `PersonInfo.mother`: `personInfo` also needs `nic`, which a lookup cannot give; make it optional or give it a default
    on a root
      4:62: `Query.again` is a root field, so there is no record to look up from; remove `@lookup`
    lists
      4:14: `Query.personInfo` is a list, so it needs `@sourceInfo` to say which
      4:14: `nic` of `personInfo` is handed on to `nic` of `getPersonInfo` at `rgd/abc-212`, but `[String!]!` here is not `ID!` there
      4:14: `nic` of `personInfo` names the person, so it must be one identifier, not `[String!]!`; make it `String!` or `ID!`
      8:3: `PersonInfo.mother`: `nic` of `personInfo` is `[String!]!`, which no one value fills
      8:3: `PersonInfo.mother`: `personInfo` gives a list, and a lookup finds one for each value
    a number
      8:3: `PersonInfo.mother`: `motherNic` is `ID`, but `nic` of `personInfo` is `Int`
    ");
}
