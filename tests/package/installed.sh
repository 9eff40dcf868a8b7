#!/usr/bin/env bash
# What the README says: installed by cargo, from here.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

cd "$root"
rm -rf "$made/installed"
CARGO_TARGET_DIR=$root/target "$cargo" install --path . --locked --quiet --root "$made/installed"
cmp "$made/installed/bin/orchest" "$root/target/release/orchest"
[ "$(ls "$made/installed/bin")" = orchest ] || fail "more than the program was installed: $(ls "$made/installed/bin")"
say "$("$made/installed/bin/orchest" --version), installed by cargo"
