//! Every command in the README is run, in order, and gives the output that stands below it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::{path::Path, process::Command};

use ndx_test_postgres::TestDatabase;
use ndx_testkit::Ports;
use tempfile::TempDir;

const NDX: &str = env!("CARGO_BIN_EXE_ndx");
const USUAL: [(&str, u16); 9] = [
    ("gateway", 4000),
    ("consent", 8081),
    ("policy", 8082),
    ("audit", 3001),
    ("fudi", 8090),
    ("rgd", 8080),
    ("drp-adapter", 9090),
    ("drp-api", 9091),
    ("passport-app", 3000),
];

/// A block of commands, and the output that stands below it, when one does.
struct Block {
    commands: String,
    output: Option<String>,
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for part in text.split("\n```").collect::<Vec<_>>().chunks(2) {
        let Some(fenced) = part.get(1) else { continue };
        let (kind, content) = fenced.split_once('\n').unwrap_or((fenced, ""));
        match kind {
            "sh" => blocks.push(Block { commands: content.to_owned(), output: None }),
            "json" | "console" => blocks.last_mut().unwrap().output = Some(content.to_owned()),
            _ => {}
        }
    }
    blocks
}

/// Replaces what is new in every run: ids, times, tokens.
fn steady(text: &str) -> String {
    let hex = |word: &str| word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let id = |word: &str| (word.len() == 36 && word.split('-').all(hex)) || (word.len() == 32 && hex(word));
    let time = |word: &str| word.len() > 19 && word.starts_with("20") && word.as_bytes()[10] == b'T';
    let mut steady = String::new();
    for word in text.split_inclusive(['"', '/', '\n', ' ']) {
        let bare = word.trim_end_matches(['"', '/', '\n', ' ']);
        let rest = word.strip_prefix(bare).unwrap();
        steady.push_str(if id(bare) {
            "ID"
        } else if time(bare) {
            "TIME"
        } else {
            bare
        });
        steady.push_str(rest);
    }
    steady.trim().to_owned()
}

/// A folder in which the tree seems to lie, so that what the README writes is not written into it. Its configuration names
/// the ports that are ours.
fn stage(tree: &Path, rewrite: impl Fn(&str) -> String) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(tree).unwrap() {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name())).unwrap();
        if name == "fl-config.json" {
            std::fs::write(folder.path().join(name), rewrite(&std::fs::read_to_string(path).unwrap())).unwrap();
        } else if name != "target" && name != "data" {
            std::os::unix::fs::symlink(path, folder.path().join(name)).unwrap();
        }
    }
    folder
}

#[test]
fn every_command_of_the_readme_works_as_it_says() {
    let tree = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap();
    let readme = std::fs::read_to_string(tree.join("README.md")).unwrap();
    let (ports, database) = (Ports::take(), TestDatabase::new());
    let elsewhere: String = USUAL.iter().map(|(name, _)| format!(" --port {name}={}", ports.of(name))).collect();
    let addressed = |text: &str| {
        USUAL.iter().fold(text.to_owned(), |text, (name, usual)| {
            text.replace(&format!("127.0.0.1:{usual}"), &format!("127.0.0.1:{}", ports.of(name)))
        })
    };
    let moved = |text: &str| {
        addressed(text)
            .replace("postgres://ndx@127.0.0.1:5432/ndx", database.url().as_str())
            .replace("target/release/ndx", NDX)
            .replace("./init.sh", &format!("./init.sh --program {NDX}{elsewhere}"))
    };
    let folder = stage(&tree, addressed);

    let all = blocks(&readme);
    assert!(all.iter().any(|block| block.commands.contains("./test.sh")), "the README names the test command");
    // The test command runs this test; it cannot run itself.
    let blocks: Vec<_> = all.into_iter().filter(|block| !block.commands.contains("./test.sh")).collect();
    assert!(blocks.len() >= 12, "the story is told in blocks of commands");
    let mark = "=====";
    let script: String = blocks.iter().map(|block| format!("{}\necho '{mark}'\n", moved(&block.commands))).collect();
    let script = format!("trap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n{script}");
    let output = Command::new("bash").args(["-euc", &script]).current_dir(folder.path()).output().unwrap();
    let (out, words) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    drop(Command::new("bash").args(["-c", &moved("./init.sh --stop")]).current_dir(folder.path()).output());
    assert!(output.status.success(), "{out}\n{words}");
    for (block, got) in blocks.iter().zip(out.split(mark)) {
        if let Some(expected) = &block.output {
            assert_eq!(steady(got), steady(&moved(expected)), "below:\n{}", block.commands);
        }
    }
}
