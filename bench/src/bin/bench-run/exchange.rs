//! Sets the stage: providers, issuer, floor and the gateway with all of its gates, and people who have really shared.

use std::{path::PathBuf, sync::Arc, time::Instant};

use anyhow::Context as _;
use bench::{
    issuer::Issuer,
    people::nic,
    world::{self, Ports, Size},
};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use http::Method;
use serde_json::{Value, json};

use crate::{
    ask::Asker,
    process::{Core, Programs, Running, last_words},
    workloads::Question,
};

/// So many people answer at a time.
const AT_ONCE: usize = 32;

/// Everything that runs.
pub struct Stage {
    pub programs: Programs,
    pub ports: Ports,
    pub folder: PathBuf,
    pub asker: Asker,
    pub issuer: Arc<Issuer>,
    pub floor: Running,
    pub gateway: Option<Running>,
    providers: Running,
}

/// A server that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Server {
    Gateway,
    Floor,
}

impl Server {
    pub fn name(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::Floor => "floor",
        }
    }
}

impl Stage {
    /// Starts everything but the gateway. Configuration, data and logs lie in `folder`.
    pub async fn set(programs: Programs, ports: Ports, folder: PathBuf) -> anyhow::Result<Self> {
        let issuer = Arc::new(Issuer::new(ports.issuer)?);
        issuer.serve().await?;
        let at = |port: u16| format!("127.0.0.1:{port}");
        let providers = programs.start("bench-providers", Core::Others, &["--listen", &at(ports.providers)])?;
        let floor = programs.start("bench-floor", Core::Server, &["--listen", &at(ports.floor)])?;
        let stage = Self { programs, ports, folder, asker: Asker::new(), issuer, floor, gateway: None, providers };
        stage.wait("bench-providers", &format!("{}/counts", stage.url(ports.providers))).await?;
        stage.wait("bench-floor", &stage.url(ports.floor)).await?;
        Ok(stage)
    }

    fn url(&self, port: u16) -> String {
        format!("http://127.0.0.1:{port}")
    }

    /// The address of a provider, or of anything else at the providers.
    pub fn at_providers(&self, path: &str) -> String {
        format!("{}/{path}", self.url(self.ports.providers))
    }

    pub fn port(&self, server: Server) -> u16 {
        match server {
            Server::Gateway => self.ports.gateway,
            Server::Floor => self.ports.floor,
        }
    }

    pub fn process(&self, server: Server) -> anyhow::Result<u32> {
        match server {
            Server::Gateway => self.gateway.as_ref().context("the gateway does not run")?.number(),
            Server::Floor => self.floor.number(),
        }
    }

    pub fn providers_process(&self) -> anyhow::Result<u32> {
        self.providers.number()
    }

    /// Waits until somebody answers at `url`.
    async fn wait(&self, name: &str, url: &str) -> anyhow::Result<()> {
        let begun = Instant::now();
        while self.asker.get(url).await.is_err() {
            let words = || format!("{name} does not answer: {}", last_words(&self.programs.logs, name));
            anyhow::ensure!(begun.elapsed().as_secs() < 180, words());
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        Ok(())
    }

    /// Starts the gateway (again) under these limits, and waits until it is healthy. What people have shared stays.
    pub async fn start_gateway(&mut self, limits: &Value) -> anyhow::Result<()> {
        self.restart_gateway(limits).await?;
        self.wait("ndx", &format!("{}/health", self.url(self.ports.gateway))).await
    }

    /// Starts the gateway (again), and waits for nothing. Returns when it was started.
    pub async fn restart_gateway(&mut self, limits: &Value) -> anyhow::Result<Instant> {
        if let Some(running) = self.gateway.take() {
            running.stop().await?;
        }
        world::write(&self.folder, self.ports, Size::Usual, limits)?;
        let config = self.folder.join("config.json");
        let data = self.folder.join("data");
        let (config, data) = (config.to_string_lossy(), data.to_string_lossy());
        let arguments = ["--log", "error", "up", "--config", &config, "--data", &data];
        let begun = Instant::now();
        self.gateway = Some(self.programs.start("ndx", Core::Server, &arguments)?);
        Ok(begun)
    }

    /// The `Authorization` of the application that asks `question`.
    pub fn authorization(&self, question: &Question) -> anyhow::Result<String> {
        Ok(format!("Bearer {}", self.issuer.for_application(question.application)?))
    }

    /// Has each of the first `people` people share what `question` asks for, by the way that they would take: the gateway
    /// is asked, and the person whom its answer names the consent of says yes with a token of her own.
    pub async fn share(&self, question: &Question, people: u64) -> anyhow::Result<()> {
        let authorization = self.authorization(question)?;
        let one = |person: u64| {
            let authorization = authorization.clone();
            async move {
                let nic = nic(person);
                let answer = self.ask(Server::Gateway, question, &nic, &authorization).await?;
                let said = answer.json();
                if said.get("errors").is_none() {
                    return Ok(());
                }
                let id = said.pointer("/errors/0/extensions/consent/id").and_then(Value::as_str);
                let id = id.with_context(|| format!("no consent is asked for: {}", answer.start()))?;
                let url = format!("{}/api/v1/consents/{id}", self.url(self.ports.consent()));
                let token = format!("Bearer {}", self.issuer.for_citizen(&nic)?);
                let yes = json!({"action": "approve", "duration": "P30D"}).to_string();
                let taken = self.asker.send(Method::PUT, &url, &token, yes).await?;
                anyhow::ensure!(taken.status == 200, "a person cannot share: {}", taken.start());
                Ok(())
            }
        };
        stream::iter((0..people).map(one)).buffer_unordered(AT_ONCE).try_collect::<Vec<()>>().await?;
        Ok(())
    }

    /// Asks one question.
    pub async fn ask(
        &self,
        server: Server,
        question: &Question,
        nic: &str,
        authorization: &str,
    ) -> anyhow::Result<crate::ask::Answer> {
        let body = question.body().replace(bench::load::NIC, nic).replace(bench::load::NUMBER, "0");
        let url = format!("{}/public/graphql", self.url(self.port(server)));
        self.asker.send(Method::POST, &url, authorization, body).await
    }

    /// Asks `question` once, notes what the gateway sends to the providers, and has the floor send the same.
    pub async fn teach_the_floor(&self, question: &Question) -> anyhow::Result<()> {
        self.asker.put(&self.at_providers("listen"), &Value::Null).await?;
        let authorization = self.authorization(question)?;
        let answer = self.ask(Server::Gateway, question, &nic(0), &authorization).await?;
        anyhow::ensure!(answer.status == 200, "the gateway does not answer: {}", answer.start());
        let kept = self.asker.get(&self.at_providers("kept")).await?;
        let mut calls = Vec::new();
        for (provider, request) in kept.as_object().into_iter().flatten().filter(|(_, request)| !request.is_null()) {
            let mut headers = request.get("headers").cloned().unwrap_or_default();
            if let Some(headers) = headers.as_object_mut() {
                headers.retain(|name, _| !matches!(name.as_str(), "host" | "content-length" | "connection"));
            }
            calls.push(json!({"url": self.at_providers(provider), "headers": headers, "body": request.get("body")}));
        }
        anyhow::ensure!(calls.len() == question.providers, "{} providers were asked: {}", calls.len(), answer.start());
        self.asker.put(&format!("{}/calls", self.url(self.ports.floor)), &json!(calls)).await
    }

    /// Whether an answer is right: the person's number once from each provider, and no error.
    pub async fn check(&self, server: Server, question: &Question, person: u64) -> anyhow::Result<()> {
        let nic = nic(person);
        let answer = self.ask(server, question, &nic, &self.authorization(question)?).await?;
        let named = memchr::memmem::find_iter(&answer.body, nic.as_bytes()).count();
        let right = answer.status == 200 && named == question.providers && answer.json().get("errors").is_none();
        anyhow::ensure!(right, "the {} answers wrongly: {}", server.name(), answer.start());
        Ok(())
    }

    /// How often providers were asked so far, and the connections to them.
    pub async fn counts(&self) -> anyhow::Result<(u64, u64)> {
        let counts = self.asker.get(&self.at_providers("counts")).await?;
        let number = |name: &str| counts.get(name).and_then(Value::as_u64).unwrap_or_default();
        Ok((number("requests"), number("connections")))
    }
}
