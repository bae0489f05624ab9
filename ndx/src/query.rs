//! `ndx query`: asks the gateway as an application would.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context as _, anyhow, bail};
use clap::Args;
use ndx_config::{Exchange, Secret, Secrets, variable};
use ndx_service::outbound;
use oauth2::{
    AsyncHttpClient, ClientId, ClientSecret, HttpRequest, HttpResponse, TokenResponse, TokenUrl, basic::BasicClient,
};
use serde_json::{Map, Value, json};
use url::Url;

use crate::{Place, question::Question, stdout::print};

/// The variable that holds the application's secret where no file does.
const SECRET: &str = "NDX_CLIENT_SECRET";

/// What the way there and back may take, beyond the gateway's own limit.
const MARGIN: Duration = Duration::from_secs(5);

/// Asks, and prints the answer. Exit code 1 when the answer has errors.
#[derive(Debug, Args)]
pub struct Query {
    #[command(flatten)]
    question: Question,
    #[command(flatten)]
    asker: Asker,
    /// Print the answer as it came, in one line.
    #[arg(long)]
    json: bool,
}

impl Query {
    /// Asks and prints.
    ///
    /// # Errors
    /// When there is no token or no answer, or the answer has errors.
    pub async fn run(self) -> anyhow::Result<()> {
        let (text, answer) = self.asker.ask(&self.question, &json!({})).await?;
        if self.json {
            print(&format!("{text}\n"));
        } else {
            print(&format!("{answer:#}\n"));
        }
        told(&answer)
    }
}

/// Who asks, and which exchange.
#[derive(Debug, Args)]
pub struct Asker {
    /// The application that asks.
    #[arg(long = "as", value_name = "APPLICATION")]
    application: String,
    /// The file of the application's secret at the identity provider; else `NDX_CLIENT_SECRET` holds it.
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
    /// What the data is for, when the application has several purposes.
    #[arg(long, value_name = "PURPOSE")]
    purpose: Option<String>,
    #[command(flatten)]
    place: Place,
    /// The data folder; a question needs nothing of it.
    #[arg(long, value_name = "DIR", hide = true)]
    data: Option<PathBuf>,
}

impl Asker {
    /// Asks, with these `extensions` of the request, and returns the answer as it came and as it reads.
    ///
    /// # Errors
    /// When there is no token or no answer.
    pub async fn ask(&self, question: &Question, extensions: &Value) -> anyhow::Result<(String, Value)> {
        let exchange = self.place.load_with(Secrets::None)?;
        question.warn_of_people(&exchange);
        let http = client(&exchange)?;
        let token = self.token(&exchange, &http).await?;
        let mut address = exchange.services.gateway.url.clone();
        address.set_path("/public/graphql");
        let variables: Map<String, Value> = question.variables()?;
        let body = json!({
            "query": question.query()?, "variables": variables, "operationName": question.operation,
            "extensions": extensions,
        });
        let mut request = http.post(address.clone()).bearer_auth(token.expose()).json(&body);
        if let Some(purpose) = &self.purpose {
            request = request.header("x-purpose", purpose);
        }
        let response = request
            .send()
            .await
            .with_context(|| format!("the gateway at {address} cannot be reached; `ndx doctor` looks for the cause"))?;
        let text = response.text().await.context("the gateway's answer broke off")?;
        let answer: Value = serde_json::from_str(&text).context("the gateway's answer is not JSON")?;
        Ok((text, answer))
    }

    /// An access token by client credentials (RFC 6749, section 4.4), from the issuer of the configuration.
    async fn token(&self, exchange: &Exchange, http: &reqwest::Client) -> anyhow::Result<Secret> {
        let secret = match &self.secret_file {
            Some(file) => {
                std::fs::read_to_string(file).with_context(|| format!("`{}` cannot be read", file.display()))?
            }
            None => variable(SECRET).ok_or_else(|| {
                anyhow!("give the secret of `{}` with `--secret-file FILE` or in {SECRET}", self.application)
            })?,
        };
        let endpoint = token_endpoint(exchange, http).await?;
        let client = BasicClient::new(ClientId::new(self.application.clone()))
            .set_client_secret(ClientSecret::new(secret.trim_end().to_owned()))
            .set_token_uri(TokenUrl::from_url(endpoint.clone()));
        let answer = client.exchange_client_credentials().request_async(&Http(http)).await;
        let answer = answer.map_err(|error| match error {
            oauth2::RequestTokenError::ServerResponse(refusal) => {
                let (application, why) = (&self.application, refusal.error());
                anyhow!("the identity provider gives `{application}` no token ({why}); is this its secret there?")
            }
            other => anyhow!("there is no token from {endpoint}: {other}"),
        })?;
        Ok(Secret::new(answer.access_token().secret().as_str()))
    }
}

/// Where the issuer gives tokens (OpenID Connect Discovery 1.0, section 4).
async fn token_endpoint(exchange: &Exchange, http: &reqwest::Client) -> anyhow::Result<Url> {
    let issuer = exchange.jwt.expected_issuer.trim_end_matches('/');
    let address = format!("{issuer}/.well-known/openid-configuration");
    let cannot = || format!("the identity provider does not describe itself at {address}; does it run?");
    let response = http.get(&address).send().await.and_then(reqwest::Response::error_for_status);
    let described: Value = response.with_context(cannot)?.json().await.with_context(cannot)?;
    let endpoint = described.get("token_endpoint").and_then(Value::as_str);
    endpoint.and_then(|text| text.parse().ok()).ok_or_else(|| anyhow!("{} names no token endpoint", address))
}

struct Http<'h>(&'h reqwest::Client);

impl<'c> AsyncHttpClient<'c> for Http<'_> {
    type Error = reqwest::Error;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<HttpResponse, Self::Error>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let response = self.0.execute(reqwest::Request::try_from(request)?).await?;
            let mut answer = HttpResponse::new(Vec::new());
            *answer.status_mut() = response.status();
            *answer.headers_mut() = response.headers().clone();
            *answer.body_mut() = response.bytes().await?.to_vec();
            Ok(answer)
        })
    }
}

/// A client that believes the usual authorities, and those of the exchange's own certificates.
fn client(exchange: &Exchange) -> anyhow::Result<reqwest::Client> {
    let builder = outbound::builder(Duration::from_millis(exchange.limits.request_timeout_ms) + MARGIN);
    let Some(file) = &exchange.services.authorities else { return Ok(builder.build()?) };
    let cannot = || format!("`services.authorities`: `{}` cannot be read", file.display());
    let authorities = reqwest::Certificate::from_pem_bundle(&std::fs::read(file).with_context(cannot)?);
    Ok(builder.tls_certs_merge(authorities.with_context(cannot)?).build()?)
}

/// Where an error lies: a line and column of the query, or a path of the answer.
fn place(error: &Value) -> String {
    let number = |key: &str| error.pointer(&format!("/locations/0/{key}")).and_then(Value::as_u64);
    if let (Some(line), Some(column)) = (number("line"), number("column")) {
        return format!("{line}:{column}: ");
    }
    let step = |step: &Value| step.as_str().map_or_else(|| step.to_string(), str::to_owned);
    match error.get("path").and_then(Value::as_array).map(Vec::as_slice) {
        None | Some([]) => String::new(),
        Some(path) => format!("{}: ", path.iter().map(step).collect::<Vec<_>>().join(".")),
    }
}

/// Says what an answer with errors wants of whom.
///
/// # Errors
/// With a line for each error.
pub fn told(answer: &Value) -> anyhow::Result<()> {
    let errors = answer.get("errors").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut words = Vec::new();
    for error in errors {
        let detail = |key: &str| error.pointer(&format!("/extensions/{key}")).and_then(Value::as_str);
        let code = detail("code").unwrap_or("no code");
        match detail("consentPortalUrl") {
            Some(link) => words.push(format!("{code}: the person answers at {link}")),
            None => {
                let message = error.get("message").and_then(Value::as_str).unwrap_or("no message");
                words.push(format!("{code}: {}{message}", place(error)));
            }
        }
    }
    words.dedup();
    if words.is_empty() { Ok(()) } else { bail!("{}", words.join("\n     ")) }
}
