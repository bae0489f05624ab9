//! Starts, stops, kills and restarts the parts.

use std::{
    collections::BTreeMap,
    fs::File,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use citizen::Citizen;
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::ports::Ports;

/// A part that runs as a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The identity provider.
    Fudi,
    /// The register of births.
    Rgd,
    /// The register of persons.
    DrpApi,
    /// The adapter in front of it.
    DrpAdapter,
    /// The exchange itself: gateway, consent engine, policy decision point, audit service.
    Exchange,
}

impl Part {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Fudi, Self::Rgd, Self::DrpApi, Self::DrpAdapter, Self::Exchange];

    /// The ports that it listens on, by their names.
    pub fn ports(self) -> &'static [&'static str] {
        match self {
            Self::Fudi => &["fudi"],
            Self::Rgd => &["rgd"],
            Self::DrpApi => &["drp-api"],
            Self::DrpAdapter => &["drp-adapter"],
            Self::Exchange => &["gateway", "consent", "policy", "audit"],
        }
    }
}

/// A whole country on this machine.
#[derive(Debug)]
pub struct Farajaland {
    program: PathBuf,
    config: PathBuf,
    ports: Ports,
    folder: TempDir,
    running: BTreeMap<Part, Child>,
}

/// The root of the tree.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

impl Farajaland {
    /// Starts every part and waits until all are healthy.
    pub async fn start(program: &str) -> Self {
        let mut country = Self::empty(program);
        for part in Part::ALL {
            country.spawn(part);
        }
        for part in Part::ALL {
            country.wait_for(part).await;
        }
        country
    }

    /// Nothing runs yet.
    pub fn empty(program: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = root().join("fl-config.json");
        Self { program: program.into(), config, ports: Ports::take(), folder, running: BTreeMap::new() }
    }

    /// Uses the country's configuration with `change` made to it. Files that it names are found in the tree as before.
    #[must_use]
    pub fn with_config(mut self, change: impl FnOnce(&mut serde_json::Value)) -> Self {
        let text = std::fs::read_to_string(&self.config).unwrap();
        let mut config = serde_json::from_str(&text).unwrap();
        change(&mut config);
        for folder in ["schema", "sandbox"] {
            std::os::unix::fs::symlink(root().join(folder), self.folder.path().join(folder)).unwrap();
        }
        self.config = self.folder.path().join("config.json");
        std::fs::write(&self.config, serde_json::to_string_pretty(&config).unwrap()).unwrap();
        self
    }

    /// Starts a part (again) and waits until it is healthy.
    pub async fn run(&mut self, part: Part) {
        self.spawn(part);
        self.wait_for(part).await;
    }

    fn spawn(&mut self, part: Part) {
        let mut command = Command::new(&self.program);
        command.current_dir(root()).arg("--log-json").args(self.arguments(part)).args(self.ports.arguments());
        let log = File::options().create(true).append(true).open(self.log_file(part)).unwrap();
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).kill_on_drop(true);
        self.running.insert(part, command.spawn().unwrap());
    }

    fn arguments(&self, part: Part) -> Vec<String> {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        match part {
            Part::Exchange => words(&[
                "up",
                "--config",
                self.config.to_str().unwrap(),
                "--data",
                self.data_folder().to_str().unwrap(),
            ]),
            member => words(&["sandbox", "serve", member.ports()[0]]),
        }
    }

    async fn wait_for(&mut self, part: Part) {
        let client = ndx_service::outbound::client(Duration::from_secs(2)).unwrap();
        for name in part.ports() {
            let address = format!("{}/health", self.url(name));
            for _ in 0..600 {
                if client.get(&address).send().await.is_ok_and(|response| response.status().is_success()) {
                    break;
                }
                let ended = self.running.get_mut(&part).unwrap().try_wait().unwrap();
                assert!(ended.is_none(), "{part:?} ended ({ended:?}): {}", self.log(part));
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }

    /// Ends a part as an operator would, and waits until it has ended.
    pub async fn stop(&mut self, part: Part) {
        let mut child = self.running.remove(&part).unwrap();
        let number = child.id().unwrap().to_string();
        assert!(Command::new("kill").arg(number).status().await.unwrap().success());
        assert!(child.wait().await.unwrap().success(), "{}", self.log(part));
    }

    /// Ends a part in the middle of whatever it does (`kill -9`).
    pub async fn kill(&mut self, part: Part) {
        self.running.remove(&part).unwrap().kill().await.unwrap();
    }

    /// The memory that a part holds now (VmRSS), in KiB.
    pub fn memory(&self, part: Part) -> u64 {
        let number = self.running[&part].id().unwrap();
        let status = std::fs::read_to_string(format!("/proc/{number}/status")).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// The address of a part, without a slash at its end.
    pub fn url(&self, name: &str) -> String {
        format!("http://127.0.0.1:{}", self.ports.of(name))
    }

    /// Its ports.
    pub fn ports(&self) -> &Ports {
        &self.ports
    }

    /// The folder of its stores and keys.
    pub fn data_folder(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Everything a part has logged.
    pub fn log(&self, part: Part) -> String {
        std::fs::read_to_string(self.log_file(part)).unwrap_or_default()
    }

    fn log_file(&self, part: Part) -> PathBuf {
        self.folder.path().join(format!("{part:?}.log"))
    }

    /// A citizen with a browser that was never used.
    pub fn citizen(&self, user: &str) -> Citizen {
        Citizen::new(user, "sandbox").unwrap()
    }

    /// Runs the program with these arguments, in the tree; returns its exit code, standard output and standard error.
    pub async fn ndx(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = Command::new(&self.program).current_dir(root()).args(arguments).output().await.unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }
}
