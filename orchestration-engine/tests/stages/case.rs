//! One question with everything around it, so that a test says only what it is about.

use std::{collections::BTreeSet, path::Path, sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use ndx_contracts::{
    FieldRef, JudgeError, Need,
    consent::{ConsentAnswer, ConsentEngine, ConsentRequirement, ConsentStatus, StandingConsent},
    policy::{Decision, DecisionRequest, Effect, FieldDecision, PolicyDecisionPoint},
};
use orchestration_engine::{
    authentication::Caller,
    config::{Allowance, Config},
    consent::{self, Asking, ConsentedPlan},
    error::field_error,
    execution::{self, Answers, OpenedAnswers, ProviderFailure},
    operation::{self, Documents, Operation},
    planner::{self, PlannedProvider, QueryPlan, Question},
    policy,
    projection::{self, Merged},
    request::GraphqlRequest,
    schema::{self, ConsumerSchema},
};
use uuid::Uuid;

/// What the provider of this key and schema answers.
pub type Answered<'a> = (&'a str, &'a str, Result<&'a str, ProviderFailure>);

/// Farajaland's own configuration and schema, with the vehicle register added.
pub struct Country {
    pub config: Config,
    pub schema: ConsumerSchema,
}

/// Without a check of whose record came: most tests are not about it.
pub fn farajaland() -> Country {
    country(|config| config.providers.iter_mut().for_each(|provider| provider.echo = None))
}

/// As it is configured.
pub fn farajaland_with_echoes() -> Country {
    country(|_| {})
}

fn country(change: impl FnOnce(&mut Config)) -> Country {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fl-config.json");
    let dmt = r#""providers": [{"providerKey":"dmt","schemaId":"dmt-schema-v1","providerUrl":"http://127.0.0.1:9092/graphql","member":"drp"},"#;
    let exchange = ndx_config::load(&file, |text| text.replacen("\"providers\": [\n", dmt, 1)).unwrap();
    let mut config = Config::new(&exchange).unwrap();
    change(&mut config);
    let schema = schema::load(&config).unwrap();
    Country { config, schema }
}

/// What a person has shared, declined or not answered.
#[derive(Clone, Default)]
pub struct Shared {
    pub declined: BTreeSet<&'static str>,
    pub missing: BTreeSet<&'static str>,
    pub withdrawn: BTreeSet<&'static str>,
    pub status: Option<ConsentStatus>,
}

/// Permits everything with consent.
pub struct PermitAll;

#[async_trait]
impl PolicyDecisionPoint for PermitAll {
    async fn decide(&self, request: &DecisionRequest) -> Result<Decision, JudgeError> {
        let effect = Effect::PermitWithConsent { need: Need::Needed };
        let decided =
            |field: &FieldRef| FieldDecision { field: field.clone(), effect, basis: None, determined_by: Vec::new() };
        Ok(Decision { policy_version: 7, fields: request.fields.iter().map(decided).collect() })
    }
}

/// Answers from [`Shared`], by the last digit of the person's number.
pub struct Ledger(pub Vec<(char, Shared)>);

#[async_trait]
impl ConsentEngine for Ledger {
    async fn require(&self, requirement: &ConsentRequirement) -> Result<ConsentAnswer, JudgeError> {
        let digit = requirement.subject.expose().chars().last().unwrap();
        let shared =
            self.0.iter().find(|(known, _)| *known == digit).map(|(_, shared)| shared.clone()).unwrap_or_default();
        let of = |names: &BTreeSet<&str>| {
            let fields = requirement.fields.iter().map(|one| one.field.clone());
            fields.filter(|field| names.contains(&*field.field_name)).collect::<Vec<_>>()
        };
        let (missing, declined) = (of(&shared.missing), of(&shared.declined));
        let covered = requirement.fields.iter().map(|one| one.field.clone());
        let covered = covered.filter(|field| !missing.contains(field) && !declined.contains(field)).collect();
        Ok(ConsentAnswer {
            consent_id: Uuid::from_u128(digit as u128),
            version: 1,
            status: shared.status.unwrap_or(if missing.is_empty() {
                ConsentStatus::Approved
            } else {
                ConsentStatus::Pending
            }),
            portal_url: (shared.status.is_none() && !missing.is_empty()).then(|| "http://portal/c/1".to_owned()),
            manage_url: shared.status.map(|_| "http://portal/my/1".to_owned()),
            covered,
            missing,
            declined,
            expires_at: None,
        })
    }

    async fn standing(&self, requirement: &ConsentRequirement) -> Result<Option<ConsentAnswer>, JudgeError> {
        let answer = self.require(requirement).await?;
        Ok(Some(ConsentAnswer { portal_url: None, manage_url: None, ..answer }))
    }

    async fn withdrawn(&self, standing: &[StandingConsent]) -> Result<Vec<StandingConsent>, JudgeError> {
        let lost = |one: &StandingConsent| {
            let digit = char::from_u32(u32::try_from(one.consent_id.as_u128()).unwrap()).unwrap();
            let shared = self.0.iter().find(|(known, _)| *known == digit).map(|(_, shared)| shared.clone())?;
            let fields: Vec<_> =
                one.fields.iter().filter(|field| shared.withdrawn.contains(&*field.field_name)).cloned().collect();
            (!fields.is_empty()).then_some(StandingConsent { consent_id: one.consent_id, fields })
        };
        Ok(standing.iter().filter_map(lost).collect())
    }
}

impl Country {
    pub fn operation(&self, query: &str, variables: &str) -> Operation {
        self.operation_among(&Documents::default(), query, variables)
    }

    /// The same, by a gateway that keeps these documents.
    pub fn operation_among(&self, documents: &Documents, query: &str, variables: &str) -> Operation {
        let variables = serde_json::from_str(variables).unwrap();
        self.prepare(documents, GraphqlRequest { query: query.to_owned(), variables, ..GraphqlRequest::default() })
    }

    /// The operation of this name.
    pub fn named_operation_among(&self, documents: &Documents, query: &str, name: &str) -> Operation {
        let operation_name = Some(name.to_owned());
        self.prepare(documents, GraphqlRequest { query: query.to_owned(), operation_name, ..GraphqlRequest::default() })
    }

    fn prepare(&self, documents: &Documents, request: GraphqlRequest) -> Operation {
        operation::prepare(documents, &self.schema, &request, Allowance::of_anybody(&self.config.limits)).unwrap()
    }

    pub fn plan(&self, query: &str) -> QueryPlan {
        planner::draw(&self.schema, &self.operation(query, "{}"), &self.config.limits).unwrap()
    }

    /// The question as the gates let it through: what `then` does with it.
    pub async fn consented(&self, operation: &Operation, ledger: &Ledger) -> ConsentedPlan {
        let plan = planner::draw(&self.schema, operation, &self.config.limits).unwrap();
        let question: Question = planner::bind(Arc::new(plan), operation, &self.config.identifier).unwrap();
        let caller = self.caller();
        let (purpose, trace_id, time) = (&caller.application.purposes[0], "t".into(), Duration::from_secs(1));
        let decision = policy::decide(&question, &caller, purpose, &trace_id, &PermitAll, time).await.unwrap();
        let permitted = policy::enforce(Arc::new(question), decision).unwrap();
        let asking = Asking { caller: &caller, purpose, reference: None, trace_id: &trace_id, judge: ledger };
        consent::require(permitted, &asking, time).await.unwrap()
    }

    fn caller(&self) -> Caller {
        Caller { application: self.config.applications[&"passport-app".into()].clone() }
    }

    /// The answer to `query` when the providers answer so, in the first stage: `(key, schema, body or failure)`.
    pub async fn answer(&self, query: &str, ledger: Ledger, providers: &[Answered<'_>]) -> String {
        self.answer_in_stages(query, ledger, &[providers]).await.0
    }

    /// The same where they are asked stage after stage; and what they were asked, a line each.
    pub async fn answer_in_stages(&self, query: &str, ledger: Ledger, stages: &[&[Answered<'_>]]) -> (String, String) {
        let operation = self.operation(query, "{}");
        let mut consented = self.consented(&operation, &ledger).await;
        let (caller, time, trace_id) = (self.caller(), Duration::from_secs(1), "t".into());
        let purpose = &caller.application.purposes[0];
        let asking = Asking { caller: &caller, purpose, reference: None, trace_id: &trace_id, judge: &ledger };
        let mut answers = Answers::default();
        let mut asked = String::new();
        for (stage, providers) in stages.iter().enumerate() {
            for document in execution::in_stage(&consented, stage, &self.schema).iter() {
                let body: serde_json::Value = serde_json::from_slice(&execution::body(document, &consented)).unwrap();
                let provider = &consented.plan().providers[document.provider].name.provider_key;
                asked.push_str(&format!(
                    "{stage} {provider}: {} {}\n",
                    body["query"].as_str().unwrap(),
                    body["variables"]
                ));
            }
            for (key, schema, answer) in *providers {
                let is = |one: &PlannedProvider| one.name.to_string() == format!("{key}/{schema}");
                let number = consented.plan().providers.iter().position(is);
                let body = answer.map(|body| Bytes::from(body.to_owned()));
                number.map(|number| answers.0.insert((stage, number), body));
            }
            let found = execution::found(&consented, stage + 1, &answers, &self.config.identifier);
            let most = self.config.limits.found_people;
            consented = consent::stands(consented, found, most, &asking, time).await.unwrap();
        }
        let consented = consent::still_valid(consented, &ledger, time).await.unwrap();
        let opened = OpenedAnswers::open(&answers, &consented, &self.config.identifier);
        let merged = projection::merge(
            &consented,
            &opened,
            &self.schema.definition,
            &operation.introspection,
            self.config.limits.answer_bytes,
        );
        (print(&merged), asked)
    }
}

/// The data, and a line for each error: code, path, provider.
fn print(merged: &Merged) -> String {
    let mut text = merged.data.clone().unwrap_or_else(|| "null".to_owned());
    for error in merged.errors.iter().map(field_error) {
        let path: Vec<String> = error
            .path
            .iter()
            .map(|segment| match segment {
                projection::PathSegment::Key(key) => key.clone(),
                projection::PathSegment::Index(index) => index.to_string(),
            })
            .collect();
        let detail = ["provider", "consentStatus", "reason"]
            .into_iter()
            .find_map(|key| error.more.get(key))
            .and_then(|value| value.as_str());
        text.push_str(&format!("\n{} {} {}", error.code.as_str(), path.join("."), detail.unwrap_or("-")));
    }
    text
}
