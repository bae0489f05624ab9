//! `ndx plan`: what would be asked of whom. Nothing is asked.

use std::path::PathBuf;

use anyhow::anyhow;
use clap::Args;
use ndx_config::Secrets;
use orchestration_engine::{
    config::{Allowance, Config},
    operation::{self, Documents, OperationError},
    planner,
    request::GraphqlRequest,
    schema,
};
use serde_json::json;

use crate::{Place, question::Question, stdout::print};

/// Prints the plan of a query.
#[derive(Debug, Args)]
pub struct Plan {
    #[command(flatten)]
    question: Question,
    #[command(flatten)]
    place: Place,
    /// The data folder; a plan needs nothing of it.
    #[arg(long, value_name = "DIR", hide = true)]
    data: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Plan {
    /// Prints it.
    ///
    /// # Errors
    /// With every mistake in the configuration, the schemas or the query.
    pub fn run(self) -> anyhow::Result<()> {
        let exchange = self.place.load_with(Secrets::None)?;
        self.question.warn_of_people(&exchange);
        let config = Config::new(&exchange)?;
        let schema = schema::load(&config)?;
        let request = GraphqlRequest {
            query: self.question.query()?,
            operation_name: self.question.operation.clone(),
            variables: self.question.variables()?,
            ..GraphqlRequest::default()
        };
        let operation =
            operation::prepare(&Documents::default(), &schema, &request, Allowance::of_anybody(&config.limits))
                .map_err(|error| told(&error))?;
        let plan = planner::draw(&schema, &operation, &config.limits)?;
        let (text, hash) = (&plan.text, &plan.hash);
        for name in &schema.not_configured {
            if plan.providers.iter().any(|provider| *provider.name == *name) {
                eprintln!("{name} is not configured: it is not asked, and its fields answer PROVIDER_NOT_CONFIGURED");
            }
        }
        if self.json {
            print(&format!("{:#}\n", json!({"hash": hash, "plan": text.lines().collect::<Vec<_>>()})));
        } else {
            print(&format!("{text}hash {hash}\n"));
        }
        Ok(())
    }
}

/// All mistakes of the query, each with its place.
fn told(error: &OperationError) -> anyhow::Error {
    let (mistakes, remedy) = match error {
        OperationError::Parse(mistakes) | OperationError::Validation(mistakes) => (mistakes.as_slice(), ""),
        OperationError::NotFound(mistake) => {
            (std::slice::from_ref(mistake), "\n  name one of the query's operations with `--operation`")
        }
        OperationError::Variables(mistake) => (
            std::slice::from_ref(mistake),
            "\n  give it with `--variables`; for a plan, any value of its type will do, and nobody's own is needed",
        ),
        _ => (&[][..], ""),
    };
    let lines = mistakes.iter().map(|mistake| {
        let place = mistake.locations.first().map(|place| format!("{}:{}: ", place.line, place.column));
        format!("\n  {}{}", place.unwrap_or_default(), mistake.message)
    });
    anyhow!("{error}{}{remedy}", lines.collect::<String>())
}
