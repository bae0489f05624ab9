//! Arguments on their way to providers, whom the data is about, and the settings that say so.

use ndx_contracts::{ProviderKey, SchemaId, audit::ProviderName};

use crate::small::{Small, all, small};

const PROVIDER: &str =
    "type Query { person(nic: ID!): Person find(filter: Filter!, kinds: [Kind!], limit: Int! = 10, day: Date): Person }
type Person { name: String nic: ID home: Home }
type Home { street: String }
enum Kind { A B }
input Filter { nic: ID! born: Int near: Near }
input Near { place: String! }
scalar Date";

/// One root with these arguments; those of `mapped` are handed on to `find`.
fn find(arguments: &str, mapped: &[&str], more: &str) -> Small {
    let text =
        format!("type Query {{ find({arguments}): Person }}\ntype Person {{ name: String @p(find.name) }}\n{more}");
    let mut found = small(&text, PROVIDER);
    found.inputs.arg_mappings = Some(Vec::new());
    mapped.iter().fold(found, |found, one| found.mapping(&format!("find-{one}"), one, "find"))
}

fn person(arguments: &str) -> Small {
    small(
        &format!("type Query {{ person({arguments}): Person }}\ntype Person {{ name: String @p(person.name) }}"),
        PROVIDER,
    )
}

const FILTER: &str = "input Filter { nic: ID! born: Int near: Near } input Near { place: String! }";

#[test]
fn arguments_that_fit_have_no_findings() {
    let all_four = "filter: Filter! @dataOwner, kinds: [Kind!], limit: Int, day: String";
    let told = find(all_four, &["filter", "kinds", "limit", "day"], &format!("{FILTER} enum Kind {{ A }}")).told();
    // Only that a person is no filter.
    insta::assert_snapshot!(told, @r"
    consumer.graphql:2:14: `filter` of `find` names the person, so it must be one identifier, not `Filter!`; make it `String!` or `ID!`
    ");
    for arguments in ["nic: ID! @dataOwner", "nic: String! @dataOwner", "nic: Int!", "nic: ID = \"1\" @dataOwner"] {
        assert_eq!(person(arguments).told(), "fine", "{arguments}");
    }
}

#[test]
fn an_argument_that_a_provider_would_refuse_is_told() {
    let filter = |input: &str| find("filter: Filter!", &["filter"], input);
    let other = |argument: &str, more: &str| {
        let name = argument.split(':').next().unwrap();
        find(&format!("filter: Filter!, {argument}"), &["filter", name], &format!("{FILTER} {more}"))
    };
    insta::assert_snapshot!(all([
        ("may be null", person("nic: ID @dataOwner")),
        ("no identifier", person("nic: Boolean! @dataOwner")),
        ("a list for one", person("nic: [ID!]! @dataOwner")),
        ("a field too many", filter("input Filter { nic: ID! bron: Int }")),
        ("a field too few", filter("input Filter { born: Int }")),
        ("a field of another type", filter("input Filter { nic: ID! born: String }")),
        ("a field that may be null", filter("input Filter { nic: ID }")),
        ("deeper", filter("input Filter { nic: ID! near: Near } input Near { place: Int! }")),
        ("no object", filter("enum Filter { A }")),
        ("a value too many", other("kinds: [Kind!]", "enum Kind { A C }")),
        ("an element that may be null", other("kinds: [Kind]", "enum Kind { A }")),
        ("text for an enum", other("kinds: [String!]", "")),
        ("one for a list", other("kinds: Kind", "enum Kind { A }")),
        ("text for a number", other("limit: String", "")),
    ]), @r"
    may be null
      consumer.graphql:2:14: `nic` of `person` is handed on to `nic` of `person` at `p/p`, but `ID` may be null and `ID!` not; make it `ID!`
    no identifier
      consumer.graphql:2:14: `nic` of `person` is handed on to `nic` of `person` at `p/p`, but `Boolean` here is not `ID` there
      consumer.graphql:2:14: `nic` of `person` names the person, so it must be one identifier, not `Boolean!`; make it `String!` or `ID!`
    a list for one
      consumer.graphql:2:14: `nic` of `person` is handed on to `nic` of `person` at `p/p`, but `[ID!]!` here is not `ID!` there
      consumer.graphql:2:14: `nic` of `person` names the person, so it must be one identifier, not `[ID!]!`; make it `String!` or `ID!`
    a field too many
      consumer.graphql:2:14: `filter` of `find` is handed on to `filter` of `find` at `p/p`, but `Filter` there has no `bron`, which `Filter` here has; did you mean `born`?
    a field too few
      consumer.graphql:2:14: `filter` of `find` is handed on to `filter` of `find` at `p/p`, but `Filter` there needs `nic`, which `Filter` here has not
    a field of another type
      consumer.graphql:2:14: `filter` of `find` is handed on to `filter` of `find` at `p/p`, but in `Filter.born`, `String` here is not `Int` there
    a field that may be null
      consumer.graphql:2:14: `filter` of `find` is handed on to `filter` of `find` at `p/p`, but in `Filter.nic`, `ID` may be null and `ID!` not; make it `ID!`
    deeper
      consumer.graphql:2:14: `filter` of `find` is handed on to `filter` of `find` at `p/p`, but in `Filter.near`, in `Near.place`, `Int` here is not `String` there
    no object
      consumer.graphql:2:14: `filter` of `find` is handed on to `filter` of `find` at `p/p`, but `Filter` here is not `Filter` there
    a value too many
      consumer.graphql:2:14: `kinds` of `find` is handed on to `kinds` of `find` at `p/p`, but `Kind` there has no `C`, which `Kind` here has
    an element that may be null
      consumer.graphql:2:14: `kinds` of `find` is handed on to `kinds` of `find` at `p/p`, but an element of `[Kind]` may be null, and one of `[Kind!]` not
    text for an enum
      consumer.graphql:2:14: `kinds` of `find` is handed on to `kinds` of `find` at `p/p`, but `String` here is not `Kind` there
    one for a list
      consumer.graphql:2:14: `kinds` of `find` is handed on to `kinds` of `find` at `p/p`, but `Kind` here is not `[Kind!]` there
    text for a number
      consumer.graphql:2:14: `limit` of `find` is handed on to `limit` of `find` at `p/p`, but `String` here is not `Int` there
    ");
}

#[test]
fn an_argument_that_is_missing_or_reaches_nothing_is_told_with_the_field_that_needs_it() {
    let two = small(
        "type Query { person(nic: ID! @dataOwner): Person\n other(nic: ID! @dataOwner): Person }\ntype Person {\n name: String @p(person.name) }",
        PROVIDER,
    );
    insta::assert_snapshot!(all([
        ("one of two roots", two),
        ("a misspelt target", person("nic: ID! @dataOwner").mapping("person-nic", "nci", "person")),
        ("a misspelt argument", person("nic: ID! @dataOwner").mapping("person-nci", "nic", "person")),
        ("a misspelt root", person("nic: ID! @dataOwner").mapping("persn-nic", "nic", "person")),
        ("a misspelt path", person("nic: ID! @dataOwner").mapping("person-nic", "nic", "persn")),
        ("two for one", person("nic: ID! @dataOwner, old: ID!").mapping("person-old", "nic", "person")),
        ("to nobody", person("nic: ID! @dataOwner, old: ID")),
        ("two owners", person("nic: ID! @dataOwner, old: ID @dataOwner")),
        ("nobody in particular", small("type Query { person: Person }\ntype Person { name: String @q(all.name) }", PROVIDER)),
    ]), @r"
    one of two roots
      consumer.graphql:3:2: `nic` of `other` names the person, but does not reach `person` at `p/p`
      consumer.graphql:3:2: `other` does not say what `nic` of `person` at `p/p` is, where `Person.name` (line 5) comes from; map an argument to it in `argMappings`
      consumer.graphql:3:2: argument `nic` of `other` reaches no provider; map it in `argMappings`
    a misspelt target
      consumer.graphql:2:14: `person` at `p/p` has no argument `nci`; did you mean `nic`?
    a misspelt argument
      consumer.graphql:2:14: `argMappings` names `person-nci`, but `person` has no argument `nci`; did you mean `nic`?
    a misspelt root
      setting: `argMappings`, entry 2: this mapping does nothing: there is no root field `persn`; did you mean `person`?
    a misspelt path
      setting: `argMappings`, entry 2: this mapping does nothing: `person` asks for nothing of `persn` at `p/p`; did you mean `person`?
    two for one
      consumer.graphql:2:14: `person` hands two arguments on to `nic` of `person` at `p/p`
    to nobody
      consumer.graphql:2:14: argument `old` of `person` reaches no provider; map it in `argMappings`
    two owners
      consumer.graphql:2:14: `person` marks several arguments with `@dataOwner`; its data is about one person
      consumer.graphql:2:14: argument `old` of `person` reaches no provider; map it in `argMappings`
    nobody in particular
      fine
    ");
}

#[test]
fn a_root_without_a_person_is_told_to_whoever_knows_the_policies() {
    let small = small(
        "type Query { open: Open\n person(nic: ID! @dataOwner): Person }\ntype Open { name: String @q(open.name) }\ntype Person { name: String @p(person.name) }",
        PROVIDER,
    );
    let roots = small.composed().root_fields;
    let told: Vec<_> = roots
        .iter()
        .map(|root| {
            format!(
                "{} {:?} {} {:?}",
                root.name,
                root.place,
                root.has_data_owner,
                root.fields.first().map(ToString::to_string)
            )
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    open Some((2, 14)) false Some("q:open.name")
    person Some((3, 2)) true Some("p:person.name")
    "#);
}

#[test]
fn an_echo_must_be_a_leaf_of_the_provider() {
    let mut country = person("nic: ID! @dataOwner");
    for path in ["person.nic", "person.nci", "persn.nic", "person.home", "person.nic.x"] {
        let name = |key: &str| ProviderName { provider_key: ProviderKey::new(key), schema_id: SchemaId::new(key) };
        country.inputs.echoes.extend([(name("p"), path.to_owned()), (name("q"), path.to_owned())]);
    }
    insta::assert_snapshot!(country.told(), @r"
    setting: `echo` of `p/p`: `p/p` has no `nci` of `person.nci`; did you mean `nic`?
    setting: `echo` of `p/p`: `p/p` has no `persn` of `persn.nic`; did you mean `person`?
    setting: `echo` of `p/p`: `person.home` is `Home`, and only a leaf can hold the person's identifier
    setting: `echo` of `p/p`: `p/p` has no `x` of `person.nic.x`
    ");
    let refused = country.composed().into_schema().unwrap_err().to_string();
    assert!(refused.starts_with("4 mistakes in the schemas\n  the configuration: `echo` of `p/p`"), "{refused}");
}

#[test]
fn a_personal_field_without_a_label_is_a_warning_in_the_providers_file() {
    let provider = "directive @personal on FIELD_DEFINITION directive @label(en: String!) on FIELD_DEFINITION
type Query { person(nic: ID!): Person }
type Person {
  name: String @personal
  homeAddress: String @personal
  age: Int @personal @label(en: \"Age\")
  open: Int
}";
    let small = small(
        "type Query { person(nic: ID! @dataOwner): Person }\ntype Person { x: String @p(person.homeAddress) age: Int @p(person.age) open: Int @p(person.open) }",
        provider,
    );
    insta::assert_snapshot!(small.told(), @r#"
    warning: providers/p.graphql:5:3: `person.homeAddress` has no label, so citizens would read "Home address"; add `@label(en: "…")`
    "#);
    let fields: Vec<_> = small.composed().unlabelled.iter().map(|one| (one.field.to_string(), one.personal)).collect();
    assert_eq!(fields, [("p:person.homeAddress".to_owned(), true), ("p:person.open".to_owned(), false)]);
}
