#!/usr/bin/env bash
# Prepares the real issuer of tokens that the tests run against: oidc-provider from the npm registry, in the versions of
# issuer/package-lock.json, below target/servers/issuer-9. Starts nothing; `issuer_serve.mjs` does. Further variables, and
# what a second run does: prepare.sh.
#
#   NODE, NPM  other programs than `node` and `npm`
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/prepare.sh"

node=${NODE:-node}
npm=${NPM:-npm}

begin issuer-9 "the issuer" node_modules/oidc-provider issuer/package.json issuer/package-lock.json
command -v "$node" >/dev/null || fail "$node is not installed (Node 20.20 or newer, with npm)"
command -v "$npm" >/dev/null || fail "$npm is not installed"
"$node" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 20) ? 0 : 1)' ||
    fail "oidc-provider 9 needs Node 20.20 or newer, $node is $("$node" --version)"

anew "some seconds"
cp "$here/issuer/package.json" "$here/issuer/package-lock.json" "$home/"
# The list is complete, and no package runs a program of its own.
quietly "$npm" ci --prefix "$home" --ignore-scripts --no-audit --no-fund

finish
