#!/usr/bin/env bash
# Prepares the real Infrastructure Manager that the tests run against: a virtual environment with pinned versions below
# target/servers/im-2. Starts nothing; `im_serve.py` serves a fresh one. It is a server beside ours, under its own licence.
# Variables, and what a second run does: prepare.sh.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/prepare.sh"

begin im-2 "the Infrastructure Manager" venv/bin/python im-requirements.txt
needs_python
anew "about a minute"
environment im-requirements.txt

# The wheel lacks the settings and the playbooks that the server reads beside its package; the source archive has them.
version=$(sed -n 's/^im==//p' "$here/im-requirements.txt")
quietly "${pip[@]}" download --no-deps --no-binary :all: --dest "$home/source" "im==$version"
quietly tar -xzf "$home/source/im-$version.tar.gz" -C "$home/source"
packages=$("$home/venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
cp "$home/source/im-$version/etc/im.cfg" "$packages/"
cp -R "$home/source/im-$version/contextualization" "$packages/"
rm -rf "$home/source"

finish
