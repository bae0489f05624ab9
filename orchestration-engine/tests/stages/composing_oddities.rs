//! Whatever a schema's text says, composition answers: with a schema or with mistakes, each somewhere in a file.

use crate::small::small;

const CONSUMER: &str = "schema { query: Query }
type Query { person ( nic : ID! @dataOwner , kind : Kind ) : Person }
type Person { name : String @p(person.name) motherNic : ID @p(person.mother)
  mother : Person @lookup( root: \"person\" , argument: \"nic\" , from: \"motherNic\" )
  cars : [ Car ] @p(person.cars) home : Home }
extend type Person { age : Int @p(person.age) }
type Home { street : String @p(person.street) }
type Car { no : String @p(no) owner : Person @lookup( root: \"person\" , argument: \"nic\" , from: \"ownerNic\" ) ownerNic : ID @p(ownerNic) }
enum Kind { A B }
input Filter { a : Int = 1 }
interface Named { name : String }
union Any = Home | Car
scalar Date";

const PROVIDER: &str = "directive @label ( en : String! ) on FIELD_DEFINITION
type Query { person ( nic : ID! , kind : Kind ) : Person }
type Person { name : String @label ( en : \"Name\" ) mother : ID cars : [ Car ! ] age : Int street : String }
type Car { no : String ownerNic : ID }
enum Kind { A B }";

/// What stands in the place of a word: too much, too little, or of another kind.
const ODD: [&str; 12] = ["", "!", "[", "}", "{", "Query", "Any", "Person", "@lookup", "\"", "extend", "@p(person)"];

/// `text` with one word changed, in every way.
fn changed(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split(' ').collect();
    let with = |number: usize, new: &str| {
        let mut words = words.clone();
        words[number] = new;
        words.join(" ")
    };
    let one = |number: usize| {
        let twice = format!("{0} {0}", words[number]);
        let mut all: Vec<String> = ODD.iter().map(|odd| with(number, odd)).collect();
        all.push(with(number, &twice));
        all
    };
    (0..words.len()).flat_map(one).collect()
}

fn answers(consumer: &str, provider: &str) {
    let found = small(consumer, provider).composed();
    for one in found.mistakes.iter().chain(&found.warnings) {
        assert!(one.file.ends_with(".graphql"), "{one}\n{consumer}\n{provider}");
        assert!(one.place.is_none_or(|(line, column)| line > 0 && column > 0), "{one}");
    }
    let fine = found.mistakes.is_empty();
    assert_eq!(found.into_schema().is_ok(), fine, "{consumer}\n{provider}");
}

#[test]
fn every_change_of_one_word_of_the_consumer_schema_has_an_answer() {
    assert!(small(CONSUMER, PROVIDER).mapping("person-kind", "kind", "person").composed().into_schema().is_ok());
    changed(CONSUMER).iter().for_each(|consumer| answers(consumer, PROVIDER));
}

#[test]
fn every_change_of_one_word_of_a_provider_schema_has_an_answer() {
    changed(PROVIDER).iter().for_each(|provider| answers(CONSUMER, provider));
}
