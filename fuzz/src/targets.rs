//! What is done with an input: the gateway's own functions, and those that judge a receipt, without HTTP around them.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use ndx_contracts::{
    FieldRef, JudgeError, Need,
    consent::{ConsentAnswer, ConsentEngine, ConsentRequirement, StandingConsent},
    policy::{Decision, DecisionRequest, Effect, FieldDecision, PolicyDecisionPoint},
};
use ndx_receipt::{KeySet, Receipt, Record, verify};
use ndx_test_gateway::{APPLICATION, Country, Register};
use orchestration_engine::{
    authentication::Caller,
    config::{Allowance, Config},
    consent::{self, Asking, ConsentedPlan},
    execution::{self, Answers, OpenedAnswers},
    operation::{self, Documents, Operation},
    planner, policy, projection,
    request::GraphqlRequest,
    schema::{self, ConsumerSchema, Inputs, ProviderSchema},
};
use tokio::runtime::Runtime;

/// Asks for a value of every kind, and for people who are found.
const QUESTION: &str = r#"{ person(nic: "199512345671") { name age sex alive born height number id nicknames titles grid
    contact { email post { box } } home { street town { name } floor taxed } certificates { number }
    children { name born school { title } toys { label } record { name } } mother { name mother { name } } siblings { name } } }"#;

/// An operation with variables of every kind.
const VARIABLES: &str =
    "query ($n: String!, $f: Filter, $k: [Kind!], $l: Int = 3, $w: Float, $i: [ID], $d: Date, $b: Boolean = true) {
    person(nic: $n) { name @include(if: $b) }
    events(nic: $n, filter: $f, kinds: $k, limit: $l, weight: $w, ids: $i, since: $d) { total } }";

/// A receipt, and the keys that verify it.
const RECEIPT: &str = include_str!("../../crates/ndx-receipt/tests/kept/receipt.json");
const KEYS: &str = include_str!("../../crates/ndx-receipt/tests/kept/keys.json");

/// What an input is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A GraphQL document.
    Document,
    /// The values of variables.
    Variables,
    /// A provider's answer.
    Provider,
    /// A schema.
    Sdl,
    /// A receipt, or the keys that verify it.
    Receipt,
}

impl Target {
    /// All.
    pub const ALL: [(&'static str, Self); 5] = [
        ("document", Self::Document),
        ("variables", Self::Variables),
        ("provider", Self::Provider),
        ("sdl", Self::Sdl),
        ("receipt", Self::Receipt),
    ];

    /// The target with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, target)| target)
    }

    /// Inputs to begin with.
    pub fn seeds(self) -> Vec<Vec<u8>> {
        let tree = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let texts = |folder: &str| {
            let files = std::fs::read_dir(tree.join(folder)).unwrap().map(|entry| entry.unwrap().path());
            let mut files: Vec<PathBuf> =
                files.filter(|file| file.extension().is_some_and(|one| one == "graphql")).collect();
            files.sort();
            files.into_iter().map(|file| std::fs::read(file).unwrap()).collect::<Vec<_>>()
        };
        let all = |list: &[&str]| list.iter().map(|text| text.as_bytes().to_vec()).collect();
        match self {
            Self::Document => [texts("orchestration-engine/tests/corpus"), all(&[QUESTION, VARIABLES])].concat(),
            Self::Variables => all(&[
                r#"{"n":"199512345671","f":{"kinds":["BIRTH"],"period":{"from":"2001-01-01","to":null},"exact":true},"k":["MARRIAGE"],"l":7,"w":1.5,"i":[1,"b"],"d":"x","b":false}"#,
                r#"{"n":"861234567v","f":null,"k":"BIRTH","l":null}"#,
                r#"{"n":["199512345671"],"w":1e400,"l":2147483648}"#,
            ]),
            Self::Provider => all(&[
                r#"{"data":{"r0_citizen":{"fullName":"Ann","years":29,"sex":"FEMALE","alive":true,"born":"1995-05-01","height":1.7,"number":7,"nic":"199512345671","nicknames":["Annie",null],"titles":["Dr"],"grid":[[1,2],null,[]],"email":"a","box":"12","home":{"street":"Lake Road","storey":3,"town":{"name":"Port"}},"certificates":[{"number":"c1"}],"children":[{"firstName":"Cay","born":"2015-01-01","nic":"201512345675","school":{"name":"Hill"},"toys":[{"name":"kite"}]},null],"motherNic":"196012345673","siblingNics":["199012345672",null,"unknown"]}}}"#,
                r#"{"data":{"r0_citizen":null},"errors":[{"message":"x","path":["r0_citizen","children",0,"toys"],"extensions":{"code":"PROVIDER_TIMEOUT"}}]}"#,
                r#"{"data":null,"errors":[{"message":"x"}]}"#,
            ]),
            Self::Receipt => {
                let signature = serde_json::from_str::<Receipt>(RECEIPT).unwrap().signature;
                all(&[RECEIPT, KEYS, &signature])
            }
            Self::Sdl => [texts("tests/graphql_behaviour/schema"), texts("schema"), texts("schema/providers")].concat(),
        }
    }
}

/// What all inputs of a run share.
pub struct Lab {
    config: Config,
    schema: ConsumerSchema,
    question: (Operation, ConsentedPlan),
    country: Country,
    receipt_keys: KeySet,
    signed: Vec<Record>,
}

impl std::fmt::Debug for Lab {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Lab")
    }
}

impl Default for Lab {
    fn default() -> Self {
        let country = country();
        let config = Config::new(&country.configuration()).unwrap();
        let schema = schema::load(&config).unwrap();
        let operation = prepared(&config, &schema, QUESTION, serde_json::Map::new()).unwrap();
        let consented = Runtime::new().unwrap().block_on(consented(&config, &schema, &operation));
        let receipt_keys = KeySet::read(KEYS).unwrap();
        let genuine = verify(RECEIPT, &receipt_keys).unwrap();
        let signed = genuine.earlier.into_iter().chain([genuine.signed]).map(|signed| signed.record).collect();
        Self { config, schema, question: (operation, consented), country, receipt_keys, signed }
    }
}

impl Lab {
    /// Takes `input` for what `target` says. Whatever it is, this returns.
    pub fn run(&self, target: Target, input: &[u8]) {
        match target {
            Target::Document => self.document(&String::from_utf8_lossy(input), serde_json::Map::new()).unwrap_or(()),
            Target::Variables => {
                let Ok(variables) = serde_json::from_slice(input) else { return };
                self.document(VARIABLES, variables).unwrap_or(());
            }
            Target::Provider => self.provider(input),
            Target::Sdl => self.sdl(input),
            Target::Receipt => self.receipt(&String::from_utf8_lossy(input)),
        }
    }

    fn document(&self, query: &str, variables: serde_json::Map<String, serde_json::Value>) -> Option<()> {
        let operation = prepared(&self.config, &self.schema, query, variables)?;
        let plan = planner::draw(&self.schema, &operation, &self.config.limits).ok()?;
        planner::bind(Arc::new(plan), &operation, &self.config.identifier).ok().map(drop)
    }

    fn provider(&self, input: &[u8]) {
        let (operation, consented) = &self.question;
        let mut answers = Answers::default();
        let body = Bytes::copy_from_slice(input);
        for number in 0..consented.plan().providers.len() {
            answers.0.insert((0, number), Ok(body.clone()));
        }
        let found = execution::found(consented, 1, &answers, &self.config.identifier);
        assert!(found.iter().all(|one| one.value.len() <= input.len() + 2));
        let opened = OpenedAnswers::open(&answers, consented, &self.config.identifier);
        let limit = self.config.limits.answer_bytes;
        let merged = projection::merge(consented, &opened, &self.schema.definition, &operation.introspection, limit);
        let data = merged.data.unwrap_or_else(|| "null".to_owned());
        serde_json::from_str::<&serde_json::value::RawValue>(&data).unwrap_or_else(|error| panic!("{error}: {data}"));
    }

    /// Whatever is accepted is what was signed.
    fn receipt(&self, text: &str) {
        drop(KeySet::read(text));
        if let Ok(genuine) = verify(text, &self.receipt_keys) {
            assert!(self.signed.contains(&genuine.signed.record), "nobody signed this: {text}");
        }
    }

    fn sdl(&self, input: &[u8]) {
        let text = String::from_utf8_lossy(input);
        drop(ProviderSchema::read(&text, Path::new("provider.graphql")));
        let mut inputs = Inputs::from(&self.config);
        inputs.consumer = self.country.write("fuzzed.graphql", &text);
        drop(schema::check(&inputs).into_schema());
    }
}

fn country() -> Country {
    Country::new(include_str!("../../tests/graphql_behaviour/schema/consumer.graphql"))
        .register(
            "civil",
            "civil-v1",
            Register::new(include_str!("../../tests/graphql_behaviour/schema/civil-v1.graphql")),
        )
        .register(
            "civil",
            "civil-v2",
            Register::new(include_str!("../../tests/graphql_behaviour/schema/civil-v2.graphql")),
        )
        .register(
            "road",
            "road-v1",
            Register::new(include_str!("../../tests/graphql_behaviour/schema/road-v1.graphql")),
        )
        .maps("person-nic", "civil", "civil-v1", "citizen", "nic")
        .maps("person-nic", "civil", "civil-v2", "taxpayer", "number")
        .maps("person-nic", "road", "road-v1", "driver", "id")
        .maps("driver-licensee", "road", "road-v1", "driver", "id")
        .maps("driver-licensee", "civil", "civil-v1", "citizen", "nic")
        .maps("events-nic", "civil", "civil-v1", "register", "nic")
        .maps("events-filter", "civil", "civil-v1", "register", "filter")
        .maps("events-kinds", "civil", "civil-v1", "register", "kinds")
        .maps("events-limit", "civil", "civil-v1", "register", "limit")
        .maps("events-weight", "civil", "civil-v1", "register", "weight")
        .maps("events-ids", "civil", "civil-v1", "register", "ids")
        .maps("events-since", "civil", "civil-v1", "register", "since")
}

fn prepared(
    config: &Config,
    schema: &ConsumerSchema,
    query: &str,
    variables: serde_json::Map<String, serde_json::Value>,
) -> Option<Operation> {
    let variables = serde_json::from_value(serde_json::Value::Object(variables)).ok()?;
    let request = GraphqlRequest { query: query.to_owned(), variables, ..GraphqlRequest::default() };
    operation::prepare(&Documents::default(), schema, &request, Allowance::of_anybody(&config.limits)).ok()
}

async fn consented(config: &Config, schema: &ConsumerSchema, operation: &Operation) -> ConsentedPlan {
    let plan = Arc::new(planner::draw(schema, operation, &config.limits).unwrap());
    let question = Arc::new(planner::bind(plan, operation, &config.identifier).unwrap());
    let caller = Caller { application: config.applications[&APPLICATION.into()].clone() };
    let (purpose, trace_id, time) = (&caller.application.purposes[0], "t".into(), Duration::from_secs(1));
    let decision = policy::decide(&question, &caller, purpose, &trace_id, &PermitAll, time).await.unwrap();
    let permitted = policy::enforce(question, decision).unwrap();
    let asking = Asking { caller: &caller, purpose, reference: None, trace_id: &trace_id, judge: &PermitAll };
    consent::require(permitted, &asking, time).await.unwrap()
}

/// Permits everything, without consent.
struct PermitAll;

#[async_trait]
impl PolicyDecisionPoint for PermitAll {
    async fn decide(&self, request: &DecisionRequest) -> Result<Decision, JudgeError> {
        let effect = Effect::Permit { need: Need::Needed };
        let decided =
            |field: &FieldRef| FieldDecision { field: field.clone(), effect, basis: None, determined_by: Vec::new() };
        Ok(Decision { policy_version: 1, fields: request.fields.iter().map(decided).collect() })
    }
}

#[async_trait]
impl ConsentEngine for PermitAll {
    async fn require(&self, _: &ConsentRequirement) -> Result<ConsentAnswer, JudgeError> {
        panic!("nothing needs consent")
    }

    async fn standing(&self, _: &ConsentRequirement) -> Result<Option<ConsentAnswer>, JudgeError> {
        Ok(None)
    }

    async fn withdrawn(&self, _: &[StandingConsent]) -> Result<Vec<StandingConsent>, JudgeError> {
        Ok(Vec::new())
    }
}
