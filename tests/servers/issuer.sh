#!/usr/bin/env bash
# Prepares the real issuer of tokens that the tests run against: oidc-provider from the npm registry, in the versions of
# issuer/package-lock.json, below target/servers/issuer-9. Starts nothing; `issuer_serve.mjs` does.
#
# Fast when there is nothing to do. The stamp is written last, so a preparation that was interrupted is done again.
#
#   ORCHEST_TEST_SERVERS  folder of the prepared servers (default: target/servers)
#   NODE, NPM             other programs than `node` and `npm`
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
servers=${ORCHEST_TEST_SERVERS:-$root/target/servers}
node=${NODE:-node}
npm=${NPM:-npm}

fail() {
    echo "issuer.sh: $*" >&2
    exit 1
}

mkdir -p "$servers"
servers=$(cd "$servers" && pwd -P)
home=$servers/issuer-9

# Everything that decides what the folder holds.
wanted=$(cat "$here/issuer/package.json" "$here/issuer/package-lock.json" "${BASH_SOURCE[0]}" | sha256sum | cut -d' ' -f1)
is_ready() {
    [ "$(cat "$home/stamp" 2>/dev/null)" = "$wanted" ] && [ -d "$home/node_modules/oidc-provider" ]
}

is_ready && exit 0

# Two preparations at once would tear each other's folder down.
exec 9>"$servers/.issuer-9.lock"
if command -v flock >/dev/null; then
    flock 9
    is_ready && exit 0
fi

command -v "$node" >/dev/null || fail "$node is not installed (Node 20.20 or newer, with npm)"
command -v "$npm" >/dev/null || fail "$npm is not installed"
"$node" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 20) ? 0 : 1)' ||
    fail "oidc-provider 9 needs Node 20.20 or newer, $node is $("$node" --version)"

echo "issuer.sh: preparing the issuer in $home (some seconds, once)" >&2
rm -rf "$home"
mkdir -p "$home"
cp "$here/issuer/package.json" "$here/issuer/package-lock.json" "$home/"
log=$home/prepare.log
# The list is complete, and no package runs a program of its own.
"$npm" ci --prefix "$home" --ignore-scripts --no-audit --no-fund >"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    fail "\"npm ci\" failed; the whole log is $log"
}

echo "$wanted" >"$home/stamp.new"
mv "$home/stamp.new" "$home/stamp"
echo "issuer.sh: the issuer is ready" >&2
