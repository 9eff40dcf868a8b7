#!/usr/bin/env bash
# Prepares the real Keystone that the tests run against: a virtual environment with pinned versions and a pristine data
# folder, both below target/servers/keystone-30. Starts nothing; `keystone_serve.py` serves copies of the folder. Variables,
# and what a second run does: prepare.sh.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/prepare.sh"

# Throw-away: the server listens on loopback, for the length of one test run. tests/support/keystone.rs has the same.
password=orchest-test-admin

begin keystone-30 Keystone venv/bin/python keystone-requirements.txt
needs_python
anew "about a minute"
environment keystone-requirements.txt
mkdir "$home/pristine"

# Everything is in the folder in which the process runs, so that a process can serve another copy when it goes there. Four
# rounds of bcrypt, because every login would burn half a second otherwise; no fsync, because nobody keeps the data; a long wait
# for SQLite's one writer.
cat >"$home/pristine/keystone.conf" <<'CONF'
[database]
connection = sqlite:////proc/self/cwd/keystone.db?timeout=60
sqlite_synchronous = false
[fernet_tokens]
key_repository = /proc/self/cwd/fernet
[credential]
key_repository = /proc/self/cwd/credential
[identity]
password_hash_rounds = 4
CONF
cd "$home/pristine"
manage() {
    quietly "$home/venv/bin/keystone-manage" --config-file keystone.conf "$@"
}
manage db_sync
manage fernet_setup --keystone-user "$(id -un)" --keystone-group "$(id -gn)"
manage credential_setup --keystone-user "$(id -un)" --keystone-group "$(id -gn)"
# The port is that of no server: each copy gets its own address when it is served.
manage bootstrap --bootstrap-username admin --bootstrap-password "$password" --bootstrap-project-name admin \
    --bootstrap-role-name admin --bootstrap-region-id RegionOne --bootstrap-public-url http://127.0.0.1:5000/v3

finish
