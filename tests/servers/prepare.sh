# What the preparations of real servers have in common; they source it. Each says where it prepares what and from which
# files (`begin`), checks what it needs, empties the folder (`anew`), builds (`quietly`), and says `finish`.
#
# Fast when there is nothing to do. The stamp is written last, so a preparation that was interrupted is done again.
#
#   ORCHEST_TEST_SERVERS  folder of the prepared servers (default: target/servers)
#   PYTHON                the interpreter to build environments with (default: python3)

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
script=${0##*/}
python=${PYTHON:-python3}

fail() {
    echo "$script: $*" >&2
    exit 1
}

# begin FOLDER NAME PROOF FILE…: ends the script where the folder is ready: the stamp is that of these files, and the proof
# is there. Otherwise this script alone has the folder from now on.
begin() {
    local servers=${ORCHEST_TEST_SERVERS:-$here/../../target/servers}
    mkdir -p "$servers"
    # The real path: trees that share the folder by a link must not take turns in building it anew.
    servers=$(cd "$servers" && pwd -P)
    home=$servers/$1
    name=$2
    proof=$home/$3
    shift 3
    # Everything that decides what the folder holds; its own path is part of it, because an environment cannot be moved.
    wanted=$(cd "$here" && cat "$@" "$script" "${BASH_SOURCE[0]##*/}" <(echo "$home") | sha256sum | cut -d' ' -f1)
    ! is_ready || exit 0

    # Two preparations at once would tear each other's folder down.
    exec 9>"$servers/.${home##*/}.lock"
    if command -v flock >/dev/null; then
        flock 9
        ! is_ready || exit 0
    fi
}

is_ready() {
    [ "$(cat "$home/stamp" 2>/dev/null)" = "$wanted" ] && [ -e "$proof" ]
}

needs_python() {
    command -v "$python" >/dev/null || fail "$python is not installed (Debian: apt-get install python3 python3-venv)"
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        fail "$name needs Python 3.11 or newer, $python is $("$python" -V 2>&1)"
    "$python" -c 'import venv, ensurepip' 2>/dev/null ||
        fail "$python has no venv module (Debian: apt-get install python3-venv)"
}

# anew TIME: an empty folder, and a log for what is said while it is filled.
anew() {
    echo "$script: preparing $name in $home ($1, once)" >&2
    rm -rf "$home"
    mkdir -p "$home"
    log=$home/prepare.log
}

quietly() {
    "$@" >>"$log" 2>&1 || {
        tail -n 20 "$log" >&2
        fail "\"${1##*/} ${*:2:3} …\" failed; the whole log is $log"
    }
}

# environment LIST: a virtual environment with the packages of the list, which is complete, so that nothing is resolved: no
# version can slip in.
environment() {
    quietly "$python" -m venv "$home/venv"
    pip=("$home/venv/bin/pip" --disable-pip-version-check --no-input)
    quietly "${pip[@]}" install --no-deps --no-compile -r "$here/$1"
}

finish() {
    echo "$wanted" >"$home/stamp.new"
    mv "$home/stamp.new" "$home/stamp"
    echo "$script: $name is ready" >&2
}
