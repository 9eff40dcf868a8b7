#!/usr/bin/env bash
# Prepares the real Infrastructure Manager that the tests run against: a virtual environment with pinned versions below
# target/servers/im-2. Starts nothing; `im_serve.py` serves a fresh one. It is a server beside ours, under its own licence.
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
    echo "im.sh: $*" >&2
    exit 1
}

mkdir -p "$servers"
# The real path: trees that share the folder by a link must not take turns in building it anew.
servers=$(cd "$servers" && pwd -P)
home=$servers/im-2

# Everything that decides what the folder holds; its own path is part of it, because an environment cannot be moved.
wanted=$(cat "$here/im-requirements.txt" "${BASH_SOURCE[0]}" <(echo "$home") | sha256sum | cut -d' ' -f1)
is_ready() {
    [ "$(cat "$home/stamp" 2>/dev/null)" = "$wanted" ] && [ -x "$home/venv/bin/python" ]
}

is_ready && exit 0

# Two preparations at once would tear each other's folder down.
exec 9>"$servers/.im-2.lock"
if command -v flock >/dev/null; then
    flock 9
    is_ready && exit 0
fi

command -v "$python" >/dev/null || fail "$python is not installed (Debian: apt-get install python3 python3-venv)"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "it needs Python 3.11 or newer, $python is $("$python" -V 2>&1)"
"$python" -c 'import venv, ensurepip' 2>/dev/null || fail "$python has no venv module (Debian: apt-get install python3-venv)"

echo "im.sh: preparing the Infrastructure Manager in $home (about a minute, once)" >&2
rm -rf "$home"
mkdir -p "$home"
log=$home/prepare.log
quietly() {
    "$@" >>"$log" 2>&1 || {
        tail -n 20 "$log" >&2
        fail "\"${1##*/} ${*:2:3} …\" failed; the whole log is $log"
    }
}

quietly "$python" -m venv "$home/venv"
pip=("$home/venv/bin/pip" --disable-pip-version-check --no-input)
# The list is complete, so nothing is resolved: no version can slip in.
quietly "${pip[@]}" install --no-deps -r "$here/im-requirements.txt"

# The wheel lacks the settings and the playbooks that the server reads beside its package; the source archive has them.
version=$(sed -n 's/^im==//p' "$here/im-requirements.txt")
quietly "${pip[@]}" download --no-deps --no-binary :all: --dest "$home/source" "im==$version"
quietly tar -xzf "$home/source/im-$version.tar.gz" -C "$home/source"
packages=$("$home/venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
cp "$home/source/im-$version/etc/im.cfg" "$packages/"
cp -R "$home/source/im-$version/contextualization" "$packages/"
rm -rf "$home/source"

echo "$wanted" >"$home/stamp.new"
mv "$home/stamp.new" "$home/stamp"
echo "im.sh: the Infrastructure Manager is ready" >&2
