//! `ndx doctor`: looks at a running exchange and says what is wrong, each with a remedy. It changes nothing.

mod finding;

mod files;

mod services;

mod clocks;

mod issuer_keys;

mod providers;

mod stores;

mod webhooks;

mod disk;

use std::{path::PathBuf, time::Duration};

use anyhow::bail;
use clap::Args;
use ndx_config::Exchange;
use ndx_service::outbound;
use serde_json::json;

pub(crate) use self::finding::{Finding, State};
use crate::{
    Place,
    checked::counted,
    exchange::{keys, services::ServiceName},
    stdout::print,
};

/// How long each thing that is looked at may take to answer.
const TIME: Duration = Duration::from_secs(5);

/// Looks at everything that the configuration names.
#[derive(Debug, Args)]
pub struct Doctor {
    #[command(flatten)]
    place: Place,
    /// The data folder.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
    /// Print JSON: a list of `{area, subject, state, words, remedy}`.
    #[arg(long)]
    json: bool,
}

/// What every look needs.
struct Patient {
    exchange: Exchange,
    data: PathBuf,
    http: reqwest::Client,
    /// For calls to services: with the gateway's certificate where there is one.
    between: reqwest::Client,
}

impl Doctor {
    /// Looks, and prints what it finds.
    ///
    /// # Errors
    /// With every mistake in the configuration; when it found a problem.
    pub async fn run(self) -> anyhow::Result<()> {
        let (exchange, mut findings) = files::read(&self.place)?;
        let http = outbound::client(TIME)?;
        let between = match keys::tls(&exchange, ServiceName::Gateway)? {
            Some(identity) => identity.client(TIME)?,
            None => http.clone(),
        };
        let patient = Patient { exchange, data: self.data, http, between };
        for name in ServiceName::ALL {
            let (finding, time) = services::look(&patient, name).await;
            findings.push(finding);
            findings.extend(time.map(|time| clocks::compare(name.as_str(), time)));
        }
        findings.extend(issuer_keys::look(&patient).await);
        findings.extend(providers::look(&patient).await);
        findings.extend(stores::look(&patient).await);
        findings.extend(webhooks::look(&patient).await);
        findings.push(disk::look(&patient));
        print(&if self.json { format!("{:#}\n", json!(findings)) } else { as_text(&findings) });
        match findings.iter().filter(|finding| finding.state == State::Problem).count() {
            0 => Ok(()),
            problems => bail!("{} among {} things that were looked at", counted(problems, "problem"), findings.len()),
        }
    }
}

/// A line a finding, in columns; the remedy below its words.
fn as_text(findings: &[Finding]) -> String {
    let widest = findings.iter().map(|finding| finding.subject.chars().count()).max().unwrap_or_default();
    let mut text = String::new();
    for Finding { area, subject, state, words, remedy } in findings {
        let start = format!("{:<7}  {area:<8}  {subject:<widest$}  ", state.as_str());
        text.push_str(&format!("{start}{words}\n"));
        if let Some(remedy) = remedy {
            text.push_str(&format!("{:>width$}→ {remedy}\n", "", width = start.chars().count()));
        }
    }
    text
}
