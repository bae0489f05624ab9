//! Any schema, any registers, any question, any answer of the gates: what the gateway fetches and answers is what a small
//! reference executor says, no more and no less.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod tape;

mod world;

mod records;

mod query;

mod court;

mod reference;

mod recorded;

mod explained;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, LazyLock},
};

use apollo_compiler::{ExecutableDocument, Schema};
use ndx_test_gateway::Exchange;
use orchestration_engine::state::Judges;
use proptest::{
    collection::vec,
    prelude::any,
    test_runner::{Config, TestCaseError, TestRunner},
};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::{
    court::Court,
    query::Question,
    reference::Reference,
    tape::Tape,
    world::{RegisterSchema, World},
};

/// Questions for each world: to open one takes longer than to ask.
const QUESTIONS: usize = 4;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

/// The gateway answers what the reference says, whatever is on the tapes.
fn holds(cases: u32) {
    let config = Config { cases, max_shrink_iters: 1000, failure_persistence: None, ..Config::default() };
    let tapes = (vec(any::<u8>(), 0..80), vec(any::<u8>(), 0..400), vec(vec(any::<u8>(), 0..120), QUESTIONS));
    let result = TestRunner::new(config).run(&tapes, |(schemas, records, questions)| {
        RUNTIME.block_on(case(&schemas, &records, &questions)).map_err(TestCaseError::fail)
    });
    result.unwrap_or_else(|failure| panic!("{failure}"));
}

async fn case(schemas: &[u8], records: &[u8], questions: &[Vec<u8>]) -> Result<(), String> {
    let world = World::draw(&mut Tape::new(schemas));
    let mut tape = Tape::new(records);
    let court = Arc::new(Court::draw(&mut tape));
    let judges = Judges { policy: court.clone(), consent: court.clone(), audit: court.clone() };
    let exchange = Exchange::open_before(world.country(), judges).await;
    for register in &world.registers {
        records::learn(register, exchange.register(&register.schema_id), &mut tape);
    }
    let register = |one: &RegisterSchema| (one.schema_id.clone(), exchange.register(&one.schema_id).clone());
    court.watches(world.registers.iter().map(register).collect());
    let sdl = world.consumer_sdl();
    let schema = Schema::parse_and_validate(&sdl, "consumer.graphql").unwrap();
    for question in questions {
        let Question { query, variables } = Question::draw(&world, &mut Tape::new(question));
        let document = ExecutableDocument::parse_and_validate(&schema, &query, "query.graphql")
            .unwrap_or_else(|error| panic!("{error}"));
        let record = |schema_id: &str, root: &str, person: &str| exchange.register(schema_id).record(root, person);
        let expected = Reference::new(&schema, &document, &variables, &court, &record).execute();
        world.registers.iter().for_each(|register| exchange.register(&register.schema_id).forgets());
        let explained = explained::explain(&exchange, &court, &query, &variables).await?;
        let reply = exchange.ask_with(&query, Value::Object(variables.clone())).await;

        let told = |what: &str, expected: &dyn std::fmt::Debug, found: &dyn std::fmt::Debug| {
            let variables = json!(variables);
            Err(format!(
                "{what}\n{sdl}\n{query}\n{variables}\nexpected {expected:#?}\nfound    {found:#?}\n{}",
                reply.text
            ))
        };
        // As text: the order of the keys counts.
        let (answered, wanted) = (reply.body["data"].to_string(), expected.data.to_string());
        if answered != wanted {
            return told("the answer", &wanted, &answered);
        }
        if reply.errors() != expected.errors {
            return told("the errors", &expected.errors, &reply.errors());
        }
        let (mut fetched, mut wanted) = (exchange.asked(), expected.fetched.clone());
        fetched.iter_mut().for_each(|line| *line = line.replace(".__typename", ""));
        fetched.sort();
        wanted.sort();
        if expected.found_somebody {
            // Whom two paths of different stages lead to may be fetched by each, for what the other did not ask.
            fetched.dedup();
            wanted.dedup();
            // And an object of which one path wants the type's name only is asked for what the other wants of it.
            let is_within = |lines: &[String], line: &str| lines.iter().any(|one| one.starts_with(&format!("{line}.")));
            let all = fetched.clone();
            fetched.retain(|line| !is_within(&all, line));
            let all = wanted.clone();
            wanted.retain(|line| !is_within(&all, line));
        }
        if fetched != wanted {
            return told("what was fetched", &wanted, &fetched);
        }
        let policy: Vec<String> =
            court.asked.lock().unwrap().drain(..).flatten().map(|field| field.to_string()).collect();
        let each_once: BTreeSet<String> = policy.iter().cloned().collect();
        if each_once != expected.fields || each_once.len() != policy.len() {
            return told("what policy saw", &expected.fields, &policy);
        }
        let opened = std::mem::take(&mut *court.opened.lock().unwrap());
        if opened != expected.consents {
            return told("who was asked for consent", &expected.consents, &opened);
        }
        let records = std::mem::take(&mut *court.records.lock().unwrap());
        let requests =
            |one: &RegisterSchema| (one.schema_id.clone(), exchange.register(&one.schema_id).requests().len());
        let requests = world.registers.iter().map(requests).collect();
        let recorded = recorded::holds(&records, &expected, &requests)
            .and_then(|()| recorded::released_is_in_the_answer(&records, &reply));
        if let Err(wrong) = recorded {
            return told("what was recorded", &wrong, &records);
        }
        if let Err(wrong) = explained::agrees(&explained, &records) {
            return told("what was explained before", &wrong, &records);
        }
        people_are_apart(&exchange, &world)?;
    }
    Ok(())
}

/// Under one alias of one request a register is asked about one person.
fn people_are_apart(exchange: &Exchange, world: &World) -> Result<(), String> {
    for register in &world.registers {
        for request in exchange.register(&register.schema_id).requests() {
            let mut people: BTreeMap<String, Value> = BTreeMap::new();
            for leaf in request.leaves() {
                let person = leaf.arguments["nic"].clone();
                if *people.entry(leaf.alias.clone()).or_insert_with(|| person.clone()) != person {
                    return Err(format!("two people share {}: {}", leaf.alias, request.query));
                }
            }
        }
    }
    Ok(())
}

#[test]
fn the_gateway_fetches_and_answers_what_the_reference_says() {
    holds(64);
}

#[test]
#[ignore = "nightly: some thousand worlds take minutes"]
fn the_gateway_fetches_and_answers_what_the_reference_says_of_very_many_worlds() {
    holds(1000);
}
