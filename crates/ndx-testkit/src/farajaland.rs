//! Starts, stops, kills and restarts the parts.

use std::{
    collections::BTreeMap,
    fs::File,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use citizen::{Authenticator, Citizen};
use ndx_clock::SystemClock;
use tempfile::TempDir;
use tokio::process::{Child, Command};

use ndx_test_postgres::TestDatabase;

use crate::{
    authority::Authority,
    part::Part,
    ports::Ports,
    setting::{Setting, Shape, Stores},
};

/// A whole country on this machine.
#[derive(Debug)]
pub struct Farajaland {
    program: PathBuf,
    config: PathBuf,
    ports: Ports,
    folder: TempDir,
    setting: Setting,
    database: Option<TestDatabase>,
    authority: Option<Authority>,
    running: BTreeMap<Part, Child>,
}

/// The root of the tree.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

impl Farajaland {
    /// Starts every part, the exchange as one process on SQLite, and waits until all are healthy.
    pub async fn start(program: &str) -> Self {
        Self::start_as(program, Setting::default()).await
    }

    /// Starts every part in this setting, and waits until all are healthy.
    pub async fn start_as(program: &str, setting: Setting) -> Self {
        let mut country = Self::empty_as(program, setting);
        country.run_all().await;
        country
    }

    /// Nothing runs yet; the exchange will be one process on SQLite.
    pub fn empty(program: &str) -> Self {
        Self::empty_as(program, Setting::default())
    }

    /// Nothing runs yet.
    pub fn empty_as(program: &str, setting: Setting) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = root().join("fl-config.json");
        let database = (setting.stores == Stores::Postgres).then(TestDatabase::new);
        let country = Self {
            program: program.into(),
            config,
            ports: Ports::take(),
            folder,
            setting,
            database,
            authority: None,
            running: BTreeMap::new(),
        };
        if setting == Setting::default() { country } else { country.set_up() }
    }

    /// Starts every part and waits until all are healthy.
    pub async fn run_all(&mut self) {
        for part in Part::ALL {
            self.spawn(part);
        }
        for part in Part::ALL {
            self.wait_for(part).await;
        }
    }

    /// Writes what this setting wants into the configuration, and makes the keys that it needs.
    fn set_up(self) -> Self {
        let database = self.database.as_ref().map(TestDatabase::url);
        let public_keys = (self.setting.shape == Shape::Apart).then(|| self.make_keys());
        self.with_config(|config| {
            if let Some(url) = database {
                config["store"]["postgres"] = serde_json::json!({"url": url});
            }
            for (name, key) in public_keys.into_iter().flatten() {
                config["services"][name]["publicKeys"] = serde_json::json!([key]);
            }
        })
    }

    /// A key for each service, where each looks for its own; their public halves.
    fn make_keys(&self) -> Vec<(&'static str, String)> {
        let keys = self.data_folder().join("keys");
        std::fs::create_dir_all(&keys).unwrap();
        std::fs::write(self.data_folder().join(".ndx-data"), "").unwrap();
        let make = |name: &'static str| {
            let mut command = std::process::Command::new(&self.program);
            let output = command.args(["keys", "new"]).arg(keys.join(format!("{name}.ed25519"))).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            (name, String::from_utf8(output.stdout).unwrap().trim().to_owned())
        };
        ["gateway", "consent", "policy", "audit"].map(make).into()
    }

    /// Uses the country's configuration with `change` made to it. Files that it names are found in the tree as before.
    #[must_use]
    pub fn with_config(mut self, change: impl FnOnce(&mut serde_json::Value)) -> Self {
        let own = self.folder.path().join("config.json");
        for folder in ["schema", "sandbox"].iter().filter(|_| self.config != own) {
            std::os::unix::fs::symlink(root().join(folder), self.folder.path().join(folder)).unwrap();
        }
        let text = std::fs::read_to_string(&self.config).unwrap();
        self.config = own;
        let mut config = serde_json::from_str(&text).unwrap();
        change(&mut config);
        std::fs::write(&self.config, serde_json::to_string_pretty(&config).unwrap()).unwrap();
        self
    }

    /// The services speak TLS, and prove themselves to each other with certificates instead of tokens.
    #[must_use]
    pub fn with_certificates(mut self) -> Self {
        let authority = Authority::new(&self.folder.path().join("certificates"));
        let ports = ["gateway", "consent", "policy", "audit"].map(|name| (name, authority.sign(name)));
        let authorities = authority.certificate();
        self.authority = Some(authority);
        self.with_config(|config| {
            let services = &mut config["services"];
            services["proof"] = "certificate".into();
            services["authorities"] = authorities.to_str().unwrap().into();
            for (name, (certificate, key)) in ports {
                let url = services[name]["url"].as_str().unwrap().replace("http:", "https:");
                services[name]["url"] = url.into();
                services[name]["tls"] = serde_json::json!({"certificate": certificate, "key": {"from_file": key}});
            }
        })
    }

    /// The authority of the services' certificates, where they have any.
    pub fn authority(&self) -> Option<&Authority> {
        self.authority.as_ref()
    }

    /// A client for the exchange: it believes the authority of its certificates, where it has one.
    pub(crate) fn client(&self) -> reqwest::Client {
        match &self.authority {
            Some(authority) => authority.visitor(),
            None => ndx_service::outbound::client(Duration::from_secs(20)).unwrap(),
        }
    }

    /// How the exchange is set up.
    pub fn setting(&self) -> Setting {
        self.setting
    }

    /// The file of its configuration.
    pub fn configuration(&self) -> &Path {
        &self.config
    }

    /// The configuration as it stands in its file.
    pub fn configuration_value(&self) -> serde_json::Value {
        serde_json::from_str(&std::fs::read_to_string(&self.config).unwrap()).unwrap()
    }

    /// The processes of a part, as parts of their own.
    pub fn processes_of(&self, part: Part) -> Vec<Part> {
        self.processes(part).to_vec()
    }

    /// The exchange's PostgreSQL database, where it has one.
    pub fn database(&self) -> Option<&TestDatabase> {
        self.database.as_ref()
    }

    /// The processes of a part, in the order in which they are started.
    fn processes(&self, part: Part) -> &'static [Part] {
        match part {
            Part::Fudi => &[Part::Fudi],
            Part::Rgd => &[Part::Rgd],
            Part::DrpApi => &[Part::DrpApi],
            Part::DrpAdapter => &[Part::DrpAdapter],
            Part::PassportApp => &[Part::PassportApp],
            Part::Exchange if self.setting.shape == Shape::Apart => {
                &[Part::Audit, Part::Policy, Part::Consent, Part::Gateway]
            }
            Part::Exchange => &[Part::Exchange],
            Part::Audit => &[Part::Audit],
            Part::Policy => &[Part::Policy],
            Part::Consent => &[Part::Consent],
            Part::Gateway => &[Part::Gateway],
            Part::SecondGateway => &[Part::SecondGateway],
            Part::SecondExchange => &[Part::SecondExchange],
        }
    }

    /// Starts a part (again) and waits until it is healthy.
    pub async fn run(&mut self, part: Part) {
        self.spawn(part);
        self.wait_for(part).await;
    }

    fn spawn(&mut self, part: Part) {
        for process in self.processes(part) {
            let mut command = Command::new(&self.program);
            command.current_dir(root()).arg("--log-json").args(self.arguments(*process));
            let log = File::options().create(true).append(true).open(self.log_file(*process)).unwrap();
            command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).kill_on_drop(true);
            self.running.insert(*process, command.spawn().unwrap());
        }
    }

    fn arguments(&self, process: Part) -> Vec<String> {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let mut arguments = match process {
            Part::Exchange | Part::SecondExchange => words(&["up"]),
            Part::Audit => words(&["serve", "audit"]),
            Part::Policy => words(&["serve", "policy"]),
            Part::Consent => words(&["serve", "consent"]),
            Part::Gateway | Part::SecondGateway => words(&["serve", "gateway"]),
            member => words(&["sandbox", "serve", member.ports()[0]]),
        };
        let place = |data: &Path| words(&["--config", self.config.to_str().unwrap(), "--data", data.to_str().unwrap()]);
        match process {
            Part::Fudi | Part::Rgd | Part::DrpApi | Part::DrpAdapter | Part::PassportApp => {
                arguments.extend(self.ports.arguments());
            }
            Part::SecondGateway => {
                arguments.extend(place(&self.second_data_folder("keys/gateway.ed25519")));
                arguments.extend(self.ports.arguments_for_second(&["gateway"]));
            }
            Part::SecondExchange => {
                arguments.extend(place(&self.second_data_folder("keys/root.key")));
                arguments.extend(self.ports.arguments_for_second(&["gateway", "consent", "policy", "audit"]));
            }
            _ => {
                arguments.extend(place(&self.data_folder()));
                arguments.extend(self.ports.arguments());
            }
        }
        arguments
    }

    /// The data folder of the second gateway or exchange: its own, with a copy of the key that both need.
    fn second_data_folder(&self, key: &str) -> PathBuf {
        let folder = self.folder.path().join("second-data");
        if !folder.exists() {
            std::fs::create_dir_all(folder.join("keys")).unwrap();
            std::fs::write(folder.join(".ndx-data"), "").unwrap();
            std::fs::copy(self.data_folder().join(key), folder.join(key)).unwrap();
        }
        folder
    }

    async fn wait_for(&mut self, part: Part) {
        let client = self.client();
        for name in part.ports() {
            let address = format!("{}/health", self.url(name));
            for attempt in 0.. {
                if client.get(&address).send().await.is_ok_and(|response| response.status().is_success()) {
                    break;
                }
                assert!(attempt < 600, "{part:?} does not become healthy: {}", self.log(part));
                for process in self.processes(part) {
                    let ended = self.running.get_mut(process).unwrap().try_wait().unwrap();
                    assert!(ended.is_none(), "{process:?} ended ({ended:?}): {}", self.log(*process));
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }

    /// Ends a part as an operator would, and waits until it has ended.
    pub async fn stop(&mut self, part: Part) {
        for process in self.processes(part).iter().rev() {
            self.signal(*process, "TERM").await;
            let mut child = self.running.remove(process).unwrap();
            assert!(child.wait().await.unwrap().success(), "{}", self.log(*process));
        }
    }

    /// Ends a part in the middle of whatever it does (`kill -9`).
    pub async fn kill(&mut self, part: Part) {
        for process in self.processes(part) {
            self.running.remove(process).unwrap().kill().await.unwrap();
        }
    }

    /// Sends a signal to every process of a part: `HUP` has it read its configuration anew, `STOP` makes it hang, `CONT` go
    /// on.
    pub async fn signal(&self, part: Part, signal: &str) {
        for process in self.processes(part) {
            let number = self.running[process].id().unwrap().to_string();
            assert!(Command::new("kill").args(["-s", signal]).arg(number).status().await.unwrap().success());
        }
    }

    /// The memory that a part holds now (VmRSS), in KiB.
    pub fn memory(&self, part: Part) -> u64 {
        let of = |process: &Part| -> u64 {
            let number = self.running[process].id().unwrap();
            let status = std::fs::read_to_string(format!("/proc/{number}/status")).unwrap();
            let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
            line.split_whitespace().nth(1).unwrap().parse().unwrap()
        };
        self.processes(part).iter().map(of).sum()
    }

    /// The address of a part, without a slash at its end.
    pub fn url(&self, name: &str) -> String {
        let services = ["gateway", "second-gateway", "consent", "policy", "audit"];
        let scheme = if self.authority.is_some() && services.contains(&name) { "https" } else { "http" };
        format!("{scheme}://127.0.0.1:{}", self.ports.of(name))
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
        let read = |process: &Part| std::fs::read_to_string(self.log_file(*process)).unwrap_or_default();
        self.processes(part).iter().map(read).collect()
    }

    fn log_file(&self, part: Part) -> PathBuf {
        self.folder.path().join(format!("{part:?}.log"))
    }

    /// A citizen with a browser that was never used, and with her authenticator.
    pub fn citizen(&self, user: &str) -> Citizen {
        let people = std::fs::read_to_string(root().join("sandbox/people.json")).unwrap();
        let authenticator = Authenticator::of(user, &people, SystemClock::shared()).unwrap();
        Citizen::new(user, "sandbox").unwrap().with_authenticator(authenticator)
    }

    /// Runs the program with these arguments, in the tree; returns its exit code, standard output and standard error.
    pub async fn ndx(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = Command::new(&self.program).current_dir(root()).args(arguments).output().await.unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }
}
