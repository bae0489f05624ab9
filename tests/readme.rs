//! Every command in the README is run, in order, and gives the output that stands below it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::{path::Path, process::Command};

use ndx_testkit::Ports;

const NDX: &str = env!("CARGO_BIN_EXE_ndx");
const USUAL: [(&str, u16); 8] = [
    ("gateway", 4000),
    ("consent", 8081),
    ("policy", 8082),
    ("audit", 3001),
    ("fudi", 8090),
    ("rgd", 8080),
    ("drp-adapter", 9090),
    ("drp-api", 9091),
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

#[test]
fn every_command_of_the_readme_works_as_it_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let (folder, ports) = (tempfile::tempdir().unwrap(), Ports::take());
    let data = folder.path().join("data").display().to_string();
    let elsewhere: String = USUAL.iter().map(|(name, _)| format!(" --port {name}={}", ports.of(name))).collect();
    let moved = |text: &str| {
        let mut text = text.to_owned();
        for (name, usual) in USUAL {
            text = text.replace(&format!("127.0.0.1:{usual}"), &format!("127.0.0.1:{}", ports.of(name)));
        }
        text.replace("target/release/ndx", NDX)
            .replace("--data data", &format!("--data {data}"))
            .replace("./init.sh", &format!("./init.sh --program {NDX} --data {data}{elsewhere}"))
    };

    let all = blocks(&readme);
    assert!(all.iter().any(|block| block.commands.contains("./test.sh")), "the README names the test command");
    // The test command runs this test; it cannot run itself.
    let blocks: Vec<_> = all.into_iter().filter(|block| !block.commands.contains("./test.sh")).collect();
    assert!(blocks.len() >= 6, "the story is told in blocks of commands");
    let mark = "=====";
    let script: String = blocks.iter().map(|block| format!("{}\necho '{mark}'\n", moved(&block.commands))).collect();
    let output = Command::new("bash").args(["-euc", &script]).current_dir(&root).output().unwrap();
    let (out, words) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    drop(Command::new("bash").args(["-c", &moved("./init.sh --stop")]).current_dir(&root).output());
    assert!(output.status.success(), "{out}\n{words}");
    for (block, got) in blocks.iter().zip(out.split(mark)) {
        if let Some(expected) = &block.output {
            assert_eq!(steady(got), steady(&moved(expected)), "below:\n{}", block.commands);
        }
    }
}
