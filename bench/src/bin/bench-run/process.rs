//! The programs that are measured, and those that measure: started, kept to their cores, ended with us.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::Context as _;
use bench::load::{Load, Outcome};
use tokio::{
    io::AsyncWriteExt as _,
    process::{Child, Command},
};

/// Which cores a program is kept to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Core {
    /// The measured server's.
    Server,
    /// Everything else's.
    Others,
}

/// Where the programs are, and which cores they get.
#[derive(Debug, Clone)]
pub struct Programs {
    /// The folder of the programs.
    pub folder: PathBuf,
    /// Whether the server has a core of its own.
    pub pinned: bool,
    /// Where each writes what it has to say.
    pub logs: PathBuf,
    /// Whether the instructions of what is started now are counted.
    pub counted: bool,
}

/// A program that runs; it ends when this value does.
#[derive(Debug)]
pub struct Running {
    name: String,
    child: Child,
}

impl Programs {
    fn command(&self, name: &str, core: Core) -> Command {
        let program = self.folder.join(name);
        if self.counted {
            let mut command = Command::new("valgrind");
            command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(program);
            return command;
        }
        if !self.pinned {
            return Command::new(program);
        }
        let mut command = Command::new("taskset");
        command.args(["-c", if core == Core::Server { "0" } else { "1" }]).arg(program);
        command
    }

    /// Starts a program.
    pub fn start(&self, name: &str, core: Core, arguments: &[&str]) -> anyhow::Result<Running> {
        let log = File::options().create(true).append(true).open(self.logs.join(format!("{name}.log")))?;
        let mut command = self.command(name, core);
        command.args(arguments).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).kill_on_drop(true);
        Ok(Running { name: name.to_owned(), child: command.spawn().with_context(|| format!("cannot start {name}"))? })
    }

    /// Sends a load and waits for what comes of it.
    pub async fn load(&self, load: &Load) -> anyhow::Result<Outcome> {
        let mut command = self.command("bench-load", Core::Others);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().context("cannot start bench-load")?;
        let mut input = child.stdin.take().context("bench-load has no input")?;
        input.write_all(serde_json::to_string(load)?.as_bytes()).await?;
        drop(input);
        let output = child.wait_with_output().await?;
        anyhow::ensure!(output.status.success(), "bench-load failed");
        Ok(serde_json::from_slice(&output.stdout)?)
    }
}

impl Running {
    /// The number of the process.
    pub fn number(&self) -> anyhow::Result<u32> {
        self.child.id().with_context(|| format!("{} has ended", self.name))
    }

    /// Has it read its configuration anew.
    pub async fn reload(&self) -> anyhow::Result<()> {
        self.signal("HUP").await
    }

    /// Ends it as an operator would.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        self.signal("TERM").await?;
        tokio::time::timeout(Duration::from_secs(30), self.child.wait()).await.context("it does not end")??;
        Ok(())
    }

    async fn signal(&self, signal: &str) -> anyhow::Result<()> {
        let number = self.number()?.to_string();
        let sent = Command::new("kill").args(["-s", signal, &number]).status().await?;
        anyhow::ensure!(sent.success(), "{} took no signal", self.name);
        Ok(())
    }
}

/// The last lines of a program's log.
pub fn last_words(logs: &Path, name: &str) -> String {
    let text = std::fs::read_to_string(logs.join(format!("{name}.log"))).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines.get(lines.len().saturating_sub(15)..).unwrap_or_default().join("\n")
}
