#!/usr/bin/env bash
# An archive for whoever has neither Debian nor an engine, and the sums of everything that the other parts have made.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$root/Cargo.toml" | head -n 1)
name=orchest-$version-$target
rm -rf "$made/archive" "$out"/*.tar.gz
mkdir -p "$made/archive/$name"
cp -r "$out/orchest" "$root"/{completions,man,docs,README.md,CHANGELOG.md,SECURITY.md,LICENSE,.orchester.example.toml} "$made/archive/$name/"
tar --create --directory "$made/archive" --sort=name --owner=0 --group=0 --numeric-owner --mode=go-w \
    --mtime="@$SOURCE_DATE_EPOCH" "$name" | gzip --no-name --best >"$out/$name.tar.gz"

cd "$out"
for file in orchest orchest.cdx.json ./*.deb ./*.tar.gz; do
    [ -e "$file" ] || fail "$file was not made"
done
find . -type f ! -name SHA256SUMS -printf '%P\0' | sort -z | xargs -0 sha256sum >SHA256SUMS
sha256sum --check --quiet SHA256SUMS
cat SHA256SUMS >&2
