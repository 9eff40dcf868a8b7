#!/usr/bin/env bash
# Prepares the real Keystone that the tests run against: a virtual environment with pinned versions and a pristine data
# folder, both below target/servers/keystone-30. Starts nothing; `keystone_serve.py` serves copies of the folder.
#
# Fast when there is nothing to do. The stamp is written last, so a preparation that was interrupted is done again.
#
#   ORCHEST_TEST_SERVERS  folder of the prepared servers (default: target/servers)
#   PYTHON                the interpreter to build the environment with (default: python3)
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
servers=${ORCHEST_TEST_SERVERS:-$root/target/servers}
python=${PYTHON:-python3}

fail() {
    echo "keystone.sh: $*" >&2
    exit 1
}

mkdir -p "$servers"
# The real path: trees that share the folder by a link must not take turns in building it anew.
servers=$(cd "$servers" && pwd -P)
home=$servers/keystone-30
# Throw-away: the server listens on loopback, for the length of one test run. tests/support/keystone.rs has the same.
password=orchest-test-admin

# Everything that decides what the folder holds; its own path is part of it, because an environment cannot be moved.
wanted=$(cat "$here/keystone-requirements.txt" "${BASH_SOURCE[0]}" <(echo "$home") | sha256sum | cut -d' ' -f1)
is_ready() {
    [ "$(cat "$home/stamp" 2>/dev/null)" = "$wanted" ] && [ -x "$home/venv/bin/python" ]
}

is_ready && exit 0

# Two preparations at once would tear each other's folder down.
exec 9>"$servers/.keystone-30.lock"
if command -v flock >/dev/null; then
    flock 9
    is_ready && exit 0
fi

command -v "$python" >/dev/null || fail "$python is not installed (Debian: apt-get install python3 python3-venv)"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "Keystone 30 needs Python 3.11 or newer, $python is $("$python" -V 2>&1)"
"$python" -c 'import venv, ensurepip' 2>/dev/null || fail "$python has no venv module (Debian: apt-get install python3-venv)"

echo "keystone.sh: preparing Keystone in $home (about a minute, once)" >&2
rm -rf "$home"
mkdir -p "$home/pristine"
log=$home/prepare.log
quietly() {
    "$@" >>"$log" 2>&1 || {
        tail -n 20 "$log" >&2
        fail "\"${1##*/} ${*:2:3} …\" failed; the whole log is $log"
    }
}

quietly "$python" -m venv "$home/venv"
# The list is complete, so nothing is resolved: no version can slip in.
quietly "$home/venv/bin/pip" install --disable-pip-version-check --no-input --no-deps -r "$here/keystone-requirements.txt"

# @DATA@ becomes the folder of the copy that is served. Four rounds of bcrypt, because every login would burn half a
# second otherwise; no fsync, because nobody keeps the data; a long wait for SQLite's one writer.
cat >"$home/pristine/keystone.conf.in" <<'CONF'
[database]
connection = sqlite:///@DATA@/keystone.db?timeout=60
sqlite_synchronous = false
[fernet_tokens]
key_repository = @DATA@/fernet
[credential]
key_repository = @DATA@/credential
[identity]
password_hash_rounds = 4
CONF
conf=$home/prepare.conf
sed "s|@DATA@|$home/pristine|g" "$home/pristine/keystone.conf.in" >"$conf"
manage() {
    quietly "$home/venv/bin/keystone-manage" --config-file "$conf" "$@"
}
manage db_sync
manage fernet_setup --keystone-user "$(id -un)" --keystone-group "$(id -gn)"
manage credential_setup --keystone-user "$(id -un)" --keystone-group "$(id -gn)"
# The port is that of no server: each copy gets its own address when it is served.
manage bootstrap --bootstrap-username admin --bootstrap-password "$password" --bootstrap-project-name admin \
    --bootstrap-role-name admin --bootstrap-region-id RegionOne --bootstrap-public-url http://127.0.0.1:5000/v3

echo "$wanted" >"$home/stamp.new"
mv "$home/stamp.new" "$home/stamp"
echo "keystone.sh: Keystone is ready" >&2
