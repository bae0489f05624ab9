//! Adapters with mistakes in them: all are told at once, each with its place.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use std::fs;

use adapter_engine::{Adapter, Problem};

const YAML: &str = include_str!("fixtures/impatient.yaml");
const SDL: &str = include_str!("fixtures/impatient.graphql");

/// The mistakes in an adapter, without the folder's name.
fn mistakes(yaml: &str, sdl: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("key"), "key").unwrap();
    fs::write(folder.path().join("test.adapter.yaml"), yaml).unwrap();
    fs::write(folder.path().join("test.graphql"), sdl).unwrap();
    let problems: Vec<Problem> = Adapter::load(folder.path(), &str::to_owned).err().unwrap_or_default();
    let prefix = format!("{}/", folder.path().display());
    problems.iter().map(|problem| problem.to_string().replace(&prefix, "")).collect()
}

#[test]
fn an_adapter_without_mistakes_has_none() {
    assert_eq!(mistakes(YAML, SDL), [""; 0]);
}

#[test]
fn all_mistakes_of_a_file_are_told_at_once() {
    assert_eq!(
        mistakes(include_str!("fixtures/mistakes.yaml"), SDL),
        [
            "test.adapter.yaml:1:10: the one version of adapters is `v1`",
            "test.adapter.yaml:4:1: unknown key `colour`; known here are `adapter`, `provider`, `schema`, `serve`, \
             `source`, `fields`",
            "test.adapter.yaml:6:51: a secret stands elsewhere: write `{from_file: PATH}` or `{from_env: NAME}`",
            "test.adapter.yaml:8:9: the one kind of source is `rest`",
            "test.adapter.yaml:9:13: the address must be http or https, without user, query or fragment",
            "test.adapter.yaml:10:22: this is not a time such as `250ms` or `4s`, of ten minutes at most",
            "test.adapter.yaml:10:39: unknown key `idle`; known here are `connect`, `total`",
            "test.adapter.yaml:11:33: a request is repeated on `connect`, 502, 503 and 504 only",
            "test.adapter.yaml:12:22: this is not a size such as `512KiB` or `1MiB`",
            "test.adapter.yaml:15:26: this is not a regular expression",
            "test.adapter.yaml:16:14: the request uses `number`, which is not one of the `args`",
            "test.adapter.yaml:17:10: `ok` is not a status such as `200`, `5xx` or `default`",
            "test.adapter.yaml:17:34: this must be `absent`, `{select: PATH}` or `{error: CODE}`",
            "test.adapter.yaml:17:55: `oh no` is not a code such as `PROVIDER_ERROR`",
            "test.adapter.yaml:18:17: `eval` is not a function; there are `trim`, `upper`, `lower`, `blank_is_null`, \
             `int`, `first`, `split(\"…\")`, `join(\"…\")`",
        ]
    );
}

#[test]
fn a_file_that_is_no_yaml_says_where() {
    let told = mistakes("adapter: v1\n  provider: [", SDL);
    assert_eq!(told.len(), 1);
    assert!(told[0].starts_with("test.adapter.yaml:2:"), "{}", told[0]);
}

#[test]
fn a_key_that_is_there_twice_is_refused() {
    assert_eq!(mistakes(&format!("{YAML}\nprovider: other\n"), SDL).len(), 1);
}

#[test]
fn the_yaml_and_the_schema_must_name_the_same_things() {
    let sdl = SDL
        .replace("thing(id: ID!): Thing", "thing(number: ID!): Thing\n  other: Thing")
        .replace("size: Int", "weight: Int");
    assert_eq!(
        mistakes(YAML, &sdl),
        [
            "test.adapter.yaml:12:3: `Query.other` is in the schema but not here",
            "test.adapter.yaml:12:3: the argument `number` is in the schema but not in `args`",
            "test.adapter.yaml:13:12: in the schema, `Query.thing` has no argument `id`",
            "test.adapter.yaml:17:7: in the schema, `Thing` has no field `size`",
        ]
    );
}

#[test]
fn a_schema_that_the_engine_cannot_serve_is_refused_with_its_place() {
    let sdl = SDL.replace("name: String", "name: String!") + "\nunion Either = Thing | Owner\n";
    assert_eq!(
        mistakes(YAML, &sdl),
        [
            "test.graphql:6:3: `Thing.name` ends in `!`, but a register may leave anything out",
            "test.graphql:14:3: `Owner.name` ends in `!`, but a register may leave anything out",
            "test.graphql:22:1: `Either` is an interface, a union or an input type; an adapter has none",
        ]
    );
    assert_eq!(mistakes(YAML, "type Query { thing(id: ID!): Nothing }").len(), 1);
}

#[test]
fn a_secret_that_is_not_there_is_a_mistake() {
    let told = mistakes(&YAML.replace("from_file: key", "from_env: NDX_NO_SUCH_VARIABLE"), SDL);
    assert_eq!(told, ["test.adapter.yaml:4:57: the environment variable `NDX_NO_SUCH_VARIABLE` is not set"]);
}

#[test]
fn a_folder_without_an_adapter_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let problems = Adapter::load(folder.path(), &str::to_owned).unwrap_err();
    assert!(problems[0].message.contains("no `*.adapter.yaml`"));
}
