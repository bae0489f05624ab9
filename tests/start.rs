//! `./init.sh`: starts everything or nothing, says what stands in the way, stops what it started, keeps what it must.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::{
    net::TcpListener,
    path::Path,
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use ndx_testkit::Ports;

const NDX: &str = env!("CARGO_BIN_EXE_ndx");
const NAMES: [&str; 9] =
    ["gateway", "consent", "policy", "audit", "fudi", "rgd", "drp-adapter", "drp-api", "passport-app"];

fn init(data: &Path, ports: &Ports, arguments: &[&str]) -> Command {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut command = Command::new("./init.sh");
    command.current_dir(root).args(["--program", NDX, "--data"]).arg(data).args(arguments);
    for name in NAMES {
        command.arg("--port").arg(format!("{name}={}", ports.of(name)));
    }
    command.stdin(Stdio::null());
    command
}

/// Runs it to its end; that this returns shows that nothing it started holds its output open.
fn run(data: &Path, ports: &Ports, arguments: &[&str]) -> (i32, String) {
    let Output { status, stdout, stderr } = init(data, ports, arguments).output().unwrap();
    (status.code().unwrap(), format!("{}{}", String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap()))
}

fn is_free(port: u16) -> bool {
    TcpListener::bind(("127.0.0.1", port)).is_ok()
}

fn all_free(ports: &Ports) -> bool {
    NAMES.iter().all(|name| is_free(ports.of(name)))
}

#[test]
fn starts_everything_once_stops_it_and_keeps_the_data() {
    let (folder, ports) = (tempfile::tempdir().unwrap(), Ports::take());
    let data = folder.path().join("data");
    let (code, words) = run(&data, &ports, &["--detach"]);
    assert_eq!(code, 0, "{words}");
    assert!(words.contains(&format!("http://127.0.0.1:{}/public/graphql", ports.of("gateway"))), "{words}");
    assert!(NAMES.iter().all(|name| !is_free(ports.of(name))), "every part listens");

    let (code, words) = run(&data, &ports, &["--detach"]);
    assert!(code == 1 && words.contains("running already"), "{words}");
    let other = folder.path().join("other");
    let (code, words) = run(&other, &ports, &["--detach"]);
    assert_eq!(code, 1);
    for name in NAMES {
        let taken =
            format!("port {} is taken, and `{name}` needs it; choose another with --port {name}=", ports.of(name));
        assert!(words.contains(&taken), "{words}");
    }
    assert!(!other.join("run").exists(), "nothing half-started stays");

    let root_key = std::fs::read(data.join("keys/root.key")).unwrap();
    let (code, words) = run(&data, &ports, &["--stop"]);
    assert!(code == 0 && words.contains("Stopped"), "{words}");
    assert!(all_free(&ports));
    let (code, words) = run(&data, &ports, &["--detach"]);
    assert_eq!(code, 0, "{words}");
    assert_eq!(std::fs::read(data.join("keys/root.key")).unwrap(), root_key, "a second start keeps the data");
    run(&data, &ports, &["--stop"]);
    let (code, words) = run(&data, &ports, &["--stop"]);
    assert!(code == 0 && words.contains("Nothing is running"), "{words}");

    let (code, words) = run(&data, &ports, &["--detach", "--fresh"]);
    assert_eq!(code, 0, "{words}");
    assert_ne!(std::fs::read(data.join("keys/root.key")).unwrap(), root_key, "--fresh begins anew");
    run(&data, &ports, &["--stop"]);
}

#[test]
fn a_folder_that_is_not_ours_is_never_touched() {
    let (folder, ports) = (tempfile::tempdir().unwrap(), Ports::take());
    std::fs::write(folder.path().join("thesis.txt"), "years of work").unwrap();
    for arguments in [&["--detach", "--fresh"][..], &["--detach"]] {
        let (code, words) = run(folder.path(), &ports, arguments);
        assert!(code == 1 && words.contains("choose another folder with --data"), "{words}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn fresh_does_not_empty_a_folder_that_an_exchange_uses() {
    let (folder, ports, elsewhere) = (tempfile::tempdir().unwrap(), Ports::take(), Ports::take());
    let data = folder.path().join("data");
    // Started by hand, on ports of its own: `init.sh` has no file about it.
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut exchange = Command::new(NDX);
    exchange.current_dir(root).arg("up").arg("--data").arg(&data).args(elsewhere.arguments()).stderr(Stdio::null());
    let mut exchange = exchange.spawn().unwrap();
    let began = Instant::now();
    while is_free(elsewhere.of("audit")) {
        assert!(began.elapsed() < Duration::from_secs(30), "it did not start");
        std::thread::sleep(Duration::from_millis(50));
    }
    let (code, words) = run(&data, &ports, &["--detach", "--fresh"]);
    assert!(code == 1 && words.contains("an exchange is running on"), "{words}");
    assert!(data.join("audit.db").exists() && data.join("keys/root.key").exists());
    exchange.kill().unwrap();
    exchange.wait().unwrap();
}

#[test]
fn a_root_key_that_is_gone_is_not_replaced_by_another() {
    let (folder, ports) = (tempfile::tempdir().unwrap(), Ports::take());
    let data = folder.path().join("data");
    run(&data, &ports, &["--detach"]);
    run(&data, &ports, &["--stop"]);
    std::fs::remove_file(data.join("keys/root.key")).unwrap();
    let (code, words) = run(&data, &ports, &["--detach"]);
    assert!(code == 1 && words.contains("put it there"), "{words}");
    assert!(!data.join("keys/root.key").exists() && all_free(&ports));
}

#[test]
fn wrong_use_is_told_with_the_right_one() {
    let (folder, ports) = (tempfile::tempdir().unwrap(), Ports::take());
    let data = folder.path().join("data");
    for wrong in [&["--detatch"][..], &["--port", "gateway"], &["--port", "gatway=1"], &["--data"]] {
        // The wrong word comes last, so that nothing stands behind it.
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let output = Command::new("./init.sh").current_dir(root).args(["--program", NDX]).args(wrong).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("usage: ./init.sh"), "{wrong:?}");
    }
    assert!(!data.exists() && all_free(&ports));
}

#[test]
fn a_part_that_cannot_start_stops_the_others_and_shows_its_words() {
    let (folder, ports) = (tempfile::tempdir().unwrap(), Ports::take());
    let data = folder.path().join("data");
    run(&data, &ports, &["--detach"]);
    run(&data, &ports, &["--stop"]);
    std::fs::write(data.join("keys/root.key"), "short").unwrap();
    let (code, words) = run(&data, &ports, &["--detach"]);
    assert_eq!(code, 1);
    assert!(words.contains("must hold exactly 32 bytes"), "{words}");
    assert!(all_free(&ports));
}

#[test]
fn ctrl_c_stops_all_of_it() {
    let (folder, ports) = (tempfile::tempdir().unwrap(), Ports::take());
    let mut child = init(&folder.path().join("data"), &ports, &[]).stdout(Stdio::null()).spawn().unwrap();
    let began = Instant::now();
    while is_free(ports.of("gateway")) || is_free(ports.of("audit")) {
        assert!(began.elapsed() < Duration::from_secs(30), "it did not start");
        assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
        std::thread::sleep(Duration::from_millis(50));
    }
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(all_free(&ports));
}
