#!/usr/bin/env bash
# The static binary alone in an empty folder, with a network of its own: it needs no library, and finds its servers by address,
# by /etc/hosts and by DNS.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
needs_root
programs readelf=binutils ip=iproute2 unshare=util-linux openssl=openssl

binary=$out/orchest
# Megabytes of the static binary, stripped: the budget, and what it may not grow beyond unnoticed.
budget=10.0
most=16.0

headers=$(readelf --wide --program-headers --dynamic "$binary")
! grep -qE 'INTERP|NEEDED' <<<"$headers" || fail "$binary is not static: $(grep -E 'INTERP|NEEDED' <<<"$headers")"
# Even so it is placed where chance has it.
readelf --file-header "$binary" | grep -q 'Type: *DYN' || fail "$binary is always loaded at the same address"
! readelf --wide --sections "$binary" | grep -q '\.symtab' || fail "$binary is not stripped"
size=$(stat -c %s "$binary")
awk -v size="$size" -v budget="$budget" -v most="$most" 'BEGIN {
    mega = size / 1e6
    printf "%.2f MB, budget %.1f MB: %s\n", mega, budget, mega <= budget ? "kept" : sprintf("missed by %.0f %%", (mega / budget - 1) * 100)
    exit mega > most
}' >&2 || fail "more than $most MB"

exec unshare --net "${PYTHON:-python3}" "$here/alone.py" "$binary" "$made/alone"
