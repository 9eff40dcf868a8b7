#!/usr/bin/env bash
# The examples of the library, built, against the emulated services: what they say is what is there afterwards.
# Called by tests/run within `orchest sandbox shell --seed demo`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export GITHUB_TOKEN=$ORCHEST_GITHUB_TOKEN GITHUB_API_URL=$ORCHEST_GITHUB GITHUB_ORGANISATION=acme
export SLACK_TOKEN=$ORCHEST_SLACK_TOKEN SLACK_API_URL=$ORCHEST_SLACK

expect() {
    local wanted=$1 said
    shift
    said=$("$@" 2>&1) || true
    [[ $said == *"$wanted"* ]] || {
        printf 'tests/examples.sh: %s\n%s\ndoes not say: %s\n' "$*" "$said" "$wanted" >&2
        exit 1
    }
}

examples=target/debug/examples
expect "usage: members" "$examples/members"
expect "bea is a member of" "$examples/members" acme bea
# Taken out and put in again: she has an invitation now.
expect "pending" target/debug/orchest members check bea -c github
expect "usage: offboarding" "$examples/offboarding"
expect "github: oli" "$examples/offboarding" oli oli@example.com
expect "True" target/debug/orchest -c github check oli
expect "github: oli" "$examples/offboarding" oli oli@example.com --do-it
expect "False" target/debug/orchest -c github check oli
echo "examples: passed"
