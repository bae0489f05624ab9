//! The gateway's stages one by one, in this process and without a network: what instructions are counted of and what the
//! micro-benchmarks time. They are called as `pipeline` calls them.

use std::{fmt::Write as _, path::Path, sync::Arc, time::Duration};

use anyhow::Context as _;
use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, header};
use ndx_clock::SystemClock;
use ndx_config::Application;
use ndx_contracts::{
    FieldRef, JudgeError, Need,
    audit::{AuditLog, AuditRecord},
    consent::{ConsentAnswer, ConsentEngine, ConsentRequirement, StandingConsent},
    policy::{Decision, DecisionRequest, Effect, FieldDecision, PolicyDecisionPoint},
};
use orchestration_engine::{
    authentication::Caller,
    consent::{self, Asking, ConsentedPlan},
    execution::{self, Answers, OpenedAnswers},
    operation::{self, Operation},
    planner, policy, projection,
    request::{self, Asked, GraphqlRequest},
    state::{Gateway, Judges},
};
use serde_json::json;

use crate::{
    issuer::Issuer,
    load::{NIC, NUMBER},
    people::nic,
    provider::{Answer, Shape},
    world::{self, Ports, Size},
};

const LONG: Duration = Duration::from_secs(60);

/// Permits everything, and asks nobody.
struct Everything;

#[async_trait]
impl PolicyDecisionPoint for Everything {
    async fn decide(&self, request: &DecisionRequest) -> Result<Decision, JudgeError> {
        let effect = Effect::Permit { need: Need::Needed };
        let decided =
            |field: &FieldRef| FieldDecision { field: field.clone(), effect, basis: None, determined_by: Vec::new() };
        Ok(Decision { policy_version: 1, fields: request.fields.iter().map(decided).collect() })
    }
}

#[async_trait]
impl ConsentEngine for Everything {
    async fn require(&self, _: &ConsentRequirement) -> Result<ConsentAnswer, JudgeError> {
        Err(JudgeError::Confused { judge: "the bench", what: "nobody should be asked".to_owned() })
    }

    async fn standing(&self, _: &ConsentRequirement) -> Result<Option<ConsentAnswer>, JudgeError> {
        Ok(None)
    }

    async fn withdrawn(&self, _: &[StandingConsent]) -> Result<Vec<StandingConsent>, JudgeError> {
        Ok(Vec::new())
    }
}

#[async_trait]
impl AuditLog for Everything {
    async fn append(&self, _: AuditRecord) -> Result<(), JudgeError> {
        Ok(())
    }
}

/// A gateway whose stages can be called one by one.
pub struct Stages {
    gateway: Gateway,
}

/// A question that the gates have let through, and what the providers answered.
pub struct Answered {
    operation: Operation,
    consented: ConsentedPlan,
    answers: Answers,
}

impl Answered {
    /// Bytes that came from the providers.
    pub fn bytes(&self) -> usize {
        self.answers.0.values().flatten().map(Bytes::len).sum()
    }
}

impl Stages {
    /// The gateway of the country of this size, written to `folder`; its issuer listens at `ports.issuer`.
    ///
    /// # Errors
    /// When it cannot be set up.
    pub fn new(folder: &Path, ports: Ports, size: Size) -> anyhow::Result<Self> {
        world::write(folder, ports, size, &json!({}))?;
        let exchange = ndx_config::load(&folder.join("config.json"), |text| text)?;
        let all = Arc::new(Everything);
        let judges = Judges { policy: all.clone(), consent: all.clone(), audit: all };
        Ok(Self { gateway: Gateway::new(&exchange, judges, SystemClock::shared())? })
    }

    /// The request that asks `document` about the first person.
    ///
    /// # Errors
    /// When it is refused.
    pub fn request(&self, document: &str) -> anyhow::Result<GraphqlRequest> {
        let body = json!({"query": document, "variables": {"nic": nic(0)}}).to_string();
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
        let asked = Asked::Post(body.into());
        Ok(request::receive(&headers, &asked, self.gateway.config.limits.body_bytes)?)
    }

    /// Reads, validates and plans a document; what was read before is remembered. How many providers it asks.
    ///
    /// # Errors
    /// When it is refused.
    pub fn compile(&self, request: &GraphqlRequest) -> anyhow::Result<usize> {
        let Gateway { config, schema, plans, .. } = &self.gateway;
        let operation = self.read(request)?;
        let plan = planner::plan(plans, schema, &operation, &config.limits)?;
        Ok(plan.providers.len())
    }

    /// Plans an operation that was read; nothing is remembered.
    ///
    /// # Errors
    /// When it is refused.
    pub fn draw(&self, operation: &Operation) -> anyhow::Result<usize> {
        Ok(planner::draw(&self.gateway.schema, operation, &self.gateway.config.limits)?.providers.len())
    }

    /// Reads and validates a document.
    ///
    /// # Errors
    /// When it is refused.
    pub fn read(&self, request: &GraphqlRequest) -> anyhow::Result<Operation> {
        let Gateway { config, schema, documents, .. } = &self.gateway;
        let allowance = config.allowance(self.application("small")?);
        Ok(operation::prepare(documents, schema, request, allowance)?)
    }

    fn application(&self, id: &str) -> anyhow::Result<&Arc<Application>> {
        self.gateway.config.applications.get(&id.into()).context("there is no such application")
    }

    /// Authenticates the bearer of a token.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn authenticate(&self, authorization: &str) -> anyhow::Result<Caller> {
        Ok(self.gateway.authenticator.authenticate(Some(authorization), None, LONG).await?)
    }

    /// Lets a question through the gates and has it answered by providers of these shapes.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn answered(
        &self,
        application: &str,
        document: &str,
        shape: impl Fn(&str) -> Shape,
    ) -> anyhow::Result<Answered> {
        let Gateway { config, schema, .. } = &self.gateway;
        let operation = self.read(&self.request(document)?)?;
        let plan = Arc::new(planner::draw(schema, &operation, &config.limits)?);
        let question = Arc::new(planner::bind(plan, &operation, &config.identifier)?);
        let application = self.application(application)?;
        let caller = Caller { application: application.clone() };
        let purpose = application.purposes.first().context("it has no purpose")?;
        let trace_id = "0".into();
        let decision = policy::decide(&question, &caller, purpose, &trace_id, &Everything, LONG).await?;
        let permitted = policy::enforce(question, decision)?;
        let asking = Asking { caller: &caller, purpose, reference: None, trace_id: &trace_id, judge: &Everything };
        let consented = consent::require(permitted, &asking, LONG).await?;
        let mut answers = Answers::default();
        for document in execution::in_stage(&consented, 0, schema).iter() {
            let name = consented.plan().providers.get(document.provider).context("there is no such provider")?;
            let shape = shape(name.name.provider_key.as_str());
            let body = Answer::new(shape).body(&execution::body(document, &consented)).context("nothing is asked")?;
            answers.0.insert((0, document.provider), Ok(body.into()));
        }
        Ok(Answered { operation, consented, answers })
    }

    /// Opens the providers' answers and merges them; how long the data is.
    pub fn project(&self, answered: &Answered) -> usize {
        let Answered { operation, consented, answers } = answered;
        let opened = OpenedAnswers::open(answers, consented, &self.gateway.config.identifier);
        let Gateway { config, schema, .. } = &self.gateway;
        let limit = config.limits.answer_bytes;
        let merged = projection::merge(consented, &opened, &schema.definition, &operation.introspection, limit);
        merged.data.map_or(0, |data| data.len())
    }
}

/// A document that asks so many fields of the wide country, and was never asked before when `number` was not.
pub fn wide(fields: usize, number: u64) -> String {
    let mut document = format!("query Wide{number}($nic: String!) {{ wideInfo(nic: $nic) {{");
    for field in 0..fields {
        // Writing to a text cannot fail.
        write!(document, " w{field:03}").unwrap_or_default();
    }
    document.push_str(" } }");
    document
}

/// A document with the places of the person and of its number filled in.
pub fn filled(document: &str, number: u64) -> String {
    document.replace(NIC, &nic(0)).replace(NUMBER, &number.to_string())
}

/// An issuer that serves its keys, and a token of the application `id`.
///
/// # Errors
/// When it cannot be set up.
pub async fn token(port: u16, id: &str) -> anyhow::Result<String> {
    let issuer = Issuer::new(port)?;
    issuer.serve().await?;
    Ok(format!("Bearer {}", issuer.for_application(id)?))
}
