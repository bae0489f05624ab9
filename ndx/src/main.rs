//! `ndx`: the whole exchange in one process, and the operator's command line.
//!
//! Exit codes: 0 fine, 1 found a problem, 2 wrong use.

mod ports;

mod data_folder;

mod up;

mod service_token;

mod sandbox;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
    /// Make a token with which one service proves itself to another for 60 seconds, for trying their APIs.
    ServiceToken(service_token::ServiceToken),
    /// Farajaland: its registers, its identity provider, its citizens.
    #[command(subcommand)]
    Sandbox(sandbox::Sandbox),
}

/// Which configuration, and on which ports.
#[derive(Debug, clap::Args)]
struct Place {
    /// The exchange's configuration.
    #[arg(long, value_name = "FILE", default_value = "fl-config.json")]
    config: PathBuf,
    /// Another port for one part, e.g. `gateway=4100`; may be given several times.
    #[arg(long = "port", value_name = "NAME=NUMBER")]
    ports: Vec<ports::Moved>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { log, log_json, command } = Arguments::parse();
    ndx_service::log::start(&log, log_json);
    let done = match command {
        Command::Up(up) => up.run().await,
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
