#!/usr/bin/env bash
# Makes sure that there is what it takes to give a test a network of its own, and to see what is sent in it: `ip`, `unshare` and
# python3. Starts nothing; tests/security/network.rs does.
#
# Fast when there is nothing to do. Installs only as root (or with sudo that asks nothing); otherwise it says what is missing.
set -euo pipefail

have() {
    command -v ip >/dev/null && command -v unshare >/dev/null && command -v python3 >/dev/null
}

have && exit 0
as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo -n)
if ! { "${as_root[@]}" apt-get update -qq && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends iproute2 util-linux python3; } >/dev/null || ! have; then
    echo "network.sh: install the packages iproute2, util-linux and python3; the test of the network needs them" >&2
    exit 1
fi
