#!/usr/bin/env bash
# Everything that must pass: format, lints, documentation, tests. It installs what the tests need, or says what is missing.
set -euo pipefail
cd "$(dirname "$0")"

step() { printf '\n== %s\n' "$*"; }

step "what is needed"
command -v cargo >/dev/null || { echo "cargo is missing; see https://rustup.rs" >&2; exit 1; }
missing=()
for program in cc curl jq; do command -v "$program" >/dev/null || missing+=("${program/#cc/build-essential}"); done
if [ "${#missing[@]}" -gt 0 ]; then
  if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    apt-get update -q && apt-get install -qy --no-install-recommends "${missing[@]}"
  else
    echo "these programs are missing; install them and run again: ${missing[*]}" >&2
    exit 1
  fi
fi
cargo --version

step "format"
cargo fmt --all --check

step "lints"
cargo clippy --workspace --all-targets --locked -- -D warnings

step "documentation"
RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --quiet

step "tests"
export INSTA_UPDATE=no
if cargo nextest --version >/dev/null 2>&1; then
  cargo test --workspace --doc --locked --quiet
  cargo nextest run --workspace --locked --no-fail-fast
else
  cargo test --workspace --locked --no-fail-fast
fi
