#![doc = include_str!("../README.md")]

mod ports;

mod stdout;

mod data_folder;

mod exchange;

mod checked;

mod from_opendif;

mod check;

mod up;

mod serve;

mod receipt;

mod keys;

mod store;

mod question;

mod plan;

mod query;

mod explain;

mod operations;

mod schema;

mod doctor;

mod service_token;

mod sandbox;

use std::{path::PathBuf, process::ExitCode};

use clap::{CommandFactory as _, Parser, Subcommand};
use ndx_config::Secrets;

/// A national data exchange: one GraphQL endpoint in front of every register, with consent, policy and a record.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true)]
struct Arguments {
    /// What is logged, as a `tracing` directive, e.g. `info` or `warn,orchestration_engine=debug`.
    #[arg(long, global = true, default_value = "info")]
    log: String,
    /// Log JSON lines instead of text.
    #[arg(long, global = true)]
    log_json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the whole exchange in one process: gateway, consent engine, policy decision point and audit service.
    Up(up::Up),
    /// Run one service of the exchange in a process of its own.
    #[command(subcommand)]
    Serve(serve::Serve),
    /// Look after the stores: bring them up to date, move them to PostgreSQL.
    #[command(subcommand)]
    Store(store::Store),
    /// Make and show the keys with which services prove themselves to each other; replace the one that signs receipts.
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Say whether a citizen's receipt is genuine and what it proves; print the keys for that.
    #[command(subcommand)]
    Receipt(receipt::Receipt),
    /// Print what a query would ask of whom. Nothing is asked.
    Plan(plan::Plan),
    /// Ask the gateway as an application would, and print the answer.
    Query(query::Query),
    /// Say what a query would release, what needs consent and what is refused, and why. No register is asked.
    Explain(explain::Explain),
    /// Register the documents that an application sends.
    #[command(subcommand)]
    Operations(operations::Operations),
    /// Look at consumer schemas: what has changed between two.
    #[command(subcommand)]
    Schema(schema::Schema),
    /// Check the configuration, the schemas and the policies: every mistake at once, with its place. Makes no connection.
    Check(check::Check),
    /// Look at a running exchange: services, clocks, keys, providers, stores, disk. Each finding comes with a remedy.
    Doctor(doctor::Doctor),
    /// Make a token with which one service proves itself to another for 60 seconds, for trying their APIs.
    ServiceToken(service_token::ServiceToken),
    /// Farajaland: its registers, its identity provider, its citizens.
    #[command(subcommand)]
    Sandbox(sandbox::Sandbox),
}

/// Which configuration, and on which ports.
#[derive(Debug, Clone, clap::Args)]
struct Place {
    /// The exchange's configuration.
    #[arg(long, value_name = "FILE", default_value = "fl-config.json")]
    config: PathBuf,
    /// Another port for one part, e.g. `gateway=4100`; may be given several times.
    #[arg(long = "port", value_name = "NAME=NUMBER")]
    ports: Vec<ports::Moved>,
}

impl Place {
    /// Reads and checks it.
    ///
    /// # Errors
    /// With every mistake in it.
    fn load(&self) -> Result<ndx_config::Exchange, ndx_config::Problems> {
        self.load_with(Secrets::All)
    }

    /// The same, for a program that has a use only for the secrets that are `needed`.
    ///
    /// # Errors
    /// With every mistake in it.
    fn load_with(&self, needed: Secrets) -> Result<ndx_config::Exchange, ndx_config::Problems> {
        let ports = ports::Ports::new(&self.ports);
        ndx_config::load_with(&self.config, needed, |text| ports.rewrite(&text))
    }

    /// Reads and checks it, and everything that it names; the secrets that are `needed` must be there.
    ///
    /// # Errors
    /// With every mistake in any of the files.
    fn checked(&self, needed: Secrets) -> anyhow::Result<ndx_config::Exchange> {
        let ports = ports::Ports::new(&self.ports);
        checked::exchange(&self.config, needed, |text| ports.rewrite(&text))
    }
}

/// The command line, for whoever wants to know which commands there are.
pub fn command() -> clap::Command {
    Arguments::command()
}

/// Does what the command line says.
#[tokio::main]
pub async fn run() -> ExitCode {
    let Arguments { log, log_json, command } = Arguments::parse();
    ndx_service::log::start(&log, log_json);
    let done = match command {
        Command::Up(up) => up.run().await,
        Command::Serve(serve) => serve.run().await,
        Command::Store(store) => store.run().await,
        Command::Keys(keys) => keys.run().await,
        Command::Receipt(receipt) => return receipt.run().await,
        Command::Plan(plan) => plan.run(),
        Command::Query(query) => query.run().await,
        Command::Explain(explain) => explain.run().await,
        Command::Operations(operations) => operations.run(),
        Command::Schema(schema) => schema.run(),
        Command::Check(check) => return check.run(),
        Command::Doctor(doctor) => doctor.run().await,
        Command::ServiceToken(service_token) => service_token.run(),
        Command::Sandbox(sandbox) => sandbox.run().await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ndx: {error:#}");
            ExitCode::FAILURE
        }
    }
}
