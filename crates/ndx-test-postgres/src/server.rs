//! The one server that all tests of this machine share.

use std::{
    fs::{self, File, OpenOptions, Permissions},
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    os::unix::{
        fs::{MetadataExt as _, PermissionsExt as _},
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

/// Stops the server when nobody has held the lock for a while. It tries for the lock that every user shares; having it
/// alone, it is the last. `$1` the lock, `$2` the folder of the cluster, `$3` `pg_ctl`, `$4` the user or nothing.
const GUARD: &str = r#"
while :; do
  sleep 20
  exec 9<>"$1"
  if flock -n -x 9; then
    if [ -n "$4" ]; then runuser -u "$4" -- "$3" -D "$2" -m immediate stop; else "$3" -D "$2" -m immediate stop; fi
    rm -rf "$2" "$2.port"
    exit 0
  fi
  exec 9>&-
done
"#;

/// Starts the server unless it runs; returns what keeps it running, and its port.
pub(crate) fn running() -> (File, u16) {
    let owner = fs::metadata("/proc/self").unwrap().uid();
    let folder = std::env::temp_dir().join(format!("ndx-test-postgres-{owner}"));
    fs::create_dir_all(&folder).unwrap();
    fs::set_permissions(&folder, Permissions::from_mode(0o755)).unwrap();
    let open = |name| {
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).read(true).write(true).open(folder.join(name)).unwrap()
    };
    // One at a time decides whether to start; each then holds its share of the lock that the guard tries for.
    let starting = open("starting.lock");
    starting.lock().unwrap();
    let in_use = open("in-use.lock");
    in_use.lock_shared().unwrap();
    let port = existing(&folder).unwrap_or_else(|| start(&folder, owner == 0));
    (in_use, port)
}

fn existing(folder: &Path) -> Option<u16> {
    let port = fs::read_to_string(folder.join("cluster.port")).ok()?.trim().parse().ok()?;
    let answers = client(port, "postgres").args(["-c", "SELECT 1"]).output().ok()?.status.success();
    answers.then_some(port)
}

fn start(folder: &Path, as_root: bool) -> u16 {
    let cluster = folder.join("cluster");
    let programs = programs();
    let user = as_root.then_some("postgres");
    drop(by(user, &programs.join("pg_ctl")).args(["-m", "immediate", "stop", "-D"]).arg(&cluster).output());
    drop(fs::remove_dir_all(&cluster));
    fs::create_dir(&cluster).unwrap();
    if let Some(user) = user {
        done(Command::new("chown").arg(user).arg(&cluster));
    }
    fs::set_permissions(&cluster, Permissions::from_mode(0o700)).unwrap();
    let mut initdb = by(user, &programs.join("initdb"));
    done(initdb.args(["-A", "trust", "-U", "ndx", "-E", "UTF8", "--locale=C", "--no-sync", "-D"]).arg(&cluster));
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    // Nobody pulls this machine's plug on purpose: what a test kills is a process, and that loses nothing.
    let settings = format!(
        "-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c max_connections=400 \
         -c shared_buffers=64MB"
    );
    let mut server = by(user, &programs.join("pg_ctl"));
    server.args(["-w", "-l"]).arg(cluster.join("log")).args(["-o", &settings, "-D"]).arg(&cluster).arg("start");
    done(server.stdout(Stdio::null()).stderr(Stdio::null()));
    let mut file = File::create(folder.join("cluster.port")).unwrap();
    writeln!(file, "{port}").unwrap();
    // Begun by a shell that ends at once, so that it is nobody's child and outlives this test.
    let mut guard = Command::new("sh");
    guard.args(["-c", r#"sh -c "$1" guard "$2" "$3" "$4" "$5" &"#, "start", GUARD]);
    guard.arg(folder.join("in-use.lock")).arg(&cluster).arg(programs.join("pg_ctl")).arg(user.unwrap_or_default());
    guard.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0).current_dir("/");
    done(&mut guard);
    port
}

/// Where Debian puts what is not for everybody's `PATH`; the newest version.
fn programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").map(|entries| entries.flatten().map(|entry| entry.path()));
    let mut found: Vec<PathBuf> = versions.map(Iterator::collect).unwrap_or_default();
    found.sort_by_key(|path| path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok()));
    let path = found.pop().map(|path| path.join("bin"));
    path.filter(|bin| bin.join("initdb").exists())
        .unwrap_or_else(|| panic!("PostgreSQL is not installed; run `apt-get install postgresql`"))
}

fn by(user: Option<&str>, program: &Path) -> Command {
    let mut command = match user {
        Some(user) => {
            let mut command = Command::new("runuser");
            command.args(["-u", user, "--"]).arg(program);
            command
        }
        None => Command::new(program),
    };
    command.current_dir("/");
    command
}

fn done(command: &mut Command) {
    let ended = command.status().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(ended.success(), "{command:?}: {ended}");
}

fn client(port: u16, database: &str) -> Command {
    let mut command = Command::new("psql");
    command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-U", "ndx", "-d", database]);
    command.arg("-p").arg(port.to_string()).current_dir("/");
    command
}

/// Runs a statement in the server's own database.
pub(crate) fn sql(port: u16, statement: &str) {
    psql(port, "postgres", statement);
}

pub(crate) fn psql(port: u16, database: &str, statements: &str) -> String {
    let output = client(port, database).args(["-c", statements]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

pub(crate) fn dump(port: u16, database: &str) -> String {
    let mut command = Command::new("pg_dump");
    command.args(["-h", "127.0.0.1", "-U", "ndx", "-d", database, "-p"]).arg(port.to_string()).current_dir("/");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A client that holds `table`; it has it when this returns.
pub(crate) fn hold(port: u16, database: &str, table: &str) -> Child {
    let mut command = client(port, database);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let asked = format!("BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE; SELECT 'held';\n");
    child.stdin.as_mut().unwrap().write_all(asked.as_bytes()).unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line.trim(), "held");
    child
}
