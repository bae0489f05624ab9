#!/usr/bin/env bash
# Farajaland's data exchange from one command: build, start, wait until all is healthy, say where things are.
set -euo pipefail
from=$PWD
cd "$(dirname "$0")"

usage() {
  cat <<'TEXT'
usage: ./init.sh [options]

  (none)             build, start everything, stay in the foreground; Ctrl-C stops all of it
  --detach           the same, but return when all is healthy
  --stop             stop what --detach started
  --data DIR         keep stores, keys and logs in DIR (default: ./data)
  --fresh            empty the data folder first; only a folder that the exchange made itself
  --port NAME=N      another port for one part; may be given several times
  --program FILE     run this `ndx` instead of building one
  --help             this text

The parts and their ports: gateway 4000, consent 8081, policy 8082, audit 3001, fudi 8090, rgd 8080, drp-adapter 9090,
drp-api 9091, passport-app 3000.
TEXT
}

say() { printf '%s\n' "$*"; }
fail() { printf 'init.sh: %s\n' "$*" >&2; exit 1; }
wrong_use() { printf 'init.sh: %s\n\n' "$*" >&2; usage >&2; exit 2; }

# --- what is wanted ---------------------------------------------------------------------------------------------------

# A path that was given stands where the caller stands.
absolute() { case "$1" in /*) printf '%s' "$1" ;; *) printf '%s/%s' "$from" "$1" ;; esac; }

mode=foreground fresh=no data='' program=''
declare -A port=([gateway]=4000 [consent]=8081 [policy]=8082 [audit]=3001 [fudi]=8090 [rgd]=8080 [drp-adapter]=9090 [drp-api]=9091 [passport-app]=3000)
moved=()
while [ $# -gt 0 ]; do
  case "$1" in
    --detach) mode=detach ;;
    --stop) mode=stop ;;
    --fresh) fresh=yes ;;
    --data) [ $# -ge 2 ] || wrong_use "--data needs a folder"; data=$(absolute "$2"); shift ;;
    --program) [ $# -ge 2 ] || wrong_use "--program needs a file"; program=$(absolute "$2"); shift ;;
    --port)
      [[ "${2:-}" =~ ^([a-z-]+)=([0-9]+)$ ]] || wrong_use "--port needs NAME=NUMBER, e.g. --port gateway=4100"
      [ -n "${port[${BASH_REMATCH[1]}]:-}" ] || wrong_use "there is no part \`${BASH_REMATCH[1]}\`"
      port[${BASH_REMATCH[1]}]=${BASH_REMATCH[2]}; moved+=(--port "$2"); shift ;;
    --help | -h) usage; exit 0 ;;
    *) wrong_use "there is no option \`$1\`" ;;
  esac
  shift
done

# Where the last start kept its data, so that --stop finds it without being told.
last=target/init-data-folder
if [ -z "$data" ]; then
  if [ "$mode" = stop ] && [ -f "$last" ]; then data=$(cat "$last"); else data=data; fi
fi
marker=.ndx-data
parts=(fudi rgd drp-api drp-adapter exchange passport-app)

# --- processes: for each part a file in $data/run with its number and the time at which it was started -----------------

number_of() { cut -d' ' -f1 "$data/run/$1.pid" 2>/dev/null || true; }
# Field 22 of /proc/N/stat; the name in brackets before it may hold spaces.
started_at() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }
is_alive() { # the very process that was started, lest a number that is used again be taken for it
  local number started
  read -r number started 2>/dev/null <"$data/run/$1.pid" || return 1
  [ -n "$started" ] && [ "$(started_at "$number")" = "$started" ] && ! grep -q '^State:.Z' "/proc/$number/status" 2>/dev/null
}

stop_all() {
  local part number waited
  for part in passport-app exchange drp-adapter drp-api rgd fudi; do
    if is_alive "$part"; then kill "$(number_of "$part")" 2>/dev/null || true; fi
  done
  for part in "${parts[@]}"; do
    number=$(number_of "$part")
    for ((waited = 0; waited < 150; waited++)); do is_alive "$part" || break; sleep 0.1; done
    if is_alive "$part"; then kill -9 "$number" 2>/dev/null || true; fi
    rm -f "$data/run/$part.pid"
  done
}

if [ "$mode" = stop ]; then
  running=no
  for part in "${parts[@]}"; do if is_alive "$part"; then running=yes; fi; done
  [ "$running" = yes ] || { say "Nothing is running on $data."; exit 0; }
  stop_all
  rm -f "$last"
  say "Stopped. The data is still in $data."
  exit 0
fi

# --- what is needed -----------------------------------------------------------------------------------------------------

{ [ -d /proc/self ] && command -v setsid && command -v flock; } >/dev/null || fail "this needs Linux with setsid and flock (util-linux)"
if [ -z "$program" ]; then
  if ! command -v cargo >/dev/null; then
    fail "cargo is missing. Get Rust with
    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh
  then open a new terminal and run ./init.sh again."
  fi
  command -v cc >/dev/null || fail "a C compiler is missing. On Debian: apt-get install build-essential"
fi

# --- the data folder ----------------------------------------------------------------------------------------------------

if [ -d "$data" ] && [ -n "$(ls -A "$data")" ] && [ ! -f "$data/$marker" ]; then
  fail "\`$data\` holds something that is not the exchange's; choose another folder with --data"
fi
for part in "${parts[@]}"; do
  if is_alive "$part"; then fail "it is running already on \`$data\`; stop it with ./init.sh --stop"; fi
done

# --- build -----------------------------------------------------------------------------------------------------------

if [ -z "$program" ]; then
  say "Building (the first time takes some minutes) …"
  cargo build --release --locked -p ndx
  program=${CARGO_TARGET_DIR:-target}/release/ndx
fi
[ -x "$program" ] || fail "\`$program\` is not a program"

# --- ports: all that are taken are told at once, and nothing is started ----------------------------------------------

is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
taken=''
for name in gateway consent policy audit fudi rgd drp-adapter drp-api passport-app; do
  if is_taken "${port[$name]}"; then
    taken+="
  port ${port[$name]} is taken, and \`$name\` needs it; choose another with --port $name=NUMBER"
  fi
done
[ -z "$taken" ] || fail "nothing was started:$taken"

if [ "$fresh" = yes ] && [ -f "$data/$marker" ]; then
  # The lock that a running exchange holds, however it was started.
  (flock -n 9 || fail "an exchange is running on \`$data\`; stop it first"; find "$data/" -mindepth 1 -delete) 9<"$data/$marker"
fi
(umask 077 && mkdir -p "$data/run" "$data/log" && printf 'This folder holds the data of an NDX exchange: its stores and its keys.\n' >"$data/$marker")

# --- start -----------------------------------------------------------------------------------------------------------

start() { # part, arguments of ndx …
  local part=$1; shift
  # In a session of its own and with no open pipe, so that nothing waits for it and Ctrl-C reaches it only through us.
  setsid "$program" "$@" "${moved[@]}" </dev/null >>"$data/log/$part.log" 2>&1 &
  printf '%s %s\n' "$!" "$(started_at "$!")" >"$data/run/$part.pid"
}

trap 'trap - INT TERM EXIT; say ""; say "Stopping …"; stop_all; exit 130' INT TERM
trap 'stop_all' EXIT
mkdir -p target && printf '%s\n' "$data" >"$last"
start fudi sandbox serve fudi
start rgd sandbox serve rgd
start drp-api sandbox serve drp-api
start drp-adapter sandbox serve drp-adapter
start exchange up --data "$data"
start passport-app sandbox serve passport-app

# --- wait until all is healthy ---------------------------------------------------------------------------------------

is_healthy() {
  local status
  exec 3<>"/dev/tcp/127.0.0.1/$1" || return 1
  printf 'GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' >&3 && read -r -t 2 status <&3 || status=''
  exec 3>&-
  [[ "$status" == *" 200 "* ]]
} 2>/dev/null

wait_for() { # part, name of its port …
  local part=$1 name waited; shift
  for name in "$@"; do
    for ((waited = 0; ; waited++)); do
      if is_healthy "${port[$name]}"; then break; fi
      if ! is_alive "$part" || [ "$waited" -ge 300 ]; then
        tail -n 20 "$data/log/$part.log" >&2
        fail "\`$name\` did not start; its words are above and in $data/log/$part.log"
      fi
      sleep 0.1
    done
  done
}

wait_for fudi fudi
wait_for rgd rgd
wait_for drp-api drp-api
wait_for drp-adapter drp-adapter
wait_for exchange gateway consent policy audit
wait_for passport-app passport-app

# --- say where things are ----------------------------------------------------------------------------------------------

at() { printf 'http://127.0.0.1:%s' "${port[$1]}"; }
cat <<TEXT

Farajaland's data exchange is running.

  passport application  $(at passport-app)           (begin here, in a browser)
  questions             $(at gateway)/public/graphql
  citizens              $(at consent)/my        (sign in as nayana, password sandbox)
  identity provider     $(at fudi)
  registers             $(at rgd) (births)   $(at drp-api) (persons, behind $(at drp-adapter))
  data, keys and logs   $data

The same story without a browser, in three steps:

  1. A token for the passport office, and its question. The answer is a link for Nayana.

     TOKEN=\$(curl -s -u passport-app:passport-app-sandbox -d grant_type=client_credentials $(at fudi)/oauth2/token | jq -r .access_token)
     curl -s $(at gateway)/public/graphql -H "Authorization: Bearer \$TOKEN" -H 'Content-Type: application/json' \\
       -d '{"query":"{ personInfo(nic: \"199512345678\") { fullName address dateOfBirth birthInfo { birthPlace district } } }"}' | tee answer.json | jq

  2. Open the link and sign in as nayana, or let a program walk the same pages:

     $program sandbox answer "\$(jq -r '.errors[0].extensions.consentPortalUrl' answer.json)" --as nayana --share

  3. Ask again. The answer is her data, from two registers.

     curl -s $(at gateway)/public/graphql -H "Authorization: Bearer \$TOKEN" -H 'Content-Type: application/json' \\
       -d '{"query":"{ personInfo(nic: \"199512345678\") { fullName address dateOfBirth birthInfo { birthPlace district } } }"}' | jq

TEXT

if [ "$mode" = detach ]; then
  trap - INT TERM EXIT
  say "To stop: ./init.sh --stop"
  exit 0
fi

say "To stop: Ctrl-C"
while is_alive exchange; do
  for part in "${parts[@]}"; do
    if [ "$part" != exchange ] && [ -f "$data/run/$part.pid" ] && ! is_alive "$part"; then
      rm -f "$data/run/$part.pid"
      say "\`$part\` has stopped. Start it again with: $program sandbox serve $part ${moved[*]}"
    fi
  done
  sleep 1 &
  wait $! || true
done
tail -n 20 "$data/log/exchange.log" >&2
fail "the exchange has stopped; its words are above and in $data/log/exchange.log"
