#!/usr/bin/env bash
# Builds a small city in a real Keystone on this machine and takes it down again.
# Needs cargo and python3; installs Keystone below target/servers the first time.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
run() { printf '\n$ orchest %s\n' "$*"; "$orchest" "$@"; }

say "Building orchest"
if [ -n "${ORCHEST_BIN:-}" ]; then orchest=$ORCHEST_BIN; else
  cargo build --quiet
  orchest=$(realpath "${CARGO_TARGET_DIR:-target}/debug/orchest")
fi

say "Starting a real Keystone"
tests/servers/keystone.sh
servers=${ORCHEST_TEST_SERVERS:-target/servers}/keystone-30
work=$(mktemp -d)
# It stops when the pipe to it closes, however this script ends.
coproc keystone { exec "$servers/venv/bin/python" tests/servers/keystone_serve.py --prepared "$servers"; }
trap 'rm -rf "$work"' EXIT
read -r ready url _ <&"${keystone[0]}" || ready=
[ "$ready" = ready ] || { echo "Keystone did not start" >&2; exit 1; }

# Throw-away: the server is on loopback and forgets everything.
export HOME=$work ORCHEST_KEYSTONE=$url ORCHEST_USER=admin ORCHEST_PASSWORD=orchest-test-admin
unset XDG_STATE_HOME XDG_CONFIG_HOME ORCHEST_CONTEXT ORCHESTER_CONFIG_PATH OS_CLOUD
cd "$work"

say "A service with its administrator and nineteen roles"
run service create smartcity --description 'a small city' --admin-user adm1 --generate-password --password-out "$work/adm1.pw"
say "The same line again changes nothing"
run service create smartcity --description 'a small city' --admin-user adm1 --generate-password --password-out "$work/adm1.pw"

say "Two subservices, three users, and who may do what"
run subservice create energy -s smartcity
run subservice create water -s smartcity --description 'pipes and pumps'
printf 'name,email\nann,ann@city.example\nbob,bob@city.example\ncarl,carl@city.example\n' > "$work/people.csv"
run user create --from "$work/people.csv" -s smartcity
run role grant ServiceCustomer --to-user ann -s smartcity
run role grant SubServiceCustomer --to-user bob -s smartcity -S energy
run role grant SubServiceAdmin --to-user carl -s smartcity --inherit

say "Three ways to look at it"
run user list -s smartcity
run subservice list -s smartcity -o json
run role assignments -s smartcity --all -o csv --filter 'name!=adm1'
run service check smartcity --admin-user adm1

say "And down again"
run service delete smartcity --yes
left=$("$orchest" service list -o name | grep -c smartcity || true)
roles=$("$orchest" role list -o json | grep -c '"keystone_name": *"[0-9a-f]\{32\}#' || true)
say "Left behind: $left services, $roles roles"
[ "$left" = 0 ] && [ "$roles" = 0 ]
