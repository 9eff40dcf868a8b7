#!/usr/bin/env bash
# Prepares what reads the completion script for PowerShell, which itself comes from no registry that tests may need: its grammar
# and the engine for it, from the npm registry in the versions of powershell/package-lock.json, below target/servers/powershell-1.
# Starts nothing; tests/real/powershell.rs does. Further variables, and what a second run does: prepare.sh.
#
#   NODE, NPM  other programs than `node` and `npm`
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/prepare.sh"

npm=${NPM:-npm}

begin powershell-1 "the grammar of PowerShell" read.mjs powershell/package.json powershell/package-lock.json powershell/read.mjs
command -v "${NODE:-node}" >/dev/null || fail "node is not installed (Node 20.20 or newer, with npm)"
command -v "$npm" >/dev/null || fail "$npm is not installed"

anew "some seconds"
cp "$here"/powershell/* "$home/"
# The list is complete, and no package runs a program of its own.
quietly "$npm" ci --prefix "$home" --ignore-scripts --no-audit --no-fund
finish
