//! What is asked of whom, for every kind of question: the plan of each query in `corpus/` stands beside it as a snapshot. To
//! take in plans that have changed: `INSTA_UPDATE=always cargo test -p orchestration-engine --test corpus`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::path::{Path, PathBuf};

use ndx_test_gateway::{Country, Register};
use orchestration_engine::{
    config::{Allowance, Config},
    operation::{self, Documents},
    planner,
    request::GraphqlRequest,
    schema::{self, ConsumerSchema},
};

/// The country of the tests of behaviour, as far as a plan knows it.
fn country() -> Country {
    let schemas = |name: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/graphql_behaviour/schema");
        std::fs::read_to_string(folder.join(format!("{name}.graphql"))).unwrap()
    };
    let mut country = Country::new(&schemas("consumer"));
    for (key, schema_id) in [("civil", "civil-v1"), ("civil", "civil-v2"), ("road", "road-v1")] {
        country = country.register(key, schema_id, Register::new(&schemas(schema_id)));
    }
    for argument in ["nic", "filter", "kinds", "limit", "weight", "ids", "since"] {
        country = country.maps(&format!("events-{argument}"), "civil", "civil-v1", "register", argument);
    }
    country
        .maps("person-nic", "civil", "civil-v1", "citizen", "nic")
        .maps("person-nic", "civil", "civil-v2", "taxpayer", "number")
        .maps("person-nic", "road", "road-v1", "driver", "id")
        .maps("driver-licensee", "road", "road-v1", "driver", "id")
        .maps("driver-licensee", "civil", "civil-v1", "citizen", "nic")
}

/// The plan of a file: its first lines may say `# variables: {…}` and `# operation: NAME`.
fn plan(config: &Config, schema: &ConsumerSchema, text: &str) -> String {
    let said = |what: &str| text.lines().find_map(|line| line.strip_prefix(&format!("# {what}: ")));
    let request = GraphqlRequest {
        query: text.to_owned(),
        operation_name: said("operation").map(str::to_owned),
        variables: serde_json::from_str(said("variables").unwrap_or("{}")).unwrap(),
        ..GraphqlRequest::default()
    };
    let operation = operation::prepare(&Documents::default(), schema, &request, Allowance::of_anybody(&config.limits));
    let operation = operation.unwrap_or_else(|error| panic!("{error:?}\n{text}"));
    planner::draw(schema, &operation, &config.limits).unwrap().text
}

#[test]
fn the_plan_of_every_query_of_the_corpus_is_the_one_beside_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "graphql"));
    files.sort();
    assert!(files.len() >= 60, "{} queries", files.len());
    let country = country();
    let config = Config::new(&country.configuration()).unwrap();
    let schema = schema::load(&config).unwrap();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(&folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        settings.set_description(text.trim());
        settings.bind(|| insta::assert_snapshot!(name, plan(&config, &schema, &text)));
    }
}
