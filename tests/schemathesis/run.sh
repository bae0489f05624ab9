#!/usr/bin/env bash
# Starts Farajaland's exchange and compares what its four APIs do with what they say of themselves (/openapi.json). It
# needs python3 with venv, and a built `ndx`.
set -euo pipefail
cd "$(dirname "$0")/../.."

usage() {
  cat <<'TEXT'
usage: tests/schemathesis/run.sh [options]

  --program FILE   the `ndx` to run (default: target/debug/ndx)
  --only SERVICE   gateway, consent, policy or audit (default: all)
  --long           more cases, and others each time
  --help           this text
TEXT
}

program=${CARGO_TARGET_DIR:-target}/debug/ndx services=(gateway consent policy audit)
# The same cases each time, lest a change be blamed for what another has done.
cases=(--max-examples 100 --generation-deterministic)
while [ $# -gt 0 ]; do
  case "$1" in
    --program) program=${2:?--program needs a file}; shift ;;
    --only) services=("${2:?--only needs a service}"); shift ;;
    --long) cases=(--max-examples 200) ;;
    --help | -h) usage; exit 0 ;;
    *) printf 'run.sh: there is no option "%s"\n\n' "$1" >&2; usage >&2; exit 2 ;;
  esac
  shift
done
[ -x "$program" ] || { echo "run.sh: \`$program\` is not there; build it with cargo build -p ndx" >&2; exit 1; }
program=$(realpath "$program")

here=$PWD/tests/schemathesis venv=$PWD/target/schemathesis
if ! cmp -s "$here/requirements.txt" "$venv/requirements.txt"; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes --requirement "$here/requirements.txt"
  cp "$here/requirements.txt" "$venv/requirements.txt"
fi

# Ports that are free now; all are held at once, so that none is given twice.
declare -A port
names=(gateway consent policy audit fudi rgd drp-adapter drp-api) moved=()
read -r -a free < <("$venv/bin/python" -c '
import socket, sys
held = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
print(*(one.getsockname()[1] for one in held))' "${#names[@]}")
for index in "${!names[@]}"; do
  port[${names[$index]}]=${free[$index]}
  moved+=(--port "${names[$index]}=${free[$index]}")
done

data=$(mktemp -d)
trap './init.sh --stop --data "$data" >/dev/null; rm -rf "$data" "${found:-}"' EXIT
# What it found lately it keeps where it runs, and tries again first; here that would be one developer's last mistakes.
found=$(mktemp -d -p "$venv")
./init.sh --detach --program "$program" --data "$data" "${moved[@]}" >/dev/null

failed=()
for service in "${services[@]}"; do
  printf '\n-- %s\n' "$service"
  cd "$found"
  NDX_PROGRAM=$program NDX_DATA=$data NDX_FUDI=http://127.0.0.1:${port[fudi]} NDX_SERVICE=$service \
    SCHEMATHESIS_HOOKS=$here/tokens.py \
    "$venv/bin/schemathesis" --config-file "$here/schemathesis.toml" run "http://127.0.0.1:${port[$service]}/openapi.json" \
    --checks all "${cases[@]}" || failed+=("$service")
  cd - >/dev/null
done
[ "${#failed[@]}" -eq 0 ] || { echo "run.sh: what it does is not what it says: ${failed[*]}" >&2; exit 1; }
