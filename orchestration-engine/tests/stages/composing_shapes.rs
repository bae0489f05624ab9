//! Leaves, lists and containers: what a provider has against what the consumer schema promises.

use orchestration_engine::schema::Source;

use crate::small::{Small, all, small};

const PROVIDER: &str = "type Query { person(nic: ID!): Person vehicles(nic: ID!): [Vehicle] vehicle(nic: ID!): Vehicle }
type Person { name: String age: Int height: Float alive: Boolean! no: ID eyes: Colour born: Date tags: [String] nicks: [String!]! grid: [[Int]] home(kind: Int!): Home flat: Home cars: [Vehicle] }
type Home { street: String }
type Vehicle { regNo: String make: Make classes: [Class] }
type Make { name: String }
type Class { code: String }
enum Colour { BLUE GREEN GREY }
scalar Date";

/// A person with these fields, and more types.
fn person(fields: &str, more: &str) -> Small {
    small(
        &format!("type Query {{ person(nic: ID! @dataOwner): Person }}\ntype Person {{ {fields} }}\n{more}"),
        PROVIDER,
    )
}

#[test]
fn a_schema_that_keeps_its_promises_has_no_findings() {
    let clean = person(
        "name: String @p(person.name) age: Int @p(person.age) tall: Float @p(person.age) no: String @p(person.no)
         id: ID @p(person.age) eyes: Colour @p(person.eyes) eye: String @p(person.eyes) born: String @p(person.born)
         day: Day @p(person.born) years: Day @p(person.age) tags: [String] @p(person.tags) nicks: [String!] @p(person.nicks)
         grid: [[Int]] @p(person.grid) home: Home flat: Home @p(person.flat) alive: Boolean @p(person.alive)
         cars: [Car] @p(person.cars)",
        "type Home { street: String @p(person.flat.street) }
         type Car { no: String @p(person.cars.regNo) make: String @p(make.name) of: Make classes: [Class] @p(classes) }
         type Make { name: String @p(person.cars.make.name) }
         type Class { code: String @p(code) }
         enum Colour { BLUE GREEN GREY BROWN }
         scalar Day",
    );
    insta::assert_snapshot!(clean.told(), @"fine");
}

#[test]
fn a_leaf_that_does_not_fit_is_told() {
    insta::assert_snapshot!(all([
        ("a number as text", person("x: String @p(person.age)", "")),
        ("text as a number", person("x: Int @p(person.name)", "")),
        ("a fraction as a whole number", person("x: Int @p(person.height)", "")),
        ("an enum that lacks a value", person("x: Colour @p(person.eyes)", "enum Colour { BLUE GREN GREY }")),
        ("an enum from a number", person("x: Colour @p(person.age)", "enum Colour { BLUE }")),
        ("an enum as a number", person("x: Int @p(person.eyes)", "")),
        ("an object as text", person("x: String @p(person.flat)", "")),
        ("text as an object", person("x: Home @p(person.name)", "type Home { street: String @p(person.flat.street) }")),
        ("no such field", person("x: String @p(person.nmae)", "")),
        ("no such root", person("x: String @p(persn.name)", "")),
        ("below a leaf", person("x: String @p(person.name.first)", "")),
        ("no path", person("x: String @p(person..name)", "")),
        ("through an argument", person("x: String @p(person.home.street)", "")),
    ]), @r"
    a number as text
      consumer.graphql:3:15: `Person.x` is `String`, but `p/p:person.age` gives `Int`
    text as a number
      consumer.graphql:3:15: `Person.x` is `Int`, but `p/p:person.name` gives `String`
    a fraction as a whole number
      consumer.graphql:3:15: `Person.x` is `Int`, but `p/p:person.height` gives `Float`
    an enum that lacks a value
      consumer.graphql:3:15: `Person.x` is `Colour`, which lacks `GREEN`, and `p/p:person.eyes` may give it; add it to `Colour`
    an enum from a number
      consumer.graphql:3:15: `Person.x` is `Colour`, but `p/p:person.age` gives `Int`
    an enum as a number
      consumer.graphql:3:15: `Person.x` is `Int`, but `p/p:person.eyes` gives `Colour`
    an object as text
      consumer.graphql:3:15: `Person.x` is `String`, but `p/p:person.flat` is `Home`
    text as an object
      consumer.graphql:3:15: `Person.x` is `Home`, but `p/p:person.name` is `String`
      consumer.graphql:4:13: `Home.street` starts at `person`, but stands in the object `Person.x` (line 3), which is `person.name`; begin its path with `person.name.` or continue from there
    no such field
      consumer.graphql:3:15: `Person.x`: `p/p` has no `nmae` of `person.nmae`; did you mean `name`?
    no such root
      consumer.graphql:2:14: `nic` of `person` names the person, but does not reach `persn` at `p/p`
      consumer.graphql:2:14: argument `nic` of `person` reaches no provider; map it in `argMappings`
      consumer.graphql:3:15: `Person.x`: `p/p` has no `persn` of `persn.name`; did you mean `person`?
      setting: `argMappings`, entry 1: this mapping does nothing: `person` asks for nothing of `person` at `p/p`
    below a leaf
      consumer.graphql:3:15: `Person.x`: `p/p` has no `first` of `person.name.first`
    no path
      consumer.graphql:2:14: argument `nic` of `person` reaches no provider; map it in `argMappings`
      consumer.graphql:3:15: `Person.x`: `@sourceInfo` needs `providerKey`, `schemaId` and a `providerField`, a dotted path such as `person.fullName`
      setting: `argMappings`, entry 1: this mapping does nothing: `person` asks for nothing of `person` at `p/p`
    through an argument
      consumer.graphql:3:15: `Person.x`: `home` of `person.home.street` needs the argument `kind`, and arguments only reach a provider's root fields
    ");
}

#[test]
fn a_promise_that_no_provider_can_keep_is_told() {
    insta::assert_snapshot!(all([
        ("a leaf", person("x: String! @p(person.name)", "")),
        ("an element", person("x: [String!] @p(person.tags)", "")),
        ("an element of an element", person("x: [[Int!]] @p(person.grid)", "")),
        ("an object in a list", person("x: [Car!] @p(person.cars)", "type Car { no: String @p(regNo) }")),
        ("a container", person("x: Home!", "type Home { street: String @p(person.flat.street) }")),
        ("a list as one", person("x: String @p(person.tags)", "")),
        ("one as a list", person("x: [String] @p(person.name)", "")),
        ("a list of lists", person("x: [Int] @p(person.grid)", "")),
        ("a list without a source", person("x: [Home]", "type Home { street: String @p(person.flat.street) }")),
        ("through a list", person("x: String @p(person.cars.regNo)", "")),
    ]), @r"
    a leaf
      consumer.graphql:3:15: `Person.x` comes from a provider, so it must be nullable; remove the `!`
    an element
      consumer.graphql:3:15: an element of `Person.x` may be null, as it may at `p/p:person.tags`; remove the `!` inside the list
    an element of an element
      consumer.graphql:3:15: an element of `Person.x` may be null, as it may at `p/p:person.grid`; remove the `!` inside the list
    an object in a list
      consumer.graphql:3:15: an element of `Person.x` may be null, as it may at `p/p:person.cars`; remove the `!` inside the list
    a container
      consumer.graphql:3:15: all of `Person.x` may be withheld, so it must be nullable; remove the `!`
    a list as one
      consumer.graphql:3:15: `Person.x` is one value, but `p/p:person.tags` gives a list
    one as a list
      consumer.graphql:3:15: `Person.x` is a list, but `p/p:person.name` gives one value
    a list of lists
      consumer.graphql:3:15: `Person.x` is a list, but `p/p:person.grid` gives a list of lists
    a list without a source
      consumer.graphql:3:15: `Person.x` is a list, so it needs `@sourceInfo` to say which
    through a list
      consumer.graphql:3:15: `Person.x`: `cars` of `person.cars.regNo` is a list at `p/p`; name it in a list field with `@sourceInfo`, and put this one below
    ");
}

fn vehicles(number: &str, more: &str) -> Small {
    let cars = "cars: [Car] @p(vehicles)\n name: String @p(person.name)";
    let car = format!("type Car {{ no: String {number} {more} }}");
    person(cars, &car).mapping("person-nic", "nic", "vehicles").mapping("person-nic", "nic", "vehicle")
}

#[test]
fn what_stands_in_a_list_begins_there_or_continues_from_its_elements() {
    insta::assert_snapshot!(all([
        ("begins there", vehicles("@p(vehicles.regNo)", "")),
        ("continues", vehicles("@p(regNo)", "")),
        ("starts at another root", vehicles("@p(vehicle.regNo)", "")),
        ("at another provider", vehicles("@q(vehicles.regNo)", "")),
        ("deeper", vehicles("@p(regNo)", "make: Make @p(make) } type Make { name: String @p(vehicle.make.name)")),
        ("in an object", person("flat: Home @p(person.flat)", "type Home { street: String @p(vehicle.regNo) }")),
        ("of no schema here", person("cars: [Car] @q(person.cars)", "type Car { no: String @q(other.regNo) }")),
    ]), @r"
    begins there
      setting: `argMappings`, entry 3: this mapping does nothing: `person` asks for nothing of `vehicle` at `p/p`
    continues
      setting: `argMappings`, entry 3: this mapping does nothing: `person` asks for nothing of `vehicle` at `p/p`
    starts at another root
      consumer.graphql:5:12: `Car.no` starts at `vehicle`, but stands in the list `Person.cars` (line 3), which is `vehicles`; begin its path with `vehicles.` or continue from there, or set `legacyListPaths` in `schema` so that only its last part counts
      setting: `argMappings`, entry 3: this mapping does nothing: `person` asks for nothing of `vehicle` at `p/p`
    at another provider
      consumer.graphql:2:14: `nic` of `person` names the person, but does not reach `vehicles` at `q/q`
      consumer.graphql:5:12: `Car.no` comes from `q/q:vehicles.regNo`, but stands in the list `Person.cars` (line 3), whose elements come from `p/p:vehicles`; an element has nothing of another provider, so use `@lookup` for what that one knows
      setting: `argMappings`, entry 3: this mapping does nothing: `person` asks for nothing of `vehicle` at `p/p`
    deeper
      consumer.graphql:5:185: `Make.name` starts at `vehicle`, but stands in the list `Car.make` (line 5), which is `vehicles.make`; begin its path with `vehicles.make.` or continue from there, or set `legacyListPaths` in `schema` so that only its last part counts
      setting: `argMappings`, entry 3: this mapping does nothing: `person` asks for nothing of `vehicle` at `p/p`
    in an object
      consumer.graphql:4:13: `Home.street` starts at `vehicle`, but stands in the object `Person.flat` (line 3), which is `person.flat`; begin its path with `person.flat.` or continue from there
    of no schema here
      consumer.graphql:2:14: `nic` of `person` names the person, but does not reach `person` at `q/q`
      consumer.graphql:2:14: argument `nic` of `person` reaches no provider; map it in `argMappings`
      setting: `argMappings`, entry 1: this mapping does nothing: `person` asks for nothing of `person` at `p/p`
    ");
}

#[test]
fn row_25_with_legacy_list_paths_the_last_part_of_a_path_is_read_from_the_element() {
    let mut small = vehicles(
        "@p(vehicle.regNo)",
        "make: Make @p(vehicle.make) whole: String @p(vehicles.make.name) } type Make { name: String @p(vehicle.make.name)",
    );
    small.inputs.legacy_list_paths = true;
    assert_eq!(
        small.told(),
        "setting: `argMappings`, entry 3: this mapping does nothing: `person` asks for nothing of `vehicle` at `p/p`"
    );
    let schema = small.composed().into_schema().unwrap();
    let path =
        |type_name: &str, field: &str, inside: Option<&Source>| schema.source_within(type_name, field, inside).unwrap();
    let list = path("Person", "cars", None);
    let make = path("Car", "make", Some(&list));
    assert_eq!(path("Car", "no", Some(&list)).path, ["vehicles", "regNo"]);
    assert_eq!(path("Car", "whole", Some(&list)).path, ["vehicles", "make", "name"]);
    assert_eq!(make.path, ["vehicles", "make"]);
    assert_eq!(path("Make", "name", Some(&make)).path, ["vehicles", "make", "name"]);
    assert_eq!(path("Person", "name", None).path, ["person", "name"]);
}

#[test]
fn what_no_query_reaches_leads_back_or_cannot_be_filled_is_told() {
    insta::assert_snapshot!(all([
        ("unreachable", person("name: String @p(person.name)", "type Lost { more: Found }\ntype Found { x: Int @p(person.age) }")),
        ("back to itself", person("name: String @p(person.name) again: Person", "")),
        ("back by a source", person("name: String @p(person.name) home: Home @p(person.flat)", "type Home { street: String @p(street) next: Home @p(flat) }")),
        ("back to the question", person("name: String @p(person.name) q: Query", "")),
        ("an interface", person("name: String @p(person.name) x: Named @p(person)", "interface Named { name: String }")),
        ("a union", person("name: String @p(person.name) x: Any @p(person)", "union Any = Person")),
        ("a mutation", person("name: String @p(person.name)", "type Mutation { x: Int }")),
        ("no source", person("name: String @p(person.name) x: Int", "")),
        ("an argument below", person("name(x: Int): String @p(person.name)", "")),
    ]), @r"
    unreachable
      warning: consumer.graphql:4:6: no query can reach the type `Lost`; use it in a field or remove it
      warning: consumer.graphql:5:6: no query can reach the type `Found`; use it in a field or remove it
    back to itself
      consumer.graphql:3:103: `Person.again` leads back to `Person` without end; give it a type of its own, or `@lookup` if it is another person's record
    back by a source
      consumer.graphql:4:98: `Home.next` leads back to `Home` without end; give it a type of its own, or `@lookup` if it is another person's record
      consumer.graphql:4:98: `Home.next`: `p/p` has no `flat` of `person.flat.flat`
    back to the question
      consumer.graphql:3:103: `Person.q` leads back to `Query` without end; give it a type of its own, or `@lookup` if it is another person's record
    an interface
      consumer.graphql:3:103: `Person.x` is an interface or union, which no provider field can fill; give it an object type
    a union
      consumer.graphql:3:103: `Person.x` is an interface or union, which no provider field can fill; give it an object type
    a mutation
      consumer.graphql:4:6: the exchange only answers questions; remove the type `Mutation`
    no source
      consumer.graphql:3:103: `Person.x` has no `@sourceInfo`, so nothing could ever answer it
    an argument below
      consumer.graphql:3:15: `Person.name` has arguments, which only root fields can hand on
    ");
}

#[test]
fn a_schema_may_be_written_in_parts_and_call_its_root_as_it_likes() {
    let told = small(
        "schema { query: Ask }\ntype Ask { person(nic: ID! @dataOwner): Person }\ntype Person { name: String @p(person.name) }
         extend type Person { age: Int @p(person.age) bad: Int @p(person.agee) }
         extend type Ask { again(nic: ID!): Person }",
        PROVIDER,
    );
    insta::assert_snapshot!(told.told(), @r"
    consumer.graphql:5:114: `Person.bad`: `p/p` has no `agee` of `person.agee`; did you mean `age`?
    consumer.graphql:6:28: `again` does not say what `nic` of `person` at `p/p` is, where `Person.name` (line 4) comes from; map an argument to it in `argMappings`
    consumer.graphql:6:28: argument `nic` of `again` reaches no provider; map it in `argMappings`
    ");
    let fine = small(
        "schema { query: Ask }\ntype Ask { person(nic: ID! @dataOwner): Person }\ntype Person { name: String @p(person.name) }",
        &PROVIDER
            .replace("type Query", "schema { query: Registers } type Registers")
            .replace("type Person {", "extend type Person { more: Int } type Person {"),
    );
    assert_eq!(fine.told(), "fine");
    assert_eq!(fine.composed().into_schema().unwrap().root("person").unwrap().data_owner.as_deref(), Some("nic"));
}

#[test]
fn a_few_lines_that_lead_to_very_many_fields_end() {
    let mut types = String::from("type T0 { a: T1 @p(a) b: T1 @p(b) }");
    for level in 1..40 {
        types.push_str(&format!("type T{level} {{ a: T{0} @p(a) b: T{0} @p(b) }}", level + 1));
    }
    let told = person("t: T0 @p(person)", &format!("{types} type T40 {{ x: Int @p(x) }}")).told();
    assert!(told.contains("leads to more than 100000 fields"), "{}", told.len());
    let containers = types.replace(" @p(a)", "").replace(" @p(b)", "");
    let told = person("t: T0", &format!("{containers} type T40 {{ x: Int @p(person.age) }}")).told();
    assert_eq!(told, "fine");
}
