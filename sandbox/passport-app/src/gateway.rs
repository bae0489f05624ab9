//! Asks the exchange about a person, in the application's own name.

use std::time::Duration;

use ndx_auth::{ApplicationTokens, NoToken, capped};
use ndx_contracts::{Subject, TraceId};
use ndx_service::{outbound, trace};
use reqwest::{Response, StatusCode};
use serde_json::json;
use url::Url;

use crate::{
    answer::{self, Outcome},
    config::Config,
    error::Error,
    item::{PURPOSE, QUESTION},
};

/// The gateway gives up before that.
const PATIENCE: Duration = Duration::from_secs(15);
/// Larger answers are not read to their end.
const LARGEST: usize = 256 * 1024;

/// The gateway, as this application sees it.
#[derive(Debug)]
pub(crate) struct Gateway {
    http: reqwest::Client,
    address: Url,
    portal: Url,
    tokens: ApplicationTokens,
}

impl Gateway {
    pub(crate) fn new(config: &Config) -> Result<Self, Error> {
        let http = outbound::client(PATIENCE)?;
        let (id, secret) = (&config.application.id, config.application.secret.expose());
        let tokens = ApplicationTokens::new(config.issuer.join("/oauth2/token")?, id, secret, http.clone());
        Ok(Self { http, address: config.gateway.join("/public/graphql")?, portal: config.portal.clone(), tokens })
    }

    /// What the registers say about `person`, as far as she shares it; `case` is the number of her application.
    pub(crate) async fn ask(&self, person: &Subject, case: &str, trace: &TraceId) -> Outcome {
        let outcome = self.outcome(person, case, trace).await;
        tracing::info!(outcome = outcome.as_str(), trace = trace.as_str(), "the exchange was asked");
        outcome
    }

    async fn outcome(&self, person: &Subject, case: &str, trace: &TraceId) -> Outcome {
        let token = match self.tokens.token().await {
            Ok(token) => token,
            Err(error) => return without_token(error),
        };
        let mut response = self.send(&token, person, case, trace).await;
        // A token that the gateway no longer takes, for instance because the provider has new keys, is replaced once.
        if response.as_ref().is_ok_and(|response| response.status() == StatusCode::UNAUTHORIZED) {
            let token = match self.tokens.instead_of(&token).await {
                Ok(token) => token,
                Err(error) => return without_token(error),
            };
            response = self.send(&token, person, case, trace).await;
        }
        let body = match response {
            Ok(response) => capped::read(response, LARGEST).await,
            Err(error) => Err(error),
        };
        match body {
            Ok(Some(body)) => answer::read(&body, &self.portal),
            Ok(None) => Outcome::NotNow,
            Err(error) => {
                // Without its address: nothing of a request belongs in a log.
                tracing::warn!(error = %error.without_url(), trace = trace.as_str(), "the gateway cannot be reached");
                Outcome::NotNow
            }
        }
    }

    async fn send(&self, token: &str, person: &Subject, case: &str, trace: &TraceId) -> reqwest::Result<Response> {
        let body = json!({"query": QUESTION, "variables": {"nic": person.expose()}, "extensions": {"reference": case}});
        let request = self.http.post(self.address.clone()).bearer_auth(token).json(&body);
        request.header("x-purpose", PURPOSE).header(trace::TRACE_HEADER, trace.as_str()).send().await
    }
}

fn without_token(error: NoToken) -> Outcome {
    tracing::warn!(error = &error as &dyn std::error::Error, "there is no token for the gateway");
    match error {
        NoToken::Refused => Outcome::OurMistake,
        NoToken::Unavailable => Outcome::NotNow,
    }
}
