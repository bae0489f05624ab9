//! A GraphQL question as it is given on the command line.

use std::{io::Read as _, path::Path};

use anyhow::Context as _;
use clap::Args;
use ndx_config::{CanonicalForm, Exchange};

/// The question.
#[derive(Debug, Args)]
pub struct Question {
    /// The query: its text, a file that ends in `.graphql`, or `-` for standard input. A person's identifier belongs into one
    /// of the latter two: others on this machine can read a command line.
    #[arg(value_name = "QUERY")]
    query: String,
    /// The variables, a JSON object; `@FILE` reads them from a file.
    #[arg(long, value_name = "JSON")]
    variables: Option<String>,
    /// Which operation, where the query has several.
    #[arg(long, value_name = "NAME")]
    pub operation: Option<String>,
}

impl Question {
    /// The query's text.
    ///
    /// # Errors
    /// When the file or standard input cannot be read.
    pub fn query(&self) -> anyhow::Result<String> {
        match self.query.as_str() {
            "-" => {
                let mut text = String::new();
                std::io::stdin().read_to_string(&mut text).context("standard input cannot be read")?;
                Ok(text)
            }
            file if Path::new(file).extension().is_some_and(|ending| ending == "graphql") => {
                std::fs::read_to_string(file).with_context(|| format!("`{file}` cannot be read"))
            }
            text => Ok(text.to_owned()),
        }
    }

    /// The variables, an object; empty when none are given.
    ///
    /// # Errors
    /// When they cannot be read, or are no JSON object.
    pub fn variables<T: serde::de::DeserializeOwned>(&self) -> anyhow::Result<T> {
        let given = self.variables.as_deref().unwrap_or("{}");
        let text = match given.strip_prefix('@') {
            Some(file) => std::fs::read_to_string(file).with_context(|| format!("`{file}` cannot be read"))?,
            None => given.to_owned(),
        };
        serde_json::from_str(&text).context("`--variables` must be a JSON object")
    }

    /// Warns when a person's identifier stands on the command line itself.
    pub fn warn_of_people(&self, exchange: &Exchange) {
        if self.names_a_person(exchange) {
            eprintln!(
                "ndx: warning: a person's identifier stands on this command line, where others on this machine and the \
                 shell's history can read it; put the query into a `.graphql` file or give it on standard input (`-`), \
                 or its variables into a file (`--variables @FILE`)"
            );
        }
    }

    fn names_a_person(&self, exchange: &Exchange) -> bool {
        let forms: Vec<_> = exchange.identifiers.values().filter_map(CanonicalForm::new).collect();
        let given = [Some(self.query.as_str()), self.variables.as_deref().filter(|text| !text.starts_with('@'))];
        let mut texts = given.into_iter().flatten().flat_map(|text| text.split(['"', '\'']).chain(words(text)));
        texts.any(|text| forms.iter().any(|form| form.subject(text).is_some()))
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric())
}
