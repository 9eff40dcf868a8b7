#!/usr/bin/env bash
# The static binary, built twice: in other folders, with another home of cargo's. Both are the same to the last byte, and neither
# says where it was built.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

[ -z "$(git -C "$root" status --porcelain)" ] ||
    say "what is built is the last commit; the changes that are not committed are not in it"

# clone FOLDER: what is committed, and nothing that lies about.
clone() {
    rm -rf "$1"
    git clone --quiet --no-local "$root" "$1"
}

# Without a C library to look it up in, randomness would come from /dev/urandom, and an image from scratch may have no /dev: so the
# kernel is asked, as it is anyway where the library can be.
#
# Nothing unwinds in a release, so nothing has to tell how; and where addresses have to be set at the start is noted in bits, not
# in 24 bytes each.
flags=(--cfg 'getrandom_backend="linux_getrandom"' -Ctarget-feature=+crt-static -Cforce-unwind-tables=no -Clink-arg=-Wl,-z,pack-relative-relocs)

# static FOLDER: built in that folder, into target/ there.
static() {
    local folder=$1
    (
        cd "$folder"
        export CARGO_TARGET_DIR=$folder/target CARGO_ENCODED_RUSTFLAGS
        CARGO_ENCODED_RUSTFLAGS=$(printf '%s\x1f' "${flags[@]}" && remapped "$folder")
        "$cargo" build --release --locked --quiet --target "$target"
    )
}

one=$made/one/orchest
two=$made/two/quite/another/place/orchest
clone "$one"
"$cargo" fetch --locked --quiet --manifest-path "$one/Cargo.toml" --target "$target"
static "$one"

clone "$two"
home=$made/two/cargo
mkdir -p "$home"
# Another place of the same sources.
for part in registry config.toml; do
    if [ -e "${CARGO_HOME:-$HOME/.cargo}/$part" ]; then
        ln -sfn "${CARGO_HOME:-$HOME/.cargo}/$part" "$home/$part"
    fi
done
CARGO_HOME=$home static "$two"

binary=target/$target/release/orchest
cmp "$one/$binary" "$two/$binary" || fail "two builds of the same commit differ: diffoscope tells in what"
for place in "$root" "${CARGO_HOME:-$HOME/.cargo}" "$(rustc --print sysroot)"; do
    ! grep -qaF "$place" "$one/$binary" || fail "the binary says where it was built: $place"
done
install -m 755 "$one/$binary" "$out/orchest"
say "two builds, the same $(stat -c %s "$out/orchest") bytes"
