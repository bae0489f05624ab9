#!/usr/bin/env bash
# Everything that must pass, from what is quick to what is slow. It installs what is needed, or says what is missing.
set -euo pipefail
cd "$(dirname "$0")"

usage() {
  cat <<'TEXT'
usage: ./test.sh [options]

  (none)       format, walls, documents, dependencies, lints, documentation, tests, the APIs against their descriptions
  --nightly    the same, and the tests that take long
  --help       this text
TEXT
}

nightly=no
while [ $# -gt 0 ]; do
  case "$1" in
    --nightly) nightly=yes ;;
    --help | -h) usage; exit 0 ;;
    *) printf 'test.sh: there is no option `%s`\n\n' "$1" >&2; usage >&2; exit 2 ;;
  esac
  shift
done

step() { printf '\n== %s\n' "$*"; }
# What could not be checked is said when it happens, and once more at the end.
unchecked=()
skip() { printf 'NOT CHECKED: %s\n' "$*" >&2; unchecked+=("$*"); }

step "what is needed"
command -v cargo >/dev/null || { echo "cargo is missing; see https://rustup.rs" >&2; exit 1; }
missing=()
# Where the package is called otherwise than its program.
declare -A package=([cc]=build-essential [node]=nodejs [python3]=python3-venv [flock]=util-linux [runuser]=util-linux [psql]=postgresql)
for program in cc chromium curl git jq node npm python3 flock runuser psql; do
  command -v "$program" >/dev/null || missing+=("${package[$program]:-$program}")
done
# Debian has these two apart: a Python without venv, and a client without the server that the tests start for themselves.
if command -v python3 >/dev/null && ! python3 -c 'import ensurepip, venv' 2>/dev/null; then missing+=(python3-venv); fi
has_server() { command -v initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb'; }
if ! has_server >/dev/null; then missing+=(postgresql); fi
if [ "${#missing[@]}" -gt 0 ]; then
  if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    apt-get update -q && apt-get install -qy --no-install-recommends "${missing[@]}"
  else
    echo "these programs are missing; install them and run again: ${missing[*]}" >&2
    exit 1
  fi
fi
cargo --version
node --version
node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)' || { echo "node 20 or newer is needed" >&2; exit 1; }
# Unoptimised: a minute to build on two cores, two seconds to run.
cargo deny --version 2>/dev/null || cargo install cargo-deny --version 0.20.2 --locked --debug --quiet

step "format"
cargo fmt --all --check

step "walls"
cargo --locked xtask tidy

step "documents that are written from the code"
cargo --locked xtask generate --check

step "licences, banned crates, sources"
cargo deny --locked --all-features check --hide-inclusion-graph bans licenses sources

step "advisories"
if cargo deny --locked fetch db; then
  cargo deny --locked --all-features check --disable-fetch advisories
else
  skip "advisories about dependencies: their database could not be fetched"
fi

step "lints"
cargo clippy --workspace --all-targets --locked -- -D warnings

step "documentation"
RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --quiet

step "an identity provider by other hands"
npm ci --prefix tests/other-provider --no-audit --no-fund --loglevel=error

step "the audits of GraphQL over HTTP"
npm ci --prefix tests/graphql-over-http --no-audit --no-fund --loglevel=error

step "the clients that applications use"
tests/clients/install.sh

step "the explorer: is what was built what the sources give?"
npm ci --prefix explorer --no-audit --no-fund --loglevel=error
npm run --prefix explorer --silent check
npm ci --prefix tests/explorer --no-audit --no-fund --loglevel=error

step "the citizens' pages in a browser"
npm ci --prefix tests/browser --no-audit --no-fund --loglevel=error

step "tests"
export INSTA_UPDATE=no
cargo test --workspace --doc --locked --quiet
if cargo nextest --version >/dev/null 2>&1; then
  run=(cargo nextest run --workspace --locked --no-fail-fast)
  if [ "$nightly" = yes ]; then run+=(--profile nightly --run-ignored all); fi
else
  run=(cargo test --workspace --all-targets --locked --no-fail-fast)
  if [ "$nightly" = yes ]; then run+=(-- --include-ignored); fi
fi
"${run[@]}"

step "the APIs against what they say of themselves"
cargo build --locked --quiet -p ndx
if [ "$nightly" = yes ]; then tests/schemathesis/run.sh --long; else tests/schemathesis/run.sh; fi

for what in "${unchecked[@]}"; do printf '\nNOT CHECKED: %s\n' "$what" >&2; done
