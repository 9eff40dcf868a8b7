#!/usr/bin/env bash
# What is in the binary: a bill of materials in the form of CycloneDX, held against its schema and against what cargo links.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

cargo_tool cargo-cyclonedx 0.5.9
if ! "$tools/cyclonedx/bin/python" -c 'import cyclonedx, jsonschema' 2>/dev/null; then
    "${PYTHON:-python3}" -m venv "$tools/cyclonedx"
    "$tools/cyclonedx/bin/pip" install --quiet --disable-pip-version-check --no-deps -r "$here/bill.txt"
fi

# It is written beside the manifest, so it is made in a clone.
clone=$made/bill
rm -rf "$clone"
git clone --quiet --no-local "$root" "$clone"
cd "$clone"
"$cargo" cyclonedx --quiet --format json --spec-version 1.5 --describe crate --no-build-deps --target "$target"
mv orchester.cdx.json "$out/orchest.cdx.json"
"$cargo" tree --manifest-path "$root/Cargo.toml" --locked --offline --edges normal --target "$target" --prefix none --format '{p}' |
    "$tools/cyclonedx/bin/python" "$here/bill.py" "$out/orchest.cdx.json" "$root/Cargo.lock"
