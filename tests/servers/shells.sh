#!/usr/bin/env bash
# Makes sure that there are the shells whose completion is tested on a terminal: zsh, fish and elvish, beside bash, from
# Debian's packages. Starts nothing; tests/it/completions.rs and tests/security do.
#
# Fast when there is nothing to do. Installs only as root (or with sudo that asks nothing); otherwise it says what is missing.
set -euo pipefail

have() {
    command -v bash >/dev/null && command -v zsh >/dev/null && command -v fish >/dev/null && command -v elvish >/dev/null &&
        command -v script >/dev/null
}

have && exit 0
as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo -n)
if ! { "${as_root[@]}" apt-get update -qq && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends bash zsh fish elvish bsdutils; } >/dev/null || ! have; then
    echo "shells.sh: install the packages zsh, fish, elvish and bsdutils; the tests of completion need them" >&2
    exit 1
fi
