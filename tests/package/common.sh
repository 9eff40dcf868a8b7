# What the parts of this leg have in common; they source it.
#
#   CARGO   another program than `cargo`

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
made=$root/target/package
out=$made/out
tools=$root/target/tools
cargo=${CARGO:-cargo}
target=x86_64-unknown-linux-gnu
PATH=$tools/bin:$PATH
# The day of the commit stands for the day of the build, so that two builds can be the same.
SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct)
export SOURCE_DATE_EPOCH
umask 022
mkdir -p "$out"

fail() {
    echo "tests/package/${0##*/}: $*" >&2
    exit 1
}

say() {
    echo "$*" >&2
}

needs_root() {
    [ "$(id -u)" = 0 ] || fail "needs root: packages are installed into a Debian of their own, and programs run in folders closed off"
}

# programs NAME=PACKAGE…: installs what is missing from Debian's packages.
programs() {
    local one missing=()
    for one in "$@"; do
        command -v "${one%=*}" >/dev/null || missing+=("${one#*=}")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } \
        >/dev/null || fail "install the packages ${missing[*]}"
}

# cargo_tool NAME VERSION: a tool of cargo's, below target/tools, once.
cargo_tool() {
    "$cargo" install --locked --quiet --root "$tools" --version "$2" "$1"
}

# The arguments that keep the places of this machine out of what is built in a folder: the name of a source that a panic would
# tell is that of the crate, and where it lay is nobody's business.
remapped() {
    local folder=$1
    printf -- '--remap-path-prefix=%s=/cargo\x1f' "${CARGO_HOME:-$HOME/.cargo}"
    printf -- '--remap-path-prefix=%s=/orchest' "$folder"
}

# debian NAME PACKAGE…: the path of a fresh Debian with these packages and nothing else, of the release that this machine has,
# since what is built here needs its C library. The first time it is fetched; later it is copied.
debian() {
    local name=$1 suite kept wanted
    shift
    suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
    kept=$root/target/servers/debian-$suite-$name
    wanted="$suite $*"
    if [ "$(cat "$kept.stamp" 2>/dev/null)" != "$wanted" ]; then
        say "fetching Debian $suite with $* (once)"
        rm -rf "$kept"
        mkdir -p "$kept"
        debootstrap --variant=minbase ${1:+--include="$(IFS=, && echo "$*")"} "$suite" "$kept" >"$kept.log" 2>&1 ||
            fail "debootstrap failed; its log is $kept.log"
        echo "$wanted" >"$kept.stamp"
    fi
    rm -rf --one-file-system "${made:?}/$name"
    cp -a "$kept" "$made/$name"
    echo "$made/$name"
}
