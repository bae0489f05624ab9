#!/usr/bin/env bash
# Installs the clients: those of JavaScript beside this file, Python's in target/clients.
set -euo pipefail
cd "$(dirname "$0")"
npm ci --no-audit --no-fund --loglevel=error
venv=../../target/clients
if ! cmp -s requirements.txt "$venv/requirements.txt"; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes --requirement requirements.txt
  cp requirements.txt "$venv/requirements.txt"
fi
