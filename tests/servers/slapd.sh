#!/usr/bin/env bash
# Makes sure that there is a real directory server to try `platform ldap` on: OpenLDAP's slapd and its tools, from Debian's
# packages. Starts nothing, not even while it installs; tests/real/ldap does, for each test a server of its own on loopback.
#
# Fast when there is nothing to do. Installs only as root (or with sudo that asks nothing); otherwise it says what is missing.
set -euo pipefail

have() {
    [ -x /usr/sbin/slapd ] && [ -x /usr/sbin/slapadd ] && command -v ldapsearch >/dev/null && command -v openssl >/dev/null
}

have && exit 0
as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo -n)

# The package starts its server when it is installed, unless this program says no (see invoke-rc.d(8)).
refusal=/usr/sbin/policy-rc.d
made=
if [ ! -e "$refusal" ] && printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$refusal" >/dev/null 2>&1; then
    made=yes
    "${as_root[@]}" chmod 755 "$refusal"
fi
remove_refusal() {
    [ -z "$made" ] || "${as_root[@]}" rm -f "$refusal"
}
trap remove_refusal EXIT

if ! { "${as_root[@]}" apt-get update -qq && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends slapd ldap-utils openssl; } >/dev/null || ! have; then
    echo "slapd.sh: install the packages slapd, ldap-utils and openssl; the tests of the directory need them" >&2
    exit 1
fi
