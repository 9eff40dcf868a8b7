#!/usr/bin/env bash
# A newcomer: a Debian with nothing but what the README names, a clone, and the README's lines. The compiler is this machine's,
# for reading only; what is compiled from comes as it comes to everybody.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
needs_root
programs debootstrap=debootstrap unshare=util-linux

# The README names its packages in the form `apt install A B`.
read -ra named < <(sed -n 's/.*`apt install \([a-z0-9 .+-]*\)`.*/\1/p' "$root/README.md" | head -n 1)
[ ${#named[@]} -gt 0 ] || fail "README.md does not say which packages a build needs"
# A clone takes git, and what is fetched takes a list of authorities; a newcomer to Rust has both.
folder=$(debian fresh ca-certificates git "${named[@]}")

chroot "$folder" useradd --create-home --shell /bin/bash newcomer
mkdir -p "$folder/opt/rust"
# How this machine reaches the world.
for file in /etc/resolv.conf /etc/hosts /etc/ssl/certs/ca-certificates.crt; do
    if [ -e "$file" ]; then
        cp --dereference --remove-destination "$file" "$folder$file"
    fi
done
if [ -e "${CARGO_HOME:-$HOME/.cargo}/config.toml" ]; then
    install -D -m 644 "${CARGO_HOME:-$HOME/.cargo}/config.toml" "$folder/home/newcomer/.cargo/config.toml"
fi
rm -rf "$folder/srv/orchest"
git clone --quiet --bare --no-local "$root" "$folder/srv/orchest"
chroot "$folder" chown -R newcomer: /home/newcomer /srv/orchest
cp "$here/newcomer" "$folder/usr/local/bin/"

# The mounts are this process's own, and gone with it.
export folder
sysroot=$(rustc --print sysroot) exec unshare --mount --pid --fork bash -euo pipefail -c '
    mount -t proc proc "$folder/proc"
    mount --rbind /dev "$folder/dev"
    mount --bind "$sysroot" "$folder/opt/rust"
    mount -o remount,bind,ro "$folder/opt/rust"
    exec chroot --userspec=newcomer:newcomer --groups= "$folder" \
        /usr/bin/env -i HOME=/home/newcomer USER=newcomer PATH=/opt/rust/bin:/usr/local/bin:/usr/bin:/bin LANG=C.UTF-8 newcomer'
