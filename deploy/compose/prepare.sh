#!/usr/bin/env bash
# Makes what the composition needs and no tree holds: the services' keys, the root key, the database's password; and writes
# the public keys into exchange.json. What is there already stays, so it may be run again.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: deploy/compose/prepare.sh [options]

  --program FILE   the `ndx` that makes keys (default: target/release/ndx)
  --help           this text
TEXT
}

from=$PWD
cd "$(dirname "$0")/../.."
program=target/release/ndx
while [ $# -gt 0 ]; do
  case "$1" in
    --program)
      program=${2:?--program needs a file}
      case "$program" in /*) ;; *) program=$from/$program ;; esac
      shift ;;
    --help | -h) usage; exit 0 ;;
    *) printf 'prepare.sh: there is no option "%s"\n\n' "$1" >&2; usage >&2; exit 2 ;;
  esac
  shift
done
[ -x "$program" ] || { echo "prepare.sh: \"$program\" is not there; build it with cargo build --release --locked --package ndx" >&2; exit 1; }
command -v jq >/dev/null || { echo "prepare.sh: jq is missing" >&2; exit 1; }

# The user as whom the containers run, and who therefore must own what is secret.
readonly owner=10001:10001
readonly config=deploy/compose/exchange.json
umask 077
mkdir -p keys

# Whole or not at all: a key that was cut short would seal nothing, or open nothing.
make() { # file, command that writes it …
  local file=$1; shift
  [ ! -e "$file" ] || return 0
  "$@" >"$file.new"
  mv "$file.new" "$file"
  echo "made $file"
}
make keys/root.key head -c 32 /dev/urandom
password() { head -c 24 /dev/urandom | base64 | tr '+/' '-_'; }
make keys/postgres-password password

written=$(cat "$config")
for service in gateway consent policy audit; do
  key=keys/$service.ed25519
  if [ -e "$key" ]; then public=$("$program" keys public "$key"); else public=$("$program" keys new "$key"); echo "made $key"; fi
  written=$(jq --arg service "$service" --arg public "$public" \
    '.services[$service].publicKeys |= (. + [$public] | unique)' <<<"$written")
done
if [ "$written" != "$(cat "$config")" ]; then
  printf '%s\n' "$written" >"$config"
  echo "wrote the public keys into $config"
fi

if [ "$(id -u)" -eq 0 ]; then
  chown -R "$owner" keys
elif [ "$(stat -c %u:%g keys)" != "$owner" ]; then
  echo "now make them the containers' own: sudo chown -R $owner keys"
fi
