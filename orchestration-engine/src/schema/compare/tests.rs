#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use super::*;

const OURS: &str = r#"
directive @sourceInfo(providerKey: String!, schemaId: String!, providerField: String!) on FIELD_DEFINITION
directive @sourceInfoArgList(providerArgs: [SourceInfoInput!]) on ARGUMENT_DEFINITION
directive @dataOwner on ARGUMENT_DEFINITION
directive @lookup(root: String!, argument: String!, from: String!) on FIELD_DEFINITION
input SourceInfoInput { providerKey: String! providerField: String! }
"#;

fn schema(text: &str) -> Schema {
    Schema::parse_and_validate(format!("{OURS}{text}"), "schema.graphql").unwrap().into_inner()
}

/// What changes between two schemas, a line each.
fn changes(old: &str, new: &str) -> String {
    compare(&schema(old), &schema(new)).iter().map(|change| format!("{change}\n")).collect()
}

/// The same for the fields of a person.
fn in_person(old: &str, new: &str) -> String {
    let person = |fields: &str| format!("type Query {{ person(nic: ID! @dataOwner): P }} type P {{ {fields} }}");
    changes(&person(old), &person(new))
}

#[test]
fn a_type_or_field_that_goes_is_breaking_and_one_that_comes_is_safe() {
    insta::assert_snapshot!(changes(
        "type Query { a: A b: Int } type A { x: Int }",
        r#"type Query { a: C d: D } type C { x: Int } type D { x: Int @sourceInfo(providerKey: "drp", schemaId: "s", providerField: "p.x") }"#,
    ), @r"
    breaking: Query.a: its type was `A`, is `C`
    breaking: Query.b: the field is gone
    breaking: A: the type is gone
    safe: Query.d: the field is new
    safe: C: the type is new
    safe: D: the type is new
    safe: D.x: the field is new: `drp/s:p.x` can be asked for now, where policy allows it
    ");
}

#[test]
fn what_is_given_may_promise_more_and_not_less() {
    insta::assert_snapshot!(in_person(
        "a: Int b: Int! c: [Int!] d: [Int]! e: Int f: [Int]",
        "a: Int! b: Int c: [Int] d: [Int!]! e: String f: Int",
    ), @r"
    breaking: P.b: its type was `Int!`, is `Int`
    breaking: P.c: its type was `[Int!]`, is `[Int]`
    breaking: P.e: its type was `Int`, is `String`
    breaking: P.f: its type was `[Int]`, is `Int`
    safe: P.a: its type was `Int`, is `Int!`
    safe: P.d: its type was `[Int]!`, is `[Int!]!`
    ");
}

#[test]
fn what_is_sent_may_demand_less_and_not_more() {
    insta::assert_snapshot!(changes(
        "type Query { p(a: Int!, b: Int, gone: Int, i: I): Int } input I { a: Int! b: Int gone: Int }",
        "type Query { p(a: Int, b: Int!, c: Int!, d: Int, e: Int! = 1, i: I): Int } input I { a: Int b: Int! c: Int! d: Int }",
    ), @r"
    breaking: Query.p(b:): its type was `Int`, is `Int!`
    breaking: Query.p(gone:): the argument is gone
    breaking: Query.p(c:): the argument is new and required, so every question without it is refused
    breaking: I.b: its type was `Int`, is `Int!`
    breaking: I.gone: the member is gone
    breaking: I.c: the member is new and required, so every question without it is refused
    dangerous: Query.p(d:): the argument is new and optional; what it means when it is left out may be new too
    dangerous: Query.p(e:): the argument is new and optional; what it means when it is left out may be new too
    dangerous: I.d: the member is new and optional; what it means when it is left out may be new too
    safe: Query.p(a:): its type was `Int!`, is `Int`
    safe: I.a: its type was `Int!`, is `Int`
    ");
}

#[test]
fn a_default_that_changes_is_dangerous_and_one_that_was_relied_on_breaking() {
    insta::assert_snapshot!(changes(
        "type Query { p(a: Int = 1, b: Int, c: Int! = 1): Int }",
        "type Query { p(a: Int = 2, b: Int = 3, c: Int!): Int }",
    ), @r"
    breaking: Query.p(c:): its default was `1`, is no default
    dangerous: Query.p(a:): its default was `1`, is `2`
    dangerous: Query.p(b:): its default was no default, is `3`
    ");
}

#[test]
fn values_members_interfaces_and_kinds() {
    insta::assert_snapshot!(changes(
        "type Query { e: E u: U k: K i: A } enum E { A B } union U = A | B scalar K interface I { x: Int } type A implements I { x: Int } type B { x: Int }",
        "type Query { e: E u: U k: K i: A } enum E { A C } union U = A | D enum K { X } interface J { x: Int } type A implements J { x: Int } type D { x: Int }",
    ), @r"
    breaking: E.B: the value is gone
    breaking: U: `B` is no longer one of its types
    breaking: K: was a scalar, is an enum
    breaking: I: the type is gone
    breaking: A: it is no longer a `I`
    breaking: B: the type is gone
    dangerous: E.C: the value is new; an application may not know what to do with it
    dangerous: U: `D` is one of its types now
    dangerous: A: it is a `J` now
    safe: J: the type is new
    safe: D: the type is new
    ");
}

#[test]
fn a_field_that_moves_is_dangerous_because_no_consent_moves_with_it() {
    let from = |key: &str, id: &str, path: &str| {
        format!(r#"@sourceInfo(providerKey: "{key}", schemaId: "{id}", providerField: "{path}")"#)
    };
    let old = format!(
        "a: Int {} b: Int {} c: Int {} d: Int",
        from("drp", "s", "p.a"),
        from("drp", "s", "p.b"),
        from("drp", "s", "p.c")
    );
    let new = format!(
        "a: Int {} b: Int {} c: Int d: Int {}",
        from("rgd", "t", "p.a"),
        from("drp", "s", "q.b"),
        from("drp", "s", "p.d")
    );
    insta::assert_snapshot!(in_person(&old, &new), @r"
    dangerous: P.a: moved from `drp/s:p.a` to `rgd/t:p.a`: consents and grants for the one do not cover the other
    dangerous: P.b: moved within its provider from `p.b` to `q.b`: consents and grants for the one do not cover the other
    dangerous: P.c: came from `drp/s:p.c`, and from no provider of its own now
    dangerous: P.d: comes from `drp/s:p.d` now, and from no provider of its own before
    ");
}

#[test]
fn whom_the_data_is_about_is_compared() {
    insta::assert_snapshot!(changes(
        "type Query { a(x: ID @dataOwner): Int b(x: ID @dataOwner, y: ID): Int c(x: ID): Int }",
        "type Query { a(x: ID): Int b(x: ID, y: ID @dataOwner): Int c(x: ID @dataOwner): Int }",
    ), @r"
    breaking: Query.a: `x` no longer names the person, so nobody can be asked for a consent
    dangerous: Query.b: the person whom the data is about was named by `x`, is named by `y`
    dangerous: Query.c: `x` names the person whom the data is about now
    ");
}

#[test]
fn a_lookup_that_comes_changes_or_goes_is_dangerous() {
    let to = |from: &str| format!(r#"@lookup(root: "person", argument: "nic", from: "{from}")"#);
    let old = format!("n: ID mother: P father: P {} aunt: P {}", to("n"), to("n"));
    let new = format!("n: ID mother: P {} father: P {} aunt: P uncle: P {}", to("n"), to("m"), to("n"));
    insta::assert_snapshot!(in_person(&old, &new), @r"
    dangerous: P.mother: it leads on to another person or thing by `person(nic:)` with `n`
    dangerous: P.father: it led on by `person(nic:)` with `n`, now by `person(nic:)` with `m`
    dangerous: P.aunt: it no longer leads on by `person(nic:)` with `n`
    dangerous: P.uncle: it leads on to another person or thing by `person(nic:)` with `n`
    safe: P.uncle: the field is new
    ");
}

#[test]
fn words_and_deprecation_are_safe_and_what_no_query_reaches_is_nothing() {
    insta::assert_snapshot!(changes(
        r#"type Query { "old" a("old" x: Int): Int b: E } enum E { A } type Lost { x: Int }"#,
        r#""a query" type Query { "new" a("new" x: Int @sourceInfoArgList(providerArgs: [])): Int b: E @deprecated } enum E { "a" A }"#,
    ), @r"
    dangerous: Query.a(x:): it is handed on to other arguments of providers
    safe: Query: its description has changed
    safe: Query.a(x:): its description has changed
    safe: Query.a: its description has changed
    safe: Query.b: it is deprecated now
    safe: E.A: its description has changed
    ");
}

#[test]
fn a_schema_is_no_change_from_itself_and_what_comes_one_way_goes_the_other() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema");
    let mut files = vec![root.join("schema.graphql")];
    files.extend(std::fs::read_dir(root.join("providers")).unwrap().map(|file| file.unwrap().path()));
    let read = |file: &std::path::PathBuf| {
        Schema::parse_and_validate(std::fs::read_to_string(file).unwrap(), file).unwrap().into_inner()
    };
    let schemas: Vec<Schema> = files.iter().map(read).collect();
    for old in &schemas {
        assert_eq!(compare(old, old), []);
        for new in schemas.iter().filter(|new| *new != old) {
            let (there, back) = (compare(old, new), compare(new, old));
            assert!(is_breaking(&there) && is_breaking(&back));
            let gone = |changes: &[Change], what: &str| {
                let places = changes.iter().filter(|change| change.what == what).map(|change| change.place.clone());
                places.collect::<std::collections::BTreeSet<_>>()
            };
            assert_eq!(gone(&there, "the type is gone"), gone(&back, "the type is new"));
        }
    }
}
