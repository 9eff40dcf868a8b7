#!/usr/bin/env bash
# Makes sure that there is a real Secret Service to try the keyring on: gnome-keyring and a session bus, from Debian's
# packages. Starts nothing; tests/real/keyring.rs does, for each test a bus and a home of its own.
#
# Fast when there is nothing to do. Installs only as root (or with sudo that asks nothing); otherwise it says what is missing.
set -euo pipefail

have() {
    command -v dbus-run-session >/dev/null && command -v gnome-keyring-daemon >/dev/null
}

have && exit 0
as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo -n)
if ! { "${as_root[@]}" apt-get update -qq && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends dbus gnome-keyring; } >/dev/null || ! have; then
    echo "secret-service.sh: install the packages dbus and gnome-keyring; the tests of the keyring need them" >&2
    exit 1
fi
