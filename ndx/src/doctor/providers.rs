//! Whether each register answers with our credentials, and still has the schema that is kept here.

use std::{collections::HashMap, path::Path};

use ndx_service::trace;
use orchestration_engine::{
    config::Config,
    execution::{Provider, ProviderFailure, Told},
    schema::{
        self, ProviderSchemas,
        drift::{Fields, introspection},
    },
};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{Finding, Patient, State, TIME};

/// The largest answer that is read: a schema, not data.
const LARGEST: usize = 8 * 1024 * 1024;
/// How many differences are told.
const TOLD: usize = 3;

/// Looks at every provider of the configuration, all at once.
pub(super) async fn look(patient: &Patient) -> Vec<Finding> {
    let loaded = Config::new(&patient.exchange).ok().and_then(|config| schema::load(&config).ok());
    let kept = loaded.map_or_else(HashMap::new, |schema| schema.providers);
    let all = patient.exchange.providers.iter().map(|provider| one(provider, &kept));
    futures::future::join_all(all).await
}

async fn one(configured: &ndx_config::Provider, kept: &ProviderSchemas) -> Finding {
    let name = configured.provider_key.to_string();
    let address = &configured.provider_url;
    let problem =
        |words: String, remedy: String| Finding::wrong("provider", name.as_str(), State::Problem, words, remedy);
    let provider = match Provider::new(configured, LARGEST, TIME) {
        Ok(provider) => provider,
        Err(error) => return problem(error.to_string(), format!("mend `auth` of provider `{name}`")),
    };
    let question = json!({"query": introspection()}).to_string().into_bytes();
    let answer = match provider.ask(question.into(), &Told::from(&trace::fresh()), Instant::now() + TIME).await {
        Ok(answer) => answer,
        Err(failure) => {
            let (words, remedy) = told(failure);
            return problem(format!("{words} at {address}"), remedy.to_owned());
        }
    };
    let answered = serde_json::from_slice::<Value>(&answer).ok().and_then(|answer| Fields::answered(&answer));
    let Some(answered) = answered else {
        let words = format!("answers at {address}, but does not tell its schema");
        let remedy = "let it allow introspection for our credentials, so that drift can be seen";
        return Finding::wrong("provider", name.as_str(), State::Warning, words, remedy);
    };
    let file = Path::new("schema/providers").join(format!("{}.graphql", configured.schema_id));
    let Some(kept) = kept.get(&configured.schema_id).map(Fields::kept) else {
        let words = format!("answers at {address}, and its schema is not kept here");
        let remedy = format!("keep it as `{}` beside the others", file.display());
        return Finding::wrong("provider", name.as_str(), State::Warning, words, remedy);
    };
    let (ours, theirs) = (kept.hash(), answered.hash());
    let gone: Vec<&str> = kept.without(&answered).collect();
    if gone.is_empty() {
        let more = if ours == theirs { "the same schema" } else { "all that is kept of its schema, and more" };
        return Finding::fine("provider", name.as_str(), format!("answers at {address}; it has {more} ({theirs})"));
    }
    let told = gone.iter().take(TOLD).copied().collect::<Vec<_>>().join(", ");
    let (number, more) = (gone.len(), if gone.len() > TOLD { ", …" } else { "" });
    let words = format!("its schema has changed ({ours} → {theirs}); {number} not as kept: {told}{more}");
    problem(words, format!("take its schema over into `{}` and run `ndx check`", file.display()))
}

/// What a failure means, and what to do.
fn told(failure: ProviderFailure) -> (&'static str, &'static str) {
    match failure {
        ProviderFailure::Timeout => ("does not answer in time", "see what the register waits for"),
        ProviderFailure::Unavailable { .. } => {
            ("cannot be reached", "see whether the register, or the adapter in front of it, runs")
        }
        ProviderFailure::Refused => ("does not accept us", "see whether the secret here is the one that it knows"),
        ProviderFailure::Quota { .. } => {
            ("has had enough of us for now", "wait, or agree on a higher limit with its keeper")
        }
        ProviderFailure::BadData => ("answers something that is not GraphQL", "see whether `providerUrl` is right"),
        ProviderFailure::Error => ("says that something went wrong there", "see its log, or ask its keeper"),
        ProviderFailure::NotConfigured => ("is not configured", "add it to `providers`"),
    }
}
