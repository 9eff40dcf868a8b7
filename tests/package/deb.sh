#!/usr/bin/env bash
# The package for Debian, made twice to be the same, and what becomes of a Debian that it is installed in, used in and removed from.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
needs_root
programs debootstrap=debootstrap dpkg-shlibdeps=dpkg-dev lintian=lintian

cargo_tool cargo-deb 3.8.0
cd "$root"
CARGO_TARGET_DIR=$root/target "$cargo" build --release --locked --quiet
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
# Debian's own record of the package, beside that of the program.
cat >"$made/changelog.Debian" <<CHANGES
orchest ($version-1) unstable; urgency=medium

  * What has changed: /usr/share/doc/orchest/changelog.gz

 -- $(sed -n 's/^maintainer = "\(.*\)"/\1/p' Cargo.toml)  $(date --utc --rfc-email --date "@$SOURCE_DATE_EPOCH")
CHANGES
package() {
    CARGO_TARGET_DIR=$root/target "$cargo" deb --no-build --quiet --output "$1"
}
deb=$out/orchest_${version}_$(dpkg --print-architecture).deb
rm -f "$out"/*.deb
package "$deb"
package "$made/again.deb"
cmp "$deb" "$made/again.deb" || fail "two packages of the same files differ"
# No bug of Debian's asks for the package.
lintian --allow-root --fail-on error,warning --suppress-tags initial-upload-closes-no-bugs "$deb" || fail "this is not as Debian has its packages"

folder=$(debian deb man-db bash-completion zsh fish)
cp "$deb" "$folder/orchest.deb"
inside() {
    chroot "$folder" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 TERM=dumb "$@"
}
# What there is in it, but for what changes by itself.
files() {
    (cd "$folder" && find . -xdev \( -path ./var/lib/dpkg -o -path ./var/log -o -path ./var/cache -o -path ./root \) -prune -o -print) | sort
}

files >"$made/before"
inside dpkg --install /orchest.deb >"$made/dpkg.log" 2>&1 || fail "it cannot be installed: $(cat "$made/dpkg.log")"
files >"$made/after"
added=$(comm -13 "$made/before" "$made/after")
# Everything in its place, and nothing beside it.
for file in bin/orchest share/man/man1/orchest.1.gz share/bash-completion/completions/orchest \
    share/zsh/vendor-completions/_orchest share/fish/vendor_completions.d/orchest.fish share/doc/orchest/copyright \
    share/doc/orchest/changelog.gz share/doc/orchest/README.md share/doc/orchest/examples/.orchester.example.toml; do
    grep -qx "./usr/$file" <<<"$added" || fail "/usr/$file is not in the package"
done
ours='doc/orchest(/.*)?|man/man1/orchest[a-z-]*\.1\.gz|bash-completion/completions/orchest'
ours+='|zsh/vendor-completions(/_orchest)?|fish/vendor_completions\.d(/orchest\.fish)?'
strange=$(grep -vxE "\./usr/(bin/orchest|share/($ours))" <<<"$added" || true)
[ -z "$strange" ] || fail "what has this to do in the package? $strange"
pages=$(grep -c '/man1/' <<<"$added")
[ "$pages" -eq "$(find man -name '*.1' | wc -l)" ] || fail "$pages pages of the manual are installed"

[ "$(inside orchest --version)" = "orchest $version" ] || fail "the program that was installed is not $version"
inside dpkg --verify orchest || fail "files are not as they are in the package"
# As somebody who may nothing, from a login shell.
chroot --userspec=65534:65534 "$folder" /usr/bin/env -i /bin/sh -lc 'orchest help exit-codes' | grep -q 130 ||
    fail "other users cannot run it"
inside man -w orchest | grep -qx /usr/share/man/man1/orchest.1.gz || fail "man does not find its page"
while read -r page; do
    warnings=$(inside env MANWIDTH=80 man --warnings "$page" 2>&1 >/dev/null)
    [ -z "$warnings" ] || fail "man $page: $warnings"
done < <(sed -n 's|.*/man1/\(.*\)\.1\.gz|\1|p' <<<"$added")
# Each shell finds its file by itself, from where it lies.
inside bash -ic '. /usr/share/bash-completion/bash_completion; _completion_loader orchest; complete -p orchest' 2>/dev/null |
    grep -q orchest || fail "bash does not find its completion"
inside zsh -fc 'autoload -Uz compinit; compinit -D -u; print -- ${_comps[orchest]}' | grep -qx _orchest ||
    fail "zsh does not find its completion"
inside fish -c 'complete -C "orchest servi"' | grep -q '^service' || fail "fish does not find its completion"

inside dpkg --purge orchest >>"$made/dpkg.log" 2>&1
rm -rf --one-file-system "${folder:?}/root" && mkdir "$folder/root"
files | diff "$made/before" - >"$made/left" || fail "after its removal this is different: $(cat "$made/left")"
say "$(basename "$deb"): $(du -k "$deb" | cut -f1) KiB, $(wc -l <<<"$added") files and folders, $pages pages of manual; gone without a trace"
