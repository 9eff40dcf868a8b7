#!/usr/bin/env bash
# Prepares the official descriptions that requests are held against, and the server that lives by one of them: GitHub's own
# description and Prism from the npm registry, in the versions of descriptions/package-lock.json, and Google's document about
# Drive out of its client for Python, below target/servers/descriptions-1. Starts nothing; `prism_serve.py` does. Further
# variables, and what a second run does: prepare.sh.
#
#   NODE, NPM  other programs than `node` and `npm`
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/prepare.sh"

node=${NODE:-node}
npm=${NPM:-npm}

begin descriptions-1 "the set of descriptions" drive.v3.json \
    descriptions/package.json descriptions/package-lock.json descriptions/requirements.txt descriptions/cut.mjs
needs_python
command -v "$node" >/dev/null || fail "$node is not installed (Node 20.20 or newer, with npm)"
command -v "$npm" >/dev/null || fail "$npm is not installed"

anew "about a minute"
cp "$here/descriptions/package.json" "$here/descriptions/package-lock.json" "$home/"
# The list is complete, and no package runs a program of its own. Prism asks for a newer Node than it needs.
quietly "$npm" ci --prefix "$home" --ignore-scripts --no-audit --no-fund
mv "$home/node_modules/@octokit/openapi/generated/api.github.com.json" "$home/github.json"
quietly "$node" "$here/descriptions/cut.mjs" "$home/github.json" "$home/github-members.json"

environment descriptions/requirements.txt
packages=$("$home/venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
mv "$packages/googleapiclient/discovery_cache/documents/drive.v3.json" "$home/"
# The other servers, and hundreds of other services.
rm -rf "$home/node_modules/@octokit" "$packages/googleapiclient"

finish
